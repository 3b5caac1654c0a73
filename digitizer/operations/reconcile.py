"""Reconcile: every page that came in is in exactly one place, scan by scan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.access.sealed_names import shown_name
from digitizer.model.mail import LetterState, PageRole, ScanState
from digitizer.model.people import Actor
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
    LetterState.DESTROYED: "destroyed",
}


_OLDEST_FIRST = sa.select(scan).order_by(scan.c.taken_in, scan.c.id)


@dataclass(frozen=True, slots=True)
class Balance:
    """Where one scan's pages are, as numbers of pages. ``pages`` is None where the file could not
    be opened, ``source`` where the scan is sealed and this is not for everybody to know."""

    scan: str
    source: str | None
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
    destroyed: int


@dataclass(frozen=True, slots=True)
class _Scan:
    """What its balance needs to know of a scan. ``pages`` is None until it is worked, and where
    it could not be opened."""

    id: str
    state: ScanState
    pages: int | None
    rejected: bool
    replaced: bool
    sealed: bool
    destroyed: bool

    @property
    def working(self) -> bool:
        return self.state in (ScanState.WAITING, ScanState.WORKING)

    @property
    def loose_place(self) -> str:
        """Where content pages that are in no letter count."""
        if self.destroyed:
            return "destroyed"
        return "rejected" if self.rejected else "recorded" if self.replaced else "held"


def reconcile(tx: sa.Connection, originals: BlobStore, by: Actor) -> Iterator[Balance]:
    """One balance for each scan, oldest first."""
    counts = _counts(tx)
    for row in tx.execute(_OLDEST_FIRST):
        yield _balance(tx, _entered(row), counts[row.id], originals, by)


def reconcile_after(
    tx: sa.Connection,
    originals: BlobStore,
    after: tuple[datetime, str] | None,
    most: int,
    by: Actor,
) -> Iterator[tuple[datetime, Balance]]:
    """``most`` balances after the scan with this moment of intake and id, each with its moment."""
    asked = _OLDEST_FIRST.limit(most)
    if after is not None:
        at, scan_id = after
        later_id = sa.and_(scan.c.taken_in == at, scan.c.id > scan_id)
        asked = asked.where(sa.or_(scan.c.taken_in > at, later_id))
    rows = tx.execute(asked).all()
    counts = _counts(tx, [row.id for row in rows])
    for row in rows:
        yield row.taken_in, _balance(tx, _entered(row), counts[row.id], originals, by)


def _entered(row: sa.Row[Any]) -> _Scan:
    return _Scan(
        id=row.id,
        state=ScanState(row.state),
        pages=row.pages,
        rejected=row.rejected,
        replaced=bool(row.replaced_by),
        sealed=row.sealed,
        destroyed=row.destroyed is not None,
    )


def _counts(tx: sa.Connection, only: Sequence[str] | None = None) -> dict[str, Counter[str]]:
    """Of all scans, or of these."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    asked = (
        sa.select(page.c.scan_id, page.c.role, letter.c.state, sa.func.count())
        .outerjoin(letter, page.c.letter_id == letter.c.id)
        .group_by(page.c.scan_id, page.c.role, letter.c.state)
    )
    if only is not None:
        asked = asked.where(page.c.scan_id.in_(only))
    for scan_id, role, state, number in tx.execute(asked):
        place = _place(PageRole(role), state)
        counts[scan_id][place] += number
    return counts


def _place(role: PageRole, state: str | None) -> str:
    """A page that was withheld from a delivered letter was refused, as one of a rejected letter. A
    destroyed letter took its cover and its blanks along."""
    if state == LetterState.DESTROYED:
        return "destroyed"
    if role is PageRole.WITHHELD and state == LetterState.DELIVERED:
        return "rejected"
    return _BY_ROLE.get(role) or ("loose" if state is None else _BY_STATE[LetterState(state)])


def _balance(
    tx: sa.Connection, entered: _Scan, places: Counter[str], originals: BlobStore, by: Actor
) -> Balance:
    first, present = _originals(tx, entered.id, originals)
    if entered.pages is None and not entered.working:
        places[entered.loose_place] += 1
        expected = 1
    else:
        places[entered.loose_place] += places.pop("loose", 0)
        expected = entered.pages or 0
    if entered.destroyed:
        places = Counter(destroyed=places.total())
    balanced = present and (entered.working or sum(places.values()) == expected)
    return Balance(
        scan=entered.id,
        source=shown_name(by, first, sealed=entered.sealed),
        pages=entered.pages,
        working=int(entered.working),
        balanced=balanced,
        missing_original=not present,
        delivered=places["delivered"],
        held=places["held"],
        recorded=places["recorded"],
        covers=places["covers"],
        blanks=places["blanks"],
        rejected=places["rejected"],
        destroyed=places["destroyed"],
    )


def _originals(tx: sa.Connection, scan_id: str, originals: BlobStore) -> tuple[str, bool]:
    """The name under which the scan came in, and whether all its originals that were not destroyed
    are stored."""
    parts = tx.execute(
        sa.select(original.c.source, original.c.sha256, original.c.sealed_as, original.c.destroyed)
        .where(original.c.scan_id == scan_id)
        .order_by(original.c.ordinal)
    ).all()
    kept = [part for part in parts if part.destroyed is None]
    return parts[0].source, all(originals.exists(part.sealed_as or part.sha256) for part in kept)
