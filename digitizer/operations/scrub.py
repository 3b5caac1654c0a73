"""The scrub: every stored file is read again, slowly, and compared with its name."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.capture.private_folder import private_folder
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.operations.stored_blobs import Named, named_originals, named_pictures
from digitizer.storage.blobs import BlobStore, LocalBlobs
from digitizer.storage.database import reading
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.storage.tables_retention import leftover_file

_CHUNK = 1 << 20
#: Nobody is writing a temporary file that is older than this (seconds): a crash left it.
_LEFT_OVER = 3600.0
#: How many files the audit record names; the rest are only counted.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """A stored file that is not as it must be. ``scans`` are those it belongs to, if known."""

    store: str
    name: str
    scans: tuple[str, ...] = ()


@dataclass(slots=True)
class Scrubbed:
    """What a scrub found. ``left_over`` are temporary files of a crash: nothing is lost by them."""

    files: int = 0
    size: int = 0
    missing: list[Problem] = field(default_factory=list)
    altered: list[Problem] = field(default_factory=list)
    left_over: list[Path] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.missing and not self.altered


def scrub(
    facility: Facility,
    by: Actor,
    bytes_a_second: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Scrubbed:
    """Reads originals and pictures, no faster than allowed, while the service works; records the
    result in the audit chain."""
    scrubbing = acting(facility, by, Act.OPERATE)
    found = Scrubbed()

    def pace(size: int) -> None:
        sleep(size / bytes_a_second)

    with private_folder(facility) as folder:
        for name, store in (("originals", facility.originals), ("pictures", facility.pictures)):
            named = _named(facility, name)
            for sha256 in store.names():
                whole = _is_whole(store, sha256, folder, found, pace)
                if not whole and not _is_erased(facility, name, store, sha256):
                    found.altered.append(Problem(name, sha256, named.get(sha256, ())))
            found.missing += _missing(facility, name, store)
            found.left_over += _left_over(store)
    with scrubbing as action:
        action.record(
            Verb.SCRUB,
            STORE,
            files=found.files,
            bytes=found.size,
            missing=len(found.missing),
            altered=len(found.altered),
            names=[each.name for each in (*found.missing, *found.altered)][:_MOST_NAMED],
        )
    return found


def _named(facility: Facility, store: str) -> Named:
    with reading(facility.engine) as tx:
        return named_originals(tx) if store == "originals" else named_pictures(tx)


def _missing(facility: Facility, name: str, store: BlobStore) -> Iterator[Problem]:
    """Checks twice: a plain original may be sealed, and its row changed, between two checks."""
    absent = [sha256 for sha256 in _named(facility, name) if not store.exists(sha256)]
    still = _named(facility, name) if absent else {}
    return (Problem(name, sha256, still[sha256]) for sha256 in absent if sha256 in still)


def _is_whole(
    store: BlobStore, sha256: str, folder: Path, found: Scrubbed, pace: Callable[[int], None]
) -> bool:
    try:
        digest, size = _read(store, sha256, folder, pace)
    except (FileNotFoundError, NotFound):  # sealed meanwhile; if not, it is reported as missing
        return True
    except DamagedFile:
        return False
    found.files += 1
    found.size += size
    return digest == sha256


def is_as_named(store: BlobStore, sha256: str, folder: Path) -> bool:
    """Whether a stored file is there and has the digest that is its name. Raises StorageError where
    it cannot be read just now."""
    try:
        return _read(store, sha256, folder, lambda _: None)[0] == sha256
    except (FileNotFoundError, NotFound, DamagedFile):
        return False


def _read(
    store: BlobStore, sha256: str, folder: Path, pace: Callable[[int], None]
) -> tuple[str, int]:
    """The digest of a file and its size."""
    digest, size = hashlib.sha256(), 0
    try:
        with _opened(store, sha256, folder) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                pace(len(chunk))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(f"Stored file {sha256} cannot be read: {error}.") from None
    return digest.hexdigest(), size


def _is_erased(facility: Facility, name: str, store: BlobStore, sha256: str) -> bool:
    """Whether somebody is overwriting it, or has, for it was destroyed by schedule."""
    this = leftover_file.c.store == name, leftover_file.c.sha256 == sha256
    with reading(facility.engine) as tx:
        listed = tx.execute(sa.select(leftover_file).where(*this)).first()
    return listed is not None or not store.exists(sha256)


@contextmanager
def _opened(store: BlobStore, sha256: str, private: Path) -> Iterator[IO[bytes]]:
    """A file in a bucket is fetched first, and deleted before the next."""
    with (
        tempfile.TemporaryDirectory(dir=private) as folder,
        store.local_path(sha256, Path(folder)).open("rb") as stream,
    ):
        yield stream


def _left_over(store: BlobStore) -> list[Path]:
    if not isinstance(store, LocalBlobs):
        return []
    before = time.time() - _LEFT_OVER
    return sorted(path for path in store.root.glob(".incoming/*") if _changed(path) < before)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody was still writing it
        return time.time()
