"""Who may do what: the one table of permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitizer.model.errors import NotAllowed
from digitizer.model.people import Actor, ActorKind, StaffRole


class Act(StrEnum):
    """What people do, as far as it needs a permission of its own; read after "may not"."""

    READ = "read delivered mail"
    READ_OWN = "read replies of their own"
    SEND = "send messages"
    LOOK = "look at what came in, what is held, and the books"
    SETTLE = "settle held mail"
    CORRECT = "put texts right"
    TAKE_IN = "take in mail"
    PRINT = "print covers and messages"
    REVOKE = "revoke covers"
    PEOPLE = "change the roster, PINs and staff"
    LOOK_AT_SEAL = "look at what seals a scan"
    LOOK_UNDER_SEAL = "look at a page that is sealed as legal mail"
    UNSEAL = "open what is sealed as legal mail"
    OPERATE = "run the service and copy its store"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an act. ``machine``: also the machine itself, and whoever runs commands in the
    home without giving a name. ``own``: also an inmate, with what is theirs. ``reason``: only
    who says why."""

    roles: frozenset[StaffRole] = frozenset()
    machine: bool = True
    own: bool = False
    reason: bool = False


_ALL = frozenset(StaffRole)
_CLERKS = _ALL - {StaffRole.INVESTIGATOR}
_SUPERVISORS = frozenset({StaffRole.SUPERVISOR, StaffRole.ADMINISTRATOR})
_ADMINISTRATORS = frozenset({StaffRole.ADMINISTRATOR})

RULES = {
    Act.READ: Rule(_ALL, own=True),
    Act.READ_OWN: Rule(machine=False, own=True),
    Act.SEND: Rule(_CLERKS, own=True),
    Act.LOOK: Rule(_ALL),
    Act.SETTLE: Rule(_CLERKS, machine=False, reason=True),
    Act.CORRECT: Rule(_CLERKS),
    Act.TAKE_IN: Rule(_CLERKS),
    Act.PRINT: Rule(_CLERKS),
    Act.REVOKE: Rule(_CLERKS, reason=True),
    Act.PEOPLE: Rule(_ADMINISTRATORS),
    Act.LOOK_AT_SEAL: Rule(_SUPERVISORS),
    Act.LOOK_UNDER_SEAL: Rule(_SUPERVISORS, machine=False),
    Act.UNSEAL: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.OPERATE: Rule(_ADMINISTRATORS),
}


def is_permitted(actor: Actor, act: Act) -> bool:
    """Whether this actor may do this; an inmate, with what is theirs."""
    rule = RULES[act]
    match actor.kind:
        case ActorKind.MACHINE:
            return rule.machine
        case ActorKind.INMATE:
            return rule.own
        case ActorKind.STAFF:
            return actor.role in rule.roles


def permit(actor: Actor, act: Act) -> None:
    """Raises NotAllowed unless this actor may do this."""
    if is_permitted(actor, act):
        return
    if actor.kind is ActorKind.MACHINE:
        raise NotAllowed(f"Only a named person may {act}.")
    raise NotAllowed(f"{actor.name} may not {act}. Ask someone whose role allows it.")
