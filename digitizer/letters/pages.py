"""The pages of a letter in the tables: which are its content, and in what order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.letters.withheld_parts import parts_of
from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.storage.tables import letter, page
from digitizer.storage.tables_screening import withheld_page
from digitizer.support.clock import new_id


@dataclass(frozen=True, slots=True)
class WithheldPage:
    """A page of a letter that was withheld, or a ``part`` of one. ``number`` is its page of the
    scan, ``after`` how many of the letter's content pages come before it, the one that it is a part
    of among them; ``reason`` is why, as its inmate reads it."""

    number: int
    after: int
    reason: str
    part: bool = False


def withheld_pages(tx: sa.Connection, letter_id: str) -> tuple[WithheldPage, ...]:
    """The pages of this letter that were withheld, and parts of others, in the order of the
    paper."""
    rows = tx.execute(
        sa.select(page.c.id, page.c.number, page.c.role, withheld_page.c.reason)
        .join(withheld_page, withheld_page.c.page_id == page.c.id, isouter=True)
        .where(
            page.c.letter_id == letter_id,
            page.c.role.in_((PageRole.CONTENT, PageRole.WITHHELD)),
        )
        .order_by(page.c.place)
    ).all()
    parts = parts_of(tx, [row.id for row in rows])
    found, passed = [], 0
    for row in rows:
        if row.role == PageRole.CONTENT:
            passed += 1
            found += [WithheldPage(row.number, passed, each.reason, True) for each in parts[row.id]]
        else:
            found.append(WithheldPage(row.number, passed, row.reason or ""))
    return tuple(found)


def content_numbers(tx: sa.Connection, letter_id: str) -> tuple[int, ...]:
    """The source page numbers of a letter's content, ascending."""
    return tuple(
        tx.execute(
            sa.select(page.c.number)
            .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
            .order_by(page.c.number)
        ).scalars()
    )


def whole_content_numbers(tx: sa.Connection, letter_id: str) -> tuple[int, ...]:
    """As ``content_numbers``, without the pages of which a part is withheld."""
    in_part = {each.number for each in withheld_pages(tx, letter_id) if each.part}
    return tuple(each for each in content_numbers(tx, letter_id) if each not in in_part)


def new_letter(tx: sa.Connection, scan_id: str, received: datetime, reason: str | None) -> str:
    """Makes a held letter, without an owner or pages yet; returns its id."""
    letter_id = new_id()
    tx.execute(
        sa.insert(letter).values(
            id=letter_id,
            scan_id=scan_id,
            kind=str(LetterKind.LETTER),
            state=str(LetterState.HELD),
            received=received,
            reason=reason,
        )
    )
    return letter_id


def renumber(tx: sa.Connection, letter_id: str) -> None:
    """Gives the letter's content pages their positions 1, 2, …; all others have none."""
    tx.execute(sa.update(page).where(page.c.letter_id == letter_id).values(position=None))
    in_order = (
        sa.select(page.c.id)
        .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    )
    for position, page_id in enumerate(tx.execute(in_order).scalars().all(), start=1):
        tx.execute(sa.update(page).where(page.c.id == page_id).values(position=position))
