"""What is locked after wrong logins, unlocking it, and what was refused of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from digitizer import audit
from digitizer.access import throttling
from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.support.clock import now

_OF_LATE = timedelta(days=7)
_ACCOUNTS = (str(ActorKind.INMATE), str(ActorKind.STAFF), str(ActorKind.CORRESPONDENT))


@dataclass(frozen=True, slots=True)
class Lock:
    """``kind`` is inmate, staff, correspondent or terminal. ``at`` is the terminal at which alone
    an account is locked, None where that is everywhere but at the terminals that its owner used of
    late."""

    kind: str
    name: str
    at: str | None
    until: datetime


def locks(facility: Facility, by: Actor) -> tuple[Lock, ...]:
    """All that is locked now, the longest first; but not what nobody has for a number or name."""
    rules = throttling.rules_of(facility.settings.web)
    with looking(facility, by, Act.KIOSKS) as look:
        found = throttling.locked(look.tx, rules, now())
    listed = []
    for place, until in found:
        kind, _, name = (place.account or place.terminal).partition(":")
        if not name.startswith("?") and kind in (*_ACCOUNTS, "terminal"):
            at = place.terminal.partition(":")[2] if place.account and place.terminal else None
            listed.append(Lock(kind, name, at, until))
    return tuple(listed)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody was refused: ``asked`` is the act, read after "may not", or a login while it
    was locked. ``who`` is a name, an account or a terminal. ``more`` were refused before this one,
    and after the one before it."""

    at: datetime
    who: str
    asked: str
    terminal: str
    more: int


def refusals(facility: Facility, by: Actor) -> tuple[Refusal, ...]:
    """The refusals of the last week that the log has, newest first, fifty at most."""
    with looking(facility, by, Act.KIOSKS) as look:
        found = audit.events_since(look.tx, now() - _OF_LATE, Verb.REFUSE)
    return tuple(_refusal(each) for each in found)


def _refusal(event: audit.Event) -> Refusal:
    terminal = str(event.detail.get("terminal", "")).removeprefix("terminal:")
    who = event.subject.replace(":", " ", 1)
    asked = str(event.detail.get("asked", ""))
    return Refusal(event.at, who, asked, terminal, int(event.detail.get("more", 0)))


def unlock(facility: Facility, kind: str, name: str, by: Actor) -> None:
    """An account everywhere, or a terminal. Raises NotFound where nothing had failed."""
    subject = Subject(kind, name)
    with acting(facility, by, Act.KIOSKS) as action:
        forget = throttling.forget_terminal if kind == "terminal" else throttling.forget_account
        if not forget(action.tx, subject):
            raise NotFound(f"Nothing is locked for {kind} {name}.")
        action.record(Verb.UNLOCK, subject)


def may_unlock(by: Actor) -> bool:
    """Whether this person may unlock; ``unlock`` checks it again."""
    return is_permitted(by, Act.KIOSKS)
