"""Seals a scan that is, or may be, legal mail: encrypts it under a key of its own, reversibly.

The plain file is deleted only once the encrypted one is stored and synced, was read back and
decrypts to the same bytes, and its key is kept and committed. The keys are outside the database;
its rows name them. Unsealing puts the plain file back under its
old name. Only sealing and unsealing break the rule that stored originals are never rewritten.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, StorageError
from digitizer.model.mail import ScanState
from digitizer.model.paper import Scan
from digitizer.storage.blobs import BlobStore
from digitizer.storage.encryption import decrypt, encrypt
from digitizer.storage.seal_keys import SealKey, SealKeys
from digitizer.storage.tables import original, page, scan, seal_destruction
from digitizer.storage.tables_retention import kept_page
from digitizer.support.failpoints import failpoint

log = logging.getLogger("digitizer")


@dataclass(frozen=True, slots=True)
class Seal:
    """The key, and under which digest each original's sealed bytes are stored."""

    key: SealKey
    stored: Mapping[str, str]


def seal(store: BlobStore, sealed: Scan, key: SealKey) -> Seal:
    """Stores the encrypted twin of each original, and proves it; the plain ones are still there.

    Raises StorageError for a twin that does not decrypt to the original's bytes.
    """
    plain = {each.sha256 for each in sealed.originals}
    made = Seal(key, {sha256: _store_twin(store, key.key, sha256) for sha256 in plain})
    failpoint("sealing.stored")
    return made


def _store_twin(store: BlobStore, key: bytes, sha256: str) -> str:
    twin = store.put(io.BytesIO(encrypt(key, store.get(sha256))))[0]
    failpoint("sealing.encrypted")
    decrypt_original(store, key, twin, sha256)
    return twin


def decrypt_original(store: BlobStore, key: bytes, twin: str, sha256: str) -> bytes:
    """The plain bytes of an encrypted original. Raises StorageError unless they are exactly the
    bytes that the scanner wrote, and NotFound."""
    plain = decrypt(key, store.get(twin))
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise StorageError(
            f"The encrypted copy of stored file {sha256} does not decrypt to the original bytes."
        )
    return plain


def record_seal(tx: sa.Connection, scan_id: str, made: Seal) -> None:
    """Writes into the ledger that the scan is sealed, with which key, and where its bytes are."""
    tx.execute(
        sa.update(scan).where(scan.c.id == scan_id).values(sealed=True, seal_key_id=made.key.id)
    )
    for plain, twin in made.stored.items():
        tx.execute(
            sa.update(original)
            .where(original.c.scan_id == scan_id, original.c.sha256 == plain)
            .values(sealed_as=twin)
        )
    failpoint("sealing.kept")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is needed to open a sealed scan's originals: its key, and each one's digest, plain and
    encrypted, in order."""

    key: bytes
    originals: tuple[tuple[str, str], ...]


def find_sealed(tx: sa.Connection, keys: SealKeys, scan_id: str) -> Sealed:
    """Raises NotFound for no scan, Conflict for one that is not sealed or whose key is destroyed,
    and StorageError for one whose key is lost or damaged."""
    key_id = seal_key_id(tx, scan_id)
    try:
        key = keys.find(key_id)
    except NotFound:
        raise StorageError(
            f"The seal key of scan {scan_id} is not in this home. Nobody destroyed it: restore it "
            "from a backup."
        ) from None
    stored = tx.execute(
        sa.select(original.c.sha256, original.c.sealed_as)
        .where(original.c.scan_id == scan_id, original.c.destroyed.is_(None))
        .order_by(original.c.ordinal)
    )
    return Sealed(key, tuple((each.sha256, each.sealed_as) for each in stored))


def seal_key_id(tx: sa.Connection, scan_id: str) -> str:
    """The name of the key of a scan that is sealed. Raises NotFound and Conflict."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"There is no scan {scan_id}.")
    if not row.sealed or row.seal_key_id is None or _is_condemned(tx, scan_id):
        raise Conflict(f"Scan {scan_id} is not sealed, or its key has already been destroyed.")
    return str(row.seal_key_id)


