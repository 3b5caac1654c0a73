"""Stored bytes, named by their SHA-256, never rewritten.

Local blobs are written by our own hand (temporary name, write, fsync, rename, fsync of the
folder and of each new folder, mode 0600), because obstore's local store never calls fsync and
writes mode 0666. Blobs in an S3 bucket are ``object_store``'s, behind the same port.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from digitizer.vocabulary.errors import NotFound, StorageError
from digitizer.vocabulary.points import reach

_CHUNK = 1 << 20


class BlobStore(Protocol):
    """Where blobs live. All methods raise StorageError when the store fails."""

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        """Stores all that ``stream`` gives, durably; returns its SHA-256 and size in bytes."""
        ...

    def get(self, sha256: str) -> bytes:
        """The whole blob; raises NotFound."""
        ...

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Takes the blob away; it is no error if it is gone already."""
        ...

    def local_path(self, sha256: str, folder: Path) -> Path:
        """A file with the blob's bytes, only to be read; fetched into ``folder`` if far away."""
        ...

    def names(self) -> Iterator[str]:
        """The SHA-256 of every blob stored."""
        ...


class LocalBlobs:
    """Blobs in a folder: ``ROOT/ab/abcdef…``, the file's name being the full digest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / ".incoming"
        self._swept = False
        self._unsure: set[str] = set()  # named, but the sync of the name failed

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        try:
            return self._put(stream)
        except OSError as error:
            raise StorageError(
                f"Could not store a file under {self.root}: {error.strerror or error}. "
                "Nothing of it was acknowledged; free space or mend the disk, then try again."
            ) from error

    def _put(self, stream: IO[bytes]) -> tuple[str, int]:
        _make_folder(self._incoming)
        if not self._swept:
            _sweep_dead(self._incoming)
            self._swept = True
        temporary = self._incoming / secrets.token_hex(12)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as out:
                fcntl.flock(out, fcntl.LOCK_EX)  # free when we die: see _sweep_dead
                sha256, size = _write_durably(out, stream)
                self._name(temporary, sha256)
            return sha256, size
        finally:
            temporary.unlink(missing_ok=True)

    def _name(self, temporary: Path, sha256: str) -> None:
        """Gives synced bytes their name, for good."""
        final = self.path(sha256)
        _make_folder(final.parent)
        if sha256 in self._unsure or not final.exists():  # else stored before: never rewritten
            self._unsure.add(sha256)  # a second sync may say "done" of what a first one lost
            temporary.rename(final)
            reach("blobs.renamed")
        sync_folder(final.parent)
        self._unsure.discard(sha256)
        reach("blobs.folder_synced")

    def get(self, sha256: str) -> bytes:
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"No stored file {sha256}.") from None
        except OSError as error:
            raise StorageError(f"Could not read stored file {sha256}: {error}") from error

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def local_path(self, sha256: str, folder: Path) -> Path:
        return self.path(sha256)

    def delete(self, sha256: str) -> None:
        try:
            self.path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"Could not delete stored file {sha256}: {error}") from error

    def names(self) -> Iterator[str]:
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir())


def _write_durably(out: IO[bytes], stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    reach("blobs.tmp_made")
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        out.write(chunk)
    out.flush()
    reach("blobs.tmp_written")
    os.fsync(out.fileno())
    reach("blobs.tmp_synced")
    return digest.hexdigest(), size


def _sweep_dead(incoming: Path) -> None:
    """Takes away what processes that died were writing: it was never acknowledged, fills the
    disk, and may be a plain copy of what is sealed. One still at work holds a lock on its file.
    """
    for path in incoming.iterdir():
        try:
            with path.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue


def _make_folder(folder: Path) -> None:
    """Makes ``folder`` and what is missing above it, each one's entry synced in its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
