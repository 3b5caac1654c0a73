"""Stored bytes, named by their SHA-256, never rewritten.

Local blobs are written by our own code (temporary name, write, fsync, rename, fsync of the
folder and of each new folder, mode 0600; many at once where many come), because obstore's local
store never calls fsync and writes mode 0666. ``s3`` keeps blobs in a bucket, behind the same port.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from digitizer.model.errors import NotFound, StorageError
from digitizer.storage.encrypted_files import CHUNK, chunks_of, encrypted, opened
from digitizer.storage.overwriting import overwrite
from digitizer.storage.unfinished_files import make_locked_file, sweep_abandoned
from digitizer.support.concurrency import each, good, or_raise
from digitizer.support.failpoints import failpoint

#: How many blobs are stored together: each has an open file meanwhile.
_AT_ONCE = 64
#: How many wait for the disk at the same time; more was no faster.
_THREADS = 16
#: How the name begins of a file that is being erased.
_TO_ERASE = "erase-"

#: Opens what is to be stored; it is closed afterwards.
Source = Callable[[], IO[bytes]]


class BlobStore(Protocol):
    """Where blobs live. All methods raise StorageError when the store fails."""

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        """Stores all that ``stream`` gives, durably; returns its SHA-256 and size in bytes."""
        ...

    def put_all(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        """As ``put``, for many, in little more time than one takes. What could not be stored has an
        error in its place; the others go on. Each source is opened only when its turn comes."""
        ...

    def get(self, sha256: str) -> bytes:
        """The whole blob; raises NotFound."""
        ...

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Deletes the blob; it is no error if it is gone already."""
        ...

    def erase(self, sha256: str) -> None:
        """As ``delete``, durably; where the store can, the bytes are overwritten before."""
        ...

    def local_path(self, sha256: str, folder: Path) -> Path:
        """A file with the blob's bytes, to be read only; put into ``folder`` if remote or
        encrypted."""
        ...

    def names(self) -> Iterator[str]:
        """The SHA-256 of every blob stored."""
        ...

    def sweep(self) -> None:
        """Deletes what dead processes had not finished storing; never what a living one stores."""
        ...


@dataclass(frozen=True, slots=True)
class _Draft:
    """Bytes under a temporary name. ``out``, its open file, holds the lock that shows we live."""

    path: Path
    out: IO[bytes]
    sha256: str
    size: int


