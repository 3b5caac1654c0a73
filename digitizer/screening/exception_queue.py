"""The exception queue: everything that waits for a person, and the pages of its scans."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.sealed_names import shown_name
from digitizer.capture.held_queues import OPEN, queue_of
from digitizer.letters import whom_about
from digitizer.letters.withheld_parts import parts_of
from digitizer.model.mail import HeldItem, PageRole, Queue, ScanState
from digitizer.model.people import Actor
from digitizer.storage.tables import letter, original, page, scan


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page of a scan as staff see it, whatever happened to it. ``letter`` is the id of the
    letter that it is in, ``picture`` the name of its stored picture; ``width`` and ``height`` are
    in pixels at ``dpi``; ``paper`` is the colour of its paper, empty where it is not known.
    ``envelope``: it is its letter's envelope. ``in_part``: a part of it is withheld."""

    id: int
    number: int
    role: PageRole
    letter: str | None
    picture: str | None
    width: int
    height: int
    quality: tuple[str, ...]
    dpi: int = 0
    paper: tuple[int, ...] = ()
    envelope: bool = False
    in_part: bool = False

    @property
    def shown_as(self) -> str:
        """Its role, as people read it: an envelope is content, and called what it is."""
        return "envelope" if self.envelope and self.role is PageRole.CONTENT else str(self.role)

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of the paper; in pixels where the resolution is not known."""
        return self.width / (self.dpi or 1), self.height / (self.dpi or 1)


def held_items(tx: sa.Connection, by: Actor) -> tuple[HeldItem, ...]:
    """All that waits for a person, oldest first, as ``by`` may know it; not the form of a request
    that is about them."""
    hidden = whom_about.about(tx, by)
    letters = (each for each in _held_letters(tx, by) if each.letter not in hidden)
    found = (*letters, *_held_scans(tx, by))
    return tuple(sorted(found, key=lambda item: (item.since, item.pages)))


def _first_source() -> sa.ScalarSelect[str]:
    return (
        sa.select(original.c.source)
        .where(original.c.scan_id == scan.c.id, original.c.ordinal == 1)
        .scalar_subquery()
    )


def _held_letters(tx: sa.Connection, by: Actor) -> tuple[HeldItem, ...]:
    rows = tx.execute(
        sa.select(letter, scan.c.finished, scan.c.sealed, _first_source().label("source"))
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(letter.c.state.in_(OPEN))
    )
    numbers = _content_of_open(tx)
    return tuple(
        HeldItem(
            scan=row.scan_id,
            source=shown_name(by, row.source, sealed=row.sealed),
            letter=row.id,
            pages=tuple(numbers[row.id]),
            reason=row.reason or "Waiting for review.",
            since=row.finished or row.received,
            queue=queue_of(row.state, row.doubts),
        )
        for row in rows
    )


def _content_of_open(tx: sa.Connection) -> dict[str, list[int]]:
    """The numbers of their content pages, ascending: of all at once, for there may be thousands."""
    numbers: dict[str, list[int]] = defaultdict(list)
    rows = tx.execute(
        sa.select(page.c.letter_id, page.c.number)
        .join(letter, page.c.letter_id == letter.c.id)
        .where(letter.c.state.in_(OPEN), page.c.role == PageRole.CONTENT)
        .order_by(page.c.number)
    )
    for letter_id, number in rows:
        numbers[letter_id].append(number)
    return numbers


def _held_scans(tx: sa.Connection, by: Actor) -> tuple[HeldItem, ...]:
    rows = tx.execute(
        sa.select(scan, _first_source().label("source")).where(
            scan.c.state == ScanState.HELD,
            scan.c.rejected.is_(False),
            scan.c.replaced_by.is_(None),
        )
    )
    numbers = _loose_numbers(tx)
    return tuple(
        HeldItem(
            scan=row.id,
            source=shown_name(by, row.source, sealed=row.sealed),
            letter=None,
            pages=tuple(numbers[row.id]),
            reason=row.reason,
            since=row.finished or row.taken_in,
            queue=Queue.LEGAL if row.sealed else Queue.EXCEPTION,
        )
        for row in rows
    )


def _loose_numbers(tx: sa.Connection) -> dict[str, list[int]]:
    """The source page numbers of content that is in no letter, by scan that is held."""
    numbers: dict[str, list[int]] = defaultdict(list)
    rows = tx.execute(
        sa.select(page.c.scan_id, page.c.number)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(
            scan.c.state == ScanState.HELD,
            page.c.letter_id.is_(None),
            page.c.role == PageRole.CONTENT,
        )
        .order_by(page.c.number)
    )
    for scan_id, number in rows:
        numbers[scan_id].append(number)
    return numbers


def pages_shown_to(tx: sa.Connection, scan_id: str, by: Actor) -> tuple[ScanPage, ...]:
    """Every page of a scan, but for those of forms for requests that are about this person."""
    hidden = whom_about.about(tx, by)
    return tuple(each for each in scan_pages(tx, scan_id) if each.letter not in hidden)


def scan_pages(tx: sa.Connection, scan_id: str) -> tuple[ScanPage, ...]:
    """Every page of a scan in the order of the paper: the pages beside a doubt explain it."""
    asked = sa.select(page).where(page.c.scan_id == scan_id).order_by(page.c.place)
    rows = tx.execute(asked).all()
    parts = parts_of(tx, [row.id for row in rows])
    return tuple(
        ScanPage(
            id=row.id,
            number=row.number,
            role=PageRole(row.role),
            letter=row.letter_id,
            picture=row.picture,
            width=row.width,
            height=row.height,
            quality=tuple(row.quality),
            dpi=row.dpi,
            paper=tuple(row.paper),
            envelope=row.envelope,
            in_part=bool(parts[row.id]),
        )
        for row in rows
    )
