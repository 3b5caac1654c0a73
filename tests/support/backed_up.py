"""What is backed up in tests."""

from __future__ import annotations

import os
import time
from pathlib import Path

from digitizer.capture.scans import ledger, sealing
from digitizer.facility import Facility
from digitizer.storage.database import writing

PASSPHRASE = "plainly invented words"


def lay(facility: Facility, name: str, content: bytes, seconds_ago: float = 60) -> Path:
    """A file in the inbox, last changed so long ago."""
    path = facility.home / "inbox" / "default" / name
    path.write_bytes(content)
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def seal(facility: Facility, scan: str) -> bytes:
    with facility.seal_keys.new() as key, writing(facility.engine) as tx:
        made = sealing.seal(facility.originals, ledger.find_scan(tx, scan), key)
        sealing.record_seal(tx, scan, made)
    with writing(facility.engine) as tx:
        assert sealing.drop_plain(tx, facility.originals, facility.seal_keys) == 1
    return key.key
