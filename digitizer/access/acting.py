"""The one guarded entry: every verb that the web app or a command calls goes through here.

It checks whether this actor may do this, whose mail it is, and whether a reason is given where one
is needed. Then it opens the transaction; what is done in it is recorded in the audit chain, in the
same transaction.

    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        ...
        action.record(Verb.RELEASE, Subject.letter(letter_id))

What somebody's role does not allow is refused, and that is recorded too (``refused``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import permissions, refused
from digitizer.access.ownership import need_contact
from digitizer.access.permissions import RULES, Act, MayNot
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError, UsageError
from digitizer.model.events import LOOKS, Subject, Verb
from digitizer.model.people import MACHINE, Actor, ActorKind
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now

log = logging.getLogger("digitizer")

_ONE_LOOK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Look:
    """Someone who may look, and one consistent view of the tables. ``owner`` is the booking number
    that every query must carry: an inmate's own, else the one that was asked for; None: anyone's.
    A correspondent's queries must carry the number of their record (``correspondent``) as well.
    """

    by: Actor
    tx: sa.Connection
    owner: str | None

    @property
    def correspondent(self) -> int | None:
        """Of a correspondent who acts; None for everybody else."""
        return int(self.by.name) if self.by.kind is ActorKind.CORRESPONDENT else None


@dataclass(frozen=True, slots=True)
class Action(Look):
    """Something that is shown or changed, and recorded. ``why`` is the reason, empty where none is
    needed; ``recorded`` are the verbs that were recorded so far."""

    why: str
    recorded: list[Verb] = field(default_factory=list)

    def record(self, verb: Verb, subject: Subject, **detail: Any) -> None:
        """Writes an event into the audit chain, with the reason. Details never hold letter text.

        A look at what the same person looked at a moment ago is that one look: who loads a page
        again and again does not fill the chain.
        """
        why = {"why": self.why} if self.why else {}
        seen = verb in LOOKS and audit.has_recorded(
            self.tx, self.by, verb, subject, now() - _ONE_LOOK, **detail, **why
        )
        if not seen:
            audit.record(self.tx, self.by, verb, subject, **detail, **why)
        self.recorded.append(verb)

    def record_unworded(self, verb: Verb, subject: Subject) -> None:
        """Writes an event, and that a reason was given, but not its words: more people read the
        chain than may read what they would say."""
        audit.record(self.tx, self.by, verb, subject, said_why=bool(self.why))
        self.recorded.append(verb)

    def record_nameless(self, verb: Verb, subject: Subject, **detail: Any) -> None:
        """Writes that something happened, and not who did it: of what an inmate may do unwatched,
        the chain says no more than that."""
        audit.record(self.tx, MACHINE, verb, subject, **detail)
        self.recorded.append(verb)


def looking(
    facility: Facility, by: Actor, act: Act, *, of: str | None = None
) -> AbstractContextManager[Look]:
    """For lists and facts that show nothing of a letter. ``of`` is as for ``acting``.

    Raises NotAllowed and NotFound at once, before the block is entered.
    """
    return _looking(facility, by, _owner(facility, by, act, of))


def acting(
    facility: Facility, by: Actor, act: Act, *, of: str | None = None, reason: str = ""
) -> AbstractContextManager[Action]:
    """For everything that shows or changes mail; it must be recorded before the block ends.

    ``of`` is the booking number of whoever owns the mail; for an inmate, any but their own does
    not exist. Raises NotAllowed, NotFound, and UsageError where a reason is missing: at once, so
    that slow work can be done between this call and the block, which holds the write lock.
    """
    owner = _owner(facility, by, act, of)
    return _acting(facility, by, owner, need_reason(reason) if RULES[act].reason else "")


def keeping(
    facility: Facility, by: Actor, act: Act, *, of: str | None = None
) -> AbstractContextManager[Look]:
    """For what somebody keeps for themselves while they work, as a draft: written, and in no log.
    ``of`` is as for ``acting``. Raises NotAllowed and NotFound."""
    return _keeping(facility, by, _owner(facility, by, act, of))


def need_reason(reason: str) -> str:
    """The reason without spaces around it; UsageError if it is empty."""
    if not reason.strip():
        raise UsageError("Say why: a decision about mail needs a reason (--reason).")
    return reason.strip()


def permit(facility: Facility, by: Actor, act: Act) -> None:
    """As ``permissions.permit``, for what needs no transaction of this entry; a refusal is
    recorded. Never within a block of ``acting``, which has the write lock."""
    try:
        permissions.permit(by, act)
    except MayNot as error:
        _note(facility, by, error)
        raise


def _note(facility: Facility, by: Actor, error: MayNot) -> None:
    """A refusal stands whether it can be recorded or not."""
    try:
        with writing(facility.engine) as tx:
            refused.note(tx, by, Subject(by.kind, by.name), str(error.act))
    except StorageError as trouble:
        log.error("a refusal could not be recorded: %s", trouble)


def _owner(facility: Facility, by: Actor, act: Act, of: str | None) -> str | None:
    permit(facility, by, act)
    if by.kind is not ActorKind.INMATE:
        return of
    if of not in (None, by.name):
        raise NotFound(f"There is no mailbox {of}.")
    return by.name


@contextmanager
def _looking(facility: Facility, by: Actor, owner: str | None) -> Iterator[Look]:
    with reading(facility.engine) as tx:
        need_contact(tx, by, owner)
        yield Look(by, tx, owner)


@contextmanager
def _keeping(facility: Facility, by: Actor, owner: str | None) -> Iterator[Look]:
    with writing(facility.engine) as tx:
        need_contact(tx, by, owner)
        yield Look(by, tx, owner)


@contextmanager
def _acting(facility: Facility, by: Actor, owner: str | None, why: str) -> Iterator[Action]:
    try:
        with writing(facility.engine) as tx:
            need_contact(tx, by, owner)
            action = Action(by, tx, owner, why)
            yield action
            if not action.recorded:  # an error in the verb, not in what was asked: nothing is kept
                raise AssertionError("something was done, but no event records it")
    except MayNot as error:  # a verb asked for more than the act that it began with
        _note(facility, by, error)
        raise
