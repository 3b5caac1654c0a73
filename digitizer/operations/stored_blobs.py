"""What the database says must be stored: every blob it names, and the seals' keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from digitizer.capture.scans.sealed_pages import named_sealed_pictures
from digitizer.model.mail import ScanState
from digitizer.storage.tables import message, original, page, scan

#: Digests of blobs, and the scans whose they are.
Named = Mapping[str, tuple[str, ...]]


def named_originals(tx: sa.Connection) -> Named:
    """The digests of stored originals (the encrypted ones of sealed scans), and whose they are."""
    scans: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(sa.select(original.c.scan_id, original.c.sha256, original.c.sealed_as))
    for row in rows:
        scans[row.sealed_as or row.sha256].append(row.scan_id)
    return {name: tuple(ids) for name, ids in scans.items()}


def named_pictures(tx: sa.Connection) -> Named:
    """The digests of page pictures (those of sealed scans are encrypted), whose scan they are of,
    and of messages' photos."""
    scans: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(
        sa.select(page.c.picture, page.c.scan_id).where(page.c.picture.is_not(None)).distinct()
    )
    for picture, scan_id in rows:
        scans[picture].append(scan_id)
    for picture, scan_id in named_sealed_pictures(tx):
        scans[picture].append(scan_id)
    for photos in tx.execute(sa.select(message.c.photos)).scalars():
        for photo in photos:
            scans.setdefault(photo, [])
    return {name: tuple(ids) for name, ids in scans.items()}


def take_seal_keys(tx: sa.Connection) -> dict[str, bytes]:
    """Takes the keys of sealed scans out of this database; returns them by scan."""
    rows = tx.execute(sa.select(scan.c.id, scan.c.seal_key).where(scan.c.seal_key.is_not(None)))
    keys = {row.id: row.seal_key for row in rows}
    tx.execute(sa.update(scan).where(scan.c.seal_key.is_not(None)).values(seal_key=None))
    return keys


def put_seal_keys(tx: sa.Connection, keys: Mapping[str, bytes]) -> None:
    for scan_id, key in keys.items():
        tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(seal_key=key))


def sealed_without_key(tx: sa.Connection) -> int:
    """How many held scans are sealed and have no key here."""
    lost = scan.c.sealed & scan.c.seal_key.is_(None) & (scan.c.state == ScanState.HELD)
    return tx.execute(sa.select(sa.func.count()).select_from(scan).where(lost)).scalar_one()
