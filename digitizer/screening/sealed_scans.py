"""What the tables contain about a sealed scan: all that may be known of it without opening it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access import second_person
from digitizer.access.permissions import Act
from digitizer.access.second_person import JointRequest
from digitizer.capture.scans import ledger, sealed_pages, sealing
from digitizer.capture.scans.sealed_pages import SealedPage
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject
from digitizer.model.paper import DoubtReason
from digitizer.storage.tables import scan


@dataclass(frozen=True, slots=True)
class SealedScan:
    """A sealed scan. ``sure``: a good marker says that it is legal mail; else it only may be.
    ``waits``: nobody has decided about it yet. ``opens``: its key is here. ``asked``: somebody
    asked to destroy the key, and a second person must confirm it."""

    scan: str
    source: str
    taken_in: datetime
    sure: bool
    reason: str
    waits: bool
    opens: bool
    pages: tuple[SealedPage, ...]
    asked: JointRequest | None

    @property
    def sealing(self) -> tuple[SealedPage, ...]:
        """The pages that it was sealed for."""
        return tuple(page for page in self.pages if page.standing)

    @property
    def cut_pages(self) -> tuple[int, ...]:
        """The pages that were cut out of it."""
        return tuple(page.number for page in self.pages if page.cut_into)


def find_sealed_scan(tx: sa.Connection, scan_id: str) -> SealedScan:
    """Raises NotFound, and Conflict for a scan that is not sealed."""
    source = ledger.find_scan(tx, scan_id).source
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if not row.sealed:
        raise Conflict(f"Scan {scan_id} is not sealed.")
    return SealedScan(
        scan=scan_id,
        source=source,
        taken_in=row.taken_in,
        sure=row.doubt != DoubtReason.LEGAL_DOUBT,
        reason=row.reason or "",
        waits=not row.rejected and row.replaced_by is None,
        opens=sealing.can_be_opened(tx, scan_id),
        pages=sealed_pages.pages_of(tx, scan_id),
        asked=second_person.waiting(tx, Subject.scan(scan_id), Act.UNSEAL),
    )
