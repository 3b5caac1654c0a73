"""Sealing a scan that is, or may be, legal mail: encrypted under a key of its own, reversibly.

The plain file goes only once the encrypted one is stored and synced, was read back and gives the
same bytes, and its key is committed. Unsealing puts the plain file back under its old name. With
sealing, this is the only exception to "stored originals are never rewritten".
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, StorageError
from digitizer.model.mail import PageRole, ScanState
from digitizer.model.paper import Scan
from digitizer.storage.blobs import BlobStore
from digitizer.storage.encryption import lock, new_seal_key, unlock
from digitizer.storage.tables import original, page, scan
from digitizer.support.clock import now
from digitizer.support.failpoints import reach

log = logging.getLogger("digitizer")


@dataclass(frozen=True, slots=True)
class Seal:
    """The key, and under which digest each original's sealed bytes are stored."""

    key: bytes
    stored: Mapping[str, str]


def seal(store: BlobStore, sealed: Scan) -> Seal:
    """Stores the encrypted twin of each original, and proves it; the plain ones are still there.

    Raises StorageError for a twin that does not give the original's bytes.
    """
    key = new_seal_key()
    made = Seal(
        key, {sha256: _lock(store, key, sha256) for sha256 in {o.sha256 for o in sealed.originals}}
    )
    reach("sealing.stored")
    return made


def _lock(store: BlobStore, key: bytes, sha256: str) -> str:
    twin = store.put(io.BytesIO(lock(key, store.get(sha256))))[0]
    reach("sealing.locked")
    unlock_original(store, key, twin, sha256)
    return twin


def unlock_original(store: BlobStore, key: bytes, twin: str, sha256: str) -> bytes:
    """The plain bytes of an encrypted original. Raises StorageError unless they are the very
    bytes that the scanner wrote, and NotFound."""
    plain = unlock(key, store.get(twin))
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise StorageError(f"The encrypted copy of stored file {sha256} does not give its bytes.")
    return plain


def keep_seal(tx: sa.Connection, scan_id: str, made: Seal) -> None:
    """Tells the ledger that the scan is sealed, with which key, and where its bytes are."""
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(sealed=True, seal_key=made.key))
    for plain, twin in made.stored.items():
        tx.execute(
            sa.update(original)
            .where(original.c.scan_id == scan_id, original.c.sha256 == plain)
            .values(sealed_as=twin)
        )
    reach("sealing.kept")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed scan's originals are opened with: its key, and each one's digest, plain and
    encrypted, in order."""

    key: bytes
    originals: tuple[tuple[str, str], ...]


def find_sealed(tx: sa.Connection, scan_id: str) -> Sealed:
    """Raises NotFound for no scan, Conflict for one that is not sealed or whose key is gone."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"There is no scan {scan_id}.")
    if not row.sealed or row.seal_key is None:
        raise Conflict(f"Scan {scan_id} is not sealed, or its key is destroyed already.")
    stored = tx.execute(
        sa.select(original.c.sha256, original.c.sealed_as)
        .where(original.c.scan_id == scan_id)
        .order_by(original.c.ordinal)
    )
    return Sealed(row.seal_key, tuple((each.sha256, each.sealed_as) for each in stored))


def unseal(tx: sa.Connection, store: BlobStore, scan_id: str) -> tuple[str, ...]:
    """Puts the plain originals back, and the scan in the queue as if it had just come in.

    ``tx`` holds the write lock, so that nobody takes the plain ones for left over meanwhile.
    Returns the encrypted twins, which nothing names any more. Raises as ``find_sealed``, and
    StorageError if an original does not come back as it was: then nothing is changed.
    """
    sealed = find_sealed(tx, scan_id)
    for sha256, twin in dict(sealed.originals).items():
        store.put(io.BytesIO(unlock_original(store, sealed.key, twin, sha256)))
        reach("lifting.plain_stored")
    tx.execute(sa.update(original).where(original.c.scan_id == scan_id).values(sealed_as=None))
    tx.execute(sa.delete(page).where(page.c.scan_id == scan_id))
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(
            sealed=False, seal_key=None, state=str(ScanState.WAITING), pages=None, doubt=None,
            reason=None, finished=None, claimed_by=None, tries=0, deaths=0,
        )
    )  # fmt: skip
    return tuple(twin for _, twin in sealed.originals)


def find_unsettled(tx: sa.Connection, scan_id: str) -> Sealed:
    """A sealed scan that nobody rejected or scanned again. Raises NotFound and Conflict."""
    sealed = find_sealed(tx, scan_id)
    row = tx.execute(sa.select(scan.c.rejected, scan.c.replaced_by).where(scan.c.id == scan_id))
    rejected, replaced_by = row.one()
    if rejected or replaced_by:
        raise Conflict(f"Scan {scan_id} is settled already: it was rejected or scanned again.")
    return sealed


def shut_scans(tx: sa.Connection) -> tuple[str, ...]:
    """The scans whose seal can still be opened, oldest first."""
    found = sa.select(scan.c.id).where(scan.c.sealed, scan.c.seal_key.is_not(None))
    return tuple(tx.execute(found.order_by(scan.c.taken_in, scan.c.id)).scalars())


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

    Each only after its encrypted twin was read and opened with the key that the database has, or
    after its key was destroyed; one of which that cannot be proven stays, and the log says so.
    ``tx`` is a write transaction: nobody enters the same bytes anew meanwhile. A file that is
    also part of a scan that is not sealed stays: it is that scan's only picture of its sheets.
    """
    left = _plain_left(tx, store)
    unproven = {row.sha256 for row in left if not _may_go(store, row)}
    gone = {row.sha256 for row in left} - unproven
    for sha256 in sorted(gone):
        reach("sealing.plain_proven")
        store.delete(sha256)
        reach("sealing.plain_deleted")
    return len(gone)


def plain_beside_seals(tx: sa.Connection, store: BlobStore) -> tuple[str, ...]:
    """The sealed scans whose plain original still lies there: none, once nothing is at work."""
    return tuple(dict.fromkeys(row.id for row in _plain_left(tx, store)))


def _plain_left(tx: sa.Connection, store: BlobStore) -> list[sa.Row[Any]]:
    needed = sa.select(original.c.sha256).where(original.c.sealed_as.is_(None))
    rows = tx.execute(
        sa.select(original.c.sha256, original.c.sealed_as, scan.c.id, scan.c.seal_key, scan.c.state)
        .join(scan, original.c.scan_id == scan.c.id)
        .where(original.c.sealed_as.is_not(None), original.c.sha256.not_in(needed))
    ).all()
    return [row for row in rows if store.exists(row.sha256)]


def _may_go(store: BlobStore, row: sa.Row[Any]) -> bool:
    if row.seal_key is None and row.state == ScanState.FILED:
        return True  # a supervisor destroyed the key
    try:
        if row.seal_key is None:
            raise StorageError("Its key is not here.")
        unlock_original(store, row.seal_key, row.sealed_as, row.sha256)
    except (StorageError, NotFound) as error:
        log.error(
            "the plain original of sealed scan %s stays: %s", row.id, error,
            extra={"event": "seal not proven", "scan": row.id},
        )  # fmt: skip
        return False
    return True
