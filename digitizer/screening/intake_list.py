"""What the staff pages show: a day's intake, and the facts about one held item."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.sealed_names import shown_name
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState, ScanState
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.storage.tables import event, letter, original, scan


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One scan of a day. ``source`` is None where it is sealed, and not for everybody to know;
    ``files`` is how many files the stack came in. ``open`` is whether the whole scan still waits
    for a person. The last four are numbers of letters."""

    scan: str
    source: str | None
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
    """Bytes that came in a second time, and the scan that they are already. ``sources`` is empty
    where that is sealed, and not for everybody to know."""

    at: datetime
    sources: tuple[str, ...]
    scan: str
    first_taken_in: datetime


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a held letter's cover says, for the person who decides. ``proposed`` is the inmate whom
    it names, ``inmate`` whom it goes to once it is released; ``doubts`` are the reasons."""

    letter: str
    state: LetterState
    received: datetime
    sender: str | None
    proposed: Inmate | None
    inmate: Inmate | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """One scan as the mailroom sees it. ``pages`` is a count, None where it could not be opened;
    ``source`` is None where it is sealed, and not for everybody to know; ``doubts`` is the reason
    for which all of it is held, if it is."""

    scan: str
    source: str | None
    taken_in: datetime
    profile: str
    pages: int | None
    sealed: bool
    doubts: tuple[str, ...] = ()


def intake_between(
    tx: sa.Connection, start: datetime, end: datetime, by: Actor
) -> tuple[IntakeLine, ...]:
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
            scan=row.id,
            source=shown_name(by, files[row.id][0], sealed=row.sealed),
            files=len(files[row.id]),
            profile=row.profile,
            taken_in=row.taken_in,
            state=ScanState(row.state),
            pages=row.pages,
            sealed=row.sealed,
            reason=row.reason,
            open=row.state == ScanState.HELD and not row.rejected and row.replaced_by is None,
            delivered=letters[row.id][LetterState.DELIVERED],
            held=letters[row.id][LetterState.HELD],
            review=letters[row.id][LetterState.AWAITING_REVIEW],
            rejected=letters[row.id][LetterState.REJECTED],
        )
        for row in rows
    )


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


def duplicates_between(
    tx: sa.Connection, start: datetime, end: datetime, by: Actor
) -> tuple[Duplicate, ...]:
    """What came in again in that time, as the audit chain has it, newest first."""
    rows = tx.execute(
        sa.select(event.c.at, event.c.subject, event.c.detail)
        .where(event.c.at >= start, event.c.at < end, event.c.verb == str(Verb.DUPLICATE))
        .order_by(event.c.seq.desc())
    ).all()
    ids = {row.subject.removeprefix(str(Subject.scan(""))) for row in rows}
    known = sa.select(scan.c.id, scan.c.taken_in, scan.c.sealed).where(scan.c.id.in_(ids))
    first = {row.id: row for row in tx.execute(known)}
    return tuple(
        Duplicate(
            row.at,
            tuple(
                name
                for source in row.detail.get("sources", ())
                if (name := shown_name(by, source, sealed=first[scan_id].sealed)) is not None
            ),
            scan_id,
            first[scan_id].taken_in,
        )
        for row in rows
        for scan_id in [row.subject.removeprefix(str(Subject.scan("")))]
        if scan_id in first
    )


def scan_facts(tx: sa.Connection, scan_id: str, by: Actor) -> ScanFacts:
    """Of a scan that is known to exist."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    source = (
        tx.execute(
            sa.select(original.c.source)
            .where(original.c.scan_id == scan_id)
            .order_by(original.c.ordinal)
        )
        .scalars()
        .first()
    )
    return ScanFacts(
        scan=row.id,
        source=shown_name(by, source or "", sealed=row.sealed),
        taken_in=row.taken_in,
        profile=row.profile,
        pages=row.pages,
        sealed=row.sealed,
        doubts=(row.doubt,) if row.doubt else (),
    )


def letter_facts(tx: sa.Connection, letter_id: str) -> LetterFacts:
    """Of a letter that is known to exist."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    return LetterFacts(
        letter=row.id,
        state=LetterState(row.state),
        received=row.received,
        sender=row.sender,
        proposed=roster.inmate_named(tx, row.proposed),
        inmate=None if row.inmate_id is None else roster.inmate_of_row(tx, row.inmate_id),
        doubts=tuple(row.doubts),
    )


def named_by_cover(tx: sa.Connection, letter_id: str) -> Inmate | None:
    """Whom a letter's cover names; None for no letter, no cover, or one that names nobody."""
    proposed = tx.execute(sa.select(letter.c.proposed).where(letter.c.id == letter_id)).scalar()
    return roster.inmate_named(tx, proposed)
