"""Writing a backup whose content is encrypted under the keys of the key book.

Every stored file, and every file of the inbox, is encrypted under the keys of its owners; it is
written in that form only. The tables are transformed by ``sealed_rows``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from digitizer.facility import Facility
from digitizer.operations import key_keeping
from digitizer.operations.owners import of_waiting
from digitizer.storage.blobs import LocalBlobs, sync_folder
from digitizer.storage.copying import has_digest, link_file, sync_folders, write_file
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.storage.key_book import KeyBook, Owner
from digitizer.storage.overwriting import overwrite
from digitizer.storage.owned_files import is_owned_by, open_owned, owners_in, write_owned

#: In a backup: of which key book it needs a copy, of this number or one that came from that.
NOTE = "key-book.json"


def share_files(
    earlier: Path, folder: Path, files: Mapping[str, Mapping[str, set[Owner]]], book: KeyBook
) -> None:
    """Gives the folder those that ``earlier`` has whole, under the keys of just these owners: one
    more name for the same file. Its owners' keys open it in both, or in none. The others are
    copied."""
    for part, named in files.items():
        folders = set()
        for name, its_owners in sorted(named.items()):
            keys = {owner: book.keys[owner] for owner in its_owners if owner in book.keys}
            path, also = (each / part / name[:2] / name for each in (earlier, folder))
            if not keys or also.exists() or not _is_whole(path, keys, name):
                continue
            if not link_file(path, also):
                return
            folders.add(also.parent)
        sync_folders(folder / part, folders)


def _is_whole(path: Path, keys: Mapping[Owner, bytes], name: str) -> bool:
    try:
        stream = open_owned(path, keys) if is_owned_by(path, keys) else None
        if stream is None:
            return False
        with stream:
            return has_digest(stream, name)
    except (OSError, DamagedFile):  # it is copied from the home
        return False


def copy_files(
    facility: Facility,
    folder: Path,
    files: Mapping[str, Mapping[str, set[Owner]]],
    book: KeyBook,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copies what the tables name and the folder lacks. Returns what the home has lost, and whose
    bytes are not what their name says; what no owner can open any more is neither."""
    assert facility.home_key is not None
    missing, altered = [], []
    for part, named in files.items():
        home = LocalBlobs(facility.home / part, facility.home_key.files)
        target = folder / part
        target.mkdir(mode=0o700, exist_ok=True)
        folders = set()
        for name, its_owners in sorted(named.items()):
            keys = {owner: book.keys[owner] for owner in its_owners if owner in book.keys}
            path = target / name[:2] / name
            if not keys or (path.exists() and owners_in(path) >= keys.keys()):
                continue
            path.unlink(missing_ok=True)  # since the round before somebody else has it, too
            path.parent.mkdir(mode=0o700, exist_ok=True)
            folders.add(path.parent)
            try:
                with home.open(name) as stream:
                    whole = write_owned(stream, path, keys) == name
            except FileNotFoundError:
                missing.append(name)
                continue
            except DamagedFile:
                whole = False
            if not whole:
                path.unlink()
                altered.append(name)
        for each in (*sorted(folders), target):
            sync_folder(each)
    return (*missing, *altered), tuple(altered)


def copy_inbox_files(facility: Facility, copied: Path, target: Path) -> None:
    """Each has a key of its own, which goes once it was taken in and destroyed."""
    files = [path for path in sorted(copied.rglob("*")) if path.is_file()]
    its_owners = {path: of_waiting(key_keeping.digest_of(path)) for path in files}
    keys = key_keeping.take_up(facility, set(its_owners.values())).book.keys
    target.mkdir(mode=0o700, exist_ok=True)
    for path, owner in its_owners.items():
        written = target / path.relative_to(copied)
        written.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("rb") as stream:
            write_owned(stream, written, {owner: keys[owner]})
        at = path.stat()
        os.utime(written, ns=(at.st_atime_ns, at.st_mtime_ns))
        sync_folder(written.parent)


def overwrite_all(folder: Path) -> None:
    """Of what goes now: it may be destroyed later, and its blocks would still have it."""
    for path in folder.rglob("*"):
        if path.is_file():
            overwrite(path)


def note_book(book: KeyBook, folder: Path) -> None:
    note = {"id": book.id, "number": book.number, "tag": book.tag}
    write_file(folder / NOTE, json.dumps(note).encode("ascii"))


def is_by_key(folder: Path) -> bool:
    """Whether this is a backup of which nothing is readable that lost its key."""
    return (folder / NOTE).is_file()
