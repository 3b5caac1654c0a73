"""Stored bytes, named by their SHA-256, never rewritten.

Local blobs are written by our own hand (temporary name, write, fsync, rename, fsync of the
folder and of each new folder, mode 0600; many at once where many come), because obstore's local
store never calls fsync and writes mode 0666. Blobs in an S3 bucket are ``object_store``'s,
behind the same port.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from digitizer.model.errors import NotFound, StorageError
from digitizer.storage.unfinished_files import make_living, sweep_dead
from digitizer.support.concurrency import each, good, or_raise
from digitizer.support.failpoints import reach

_CHUNK = 1 << 20
#: So many blobs are stored together: each has a file open meanwhile.
_AT_ONCE = 64
#: So many wait for the disk at the same time; more made nothing faster.
_THREADS = 16

#: Opens what is to be stored; it is closed afterwards.
Source = Callable[[], IO[bytes]]


class BlobStore(Protocol):
    """Where blobs live. All methods raise StorageError when the store fails."""

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        """Stores all that ``stream`` gives, durably; returns its SHA-256 and size in bytes."""
        ...

    def put_all(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        """As ``put`` does, for many, in little more time than one takes: an error in the place
        of what could not be stored, the others go on. Each source is opened only when its turn
        comes."""
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

    def sweep(self) -> None:
        """Takes away what processes that died were storing; never what one alive is storing."""
        ...


@dataclass(frozen=True, slots=True)
class _Draft:
    """Bytes under a temporary name. ``out``, its open file, holds the lock that says we live."""

    path: Path
    out: IO[bytes]
    sha256: str
    size: int


class LocalBlobs:
    """Blobs in a folder: ``ROOT/ab/abcdef…``, the file's name being the full digest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / ".incoming"
        self._swept = False
        self._unsure: set[str] = set()  # named, but the sync of the name failed
        self._sure_of: set[Path] = set()  # folders whose names were synced in our own life

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
        return [self._told(one) for one in stored]

    def _put_some(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        """Each step is done to all before the next begins, and the syncs side by side: the file
        system then writes its journal once for many of them."""
        self._prepare()
        with ExitStack() as temporaries:
            written = each(partial(self._write, temporaries), sources)
            return self._name_all(each(_sync, written, _THREADS))

    def _told(self, stored: tuple[str, int] | Exception) -> tuple[str, int] | Exception:
        if not isinstance(stored, OSError):
            return stored
        refusal = StorageError(
            f"Could not store a file under {self.root}: {stored.strerror or stored}. "
            "Nothing of it was acknowledged; free space or mend the disk, then try again."
        )
        refusal.__cause__ = stored
        return refusal

    def _prepare(self) -> None:
        _make_folder(self._incoming)
        if not self._swept:
            self.sweep()
            self._swept = True

    def sweep(self) -> None:
        """What the dead were writing was never acknowledged, fills the disk, and may be a plain
        copy of what is sealed."""
        sweep_dead(self._incoming)

    def _write(self, temporaries: ExitStack, source: Source) -> _Draft:
        path, descriptor = make_living(self._incoming)
        out = temporaries.enter_context(os.fdopen(descriptor, "wb", buffering=0))
        temporaries.callback(path.unlink, missing_ok=True)
        reach("blobs.tmp_made")
        with source() as stream:
            sha256, size = _copy(stream, out)
        reach("blobs.tmp_written")
        return _Draft(path, out, sha256, size)

    def _name_all(self, drafts: list[_Draft | Exception]) -> list[tuple[str, int] | Exception]:
        """Gives synced bytes their names, for good. Twins among them share one."""
        folders = self._folders(drafts)
        made = dict(zip(folders, each(self._make_sure_of, folders, _THREADS), strict=True))

        def name(draft: _Draft) -> _Draft:
            or_raise(made[self.path(draft.sha256).parent])
            self._name(draft)
            return draft

        named = each(name, drafts)
        folders = self._folders(named)
        synced = dict(zip(folders, each(sync_folder, folders, _THREADS), strict=True))

        def sure(draft: _Draft) -> tuple[str, int]:
            or_raise(synced[self.path(draft.sha256).parent])
            self._unsure.discard(draft.sha256)
            return draft.sha256, draft.size

        done = each(sure, named)
        reach("blobs.folder_synced")
        return done

    def _make_sure_of(self, folder: Path) -> None:
        """A folder that is found may be of a process that died before it synced its name."""
        if folder not in self._sure_of and folder.is_dir():
            sync_folder(folder.parent)
        _make_folder(folder)
        self._sure_of.add(folder)

    def _folders(self, drafts: Sequence[_Draft | Exception]) -> list[Path]:
        return sorted({self.path(draft.sha256).parent for draft in good(drafts)})

    def _name(self, draft: _Draft) -> None:
        final = self.path(draft.sha256)
        if draft.sha256 in self._unsure or not final.exists():  # else there: never rewritten
            self._unsure.add(draft.sha256)  # a second sync may say "done" of what a first one lost
            draft.path.rename(final)
            reach("blobs.renamed")

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


def _copy(stream: IO[bytes], out: IO[bytes]) -> tuple[str, int]:
    """Writes all that ``stream`` gives; returns its SHA-256 and size in bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        left = memoryview(chunk)
        while left:
            left = left[out.write(left) :]
    return digest.hexdigest(), size


def _sync(draft: _Draft) -> _Draft:
    os.fsync(draft.out.fileno())
    reach("blobs.tmp_synced")
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
        with suppress(OSError):  # else the next try would find it, and take it for synced
            folder.rmdir()
        raise


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
