"""The exception queue: what waits for a person, and what a person can do about it.

Each function here is one decision's effect on the tables; who may take it, and its audit row,
are the mailroom's. A whole scan that is held becomes one held letter of all its content pages
the moment someone works on it; from then on cutting, joining and assigning are the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.covers import register
from digitizer.letters.pages import content_numbers, new_letter, renumber
from digitizer.letters.search.page_search import index_letter
from digitizer.messages import outgoing
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import (
    HeldItem,
    LetterKind,
    LetterState,
    PageRole,
    Queue,
    ScanState,
)
from digitizer.model.paper import DoubtReason
from digitizer.storage.tables import letter, original, page, scan

_OPEN = (LetterState.HELD, LetterState.AWAITING_REVIEW)
#: Where a letter begins and ends is sure, and only whose it is must be found out.
_WHOSE = frozenset(
    str(reason)
    for reason in (
        DoubtReason.COVER_UNKNOWN, DoubtReason.COVER_REVOKED, DoubtReason.COVER_EXPIRED,
        DoubtReason.COVER_SPENT, DoubtReason.NOT_IN_CUSTODY,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page of a scan as staff see it, whatever became of it."""

    id: int
    number: int
    role: PageRole
    letter: str | None
    picture: str | None
    width: int
    height: int
    quality: tuple[str, ...]


def held_items(tx: sa.Connection) -> tuple[HeldItem, ...]:
    """All that waits for a person, oldest first."""
    found = (*_held_letters(tx), *_held_scans(tx))
    return tuple(sorted(found, key=lambda item: (item.since, item.pages)))


def _first_source() -> sa.ScalarSelect[str]:
    return (
        sa.select(original.c.source)
        .where(original.c.scan_id == scan.c.id, original.c.ordinal == 1)
        .scalar_subquery()
    )


def _held_letters(tx: sa.Connection) -> tuple[HeldItem, ...]:
    rows = tx.execute(
        sa.select(letter, scan.c.finished, _first_source().label("source"))
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(letter.c.state.in_(_OPEN))
    )
    return tuple(
        HeldItem(
            row.scan_id, row.source, row.id, content_numbers(tx, row.id),
            row.reason or "Waits for review.", row.finished or row.received, _queue(row),
        )
        for row in rows
    )  # fmt: skip


def _held_scans(tx: sa.Connection) -> tuple[HeldItem, ...]:
    rows = tx.execute(
        sa.select(scan, _first_source().label("source")).where(
            scan.c.state == ScanState.HELD,
            scan.c.rejected.is_(False),
            scan.c.replaced_by.is_(None),
        )
    )
    return tuple(
        HeldItem(
            row.id, row.source, None, _loose_numbers(tx, row.id), row.reason,
            row.finished or row.taken_in, Queue.LEGAL if row.sealed else Queue.EXCEPTION,
        )
        for row in rows
    )  # fmt: skip


def _queue(row: sa.Row[Any]) -> Queue:
    if row.state == LetterState.AWAITING_REVIEW:
        return Queue.SCREENING
    whose = bool(row.doubts) and _WHOSE.issuperset(row.doubts)
    return Queue.MATCH if whose else Queue.EXCEPTION


def _loose_numbers(tx: sa.Connection, scan_id: str) -> tuple[int, ...]:
    return tuple(
        tx.execute(
            sa.select(page.c.number)
            .where(
                page.c.scan_id == scan_id,
                page.c.letter_id.is_(None),
                page.c.role == PageRole.CONTENT,
            )
            .order_by(page.c.number)
        ).scalars()
    )


def desk_pages(tx: sa.Connection, scan_id: str) -> tuple[DeskPage, ...]:
    """Every page of a scan as the paper lay: the ones beside a doubt explain it."""
    rows = tx.execute(sa.select(page).where(page.c.scan_id == scan_id).order_by(page.c.place))
    return tuple(
        DeskPage(
            row.id, row.number, PageRole(row.role), row.letter_id, row.picture,
            row.width, row.height, tuple(row.quality),
        )
        for row in rows
    )  # fmt: skip


def open_held_letter(tx: sa.Connection, held_id: str) -> sa.Row[Any]:
    """The held letter of this id, or the letter made of a scan that is held whole.

    Raises NotFound, or Conflict if it is settled already or must not be opened.
    """
    row = tx.execute(sa.select(letter).where(letter.c.id == held_id)).first()
    if row is not None:
        if row.state not in _OPEN:
            raise Conflict(f"Letter {held_id} is {row.state.replace('_', ' ')}: nothing to settle.")
        return row
    return open_held_letter(tx, _letter_of_whole_scan(tx, held_id))


