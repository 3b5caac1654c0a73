"""What was scanned again: whether one letter or scan can stand for another."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import LetterState
from digitizer.storage.tables import letter, scan


def check_replacement(tx: sa.Connection, held_id: str, new_id: str) -> None:
    """The new picture is of another scan, and is itself neither set aside nor rejected."""
    old_scan, _ = _scan_and_use(tx, held_id)
    new_scan, in_use = _scan_and_use(tx, new_id)
    if old_scan is None:
        raise NotFound(f"Nothing held has the id {held_id}. See: digitizer held")
    if new_scan is None or new_scan == old_scan:
        raise NotFound(f"There is no letter or scan {new_id} of another scan.")
    if not in_use:
        raise Conflict(f"{new_id} is itself rejected or replaced: it cannot stand for another.")


def _scan_and_use(tx: sa.Connection, some_id: str) -> tuple[str | None, bool]:
    """The scan that a letter or scan is of, and whether it still counts."""
    row = tx.execute(sa.select(letter).where(letter.c.id == some_id)).first()
    if row is not None:
        return row.scan_id, row.state not in (LetterState.REJECTED, LetterState.REPLACED)
    row = tx.execute(sa.select(scan).where(scan.c.id == some_id)).first()
    if row is None:
        return None, False
    return row.id, not row.rejected and row.replaced_by is None


def is_letter(tx: sa.Connection, some_id: str) -> bool:
    """Whether this is a letter's id; else it is a scan's, or nothing's."""
    return tx.execute(sa.select(letter.c.id).where(letter.c.id == some_id)).first() is not None
