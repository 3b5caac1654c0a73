"""What became of a scan, read back from the tables: a line a letter, in the order of the stack."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digitizer.capture.scans.ledger import find_scan
from digitizer.letters.pages import content_numbers
from digitizer.model.mail import (
    Filed,
    LetterState,
    Outcome,
    PageRole,
    ScanState,
)
from digitizer.storage.tables import inmate, letter, page, scan

_OUTCOMES = {
    LetterState.DELIVERED: Outcome.DELIVERED,
    LetterState.HELD: Outcome.HELD,
    LetterState.AWAITING_REVIEW: Outcome.HELD,
    LetterState.REJECTED: Outcome.RECORDED,
    LetterState.REPLACED: Outcome.RECORDED,
}


def outcome_of(tx: sa.Connection, scan_id: str) -> tuple[Filed, ...]:
    """Of a scan whose work is over. Raises NotFound for no scan."""
    source = find_scan(tx, scan_id).source
    whole = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if whole.state == ScanState.HELD:
        pages = () if whole.sealed else _loose_content(tx, scan_id)
        return (Filed(scan_id, source, None, Outcome.HELD, None, pages, whole.reason),)
    first_page = (
        sa.select(sa.func.min(page.c.number)).where(page.c.letter_id == letter.c.id)
    ).scalar_subquery()  # fmt: skip
    rows = tx.execute(
        sa.select(letter, inmate.c.booking_number)
        .outerjoin(inmate, letter.c.inmate_id == inmate.c.id)
        .where(letter.c.scan_id == scan_id)
        .order_by(first_page, letter.c.id)
    )
    lines = [_line(tx, row, source) for row in rows]
    if not lines:
        says = "It holds only batch headers."
        return (Filed(scan_id, source, None, Outcome.RECORDED, None, (), says),)
    return tuple(lines)


def _line(tx: sa.Connection, row: sa.Row[Any], source: str) -> Filed:
    delivered = row.state == LetterState.DELIVERED
    return Filed(
        row.scan_id, source, row.id, _OUTCOMES[LetterState(row.state)],
        row.booking_number if delivered else None, content_numbers(tx, row.id),
        None if delivered else row.reason or "Waits for review.",
    )  # fmt: skip


def _loose_content(tx: sa.Connection, scan_id: str) -> tuple[int, ...]:
    return tuple(
        tx.execute(
            sa.select(page.c.number)
            .where(page.c.scan_id == scan_id, page.c.role == PageRole.CONTENT)
            .order_by(page.c.number)
        ).scalars()
    )