def can_be_opened(tx: sa.Connection, scan_id: str) -> bool:
    """Whether the scan is sealed, and its key neither destroyed nor about to be."""
    try:
        seal_key_id(tx, scan_id)
    except (NotFound, Conflict):
        return False
    return True


def _is_condemned(tx: sa.Connection, scan_id: str) -> bool:
    """Whether a supervisor decided to destroy the key, and a crash came before it was done."""
    found = sa.select(seal_destruction).where(seal_destruction.c.scan_id == scan_id)
    return tx.execute(found).first() is not None


def used_keys(tx: sa.Connection) -> frozenset[str]:
    """The names of all keys that sealed scans need."""
    found = sa.select(scan.c.seal_key_id).where(scan.c.seal_key_id.is_not(None))
    return frozenset(tx.execute(found).scalars())


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What nothing refers to any more: the key's name, and the encrypted twins."""

    key_id: str
    twins: tuple[str, ...]


def unseal(tx: sa.Connection, store: BlobStore, keys: SealKeys, scan_id: str) -> Unsealed:
    """Puts the plain originals back, and the scan in the queue as if it had just come in.

    ``tx`` holds the write lock, so that nobody mistakes the plain ones for left over meanwhile.
    The key and the twins may go once ``tx`` is committed. Raises what ``find_sealed`` does, and
    StorageError if an original does not come back as it was: then nothing is changed.
    """
    sealed, key_id = find_sealed(tx, keys, scan_id), seal_key_id(tx, scan_id)
    for sha256, twin in dict(sealed.originals).items():
        store.put(io.BytesIO(decrypt_original(store, sealed.key, twin, sha256)))
        failpoint("lifting.plain_stored")
    tx.execute(sa.update(original).where(original.c.scan_id == scan_id).values(sealed_as=None))
    of_scan = sa.select(page.c.id).where(page.c.scan_id == scan_id)
    tx.execute(sa.delete(kept_page).where(kept_page.c.page_id.in_(of_scan)))
    tx.execute(sa.delete(page).where(page.c.scan_id == scan_id))
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(
            sealed=False,
            seal_key_id=None,
            state=str(ScanState.WAITING),
            pages=None,
            doubt=None,
            reason=None,
            finished=None,
            claimed_by=None,
            tries=0,
            deaths=0,
        )
    )
    return Unsealed(key_id, tuple(twin for _, twin in sealed.originals))


def find_undecided(tx: sa.Connection, keys: SealKeys, scan_id: str) -> Sealed:
    """A sealed scan that nobody rejected or scanned again. Raises NotFound, Conflict and
    StorageError."""
    sealed = find_sealed(tx, keys, scan_id)
    row = tx.execute(sa.select(scan.c.rejected, scan.c.replaced_by).where(scan.c.id == scan_id))
    rejected, replaced_by = row.one()
    if rejected or replaced_by:
        raise Conflict(f"Scan {scan_id} was decided already: it was rejected or scanned again.")
    return sealed


def sealed_scans(tx: sa.Connection) -> tuple[str, ...]:
    """The scans whose seal can still be opened, oldest first."""
    condemned = sa.select(seal_destruction.c.scan_id)
    found = sa.select(scan.c.id).where(
        scan.c.sealed, scan.c.seal_key_id.is_not(None), scan.c.id.not_in(condemned)
    )
    return tuple(tx.execute(found.order_by(scan.c.taken_in, scan.c.id)).scalars())


def lost_keys(tx: sa.Connection, keys: SealKeys) -> tuple[str, ...]:
    """The sealed scans whose key nobody destroyed, and which is missing or does not open."""
    return tuple(scan_id for scan_id in sealed_scans(tx) if not _opens(tx, keys, scan_id))


