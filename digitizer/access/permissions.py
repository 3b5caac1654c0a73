"""Who may do what: the one table of permissions."""

from __future__ import annotations

from enum import StrEnum

from digitizer.model.errors import NotAllowed, UsageError
from digitizer.model.people import Actor, ActorKind, StaffRole


class Act(StrEnum):
    """What staff do, as far as it needs a permission of its own."""

    LOOK = "look at mail"
    SETTLE = "settle held mail"
    PRINT = "print covers and messages"
    PEOPLE = "change the roster, PINs and staff"
    UNSEAL = "open what is sealed as legal mail"


_CLERK = frozenset({Act.LOOK, Act.SETTLE, Act.PRINT})
_MAY = {
    StaffRole.CLERK: _CLERK,
    StaffRole.SUPERVISOR: _CLERK | {Act.UNSEAL},
    StaffRole.ADMINISTRATOR: _CLERK | {Act.PEOPLE, Act.UNSEAL},
    StaffRole.INVESTIGATOR: frozenset({Act.LOOK}),
}


def is_permitted(actor: Actor, act: Act) -> bool:
    """Whether this actor may do this. The machine's own work needs no leave."""
    if actor.kind is ActorKind.MACHINE:
        return True
    return actor.kind is ActorKind.STAFF and actor.role is not None and act in _MAY[actor.role]


def permit(actor: Actor, act: Act) -> None:
    """Raises NotAllowed unless this actor may do this."""
    if not is_permitted(actor, act):
        raise NotAllowed(f"{actor.name} may not {act}. Ask someone whose role allows it.")


def need_reason(reason: str) -> str:
    """A person's decision about mail always says why."""
    if not reason.strip():
        raise UsageError("Say why: a decision about mail needs a reason (--reason).")
    return reason.strip()
