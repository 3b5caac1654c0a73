"""What a report counts, as the tables have it: scans, letters, deliveries, holds, decisions.

Times are of the event log, which is written in the transaction of what it records. They are read
in whole seconds: of a hundred thousand letters, most of the work would be reading moments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.events import DECISIONS, Verb
from digitizer.model.people import ActorKind
from digitizer.operations.reports.periods import Period
from digitizer.storage.tables import event, letter, page, scan, transcript

#: Who opened an item this long before they decided about it did something else in between.
LONGEST_LOOK = timedelta(minutes=30)
_DELIVERING = (Verb.DELIVER, Verb.ASSIGN, Verb.RELEASE)
_TAKING_BACK = (Verb.RECALL, Verb.UNDO)
_LETTER_OF_EVENT = sa.func.substr(event.c.subject, len("letter:") + 1)
#: Reading confidence is counted in so many equal parts.
PARTS = 10


@dataclass(frozen=True, slots=True)
class ScanCame:
    at: datetime
    pages: int
    profile: str


@dataclass(frozen=True, slots=True)
class LettersCame:
    """So many that came in at one moment, with one scanner: those of a scan."""

    at: datetime
    profile: str
    number: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """The first time that a letter reached a mailbox, so many seconds after its scan was taken in.
    ``alone``: without a person."""

    at: datetime
    seconds: float
    alone: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Something was held when it was filed, ``whole`` as a scan; ``reasons`` are none where a
    letter only awaits review."""

    subject: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``seconds`` from when the same person opened the item; None where they did not, or long
    before."""

    verb: str
    subject: str
    seconds: float | None


def scans(tx: sa.Connection, period: Period) -> list[ScanCame]:
    rows = tx.execute(
        sa.select(_seconds(scan.c.taken_in), scan.c.pages, scan.c.profile).where(
            scan.c.taken_in >= period.start, scan.c.taken_in < period.end
        )
    )
    return [ScanCame(_moment(at), pages or 0, profile) for at, pages, profile in rows]


def letters(tx: sa.Connection, period: Period) -> list[LettersCame]:
    """By when their scans were taken in."""
    rows = tx.execute(
        sa.select(_seconds(letter.c.received), scan.c.profile, sa.func.count())
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(*_received_within(period))
        .group_by(letter.c.received, scan.c.profile)
    )
    return [LettersCame(_moment(at), profile, number) for at, profile, number in rows]


def held_by_profile(tx: sa.Connection, period: Period) -> Mapping[str, int]:
    """How many of the letters that came in were held when they were filed."""
    rows = tx.execute(
        sa.select(scan.c.profile, sa.func.count(sa.distinct(letter.c.id)))
        .select_from(event)
        .join(letter, letter.c.id == _LETTER_OF_EVENT)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(*_within(period), event.c.verb == str(Verb.HOLD), *_received_within(period))
        .group_by(scan.c.profile)
    )
    return Counter({row[0]: row[1] for row in rows})


def deliveries(tx: sa.Connection, period: Period) -> list[Delivery]:
    """First deliveries in the period, whenever the letter was scanned."""
    first: dict[str, sa.Row[Any]] = {}
    verbs = [str(each) for each in _DELIVERING]
    rows = tx.execute(
        sa.select(
            letter.c.id,
            _seconds(scan.c.taken_in).label("taken_in"),
            _seconds(event.c.at).label("at"),
            event.c.verb,
        )
        .join(letter, letter.c.id == _LETTER_OF_EVENT)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(*_within(period), event.c.verb.in_(verbs))
        .order_by(event.c.seq)
    )
    for row in rows:
        first.setdefault(row.id, row)
    for again in _delivered_before(tx, period, verbs):
        first.pop(again, None)
    return [
        Delivery(_moment(row.at), float(row.at - row.taken_in), row.verb == Verb.DELIVER)
        for row in first.values()
    ]


def _delivered_before(tx: sa.Connection, period: Period, verbs: list[str]) -> set[str]:
    """Letters that were delivered before the period, and taken back: few were."""
    back = sa.select(event.c.subject).where(event.c.verb.in_([str(each) for each in _TAKING_BACK]))
    rows = tx.execute(
        sa.select(event.c.subject).where(
            event.c.at < period.start, event.c.verb.in_(verbs), event.c.subject.in_(back)
        )
    )
    return {subject.partition(":")[2] for subject in rows.scalars()}


def holds(tx: sa.Connection, period: Period) -> list[Held]:
    rows = tx.execute(
        sa.select(event.c.subject, event.c.detail)
        .where(*_within(period), event.c.verb == str(Verb.HOLD))
        .order_by(event.c.seq)
    )
    return [Held(row.subject, tuple(row.detail.get("doubts") or ())) for row in rows]


def decisions(tx: sa.Connection, period: Period) -> list[Decision]:
    """What staff decided about held, settled and sealed mail, and how long they looked at it."""
    made: list[Decision] = []
    opened: dict[tuple[str, str], datetime] = {}
    verbs = [str(each) for each in (*DECISIONS, Verb.LOOK)]
    rows = tx.execute(
        sa.select(event.c.at, event.c.actor, event.c.verb, event.c.subject)
        .where(
            event.c.at >= period.start - LONGEST_LOOK,
            event.c.at < period.end,
            event.c.actor_kind == str(ActorKind.STAFF),
            event.c.verb.in_(verbs),
        )
        .order_by(event.c.seq)
    )
    for row in rows:
        item = row.actor, row.subject
        if row.verb == Verb.LOOK:
            if item not in opened or row.at - opened[item] > LONGEST_LOOK:
                opened[item] = row.at
            continue
        looked = row.at - opened.pop(item, row.at - 2 * LONGEST_LOOK)
        if row.at >= period.start:
            seconds = looked.total_seconds() if looked <= LONGEST_LOOK else None
            made.append(Decision(row.verb, row.subject, seconds))
    return made


def confidence(tx: sa.Connection, period: Period) -> Mapping[int, int]:
    """Pages that were read, by the tenth in which the reader's confidence is (0: below 0.1)."""
    sure = transcript.c.confidence
    part = sa.case(
        *((sure < (each + 1) / PARTS, each) for each in range(PARTS - 1)), else_=PARTS - 1
    )
    rows = tx.execute(
        sa.select(part.label("part"), sa.func.count())
        .select_from(scan)
        .join(page, page.c.scan_id == scan.c.id)
        .join(transcript, transcript.c.page_id == page.c.id)
        .where(scan.c.taken_in >= period.start, scan.c.taken_in < period.end)
        .group_by("part")
    )
    return Counter({row[0]: row[1] for row in rows})


def _within(period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return event.c.at >= period.start, event.c.at < period.end


def _received_within(period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return letter.c.received >= period.start, letter.c.received < period.end


def _seconds(column: sa.Column[datetime]) -> sa.ColumnElement[int]:
    """Since 1970."""
    return sa.cast(sa.extract("epoch", column), sa.BigInteger)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
