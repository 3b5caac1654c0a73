"""The pages of a letter in the tables: which are its content, and in what order."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.storage.tables import letter, page
from digitizer.support.clock import new_id


def content_numbers(tx: sa.Connection, letter_id: str) -> tuple[int, ...]:
    """The source page numbers of a letter's content, ascending."""
    return tuple(
        tx.execute(
            sa.select(page.c.number)
            .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
            .order_by(page.c.number)
        ).scalars()
    )


def new_letter(tx: sa.Connection, scan_id: str, received: Any, reason: str | None) -> str:
    """A held letter without owner or pages yet."""
    letter_id = new_id()
    tx.execute(
        sa.insert(letter).values(
            id=letter_id, scan_id=scan_id, kind=str(LetterKind.LETTER),
            state=str(LetterState.HELD), received=received, reason=reason,
        )
    )  # fmt: skip
    return letter_id


def renumber(tx: sa.Connection, letter_id: str) -> None:
    """Gives the letter's content pages their places 1, 2, …; covers and blanks have none."""
    tx.execute(sa.update(page).where(page.c.letter_id == letter_id).values(position=None))
    in_order = (
        sa.select(page.c.id)
        .where(page.c.letter_id == letter_id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    )
    for position, page_id in enumerate(tx.execute(in_order).scalars().all(), start=1):
        tx.execute(sa.update(page).where(page.c.id == page_id).values(position=position))
