"""Stored bytes, named by their SHA-256, never rewritten.

Local blobs are written by our own hand (temporary name, write, fsync, rename, fsync of the
folder and of each new folder, mode 0600), because obstore's local store never calls fsync and
writes mode 0666. Blobs in an S3 bucket are ``object_store``'s, behind the same port.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from digitizer.vocabulary.errors import NotFound, StorageError

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
        temporary = self._incoming / secrets.token_hex(12)
        try:
            sha256, size = _write_durably(temporary, stream)
            final = self.path(sha256)
            _make_folder(final.parent)
            if not final.exists():  # the same bytes were stored before: never rewritten
                temporary.rename(final)
            sync_folder(final.parent)
            return sha256, size
        finally:
            temporary.unlink(missing_ok=True)

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


def _write_durably(path: Path, stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


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
