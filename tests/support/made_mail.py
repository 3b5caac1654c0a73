"""Mail that no scanner ever saw: scans that are filed with made-up pages, without image work."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from digitizer.capture.filing import file_scan
from digitizer.capture.outcomes import outcome_of
from digitizer.capture.pipeline import Worked
from digitizer.capture.scans import ledger
from digitizer.covers import register
from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.model.events import LOG, Verb
from digitizer.model.mail import Direction, Draft, LetterState, ScanState
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
from digitizer.model.scanner_profile import Sides
from digitizer.model.settings import Release
from digitizer.people import roster
from digitizer.people.roster_file.layout import AGREED, Column, Layout
from digitizer.people.roster_file.reading import RosterFile, RosterRow
from digitizer.people.roster_plan import plan
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover, event, letter, scan

CLERK = Actor(ActorKind.STAFF, "Clara Clerk", StaffRole.CLERK, proven=True)
SUPERVISOR = Actor(ActorKind.STAFF, "Super Visor", StaffRole.SUPERVISOR, proven=True)
ADMINISTRATOR = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR, proven=True)
INVESTIGATOR = Actor(ActorKind.STAFF, "Inigo Vestigator", StaffRole.INVESTIGATOR, proven=True)
OPERATOR = Actor(ActorKind.MACHINE, "command line")

ORSON, PETRA, GONE = "A-100", "A-200", "A-300"
ROSTER = (
    Inmate(ORSON, "Testvale", "Orson", "B-1", CustodyStatus.IN_CUSTODY),
    Inmate(PETRA, "Samplewood", "Petra", "B/1", CustodyStatus.IN_CUSTODY),
    Inmate(GONE, "Mockford", "Gwen", "C-2", CustodyStatus.RELEASED),
)

DOUBT = Doubt(DoubtReason.SHEET_COUNT, "The sheets do not fit the count.")
LEGAL = Doubt(DoubtReason.LEGAL, "It may be legal mail.")


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """What the tables contain about a letter, as tests look at it."""

    id: str
    scan_id: str
    state: LetterState
    inmate_id: int | None
    proposed: str | None
    doubts: list[str]
    reason: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class StoredScan:
    """What the tables contain about a scan, as tests look at it."""

    id: str
    state: ScanState
    pages: int | None
    doubt: str | None
    reason: str
    tries: int
    deaths: int
    claimed_by: str | None
    sealed: bool
    seal_key_id: str | None


def as_inmate(booking_number: str) -> Actor:
    return Actor(ActorKind.INMATE, booking_number)


def roster_file(people: Iterable[Inmate]) -> RosterFile:
    """As read from a file in the agreed columns."""
    layout = Layout({Column(name): (name,) for name in AGREED}, agreed=True)
    rows = tuple(RosterRow(person, {}, (line,)) for line, person in enumerate(people, 2))
    return RosterFile(AGREED, layout, rows, (), lines=len(rows))


def enter_people(tx: sa.Connection, people: Iterable[Inmate]) -> None:
    """As an import of a roster does."""
    roster.apply_plan(tx, plan(roster.current(tx), roster_file(people), full=False))


def fill_roster(tx: sa.Connection) -> None:
    enter_people(tx, ROSTER)


def new_cover(
    facility: Facility,
    booking_number: str | None = ORSON,
    *,
    kind: CodeKind = CodeKind.INMATE,
    once: bool = False,
    message: str | None = None,
) -> CoverCode:
    """A registered code that was never printed."""
    with writing(facility.engine) as tx:
        code = register.fresh_code(tx, kind, facility.keys)
        owner = roster.inmate_row_id(tx, booking_number) if booking_number else None
        register.enrol(tx, code, inmate_id=owner, once=once, message_id=message)
    return code


def new_reply_sheet(facility: Facility, booking_number: str = ORSON) -> CoverCode:
    """The code of a reply sheet that came with a message from Aunt Ida."""
    message = Draft(
        direction=Direction.TO_INMATE,
        booking_number=booking_number,
        correspondent="Aunt Ida",
        subject="Hi",
        body="How are you?",
    )
    with writing(facility.engine) as tx:
        code = register.fresh_code(tx, CodeKind.REPLY, facility.keys)
        register.enrol(
            tx,
            code,
            inmate_id=roster.inmate_row_id(tx, booking_number),
            message_id=outgoing.queue_message(tx, message, code.cover_id),
            sender=message.correspondent,
        )
    return code


def take(facility: Facility, content: bytes, source: str = "stack.pdf") -> Scan:
    """Stores and enters a scan; it waits."""
    sha256, size = facility.originals.put(io.BytesIO(content))
    with writing(facility.engine) as tx:
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
    scan_: Scan,
    split: Split,
    texts: Mapping[int, Transcript] | None = None,
    count: int = 0,
    sides: Sides = Sides.SIMPLEX,
) -> Worked:
    most = max([count, *(n for each in split.letters for n in (*each.covers, *each.pages))])
    return Worked(scan_, pages(most), split, texts or {}, sides)


def file(
    facility: Facility,
    split: Split,
    texts: Mapping[int, Transcript] | None = None,
    *,
    content: bytes = b"stack",
    count: int = 0,
    release: Release = Release.AUTOMATIC,
    pictures: Mapping[int, str] | None = None,
    sides: Sides = Sides.SIMPLEX,
) -> str:
    """A scan that came in and was filed; returns its id."""
    taken = take(facility, content)
    with writing(facility.engine) as tx:
        ledger.claim(tx, taken.id, "a test")
        file_scan(tx, worked(taken, split, texts, count, sides), pictures or {}, release)
    return taken.id


def letters_of(facility: Facility, scan_id: str) -> list[StoredLetter]:
    """In the order of the stack."""
    with reading(facility.engine) as tx:
        order = [each.letter for each in outcome_of(tx, scan_id)]
        ids = tx.execute(sa.select(letter.c.id).where(letter.c.scan_id == scan_id)).scalars().all()
    return [stored_letter(facility, letter_id) for letter_id in sorted(ids, key=order.index)]


def stored_letter(facility: Facility, letter_id: str) -> StoredLetter:
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    return StoredLetter(
        id=row.id,
        scan_id=row.scan_id,
        state=LetterState(row.state),
        inmate_id=row.inmate_id,
        proposed=row.proposed,
        doubts=row.doubts,
        reason=row.reason or "",
        replaced_by=row.replaced_by,
    )


def deliver(facility: Facility, booking_number: str, text: str, content: bytes) -> str:
    """A delivered letter of one page; returns its id."""
    code = new_cover(facility, booking_number)
    filed = file(facility, split_of(letter_of(code, 1, 2)), {2: read(text)}, content=content)
    (stored,) = letters_of(facility, filed)
    return stored.id


def held_letter(facility: Facility, code: CoverCode | None = None, content: bytes = b"held") -> str:
    """A held letter of three pages (and its cover); returns its id."""
    filed = file(facility, split_of(letter_of(code, 1, 4, DOUBT)), content=content)
    (stored,) = letters_of(facility, filed)
    return stored.id


def held_whole(
    facility: Facility, *doubts: Doubt, count: int = 3, content: bytes = b"whole"
) -> str:
    return file(facility, Split(whole=doubts or (DOUBT,)), count=count, content=content)


def events(facility: Facility) -> list[tuple[str, str, str]]:
    """Verb, subject and actor of every event, oldest first; but those of the log itself, and what
    was refused (``test_refused``)."""
    asked = sa.select(event.c.verb, event.c.subject, event.c.actor).order_by(event.c.seq)
    own = event.c.subject != str(LOG), event.c.verb != str(Verb.REFUSE)
    with reading(facility.engine) as tx:
        return [tuple(row) for row in tx.execute(asked.where(*own))]


def scan_row(facility: Facility, scan_id: str) -> StoredScan:
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    return StoredScan(
        id=row.id,
        state=ScanState(row.state),
        pages=row.pages,
        doubt=row.doubt,
        reason=row.reason or "",
        tries=row.tries,
        deaths=row.deaths,
        claimed_by=row.claimed_by,
        sealed=row.sealed,
        seal_key_id=row.seal_key_id,
    )


def used_by(facility: Facility, code: CoverCode) -> str | None:
    with reading(facility.engine) as tx:
        found = tx.execute(sa.select(cover.c.used_by).where(cover.c.id == code.cover_id)).scalar()
    return None if found is None else str(found)


@contextmanager
def one_more_event(facility: Facility, verb: str, subject: str, by: Actor) -> Iterator[None]:
    """Checks that the block writes exactly one event, and that it is this one."""
    before = len(events(facility))
    yield
    assert events(facility)[before:] == [(verb, subject, by.name)]


def with_web_settings(facility: Facility, **values: object) -> Facility:
    """The same facility, with other settings of its web pages."""
    web = facility.settings.web.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"web": web}))
