"""Restoring a backup that is encrypted under the keys of the key book.

What has no key any more was destroyed since: it is emptied as retention empties it. Where a letter
was in one file with its neighbours, these get the files that the run had stored for them, which
lie beside the copy of the keys.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.emptying import tables as emptying
from digitizer.emptying.stacks import NewFile, Parted, stack_of
from digitizer.facility import Facility
from digitizer.letters.search.indexing import index_letter
from digitizer.model.errors import DigitizerError, StorageError, UsageError
from digitizer.model.events import Subject
from digitizer.model.mail import LetterState
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME
from digitizer.operations import key_keeping
from digitizer.operations.backup_by_key import NOTE
from digitizer.operations.key_keeping import NEIGHBOURS, KeyCopy, NeighbourFile
from digitizer.operations.owners import of_original, of_page, of_thing
from digitizer.storage.blobs import BlobStore, LocalBlobs
from digitizer.storage.copying import current_file
from digitizer.storage.encrypted_files import DamagedFile, chunks_of
from digitizer.storage.owned_files import open_owned
from digitizer.storage.tables import letter, message, original, page, scan
from digitizer.support.slices import in_slices
from digitizer.support.wording import counted


def find_copy(folder: Path, given: Path | None, outer: bytes | None) -> KeyCopy | None:
    """The copy of the key book that this backup needs; None where it needs none. Of all that are
    where one is looked for, the newest; or the given one. Raises UsageError where none is found, or
    only another home's, or too old, and StorageError."""
    if not (folder / NOTE).is_file():
        return None
    needed = _noted(folder)
    if needed is None or outer is None:  # a backup without a key for it needs no book
        raise StorageError(f"{folder / NOTE} is damaged. Restore another backup.")
    beside = _beside(folder, needed.id)
    found, wrong = _copies(_places([folder, *beside]), needed, outer)
    if given is not None:
        copy = _fitting(given, needed, outer)
    elif found:
        copy = max(found, key=lambda each: each.book.number)
    elif wrong:
        raise wrong[0]
    else:
        raise UsageError(
            "This backup is opened with the copy of the keys that was kept apart from it, and that "
            f"is not where its settings say. Name it, or its folder: --keys "
            f"…/{key_keeping.FILE_NAME}. Without it nothing of the mail can be read."
        )
    others = [each for each in found if each.book.tag != copy.book.tag]
    warnings = [_of_other(each, copy) for each in others]
    newer = [each for each, noted in beside.items() if noted.number > copy.book.number]
    if newer and not any(each.book.number > copy.book.number for each in others):
        warnings.append(
            f"{newer[-1]} was made with newer keys than those in {copy.folder}, which were used: "
            "what was destroyed in between may have come back. Find the newest copy of the keys, "
            "and restore again with it into another folder: --keys."
        )
    return replace(copy, warnings=tuple(warnings))


@dataclass(frozen=True, slots=True)
class _Noted:
    """Which book a backup was made with."""

    id: str
    number: int
    tag: str


