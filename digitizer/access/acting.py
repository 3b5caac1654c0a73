"""The one guarded entry: every verb that a door calls goes in through here.

It asks whether this actor may, whose mail it is, and why where that must be said; then it opens
the transaction, and what is done in it is told in the audit chain of the same transaction.

    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        ...
        deed.record(Verb.RELEASE, Subject.letter(letter_id))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.permissions import RULES, Act, permit
from digitizer.facility import House
from digitizer.model.errors import NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.tables import reading, writing


@dataclass(frozen=True, slots=True)
class Look:
    """Someone who may look, and one consistent picture. ``owner`` is the booking number that
    every query must carry: an inmate's own, else the one that was asked for; None: anyone's."""

    by: Actor
    tx: sa.Connection
    owner: str | None


@dataclass(frozen=True, slots=True)
class Deed(Look):
    """Something that is shown or changed, and told. ``why`` is empty where no reason is asked."""

    why: str
    told: list[Verb] = field(default_factory=list)

    def record(self, verb: Verb, subject: Subject, **detail: Any) -> None:
        """Tells it in the audit chain, with the reason. Details never hold letter text."""
        why = {"why": self.why} if self.why else {}
        audit.record(self.tx, self.by, verb, subject, **detail, **why)
        self.told.append(verb)


def looking(
    house: House, by: Actor, act: Act, *, of: str | None = None
) -> AbstractContextManager[Look]:
    """For lists and facts that show nothing of a letter. ``of``: whose, as ``acting`` says.

    Raises NotAllowed and NotFound at once, before it is entered.
    """
    return _looking(house, by, _owner(by, act, of))


def acting(
    house: House, by: Actor, act: Act, *, of: str | None = None, reason: str = ""
) -> AbstractContextManager[Deed]:
    """For all that shows or changes mail; it must be recorded before the block ends.

    ``of`` is the booking number of whose mail it is; to an inmate any but their own is not there.
    Raises NotAllowed, NotFound, and UsageError for want of a reason: at once, so that slow work
    can be done between this and the block, which holds the write lock.
    """
    owner = _owner(by, act, of)
    return _acting(house, by, owner, need_reason(reason) if RULES[act].reason else "")


def need_reason(reason: str) -> str:
    """A person's decision about mail always says why."""
    if not reason.strip():
        raise UsageError("Say why: a decision about mail needs a reason (--reason).")
    return reason.strip()


def _owner(by: Actor, act: Act, of: str | None) -> str | None:
    permit(by, act)
    if by.kind is not ActorKind.INMATE:
        return of
    if of not in (None, by.name):
        raise NotFound(f"There is no mailbox {of}.")
    return by.name


@contextmanager
def _looking(house: House, by: Actor, owner: str | None) -> Iterator[Look]:
    with reading(house.engine) as tx:
        yield Look(by, tx, owner)


@contextmanager
def _acting(house: House, by: Actor, owner: str | None, why: str) -> Iterator[Deed]:
    with writing(house.engine) as tx:
        deed = Deed(by, tx, owner, why)
        yield deed
        if not deed.told:  # a fault of the verb, not of who acts: nothing of it is kept
            raise AssertionError("something was done that no event tells of")
