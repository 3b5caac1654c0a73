"""Reconcile: every page that came in is in exactly one place, scan by scan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.mail import LetterState, PageRole, ScanState
from digitizer.storage.blobs import BlobStore
from digitizer.storage.tables import letter, original, page, scan

_BY_ROLE = {
    PageRole.COVER: "covers",
    PageRole.BLANK: "blanks",
    PageRole.RECORDED: "recorded",
}
_BY_STATE = {
    LetterState.DELIVERED: "delivered",
    LetterState.HELD: "held",
    LetterState.AWAITING_REVIEW: "held",
    LetterState.REJECTED: "rejected",
    LetterState.REPLACED: "recorded",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One scan's books, in pages. ``pages`` is None where the file could not be opened."""

    scan: str
    source: str
    pages: int | None
    delivered: int
    held: int
    recorded: int
    covers: int
    blanks: int
    rejected: int
    working: int
    balanced: bool
    missing_original: bool


def reconcile(tx: sa.Connection, originals: BlobStore) -> Iterator[Account]:
    """One account a scan, oldest first."""
    counts = _counts(tx)
    for row in tx.execute(sa.select(scan).order_by(scan.c.taken_in, scan.c.id)):
        yield _account(tx, row, counts[row.id], originals)


def _counts(tx: sa.Connection) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = tx.execute(
        sa.select(page.c.scan_id, page.c.role, letter.c.state, sa.func.count())
        .outerjoin(letter, page.c.letter_id == letter.c.id)
        .group_by(page.c.scan_id, page.c.role, letter.c.state)
    )
    for scan_id, role, state, number in rows:
        place = _BY_ROLE.get(PageRole(role)) or ("loose" if state is None else _BY_STATE[state])
        counts[scan_id][place] += number
    return counts


def _account(
    tx: sa.Connection, row: sa.Row[Any], places: Counter[str], originals: BlobStore
) -> Account:
    first, present = _originals(tx, row, originals)
    working = row.state in (ScanState.WAITING, ScanState.WORKING)
    loose_place = "rejected" if row.rejected else "recorded" if row.replaced_by else "held"
    if row.pages is None and not working:
        places[loose_place] += 1
        expected = 1
    else:
        places[loose_place] += places.pop("loose", 0)
        expected = row.pages or 0
    balanced = present and (working or sum(places.values()) == expected)
    return Account(
        scan=row.id, source=first, pages=row.pages, working=int(working), balanced=balanced,
        missing_original=not present,
        delivered=places["delivered"], held=places["held"], recorded=places["recorded"],
        covers=places["covers"], blanks=places["blanks"], rejected=places["rejected"],
    )  # fmt: skip


def _originals(tx: sa.Connection, row: sa.Row[Any], originals: BlobStore) -> tuple[str, bool]:
    parts = tx.execute(
        sa.select(original.c.source, original.c.sha256, original.c.sealed_as)
        .where(original.c.scan_id == row.id)
        .order_by(original.c.ordinal)
    ).all()
    return parts[0].source, all(originals.exists(part.sealed_as or part.sha256) for part in parts)
