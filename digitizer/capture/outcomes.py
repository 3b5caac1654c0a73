"""What became of a scan, read back from the tables: a line for each letter, in stack order."""

from __future__ import annotations

from dataclasses import dataclass

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
    LetterState.DESTROYED: Outcome.RECORDED,
}


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter as the tables have it; ``booking_number`` is of whom it is assigned to."""

    id: str
    state: LetterState
    reason: str | None
    booking_number: str | None


def outcome_of(tx: sa.Connection, scan_id: str) -> tuple[Filed, ...]:
    """Of a scan whose work is over. Raises NotFound for no scan."""
    source = find_scan(tx, scan_id).source
    whole = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if whole.state == ScanState.HELD:
        pages = () if whole.sealed else _loose_content(tx, scan_id)
        return (_without_letter(scan_id, source, Outcome.HELD, pages, whole.reason),)
    lines = [_line(tx, each, scan_id, source) for each in _letters(tx, scan_id)]
    if not lines:
        message = "It contains only batch headers."
        return (_without_letter(scan_id, source, Outcome.RECORDED, (), message),)
    return tuple(lines)


def _without_letter(
    scan_id: str, source: str, outcome: Outcome, pages: tuple[int, ...], reason: str | None
) -> Filed:
    return Filed(
        scan=scan_id,
        source=source,
        letter=None,
        outcome=outcome,
        booking_number=None,
        pages=pages,
        reason=reason,
    )


def _letters(tx: sa.Connection, scan_id: str) -> tuple[_Letter, ...]:
    """In the order of the stack."""
    first_page = (
        sa.select(sa.func.min(page.c.number)).where(page.c.letter_id == letter.c.id)
    ).scalar_subquery()
    rows = tx.execute(
        sa.select(letter.c.id, letter.c.state, letter.c.reason, inmate.c.booking_number)
        .outerjoin(inmate, letter.c.inmate_id == inmate.c.id)
        .where(letter.c.scan_id == scan_id)
        .order_by(first_page, letter.c.id)
    )
    return tuple(
        _Letter(
            id=row.id,
            state=LetterState(row.state),
            reason=row.reason,
            booking_number=row.booking_number,
        )
        for row in rows
    )


def _line(tx: sa.Connection, filed: _Letter, scan_id: str, source: str) -> Filed:
    delivered = filed.state is LetterState.DELIVERED
    return Filed(
        scan=scan_id,
        source=source,
        letter=filed.id,
        outcome=_OUTCOMES[filed.state],
        booking_number=filed.booking_number if delivered else None,
        pages=content_numbers(tx, filed.id),
        reason=None if delivered else filed.reason or "Waiting for review.",
    )


def _loose_content(tx: sa.Connection, scan_id: str) -> tuple[int, ...]:
    return tuple(
        tx.execute(
            sa.select(page.c.number)
            .where(page.c.scan_id == scan_id, page.c.role == PageRole.CONTENT)
            .order_by(page.c.number)
        ).scalars()
    )
