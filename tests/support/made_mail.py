"""Mail that no scanner ever saw: scans filed with made-up pages, so that no image work is done."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import ledger
from digitizer.covers import register
from digitizer.facility import House
from digitizer.model.paper import (
    Box,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    Original,
    Scan,
    Split,
    SplitLetter,
    SurveyedPage,
    Transcript,
    Word,
)
from digitizer.model.people import (
    Actor,
    ActorKind,
    CustodyStatus,
    Inmate,
    StaffRole,
)
from digitizer.model.settings import Release
from digitizer.people import roster
from digitizer.storage.tables import cover, event, letter, reading, scan, writing

CLERK = Actor(ActorKind.STAFF, "Clara Clerk", StaffRole.CLERK)
SUPERVISOR = Actor(ActorKind.STAFF, "Super Visor", StaffRole.SUPERVISOR)
INVESTIGATOR = Actor(ActorKind.STAFF, "Inigo Vestigator", StaffRole.INVESTIGATOR)
OPERATOR = Actor(ActorKind.MACHINE, "command line")

ORSON, PETRA, GONE = "A-100", "A-200", "A-300"
ROSTER = (
    Inmate(ORSON, "Testvale", "Orson", "B-1", CustodyStatus.IN_CUSTODY),
    Inmate(PETRA, "Samplewood", "Petra", "B/1", CustodyStatus.IN_CUSTODY),
    Inmate(GONE, "Mockford", "Gwen", "C-2", CustodyStatus.RELEASED),
)

DOUBT = Doubt(DoubtReason.SHEET_COUNT, "The sheets do not fit the count.")
LEGAL = Doubt(DoubtReason.LEGAL, "It may be legal mail.")


def as_inmate(booking_number: str) -> Actor:
    return Actor(ActorKind.INMATE, booking_number)


def fill_roster(tx: sa.Connection) -> None:
    roster.apply_roster(tx, [roster.RosterRow(person, {}) for person in ROSTER], full=False)


def new_cover(
    house: House, booking_number: str | None = ORSON, *, kind: CodeKind = CodeKind.INMATE,
    once: bool = False, message: str | None = None,
) -> CoverCode:  # fmt: skip
    """A registered code that nobody drew."""
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, kind, house.keys)
        owner = roster.inmate_row_id(tx, booking_number) if booking_number else None
        register.enrol(tx, code, inmate_id=owner, once=once, message_id=message)
    return code


def take(house: House, content: bytes, source: str = "stack.pdf") -> Scan:
    """Stores and enters a scan; it waits."""
    sha256, size = house.originals.put(io.BytesIO(content))
    with writing(house.engine) as tx:
        return ledger.enter(tx, [Original(sha256, source, size)], "default").scan


def pages(count: int, blank: Iterable[int] = ()) -> tuple[SurveyedPage, ...]:
    return tuple(
        SurveyedPage(number, f"page-{number:05d}", 2550, 3300, 300, number in set(blank), 0.02)
        for number in range(1, count + 1)
    )


def read(text: str, **alternatives: float) -> Transcript:
    """What an engine read, with other guesses for its last word."""
    *most, last = text.split() or [""]
    words = (
        *(Word(word, Box(9 * place, 2, 8, 4), 0.9, 0) for place, word in enumerate(most)),
        Word(last, Box(9 * len(most), 2, 8, 4), 0.5, 0, tuple(alternatives.items())),
    )
    return Transcript("made-up", text, 0.9, words if alternatives else ())


def letter_of(code: CoverCode | None, first: int, last: int, *doubts: Doubt) -> SplitLetter:
    """A cover on page ``first`` and content to ``last``; without a code all of it is content."""
    covers = (first,) if code else ()
    begin = first + 1 if code else first
    return SplitLetter(code, covers, tuple(range(begin, last + 1)), (), doubts)


def split_of(*letters: SplitLetter) -> Split:
    return Split(letters=letters)


def worked(
    scan_: Scan, split: Split, texts: Mapping[int, Transcript] | None = None, count: int = 0
) -> Worked:
    most = max([count, *(n for each in split.letters for n in (*each.covers, *each.pages))])
    return Worked(scan_, pages(most), split, texts or {})


def file(
    house: House, split: Split, texts: Mapping[int, Transcript] | None = None, *,
    content: bytes = b"stack", count: int = 0, release: Release = Release.AUTOMATIC,
    pictures: Mapping[int, str] | None = None,
) -> str:  # fmt: skip
    """A scan that came in and was filed; returns its id."""
    taken = take(house, content)
    with writing(house.engine) as tx:
        ledger.claim(tx, taken.id, "a test")
        file_scan(tx, worked(taken, split, texts, count), pictures or {}, release)
    return taken.id


def letters_of(house: House, scan_id: str) -> list[sa.Row[Any]]:
    """In the order of the stack."""
    with reading(house.engine) as tx:
        order = [each.letter for each in outcome_of(tx, scan_id)]
        rows = tx.execute(sa.select(letter).where(letter.c.scan_id == scan_id)).all()
    return sorted(rows, key=lambda row: order.index(row.id))


def deliver(house: House, booking_number: str, text: str, content: bytes) -> str:
    """A delivered letter of one page; returns its id."""
    code = new_cover(house, booking_number)
    filed = file(house, split_of(letter_of(code, 1, 2)), {2: read(text)}, content=content)
    (row,) = letters_of(house, filed)
    return str(row.id)


def held_letter(house: House, code: CoverCode | None = None, content: bytes = b"held") -> str:
    """A held letter of three pages (and its cover); returns its id."""
    filed = file(house, split_of(letter_of(code, 1, 4, DOUBT)), content=content)
    (row,) = letters_of(house, filed)
    return str(row.id)


def held_whole(house: House, *doubts: Doubt, count: int = 3, content: bytes = b"whole") -> str:
    return file(house, Split(whole=doubts or (DOUBT,)), count=count, content=content)


def events(house: House) -> list[tuple[str, str, str]]:
    """Verb, subject and actor of every event, oldest first."""
    columns = (event.c.verb, event.c.subject, event.c.actor)
    with reading(house.engine) as tx:
        return [tuple(row) for row in tx.execute(sa.select(*columns).order_by(event.c.seq))]


def scan_row(house: House, scan_id: str) -> sa.Row[Any]:
    with reading(house.engine) as tx:
        return tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()


def used_by(house: House, code: CoverCode) -> str | None:
    with reading(house.engine) as tx:
        found = tx.execute(sa.select(cover.c.used_by).where(cover.c.id == code.cover_id)).scalar()
    return None if found is None else str(found)


@contextmanager
def one_more_event(house: House, verb: str, subject: str, by: Actor) -> Iterator[None]:
    """Holds that what is done writes exactly this event, and one only."""
    before = len(events(house))
    yield
    assert events(house)[before:] == [(verb, subject, by.name)]
