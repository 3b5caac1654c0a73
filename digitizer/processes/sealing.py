"""Sealing a scan that may hold legal mail: encrypted at rest, its key kept apart from it.

The only exception to "stored originals are never rewritten": the plain file goes once the
sealed one is stored and the database knows of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.parts.blobs import BlobStore
from digitizer.parts.tables import original, page, scan
from digitizer.parts.vault import lock, new_seal_key
from digitizer.vocabulary.errors import Conflict, NotFound
from digitizer.vocabulary.mail import PageRole, ScanState
from digitizer.vocabulary.moments import now
from digitizer.vocabulary.paper import Scan
from digitizer.vocabulary.points import reach


@dataclass(frozen=True, slots=True)
class Seal:
    """The key, and under which digest each original's sealed bytes are stored."""

    key: bytes
    stored: Mapping[str, str]


def seal(store: BlobStore, sealed: Scan) -> Seal:
    """Stores the encrypted twin of each original; the plain ones are still there after."""
    key = new_seal_key()
    return Seal(
        key,
        {
            sha256: store.put(io.BytesIO(lock(key, store.get(sha256))))[0]
            for sha256 in {part.sha256 for part in sealed.originals}
        },
    )


def keep_seal(tx: sa.Connection, scan_id: str, made: Seal) -> None:
    """Tells the ledger that the scan is sealed, with which key, and where its bytes are."""
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(sealed=True, seal_key=made.key))
    for plain, sealed_sha256 in made.stored.items():
        tx.execute(
            sa.update(original)
            .where(original.c.scan_id == scan_id, original.c.sha256 == plain)
            .values(sealed_as=sealed_sha256)
        )
    reach("sealing.kept")


def sealed_blobs(tx: sa.Connection, scan_id: str) -> tuple[bytes, tuple[str, ...]]:
    """The key of a sealed scan and the digests of its sealed originals, in order.

    Raises NotFound for no scan, Conflict for one that is not sealed or whose key is destroyed.
    """
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"There is no scan {scan_id}.")
    if not row.sealed or row.seal_key is None:
        raise Conflict(f"Scan {scan_id} is not sealed, or its key is destroyed already.")
    stored = tx.execute(
        sa.select(original.c.sealed_as)
        .where(original.c.scan_id == scan_id)
        .order_by(original.c.ordinal)
    )
    return row.seal_key, tuple(stored.scalars())


def destroy_seal_key(tx: sa.Connection, scan_id: str) -> None:
    """From now on nobody can read the sealed originals; their pages are only recorded."""
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(seal_key=None, state=str(ScanState.FILED), finished=now())
    )
    tx.execute(sa.update(page).where(page.c.scan_id == scan_id).values(role=str(PageRole.RECORDED)))


def drop_plain(tx: sa.Connection, store: BlobStore) -> int:
    """Deletes plain originals of sealed scans; also run at start, should a crash have left one.

    ``tx`` is a write transaction: nobody enters the same bytes anew meanwhile. A file that is
    also part of a scan that is not sealed stays: it is that scan's only picture of its sheets.
    """
    needed = sa.select(original.c.sha256).where(original.c.sealed_as.is_(None))
    rows = tx.execute(
        sa.select(original.c.sha256)
        .where(original.c.sealed_as.is_not(None), original.c.sha256.not_in(needed))
        .distinct()
    )
    left = [sha256 for sha256 in rows.scalars() if store.exists(sha256)]
    for sha256 in left:
        store.delete(sha256)
        reach("sealing.plain_deleted")
    return len(left)