def _opens(tx: sa.Connection, keys: SealKeys, scan_id: str) -> bool:
    try:
        keys.find(seal_key_id(tx, scan_id))
    except (NotFound, StorageError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _PlainLeft:
    """A plain original that is stored beside its encrypted ``twin``. ``key_id`` names the key that
    opens the twin; None where it was destroyed, or was not restored."""

    sha256: str
    twin: str
    scan_id: str
    key_id: str | None
    scan_state: ScanState


def drop_plain(tx: sa.Connection, store: BlobStore, keys: SealKeys) -> int:
    """Deletes plain originals of sealed scans; also run at start, in case a crash left one.

    Each goes only after its encrypted twin was read and decrypted with the key that is kept, or
    after its key was destroyed; where this cannot be proven it stays, and an error is logged.
    ``tx`` is a write transaction: nobody can enter the same bytes again meanwhile. A file that is
    also part of a scan that is not sealed stays: it is that scan's only picture of its sheets.
    """
    left = _plain_left(tx, store)
    unproven = {each.sha256 for each in left if not _may_go(store, keys, each)}
    gone = {each.sha256 for each in left} - unproven
    for sha256 in sorted(gone):
        failpoint("sealing.plain_proven")
        store.delete(sha256)
        failpoint("sealing.plain_deleted")
    return len(gone)


def drop_pictures(tx: sa.Connection, store: BlobStore) -> int:
    """Deletes the plain pictures of the pages of sealed scans, which were read before somebody said
    that they are legal mail; also run at start, in case a crash left one.

    One that a page of another scan has, too, stays for that page. ``tx`` is a write transaction.
    """
    of_sealed = sa.select(scan.c.id).where(scan.c.sealed)
    named = page.c.picture.is_not(None)
    left = sa.select(page.c.picture).where(named, page.c.scan_id.in_(of_sealed)).distinct()
    needed = sa.select(page.c.picture).where(named, page.c.scan_id.not_in(of_sealed))
    gone = tx.execute(left.where(page.c.picture.not_in(needed))).scalars().all()
    for name in gone:
        store.delete(str(name))
        failpoint("sealing.picture_deleted")
    tx.execute(sa.update(page).where(named, page.c.scan_id.in_(of_sealed)).values(picture=None))
    return len(gone)


def plain_beside_seals(tx: sa.Connection, store: BlobStore) -> tuple[str, ...]:
    """The sealed scans whose plain original is still stored: none, once nothing is at work."""
    return tuple(dict.fromkeys(each.scan_id for each in _plain_left(tx, store)))


def _plain_left(tx: sa.Connection, store: BlobStore) -> list[_PlainLeft]:
    needed = sa.select(original.c.sha256).where(
        original.c.sealed_as.is_(None), original.c.destroyed.is_(None)
    )
    rows = tx.execute(
        sa.select(
            original.c.sha256, original.c.sealed_as, scan.c.id, scan.c.seal_key_id, scan.c.state
        )
        .join(scan, original.c.scan_id == scan.c.id)
        .where(original.c.sealed_as.is_not(None), original.c.sha256.not_in(needed))
    ).all()
    return [
        _PlainLeft(
            sha256=row.sha256,
            twin=row.sealed_as,
            scan_id=row.id,
            key_id=row.seal_key_id,
            scan_state=ScanState(row.state),
        )
        for row in rows
        if store.exists(row.sha256)
    ]


def _may_go(store: BlobStore, keys: SealKeys, plain: _PlainLeft) -> bool:
    if plain.key_id is None and plain.scan_state is ScanState.FILED:
        return True  # a supervisor destroyed the key
    try:
        if plain.key_id is None:
            raise StorageError("Its key is not in this home.")
        decrypt_original(store, keys.find(plain.key_id), plain.twin, plain.sha256)
    except (StorageError, NotFound) as error:
        log.error(
            "the plain original of sealed scan %s is kept: %s",
            plain.scan_id,
            error,
            extra={"event": "seal not proven", "scan": plain.scan_id},
        )
        return False
    return True
