"""What was scanned again: whether one letter or scan can replace another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.capture.held_queues import OPEN
from digitizer.letters.pages import content_numbers
from digitizer.letters.withheld_before import withheld_of
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import LetterState, PageRole
from digitizer.policies import marks
from digitizer.screening import held_letters
from digitizer.storage.tables import letter, page, scan
from digitizer.support.wording import counted

#: The same sheets give so many times the pages at most: fronts alone, then both sides of each.
_MOST_TIMES = 2
#: What is in one of these states counts for nothing any more.
NOT_USED = (LetterState.REJECTED, LetterState.REPLACED, LetterState.DESTROYED)


@dataclass(frozen=True, slots=True)
class Item:
    """A letter, or a whole scan. ``pages`` are those with content; None where nobody knows yet."""

    scan: str
    whole: bool
    taken_in: datetime
    pages: int | None
    in_use: bool


def doubt_replacement(tx: sa.Connection, held_id: str, new_id: str) -> str | None:
    """Why the new letter or scan does not look like the same sheets scanned again; None if it does.

    Raises NotFound unless it is of another scan, and Conflict if it is itself replaced or rejected.
    """
    old, new = item_of(tx, held_id), item_of(tx, new_id)
    if old is None:
        raise NotFound(f"No held letter or scan has the id {held_id}. See: digitizer held")
    if new is None or new.scan == old.scan:
        raise NotFound(f"{new_id} is neither another scan nor a letter of another scan.")
    if not new.in_use:
        raise Conflict(f"{new_id} is itself rejected or replaced, so it cannot replace {held_id}.")
    return doubt_about(held_id, old, new_id, new)


def hold_for(tx: sa.Connection, letter_id: str, new_id: str) -> None:
    """Where a page of the letter was withheld, what replaces it waits, and says so; marks of the
    one are marks of the other. Raises Conflict where the other is delivered already."""
    earlier = withheld_of(tx, letter_id)
    rows = tx.execute(
        sa.select(letter.c.id, letter.c.state).where(
            sa.or_(letter.c.id == new_id, letter.c.scan_id == new_id),
            letter.c.state.in_((*OPEN, LetterState.DELIVERED)),
        )
    ).all()
    for row in rows:
        if earlier and row.state == LetterState.DELIVERED:
            raise Conflict(
                f"Letter {row.id} has been delivered, with a page that was withheld perhaps. "
                f"{earlier[0].message} A supervisor recalls {row.id} first; then record it."
            )
        held_letters.note_withheld(tx, row.id, earlier)
    marks.mark_open_letters(tx, [row.id for row in rows])


def doubt_about(held_id: str, old: Item, new_id: str, new: Item) -> str | None:
    """Why the new item does not look like the same sheets scanned again; None if it does."""
    if new.taken_in <= old.taken_in:
        return f"{new_id} came in before {held_id}, so it cannot be the same sheets scanned again."
    if not new.pages:
        return f"No page of {new_id} has been read, so nobody knows whether it is the same sheets."
    if old.pages and new.pages < old.pages:
        return (
            f"{new_id} has {counted(new.pages, 'page')}, but {held_id} has {old.pages}: "
            "some would be lost."
        )
    same_kind = old.whole == new.whole
    if old.pages and same_kind and new.pages > old.pages * _MOST_TIMES:
        return f"{new_id} has {counted(new.pages, 'page')}, but {held_id} only {old.pages}."
    return None


def item_of(tx: sa.Connection, some_id: str) -> Item | None:
    """The letter or the scan with this id; None where nothing has it."""
    row = tx.execute(
        sa.select(letter, scan.c.taken_in)
        .join(scan, scan.c.id == letter.c.scan_id)
        .where(letter.c.id == some_id)
    ).first()
    if row is not None:
        return Item(
            scan=row.scan_id,
            whole=False,
            taken_in=row.taken_in,
            pages=len(content_numbers(tx, row.id)),
            in_use=row.state not in NOT_USED,
        )
    row = tx.execute(sa.select(scan).where(scan.c.id == some_id)).first()
    if row is None:
        return None
    return Item(
        scan=row.id,
        whole=True,
        taken_in=row.taken_in,
        pages=_content_of(tx, row.id) or row.pages,
        in_use=not row.rejected and row.replaced_by is None,
    )


def _content_of(tx: sa.Connection, scan_id: str) -> int:
    return tx.execute(
        sa.select(sa.func.count())
        .select_from(page)
        .where(page.c.scan_id == scan_id, page.c.role == str(PageRole.CONTENT))
    ).scalar_one()


def is_letter(tx: sa.Connection, some_id: str) -> bool:
    """Whether this is the id of a letter; else it is a scan's, or nothing has it."""
    return tx.execute(sa.select(letter.c.id).where(letter.c.id == some_id)).first() is not None