def held_scan(tx: sa.Connection, scan_id: str) -> sa.Row[Any]:
    """A scan that is held whole. Raises NotFound or Conflict."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"Nothing held has the id {scan_id}. See: digitizer held")
    if row.state != ScanState.HELD or row.rejected or row.replaced_by:
        raise Conflict(f"Scan {scan_id} is not held as a whole any more.")
    return row


def _letter_of_whole_scan(tx: sa.Connection, scan_id: str) -> str:
    row = held_scan(tx, scan_id)
    if row.sealed:
        raise Conflict(f"Scan {scan_id} is sealed: it may hold legal mail. Ask a supervisor.")
    if not row.pages:
        raise Conflict(
            f"Scan {scan_id} has no pages that could be opened. "
            "Reject it, or mark it as rescanned when the sheets were scanned again."
        )
    letter_id = new_letter(tx, scan_id, row.taken_in, row.reason)
    tx.execute(
        sa.update(page)
        .where(page.c.scan_id == scan_id, page.c.letter_id.is_(None))
        .values(letter_id=letter_id)
    )
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(state=str(ScanState.FILED)))
    renumber(tx, letter_id)
    return letter_id


def deliver(tx: sa.Connection, row: sa.Row[Any], inmate_id: int) -> None:
    """Delivers a held letter: to the inmate's mailbox, or, a reply sheet, to its thread.

    A single-use cover is used up by it. Raises Conflict for a letter without pages, and for a
    reply sheet that was printed for somebody else.
    """
    if not content_numbers(tx, row.id):
        raise Conflict(f"Letter {row.id} has no page to deliver. Join it or reject it.")
    if row.kind == LetterKind.REPLY:
        _deliver_reply(tx, row, inmate_id)
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == row.id)
        .values(state=str(LetterState.DELIVERED), inmate_id=inmate_id, reason=None)
    )
    index_letter(tx, row.id)
    if row.cover_id:
        register.spend(tx, row.cover_id, row.scan_id)


def _deliver_reply(tx: sa.Connection, row: sa.Row[Any], inmate_id: int) -> None:
    if row.message_id is None or outgoing.inmate_of(tx, row.message_id) != inmate_id:
        raise Conflict(
            f"Letter {row.id} came on a reply sheet that was printed for another inmate: it "
            "answers his correspondent. Assign it to him, or reject it."
        )
    outgoing.mark_answered(tx, row.message_id)


def release(tx: sa.Connection, row: sa.Row[Any]) -> None:
    """Delivers a letter that awaited review to the inmate its cover named."""
    if row.state != LetterState.AWAITING_REVIEW or row.inmate_id is None:
        raise Conflict(f"Letter {row.id} does not await review. Assign it instead.")
    deliver(tx, row, row.inmate_id)


def reject_letter(tx: sa.Connection, letter_id: str, reason: str) -> None:
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(state=str(LetterState.REJECTED), reason=reason)
    )


def reject_scan(tx: sa.Connection, scan_id: str, reason: str) -> None:
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(rejected=True, reason=reason))


def replace_letter(tx: sa.Connection, letter_id: str, by: str) -> None:
    """The sheets were scanned again, or joined elsewhere: this picture of them is kept, unused."""
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(state=str(LetterState.REPLACED), replaced_by=by)
    )


def replace_scan(tx: sa.Connection, scan_id: str, by: str) -> None:
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(replaced_by=by))


def cut(tx: sa.Connection, row: sa.Row[Any], number: int) -> str:
    """Cuts a held letter before source page ``number``; returns the second part's id."""
    content = tx.execute(
        sa.select(page.c.number, page.c.place)
        .where(page.c.letter_id == row.id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    )
    places = {found.number: found.place for found in content}
    if number not in list(places)[1:]:
        raise Conflict(
            f"Page {number} does not lie inside letter {row.id} "
            f"(its pages are {', '.join(map(str, places))}; cut before any but the first)."
        )
    second = new_letter(tx, row.scan_id, row.received, row.reason)
    tx.execute(
        sa.update(page)
        .where(page.c.letter_id == row.id, page.c.place >= places[number])
        .values(letter_id=second)
    )
    for part in (row.id, second):
        renumber(tx, part)
    return second


def join(tx: sa.Connection, first: sa.Row[Any], second: sa.Row[Any]) -> None:
    """Puts the pages of ``second`` into ``first``; both of one scan and both held."""
    if first.id == second.id or first.scan_id != second.scan_id:
        raise Conflict("Only two different held letters of the same scan can be joined.")
    tx.execute(sa.update(page).where(page.c.letter_id == second.id).values(letter_id=first.id))
    renumber(tx, first.id)
    replace_letter(tx, second.id, first.id)


def mark_page(tx: sa.Connection, row: sa.Row[Any], number: int, role: PageRole) -> None:
    """Says what a page of a held letter is: content, a cover, or blank."""
    done = tx.execute(
        sa.update(page)
        .where(page.c.letter_id == row.id, page.c.number == number)
        .values(role=str(role))
    )
    if done.rowcount != 1:
        raise NotFound(f"Page {number} is not in letter {row.id}.")
    renumber(tx, row.id)
