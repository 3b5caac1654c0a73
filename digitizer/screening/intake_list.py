"""What the staff pages ask: a day's intake, and the facts around one held item."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState, ScanState
from digitizer.model.people import Inmate
from digitizer.people.roster import as_inmate
from digitizer.storage.tables import (
    event,
    inmate,
    letter,
    original,
    page,
    scan,
    transcript,
)


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One scan of a day. The counts are letters; ``files`` how many files the stack came in.

    ``open`` is whether the whole scan still waits for a person.
    """

    scan: str
    source: str
    files: int
    profile: str
    taken_in: datetime
    state: ScanState
    pages: int | None
    sealed: bool
    reason: str | None
    open: bool
    delivered: int
    held: int
    review: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Bytes that came a second time, and the scan they are already."""

    at: datetime
    sources: tuple[str, ...]
    scan: str
    first_taken_in: datetime


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a held letter's cover said, for the person who settles it."""

    letter: str
    state: LetterState
    received: datetime
    sender: str | None
    proposed: Inmate | None


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """One scan as the desk sees it."""

    scan: str
    source: str
    taken_in: datetime
    profile: str
    pages: int | None
    sealed: bool


def intake_between(tx: sa.Connection, start: datetime, end: datetime) -> tuple[IntakeLine, ...]:
    """The scans taken in from ``start`` up to ``end``, newest first."""
    rows = tx.execute(
        sa.select(scan)
        .where(scan.c.taken_in >= start, scan.c.taken_in < end)
        .order_by(scan.c.taken_in.desc(), scan.c.id)
    ).all()
    within = sa.select(scan.c.id).where(scan.c.taken_in >= start, scan.c.taken_in < end)
    letters = _letters_by_state(tx, within)
    files = _sources(tx, within)
    return tuple(
        IntakeLine(
            scan=row.id, source=files[row.id][0], files=len(files[row.id]), profile=row.profile,
            taken_in=row.taken_in, state=ScanState(row.state), pages=row.pages,
            sealed=row.sealed, reason=row.reason,
            open=row.state == ScanState.HELD and not row.rejected and row.replaced_by is None,
            delivered=letters[row.id][LetterState.DELIVERED],
            held=letters[row.id][LetterState.HELD],
            review=letters[row.id][LetterState.AWAITING_REVIEW],
            rejected=letters[row.id][LetterState.REJECTED],
        )
        for row in rows
    )  # fmt: skip


def _letters_by_state(tx: sa.Connection, scans: sa.Select[tuple[str]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = tx.execute(
        sa.select(letter.c.scan_id, letter.c.state, sa.func.count())
        .where(letter.c.scan_id.in_(scans))
        .group_by(letter.c.scan_id, letter.c.state)
    )
    for scan_id, state, number in rows:
        counts[scan_id][state] = number
    return counts


def _sources(tx: sa.Connection, scans: sa.Select[tuple[str]]) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(
        sa.select(original.c.scan_id, original.c.source)
        .where(original.c.scan_id.in_(scans))
        .order_by(original.c.ordinal)
    )
    for scan_id, source in rows:
        sources[scan_id].append(source)
    return sources


def duplicates_between(tx: sa.Connection, start: datetime, end: datetime) -> tuple[Duplicate, ...]:
    """What came again in that time: from the event log, newest first."""
    rows = tx.execute(
        sa.select(event, scan.c.taken_in, scan.c.id.label("scan_id"))
        .join(scan, event.c.subject == sa.literal(str(Subject.scan(""))) + scan.c.id)
        .where(event.c.verb == str(Verb.DUPLICATE), event.c.at >= start, event.c.at < end)
        .order_by(event.c.seq.desc())
    )
    return tuple(
        Duplicate(row.at, tuple(row.detail.get("sources", ())), row.scan_id, row.taken_in)
        for row in rows
    )


def scan_facts(tx: sa.Connection, scan_id: str) -> ScanFacts:
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    source = tx.execute(
        sa.select(original.c.source)
        .where(original.c.scan_id == scan_id)
        .order_by(original.c.ordinal)
    ).scalars().first()  # fmt: skip
    return ScanFacts(row.id, source or "", row.taken_in, row.profile, row.pages, row.sealed)


def letter_facts(tx: sa.Connection, letter_id: str) -> LetterFacts:
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    proposed = tx.execute(
        sa.select(inmate).where(inmate.c.booking_number == row.proposed)
    ).first()  # fmt: skip
    return LetterFacts(
        row.id, LetterState(row.state), row.received, row.sender,
        as_inmate(proposed) if proposed else None,
    )  # fmt: skip


def texts_of(tx: sa.Connection, page_ids: Iterable[int]) -> str:
    """What was read on these pages, one under the other."""
    rows = tx.execute(
        sa.select(transcript.c.text)
        .join(page, transcript.c.page_id == page.c.id)
        .where(page.c.id.in_(list(page_ids)))
        .order_by(page.c.place)
    )
    return "\n".join(rows.scalars())
