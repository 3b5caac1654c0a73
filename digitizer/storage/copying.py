"""Durable copies: what was written is synced, file and folder, before it counts as copied."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from digitizer.storage.blobs import LocalBlobs, sync_folder
from digitizer.storage.encrypted_files import DamagedFile, chunks_of
from digitizer.storage.overwriting import overwrite
from digitizer.support.failpoints import failpoint

#: Another disk, a file system without hard links (FAT, many shares), or a file that has too many.
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)


def replace_file(path: Path, content: bytes) -> None:
    """Whole or not at all, for good. Only where nobody else writes there at once: a file under the
    temporary name is a dead one's. Raises OSError."""
    temporary = path.with_name(f"{path.stem}.new")
    temporary.unlink(missing_ok=True)
    write_file(temporary, content)
    temporary.rename(path)
    sync_folder(path.parent)


def replace_and_overwrite(path: Path, content: bytes) -> None:
    """As ``replace_file``, and the bytes that were there are overwritten. Whoever dies in it leaves
    either file whole, and the next call ends what they began. Raises OSError; then what was there
    still is, unless it had been replaced."""
    new, old = _aside(path, "new"), _aside(path, "old")
    finish_replacing(path)
    try:
        write_file(new, content)
    except OSError:
        with contextlib.suppress(OSError):  # the first error says what is wrong
            _drop(new)
        raise
    failpoint("replacing.written")
    if path.exists():
        path.rename(old)
        sync_folder(path.parent)
    failpoint("replacing.set_aside")
    new.rename(path)
    sync_folder(path.parent)
    failpoint("replacing.renamed")
    _drop(old)


def finish_replacing(path: Path) -> None:
    """Ends what a process began that died: there is one file then, or none. Raises OSError."""
    new, old = _aside(path, "new"), _aside(path, "old")
    if old.exists() and not path.exists():
        new.rename(path)  # it was whole before the old one was set aside
        sync_folder(path.parent)
    for left in (old, new):
        _drop(left)


def current_file(path: Path) -> Path:
    """Where the bytes of ``path`` are, also if its replacing was interrupted: to be read only."""
    interrupted = _aside(path, "old").exists() and not path.exists()
    return _aside(path, "new") if interrupted else path


def _aside(path: Path, which: str) -> Path:
    return path.with_name(f"{path.name}.{which}")


def _drop(path: Path) -> None:
    if path.exists():
        overwrite(path)
        path.unlink()
        sync_folder(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """A new file, readable by its owner alone. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(path.parent)


def copy_file(source: Path, target: Path) -> None:
    """A new file, readable by its owner alone. Raises OSError."""
    shutil.copyfile(source, target)
    target.chmod(0o600)
    sync_file(target)


def sync_file(path: Path) -> None:
    """Makes sure that a file which a library wrote for us is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def copy_tree(source: Path, target: Path) -> int:
    """Copies files with their times; half-written ones (dot files) and links are left out.

    A file that disappears meanwhile was taken in: that is no error. Returns how many were copied.
    """
    if not source.is_dir():
        return 0
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = 0
    for each in sorted(source.iterdir()):
        if each.name.startswith(".") or each.is_symlink():
            continue
        if each.is_dir():
            copied += copy_tree(each, target / each.name)
        elif each.is_file():
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(each, target / each.name)
                sync_file(target / each.name)
                copied += 1
    sync_folder(target)
    return copied


def share_blobs(source: LocalBlobs, earlier: LocalBlobs, target: LocalBlobs) -> int:
    """Gives ``target`` those of ``source`` that ``earlier`` has: one more name for the same file.
    Each is read and hashed before, so that what decayed there is not handed on. Returns how many;
    none where the file system has no such names. What is left is copied. Raises OSError."""
    shared, folders = 0, set()
    for name in source.names():
        if not target.exists(name) and earlier.exists(name) and _is_whole(earlier, name):
            folders.add(target.path(name).parent)
            if not link_file(earlier.path(name), target.path(name)):
                break
            shared += 1
    sync_folders(target.root, folders)
    return shared


def link_file(path: Path, also: Path) -> bool:
    """One more name for a file, durable once its folder is synced; False where this file system, or
    two of them, cannot. Raises OSError."""
    also.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        also.hardlink_to(path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def sync_folders(root: Path, folders: Collection[Path]) -> None:
    """Makes new names in these folders of ``root`` durable, and the folders too."""
    for each in sorted(folders):
        sync_folder(each)
    if folders:
        sync_folder(root)
        sync_folder(root.parent)


def _is_whole(store: LocalBlobs, name: str) -> bool:
    try:
        with store.open(name) as stream:
            return has_digest(stream, name)
    except (OSError, DamagedFile):  # or under another key: it is copied from the home
        return False


def has_digest(stream: IO[bytes], sha256: str) -> bool:
    """Whether all that it gives has this SHA-256. Raises OSError and DamagedFile."""
    digest = hashlib.sha256()
    for chunk in chunks_of(stream):
        digest.update(chunk)
    return digest.hexdigest() == sha256


def copy_blobs(source: LocalBlobs, target: LocalBlobs) -> Iterator[str]:
    """Copies what ``target`` lacks, hashing each on the way; yields the names that do not match
    their bytes: those are not copied."""
    for name in source.names():
        if target.exists(name):
            continue
        with contextlib.suppress(FileNotFoundError), source.open(name) as stream:
            try:
                found = target.put(stream)[0]
            except DamagedFile:
                yield name
                continue
            if found != name:
                if not source.exists(found):  # else it is the right copy of another file
                    target.delete(found)
                yield name
