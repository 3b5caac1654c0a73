"""Which e-messages were drawn to be checked, and what came of it: it stands in the log alone.

A draw stands as long as its decision does: one that was undone is forgotten. The events of draws
are about one subject of their own, by which they are found at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import Action
from digitizer.audit import Event
from digitizer.model.events import MESSAGE_CHECKS, MESSAGE_DECISIONS, Subject, Verb
from digitizer.model.mail import MessageState
from digitizer.model.people import Actor
from digitizer.screening import blind_checks
from digitizer.screening.blind_checks import Verdict, plain
from digitizer.storage.tables import message
from digitizer.support.clock import now

#: What nobody has checked for so long is not checked any more.
_OPEN_FOR = timedelta(days=90)
_AT_ONCE = 500
#: They end a draw: it was checked, or its decision does not stand.
_ENDS = (Verb.CHECK, Verb.UNDO_MESSAGE)


@dataclass(frozen=True, slots=True)
class MessageCheck(Verdict):
    """Of an e-message; its parts are its words, 0, and its photos by their places from 1."""

    message: str
    state: MessageState


@dataclass(frozen=True, slots=True)
class _Draw:
    """``end`` is what ended it, None while it is open."""

    event: Event
    end: Event | None

    @property
    def message(self) -> str:
        return str(self.event.detail["message"])

    @property
    def passed(self) -> frozenset[int]:
        return frozenset(self.event.detail["passed"])


def draw(action: Action, message_id: str, passed: Collection[int], percent: float) -> None:
    """Draws the message by chance, for somebody else to check; ``passed`` are the parts that this
    person let pass. Recorded after the decision."""
    if blind_checks.is_drawn(action.by, percent):
        action.record(Verb.DRAW_MESSAGE, MESSAGE_CHECKS, message=message_id, passed=sorted(passed))


def waiting(tx: sa.Connection, by: Actor) -> tuple[str, ...]:
    """The messages that this person can check, the first drawn first: those about which they never
    decided anything."""
    since, mine = now() - _OPEN_FOR, plain(by.name)
    drawn = [each for each in _draws(tx) if each.end is None and each.event.at >= since]
    others = [each.message for each in drawn if plain(each.event.actor) != mine]
    decided = {
        each for each, state in _states(tx, others).items() if state is not MessageState.IN_REVIEW
    }
    return tuple(each for each in others if each in decided and mine not in _deciders(tx, each))


def _deciders(tx: sa.Connection, message_id: str) -> set[str]:
    return blind_checks.deciders(tx, [Subject.message(message_id)], MESSAGE_DECISIONS)


def passed_by_first(tx: sa.Connection, message_id: str) -> frozenset[int]:
    """What the first person let pass of a message whose draw is open."""
    return next(each.passed for each in _draws(tx) if each.message == message_id and not each.end)


def checks_made(tx: sa.Connection) -> tuple[MessageCheck, ...]:
    """All of them, the last first."""
    ended = [(each, each.end) for each in _draws(tx)]
    made = [(each, end) for each, end in ended if end is not None and end.verb == Verb.CHECK]
    states = _states(tx, [each.message for each, _ in made])
    found = (
        MessageCheck(
            first_by=each.event.actor,
            by=end.actor,
            at=end.at,
            passed=each.passed,
            refused=frozenset(end.detail["refused"]),
            why=end.detail.get("why", ""),
            message=each.message,
            state=states[each.message],
        )
        for each, end in made
        if each.message in states
    )
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _draws(tx: sa.Connection) -> tuple[_Draw, ...]:
    """All of them, oldest first."""
    drawn = audit.events_of(tx, MESSAGE_CHECKS)
    ends: dict[str, list[Event]] = {}
    for each in _ends(tx, sorted({str(each.detail["message"]) for each in drawn})):
        ends.setdefault(each.subject.partition(":")[2], []).append(each)
    return tuple(_Draw(each, _first_after(each, ends)) for each in drawn)


def _first_after(drawn: Event, ends: dict[str, list[Event]]) -> Event | None:
    its = ends.get(str(drawn.detail["message"]), ())
    return next((each for each in its if each.seq > drawn.seq), None)


def _ends(tx: sa.Connection, ids: Sequence[str]) -> Iterable[Event]:
    for start in range(0, len(ids), _AT_ONCE):
        some = (Subject.message(each) for each in ids[start : start + _AT_ONCE])
        yield from (each for each in audit.events_of(tx, *some) if each.verb in _ENDS)


def _states(tx: sa.Connection, ids: Sequence[str]) -> dict[str, MessageState]:
    found: dict[str, MessageState] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = message.c.id.in_(ids[start : start + _AT_ONCE])
        rows = tx.execute(sa.select(message.c.id, message.c.state).where(some))
        found |= {row.id: MessageState(row.state) for row in rows}
    return found