def _noted(folder: Path) -> _Noted | None:
    """None where it is damaged."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
        return _Noted(str(note["id"]), int(note["number"]), str(note.get("tag", "")))
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        return None


def _beside(folder: Path, book_id: str) -> dict[Path, _Noted]:
    """Other backups of the same home in the folder where this one is, by name: a newer one may say
    where the keys are now."""
    found = {}
    try:
        places = sorted(folder.resolve().parent.iterdir())
    except OSError:  # who may only open this one is told nothing of others
        return {}
    for each in places:
        noted = _noted(each)
        whole = noted is not None and (each / FILE_NAME).is_file()
        if noted is not None and whole and noted.id == book_id and each != folder.resolve():
            found[each] = noted
    return found


def _of_other(other: KeyCopy, used: KeyCopy) -> str:
    if other.book.number > used.book.number:
        return (
            f"The keys in {used.folder} were used, and newer ones are in {other.folder}: what was "
            "destroyed in between may have come back. Restore again with those into another folder."
        )
    return (
        f"The keys in {used.folder} were used. Older ones, in {other.folder}, still open what was "
        "destroyed in between: overwrite and remove them."
    )


def asked(copy: KeyCopy | None) -> list[str]:
    """What a person should know of the copy that was used, and must decide before the first
    backup."""
    if copy is None:
        return []
    return [
        *copy.warnings,
        "Its keys are in no key folder yet, and the copy that was used stays as it is: it may be "
        "that of a home that is still in use. If this home takes its place for good: digitizer "
        "backup DIR --confirm-key-folder. For a trial, name another backup.key_folder before.",
    ]


def _copies(
    places: Iterable[Path], needed: _Noted, outer: bytes
) -> tuple[list[KeyCopy], list[DigitizerError]]:
    """Those that open the backup, and what is wrong with the others."""
    found: list[KeyCopy] = []
    wrong: list[DigitizerError] = []
    for place in places:
        try:
            found.append(_fitting(place, needed, outer))
        except (StorageError, UsageError) as error:
            wrong.append(error)
    return found, wrong


def _fitting(path: Path, needed: _Noted, outer: bytes) -> KeyCopy:
    copy = key_keeping.read_copy(path, outer)
    if copy.book.id != needed.id:
        raise UsageError(f"The keys in {path} are those of another home.")
    if copy.book.number < needed.number:
        raise UsageError(
            f"The keys in {path} are older than this backup, and would take what came since for "
            "destroyed. Name the copy that was made with this backup, or a later one."
        )
    if not copy.book.came_from(needed.number, needed.tag):
        raise UsageError(
            f"The keys in {path} are those of a home that went on from an older backup, apart from "
            "the one that made this one: they would take what came since for destroyed. Name the "
            "copy that was made with this backup, or a later one of the same home."
        )
    return copy


def _places(backups: Sequence[Path]) -> list[Path]:
    """Where copies are: where the settings of the backups say, in the first one, and beside it."""
    places = dict.fromkeys(filter(None, map(_key_folder, backups)))
    places |= dict.fromkeys((backups[0], backups[0].parent))
    return [each for each in places if current_file(each / key_keeping.FILE_NAME).is_file()]


def _key_folder(backup: Path) -> Path | None:
    named = _named_in(backup / FILE_NAME) or _named_in(backup / AGENCY_FILE)
    return Path(named) if named else None


def _named_in(settings: Path) -> str:
    try:
        named = tomllib.loads(settings.read_text("utf-8")).get("backup", {}).get("key_folder", "")
    except (AttributeError, OSError, ValueError):
        return ""  # whoever opens a home with them says what is wrong
    return str(named)


def restore_files(folder: Path, store: LocalBlobs, copy: KeyCopy) -> Iterator[str]:
    """Those that a key opens; yields the names of the damaged ones."""
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        try:
            stream = open_owned(path, copy.book.keys)
            if stream is None:
                continue
            with stream:
                found = store.put(stream)[0]
        except DamagedFile:
            yield path.name
            continue
        if found != path.name:
            store.delete(found)
            yield path.name


def restore_inbox(folder: Path, inbox: Path, copy: KeyCopy) -> None:
    """With their times: a file that just changed is not taken in yet. Raises StorageError for a
    damaged one, and OSError."""
    for path in sorted(folder.rglob("*")):
        stream = open_owned(path, copy.book.keys) if path.is_file() else None
        if stream is None:
            continue
        target = inbox / path.relative_to(folder)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with stream, target.open("xb") as out:
            for chunk in chunks_of(stream):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        at = path.stat()
        os.utime(target, ns=(at.st_atime_ns, at.st_mtime_ns))


def empty_destroyed(
    tx: sa.Connection, facility: Facility, folder: Path, copy: KeyCopy
) -> tuple[Subject, ...]:
    """Empties what was destroyed since the backup, and makes the search index anew; returns what
    that was. Raises StorageError."""
    gone = _pages_gone(tx, copy)
    for scan_id in _scans(tx, gone):
        _change_files(tx, facility, folder, copy, scan_id)
    found: list[Subject] = []
    for letter_id in _letters_gone(tx, gone):
        _empty_letter(tx, facility.originals, letter_id)
        found.append(Subject.letter(letter_id))
    for scan_id in _scans_gone(tx, folder, copy):
        emptying.empty_scan(tx, None, scan_id)
        found.append(Subject.scan(scan_id))
    for message_id in _messages_gone(tx, copy):
        emptying.empty_message(tx, None, message_id)
        found.append(Subject("message", message_id))
    for some in in_slices(sorted(gone), 500):
        emptying.empty_pages(tx, None, some)
    for letter_id in tx.execute(sa.select(letter.c.id).order_by(letter.c.id)).scalars().all():
        index_letter(tx, letter_id)
    return tuple(found)


def told(gone: Sequence[Subject]) -> list[str]:
    if not gone:
        return []
    return [
        f"Destroyed since this backup was made, and not readable any more: "
        f"{counted(len(gone), 'thing')}. Here, too, each is recorded as destroyed."
    ]


def _pages_gone(tx: sa.Connection, copy: KeyCopy) -> set[int]:
    """The ids of pages that lost their key, and are not empty already."""
    rows = tx.execute(
        sa.select(page.c.id, page.c.scan_id, page.c.number)
        .join(scan, scan.c.id == page.c.scan_id)
        .outerjoin(letter, letter.c.id == page.c.letter_id)
        .where(
            scan.c.destroyed.is_(None),
            sa.func.coalesce(letter.c.state, "") != str(LetterState.DESTROYED),
        )
    )
    return {row.id for row in rows if of_page(row.scan_id, row.number) not in copy.book.keys}


def _letters_gone(tx: sa.Connection, gone: set[int]) -> list[str]:
    """Those of which no page is left."""
    pages: dict[str, set[int]] = defaultdict(set)
    rows = tx.execute(
        sa.select(page.c.id, page.c.letter_id)
        .join(letter, letter.c.id == page.c.letter_id)
        .where(letter.c.state != str(LetterState.DESTROYED))
    )
    for row in rows:
        pages[row.letter_id].add(row.id)
    return sorted(letter_id for letter_id, its in pages.items() if its <= gone)


def _scans(tx: sa.Connection, gone: set[int]) -> list[str]:
    rows = tx.execute(sa.select(page.c.id, page.c.scan_id))
    return sorted({row.scan_id for row in rows if row.id in gone})


def _change_files(
    tx: sa.Connection, facility: Facility, folder: Path, copy: KeyCopy, scan_id: str
) -> None:
    """The files that a run stored for the letters that stay, in place of those that went."""
    kept = copy.neighbours.get(scan_id, ())
    if not kept:
        return  # all of it went, or nothing of it was in one file with what went
    rows = _originals(tx, scan_id)
    lost = [row.id for row in rows if _is_gone(row, folder, copy)]
    here = {row.sha256: row.id for row in rows if row.id not in lost}
    pages = tx.execute(sa.select(page.c.number, page.c.id).where(page.c.scan_id == scan_id))
    ids = {row.number: row.id for row in pages}
    new = [each for each in kept if each.sha256 not in here]
    for each in new:
        if each.is_whole:  # else the home that was backed up has lost it, too
            _bring(each, facility.originals, copy)
    emptying.change_files(
        tx,
        facility.originals,
        None,
        scan_id,
        lost,
        [
            NewFile(each.sha256, each.size, tuple(ids[number] for number, _ in _by_place(each)))
            for each in new
        ],
        {
            ids[number]: (here[each.sha256], place)
            for each in kept
            if each.sha256 in here
            for number, place in each.pages
        },
        [each.sha256 for each in new if not each.is_whole],
    )


def _by_place(file: NeighbourFile) -> list[tuple[int, int]]:
    return sorted(file.pages, key=lambda each: each[1])


def _bring(file: NeighbourFile, originals: BlobStore, copy: KeyCopy) -> None:
    try:
        stream = open_owned(copy.folder / NEIGHBOURS / file.sha256, copy.book.keys)
    except OSError as error:
        raise StorageError(
            f"{copy.folder} lacks a file of mail beside which a letter was destroyed ({error}). "
            "Name the whole key folder with --keys."
        ) from None
    if stream is None:
        raise StorageError(f"The file {file.sha256} beside the copy of the keys has no key.")
    with stream:
        originals.put(stream)


def _empty_letter(tx: sa.Connection, originals: BlobStore, letter_id: str) -> None:
    stack = stack_of(tx, letter_id)
    gone = tuple(number for number, _ in stack.files) if stack.is_alone else ()
    own = {each.id for each in stack.own}
    stay = {page_id: place for page_id, place in stack.kept.items() if page_id not in own}
    emptying.empty_letter(tx, originals, None, letter_id, Parted(stack, gone, (), stay))


def _scans_gone(tx: sa.Connection, folder: Path, copy: KeyCopy) -> list[str]:
    """Those without letters that lost their key; and those that were not opened yet when the backup
    was made, and whose letters were destroyed since."""
    has_letters = sa.exists().where(letter.c.scan_id == scan.c.id)
    found = []
    asked = sa.select(scan.c.id, scan.c.pages).where(scan.c.destroyed.is_(None), ~has_letters)
    for row in tx.execute(asked.order_by(scan.c.id)).all():
        unread = row.pages is None and all(
            _is_gone(each, folder, copy) for each in _originals(tx, row.id)
        )
        if unread or of_thing(row.id) not in copy.book.keys:
            found.append(row.id)
    return found


def _messages_gone(tx: sa.Connection, copy: KeyCopy) -> list[str]:
    ids = tx.execute(sa.select(message.c.id).order_by(message.c.id)).scalars()
    return [some_id for some_id in ids if of_thing(some_id) not in copy.book.keys]


def _originals(tx: sa.Connection, scan_id: str) -> Sequence[sa.Row[Any]]:
    asked = sa.select(original).where(original.c.scan_id == scan_id, original.c.destroyed.is_(None))
    return tx.execute(asked.order_by(original.c.ordinal)).all()


def _is_gone(row: sa.Row[Any], folder: Path, copy: KeyCopy) -> bool:
    """Whether its key was destroyed; also where the same bytes came in again, under a new one."""
    name = row.sealed_as or row.sha256
    if of_original(name) not in copy.book.keys:
        return True
    path = folder / "originals" / name[:2] / name
    if not path.exists():  # the home itself had lost it, or has it in a bucket
        return False
    try:
        stream = open_owned(path, copy.book.keys)
    except DamagedFile:
        return False
    if stream is None:
        return True
    stream.close()
    return False
