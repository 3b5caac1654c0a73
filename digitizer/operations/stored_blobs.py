"""What must be stored according to the database: every blob it names, and the seals' keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.capture.scans.sealed_pages import named_sealed_pictures
from digitizer.model.errors import NotFound, StorageError
from digitizer.model.mail import ScanState
from digitizer.storage.seal_keys import SealKeys
from digitizer.storage.tables import (
    message,
    original,
    page,
    scan,
    seal_destruction,
)
from digitizer.storage.tables_messages import message_draft
from digitizer.storage.tables_prints import print_job

#: Digests of blobs, and the scans that they belong to.
Named = Mapping[str, tuple[str, ...]]


def named_originals(tx: sa.Connection) -> Named:
    """The digests of stored originals (of sealed scans, the encrypted ones), and their scans."""
    scans: dict[str, list[str]] = defaultdict(list)
    kept = sa.select(original.c.scan_id, original.c.sha256, original.c.sealed_as)
    for row in tx.execute(kept.where(original.c.destroyed.is_(None))):
        scans[row.sealed_as or row.sha256].append(row.scan_id)
    return {name: tuple(ids) for name, ids in scans.items()}


def named_pictures(tx: sa.Connection) -> Named:
    """The digests of page pictures (encrypted ones of sealed scans) with their scans, and of
    messages' and drafts' photos and prints' PDFs, which have none."""
    scans: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(
        sa.select(page.c.picture, page.c.scan_id).where(page.c.picture.is_not(None)).distinct()
    )
    for picture, scan_id in rows:
        scans[picture].append(scan_id)
    for picture, scan_id in named_sealed_pictures(tx):
        scans[picture].append(scan_id)
    for column in (message.c.photos, message_draft.c.photos):
        for photos in tx.execute(sa.select(column)).scalars():
            for photo in photos:
                scans.setdefault(photo, [])
    for pdf in tx.execute(sa.select(print_job.c.pdf).where(print_job.c.pdf.is_not(None))).scalars():
        scans.setdefault(pdf, [])
    return {name: tuple(ids) for name, ids in scans.items()}


@dataclass(frozen=True, slots=True)
class TakenKeys:
    """The keys of a copied database's sealed scans, by scan; ``gone`` are those whose key is no
    longer kept: lifted or destroyed since the database was copied, or lost."""

    keys: Mapping[str, bytes]
    gone: tuple[str, ...]


def take_seal_keys(tx: sa.Connection, kept: SealKeys) -> TakenKeys:
    """Looks up the keys of the sealed scans of this copy, and removes their names from it. A key
    that a supervisor decided to destroy is not among them."""
    condemned = sa.select(seal_destruction.c.scan_id)
    rows = tx.execute(
        sa.select(scan.c.id, scan.c.seal_key_id).where(
            scan.c.seal_key_id.is_not(None), scan.c.id.not_in(condemned)
        )
    ).all()
    keys: dict[str, bytes] = {}
    for row in rows:
        with suppress(NotFound, StorageError):  # the doctor reports one that does not open
            keys[row.id] = kept.find(row.seal_key_id)
    named = sa.select(seal_destruction.c.scan_id)
    tx.execute(sa.update(scan).where(scan.c.id.not_in(named)).values(seal_key_id=None))
    return TakenKeys(keys, tuple(row.id for row in rows if row.id not in keys))


def put_seal_keys(tx: sa.Connection, keys: Mapping[str, bytes], kept: SealKeys) -> None:
    for scan_id, key in keys.items():
        named = sa.update(scan).where(scan.c.id == scan_id)
        tx.execute(named.values(seal_key_id=kept.keep(key)))


def sealed_without_key(tx: sa.Connection) -> int:
    """How many held scans are sealed and have no key here."""
    lost = scan.c.sealed & scan.c.seal_key_id.is_(None) & (scan.c.state == ScanState.HELD)
    return tx.execute(sa.select(sa.func.count()).select_from(scan).where(lost)).scalar_one()