class LocalBlobs:
    """Blobs in a folder: ``ROOT/ab/abcdef…``, the file's name being the full digest of the plain
    bytes. With a ``key`` every file is encrypted."""

    def __init__(self, root: Path, key: bytes | None = None) -> None:
        self.root = root
        self._key = key  # for encryption at rest
        self._incoming = root / ".incoming"
        self._swept = False
        self._unsynced: set[str] = set()  # named, but syncing the name failed
        self._synced_folders: set[Path] = set()  # whose names this process synced

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        return or_raise(self.put_all([lambda: stream])[0])

    def put_all(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        stored: list[tuple[str, int] | Exception] = []
        for start in range(0, len(sources), _AT_ONCE):
            some = sources[start : start + _AT_ONCE]
            try:
                stored += self._put_some(some)
            except OSError as error:
                stored += [error] * len(some)
        return [self._explained(one) for one in stored]

    def _put_some(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        """Each step is done for all before the next begins, and the syncs at the same time: the
        file system then writes its journal once for many of them."""
        self._prepare()
        with ExitStack() as temporaries:
            written = each(partial(self._write, temporaries), sources)
            return self._name_all(each(_sync, written, _THREADS))

    def _explained(self, stored: tuple[str, int] | Exception) -> tuple[str, int] | Exception:
        """An error of the operating system becomes a StorageError with the fix."""
        if not isinstance(stored, OSError):
            return stored
        refusal = StorageError(
            f"Could not store a file under {self.root}: {stored.strerror or stored}. "
            "It was not acknowledged; free some space or repair the disk, then try again."
        )
        refusal.__cause__ = stored
        return refusal

    def _prepare(self) -> None:
        _make_folder(self._incoming)
        if not self._swept:
            self.sweep()
            self._swept = True

    def sweep(self) -> None:
        """What dead processes were writing was never acknowledged, fills the disk, and may be a
        plain copy of what is sealed."""
        for path in self._incoming.glob(f"{_TO_ERASE}*"):
            with suppress(OSError):  # else the next one does it
                _erase_file(path)
        sweep_abandoned(self._incoming)

    def _write(self, temporaries: ExitStack, source: Source) -> _Draft:
        path, descriptor = make_locked_file(self._incoming)
        out = temporaries.enter_context(os.fdopen(descriptor, "wb", buffering=0))
        temporaries.callback(path.unlink, missing_ok=True)
        failpoint("blobs.tmp_made")
        with source() as stream:
            sha256, size = copy_hashed(stream, out, self._key)
        failpoint("blobs.tmp_written")
        return _Draft(path, out, sha256, size)

    def _name_all(self, drafts: list[_Draft | Exception]) -> list[tuple[str, int] | Exception]:
        """Gives synced bytes their names, durably. Equal ones share a name."""
        folders = self._folders(drafts)
        made = dict(zip(folders, each(self._make_synced, folders, _THREADS), strict=True))

        def name(draft: _Draft) -> _Draft:
            or_raise(made[self.path(draft.sha256).parent])
            self._name(draft)
            return draft

        named = each(name, drafts)
        folders = self._folders(named)
        synced = dict(zip(folders, each(sync_folder, folders, _THREADS), strict=True))

        def acknowledge(draft: _Draft) -> tuple[str, int]:
            or_raise(synced[self.path(draft.sha256).parent])
            self._unsynced.discard(draft.sha256)
            return draft.sha256, draft.size

        done = each(acknowledge, named)
        failpoint("blobs.folder_synced")
        return done

    def _make_synced(self, folder: Path) -> None:
        """Makes the folder if needed, and syncs its name: the process that made it may have died
        before it did."""
        if folder not in self._synced_folders and folder.is_dir():
            sync_folder(folder.parent)
        _make_folder(folder)
        self._synced_folders.add(folder)

    def _folders(self, drafts: Sequence[_Draft | Exception]) -> list[Path]:
        return sorted({self.path(draft.sha256).parent for draft in good(drafts)})

    def _name(self, draft: _Draft) -> None:
        final = self.path(draft.sha256)
        if draft.sha256 in self._unsynced or not final.exists():  # else there: never rewritten
            self._unsynced.add(draft.sha256)  # a second sync may report success for what one lost
            draft.path.rename(final)
            failpoint("blobs.renamed")

    def open(self, sha256: str) -> IO[bytes]:
        """The plain bytes, to be read once. Raises FileNotFoundError and other OSErrors; reading
        raises DamagedFile."""
        stream = self.path(sha256).open("rb")
        return stream if self._key is None else opened(self._key, stream)

    def get(self, sha256: str) -> bytes:
        try:
            with self.open(sha256) as stream:
                return stream.read()
        except FileNotFoundError:
            raise NotFound(f"There is no stored file {sha256}.") from None
        except OSError as error:
            raise StorageError(f"Could not read stored file {sha256}: {error}") from error

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def local_path(self, sha256: str, folder: Path) -> Path:
        if self._key is None:
            return self.path(sha256)
        path = folder / sha256
        path.touch(mode=0o600)
        with self.open(sha256) as stream, path.open("wb") as out:
            shutil.copyfileobj(stream, out, CHUNK)
        return path

    def delete(self, sha256: str) -> None:
        try:
            self.path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"Could not delete stored file {sha256}: {error}") from error

    def erase(self, sha256: str) -> None:
        path, private = self.path(sha256), self._incoming / f"{_TO_ERASE}{sha256}"
        try:
            _erase_file(private)  # what somebody died over
            if path.is_file():
                _make_folder(self._incoming)
                # Never under its own name: the same bytes, come in meanwhile, would be believed to
                # be stored already.
                path.rename(private)
                sync_folder(path.parent)
                sync_folder(self._incoming)
                failpoint("blobs.set_aside")
                _erase_file(private)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise StorageError(f"Could not erase stored file {sha256}: {error}") from error

    def names(self) -> Iterator[str]:
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir())


def _erase_file(path: Path) -> None:
    """Overwrites and removes a file, durably; it is no error if it is gone already."""
    with suppress(FileNotFoundError):
        if path.stat().st_nlink == 1:  # else somebody keeps these bytes under another name
            overwrite(path)
        failpoint("blobs.overwritten")
        path.unlink()
        sync_folder(path.parent)


def copy_hashed(stream: IO[bytes], out: IO[bytes], key: bytes | None) -> tuple[str, int]:
    """Writes all that ``stream`` gives, encrypted if there is a key; returns the SHA-256 and the
    size in bytes of what came in."""
    digest, size = hashlib.sha256(), 0

    def hashed() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks_of(stream):
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    for piece in hashed() if key is None else encrypted(key, hashed()):
        left = memoryview(piece)
        while left:
            left = left[out.write(left) :]
    return digest.hexdigest(), size


def _sync(draft: _Draft) -> _Draft:
    os.fsync(draft.out.fileno())
    failpoint("blobs.tmp_synced")
    return draft


def _make_folder(folder: Path) -> None:
    """Makes ``folder`` and what is missing above it, each one's entry synced in its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        sync_folder(folder.parent)
    except OSError:
        with suppress(OSError):  # else the next attempt would find it, and think it synced
            folder.rmdir()
        raise


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
