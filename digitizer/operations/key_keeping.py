"""Keeping the key book: its keys are made at a backup, and what retention destroyed loses them.

One copy of it is kept outside the home, in the folder of the setting ``backup.key_folder``,
encrypted under a key that each backup has among its own; it is replaced at each backup and at each
run of retention. Beside it
are the files that a run stored for a destroyed letter's neighbours, as in a backup: older backups
have only the file in which they were together with it.

The book remembers where its copy was written. A folder that has none any more is that of a disk
which is not mounted, until a person says that it is lost; and one that the settings do not name
any more loses its copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import NotFound, SettingsError, StorageError, UsageError
from digitizer.model.settings import Settings
from digitizer.operations import owners
from digitizer.storage.blobs import sync_folder
from digitizer.storage.copying import current_file, finish_replacing, replace_and_overwrite
from digitizer.storage.database import reading
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.storage.encryption import (
    decrypt,
    encrypt,
    new_seal_key,
)
from digitizer.storage.home_key import HomeKey
from digitizer.storage.key_book import (
    KeyBook,
    Owner,
    book_from,
    changing_book,
    has_book,
    read_book,
    write_book,
)
from digitizer.storage.overwriting import overwrite
from digitizer.storage.owned_files import write_owned
from digitizer.storage.tables import original, page, scan
from digitizer.storage.tables_retention import kept_page
from digitizer.support.clock import new_id
from digitizer.support.failpoints import failpoint

FILE_NAME = "digitizer-keys.sealed"
#: Of neighbours' files, in the key folder.
NEIGHBOURS = "neighbours"
_MARK = b"MDBOOK1\n"
_CONFIRM = "digitizer backup DIR --confirm-key-folder"


@dataclass(frozen=True, slots=True)
class NeighbourFile:
    """A file that holds pages of a scan from which a letter was destroyed: the numbers of the
    pages, and where each is in the file, from 1. ``is_whole`` is False where the home itself had
    lost or altered it when the copy was made."""

    sha256: str
    size: int
    pages: tuple[tuple[int, int], ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class KeyCopy:
    """What the copy outside has. ``neighbours`` are by scan; their files lie in ``folder``.
    ``warnings`` are what a person should know of how it was found."""

    book: KeyBook
    neighbours: Mapping[str, tuple[NeighbourFile, ...]]
    folder: Path
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplacedCopy:
    """The book of which the copy outside is one now. ``missing`` and ``altered`` are files of
    neighbours that the home itself has lost, so that they are not beside it; ``out_of_reach`` are
    folders that had an older copy and could not be looked into."""

    book: KeyBook
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    out_of_reach: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenUp:
    """The book as it is now; ``gone`` is what was destroyed since the copy of the tables that
    names it was made."""

    book: KeyBook
    gone: frozenset[Owner]


def works_by_keys(facility: Facility) -> bool:
    """Whether backups of this home can lose what is destroyed later."""
    return facility.home_key is not None and bool(facility.settings.backup.key_folder)


def take_up(facility: Facility, wanted: Collection[Owner]) -> TakenUp:
    """Sees to it that everything wanted has a key, but for what is destroyed; the copy outside is
    replaced afterwards (``replace_copy``). Raises StorageError, and SettingsError."""
    under = _key_of(facility).key_book
    keys = facility.home / "keys"
    try:
        with changing_book(keys):
            is_new = not has_book(keys)
            book = KeyBook(new_id(), 0, new_seal_key(), {}) if is_new else read_book(keys, under)
            # Asked within: whoever destroys something takes its key only afterwards.
            with reading(facility.engine) as tx:
                gone = frozenset(wanted) & owners.destroyed(tx)
            made = book.with_keys_for(frozenset(wanted) - gone)
            if is_new or made is not book:
                write_book(keys, under, made)
    except OSError as error:
        raise _unwritten(keys, error) from None
    return TakenUp(made, gone)


def let_go(facility: Facility) -> None:
    """Takes the keys of all that was destroyed, here and in every copy outside; no error in a home
    without a book. What a dead process had begun is done, too. Raises StorageError, also where a
    copy cannot be replaced, and SettingsError."""
    keys = facility.home / "keys"
    if facility.home_key is None or not has_book(keys):
        return
    under = facility.home_key.key_book
    try:
        with changing_book(keys):
            book = read_book(keys, under)
            # First: it leaves there once it is taken in.
            waiting = _waiting(facility.home / "inbox")
            with reading(facility.engine) as tx:
                gone, drafts = owners.destroyed(tx), owners.drafts(tx)
                gone |= owners.taken_in_and_destroyed(tx) - waiting
                beside = [owners.of_original(each.sha256) for each in _files(_neighbours(tx))]
            of_drafts = {each for each in book.keys if each[:1] == owners.DRAFT.encode()}
            left = book.without(gone | (of_drafts - drafts)).with_keys_for(beside)
            if left is not book:
                write_book(keys, under, left)
    except OSError as error:
        raise _unwritten(keys, error) from None
    failpoint("key_book.let_go")
    # A neighbour's file that the home has lost is no reason to wait: each backup names it.
    away = replace_copy(facility).out_of_reach if works_by_keys(facility) else _renew_old(facility)
    if away:
        raise StorageError(
            f"An older copy of the keys, in {', '.join(away)}, opens what was destroyed since. "
            f"Mount its disk; if it is lost for good: {_CONFIRM}"
        )
    failpoint("key_book.copied")


def replace_copy(facility: Facility, *, confirmed: bool = False) -> ReplacedCopy:
    """Makes the copy outside what the book is now; the old one is overwritten, and stays whole
    where the new one cannot be written. Copies in folders that the settings do not name any more
    are overwritten and removed.

    ``confirmed``: a person said that the folder is the right one, though the copy that was there is
    lost or this home was restored, and that other copies which are not found are lost. Raises
    StorageError, and SettingsError."""
    keys, under = facility.home / "keys", _key_of(facility).key_book
    folder = Path(facility.settings.backup.key_folder).resolve()
    check_folder(facility.settings, facility.home)
    try:
        with changing_book(keys):
            book = read_book(keys, under)
            _must_be_ours(folder, book, confirmed)
            beside = _write_copy(facility, book, folder)
            former = [each for each in book.kept_in if each != str(folder)]
            away = tuple(each for each in former if not _is_removed(Path(each), book))
            if confirmed:
                away = tuple(each for each in away if is_there(Path(each)))
            kept_in = (*away, str(folder))
            if kept_in != book.kept_in or book.is_restored:
                book = replace(book, kept_in=kept_in, is_restored=False)
                write_book(keys, under, book)
    except OSError as error:
        raise _not_replaced(folder, error) from None
    _must_be_whole(beside, folder)
    return ReplacedCopy(book, beside.missing, beside.altered, away)


def forget_lost_copies(facility: Facility) -> None:
    """In a home that has no key folder any more: those that are not found are lost, a person said.
    Raises StorageError, and SettingsError."""
    keys = facility.home / "keys"
    if facility.home_key is None or not has_book(keys):
        return
    try:
        with changing_book(keys):
            book = read_book(keys, facility.home_key.key_book)
            found = tuple(each for each in book.kept_in if is_there(Path(each)))
            write_book(keys, facility.home_key.key_book, replace(book, kept_in=found))
    except OSError as error:
        raise _unwritten(keys, error) from None


def _renew_old(facility: Facility) -> tuple[str, ...]:
    """The settings name no folder any more: what lies where they did stays that of today, as older
    backups are opened with nothing else. Returns which are not found."""
    keys, away = facility.home / "keys", []
    with changing_book(keys):
        book = read_book(keys, _key_of(facility).key_book)
        for folder in map(Path, book.kept_in):
            try:
                if not is_there(folder):
                    away.append(str(folder))
                elif _is_ours(folder, book):
                    _must_be_whole(_write_copy(facility, book, folder), folder)
            except OSError as error:
                raise _not_replaced(folder, error) from None
    return tuple(away)


def _must_be_whole(beside: _Beside, folder: Path) -> None:
    if beside.failed:
        raise StorageError(
            f"A file beside the copy of the keys in {folder} could not be written "
            f"({beside.failed}). Make room on its disk; the copy itself is that of today."
        )


def check_folder(settings: Settings, home: Path, backup: Path | None = None) -> None:
    """Raises SettingsError where the copy of the keys would be lost with what they open, or kept
    with it, or its folder is missing. ``backup`` is where one is about to be written."""
    folder = Path(settings.backup.key_folder).resolve()
    if not folder.is_dir():
        raise SettingsError(f"The key folder {folder} is not there. Mount its disk, or make it.")
    backups = Path(settings.backup.folder).resolve() if settings.backup.folder else None
    places = (
        (home.resolve(), "the home"),
        (backups, "the folder of the backups"),
        (backup.resolve() if backup else None, "this backup"),
    )
    for place, what in places:
        if place is not None and (folder.is_relative_to(place) or place.is_relative_to(folder)):
            raise SettingsError(
                f"The key folder {folder} lies together with {what}. Name one of its own, on "
                "another device: backup.key_folder in config.toml."
            )


def read_copy(path: Path, outer: bytes) -> KeyCopy:
    """``path`` is the file, or its folder; ``outer`` the book's key for its copies. Raises
    UsageError where it is not there or is another home's, and StorageError for a damaged one."""
    path = current_file(path / FILE_NAME if path.is_dir() else path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The copy of the keys cannot be read ({error}).") from None
    try:
        body = decrypt(outer, _parts(content)[1])
    except StorageError:
        raise StorageError(f"The keys in {path} are damaged, or those of another home.") from None
    first, _, book = body.partition(b"\n")
    return KeyCopy(
        book=book_from(book),
        neighbours={
            scan_id: tuple(
                NeighbourFile(
                    sha256, size, tuple((number, place) for number, place in pages), *whole
                )
                for sha256, size, pages, *whole in files
            )
            for scan_id, files in json.loads(first).items()
        },
        folder=path.parent,
    )


def is_there(folder: Path) -> bool:
    """Whether a copy of keys is, of whatever home. Raises OSError."""
    return current_file(folder / FILE_NAME).exists()


def is_of_today(folder: Path, book: KeyBook) -> bool:
    """Whether the copy that lies there is that of the book. Raises OSError, and StorageError for a
    damaged one."""
    return _head_in(folder) == _head_of(book)


def book_of(facility: Facility) -> KeyBook | None:
    """As it is now. Raises SettingsError."""
    keys = facility.home / "keys"
    if facility.home_key is None or not has_book(keys):
        return None
    with changing_book(keys):
        return read_book(keys, facility.home_key.key_book)


def _write_copy(facility: Facility, book: KeyBook, folder: Path) -> _Beside:
    """For the holder of the book's lock. The copy is replaced whatever becomes of the files beside
    it. Raises OSError."""
    with reading(facility.engine) as tx:
        neighbours = _neighbours(tx)
    names = {each.sha256 for each in _files(neighbours)}
    beside = _store_beside(facility, folder / NEIGHBOURS, names, book)
    replace_and_overwrite(folder / FILE_NAME, _written(book, neighbours, beside))
    _drop_others(folder / NEIGHBOURS, names - {*beside.missing, *beside.altered})
    return beside


def _written(
    book: KeyBook, neighbours: Mapping[str, tuple[NeighbourFile, ...]], beside: _Beside
) -> bytes:
    lost = {*beside.missing, *beside.altered}
    files = {
        scan_id: [(each.sha256, each.size, each.pages, each.sha256 not in lost) for each in some]
        for scan_id, some in neighbours.items()
    }
    body = json.dumps(files).encode("ascii") + b"\n" + book.to_bytes()
    return _MARK + json.dumps(_head_of(book)).encode("ascii") + b"\n" + encrypt(book.outer, body)


def _parts(content: bytes) -> tuple[dict[str, str | int], bytes]:
    """What is plain, and the rest."""
    try:
        if not content.startswith(_MARK):
            raise ValueError("another format")
        head, _, rest = content[len(_MARK) :].partition(b"\n")
        return json.loads(head), rest
    except ValueError:
        raise StorageError("The copy of the keys is damaged, or no copy of keys.") from None


def _must_be_ours(folder: Path, book: KeyBook, confirmed: bool) -> None:
    if is_there(folder):
        if not _is_ours(folder, book):
            raise SettingsError(
                f"{folder} has the keys of another home, or of one that went on from the same "
                "backup as this one, or newer ones than this home, which is an older copy. Name "
                "another folder: backup.key_folder in config.toml."
            )
    elif str(folder) in book.kept_in and not confirmed:
        raise SettingsError(
            f"The copy of the keys that was in {folder} is not there. Mount its disk; if it is "
            f"lost for good: {_CONFIRM}"
        )
    if book.is_restored and not confirmed:
        raise SettingsError(
            f"This home was restored, and has not written its keys to {folder} yet: they may be "
            "those of a home that is still in use. If this home takes its place for good: "
            f"{_CONFIRM}; else name a folder of its own, and then say so."
        )


def _is_ours(folder: Path, book: KeyBook) -> bool:
    """Raises OSError, and StorageError for a damaged one."""
    head = _head_in(folder)
    return head["id"] == book.id and book.came_from(int(head["number"]), str(head["tag"]))


def _head_in(folder: Path) -> dict[str, str | int]:
    return {"tag": "", **_parts(current_file(folder / FILE_NAME).read_bytes())[0]}


def _head_of(book: KeyBook) -> dict[str, str | int]:
    return {"id": book.id, "number": book.number, "tag": book.tag}


def _is_removed(folder: Path, book: KeyBook) -> bool:
    """Overwrites and removes the copy in a folder that the settings do not name any more; whether
    none of ours is there now."""
    try:
        if not is_there(folder):
            return False  # its disk may be away
        if _is_ours(folder, book):
            _drop_others(folder / NEIGHBOURS, ())
            finish_replacing(folder / FILE_NAME)
            overwrite(folder / FILE_NAME)
            (folder / FILE_NAME).unlink()
            sync_folder(folder)
    except (OSError, StorageError):
        return False  # the doctor names it until it is gone, and so does the next run
    return True


def _waiting(inbox: Path) -> set[Owner]:
    """The owners of what lies in the inbox now."""
    found = set()
    for path in sorted(inbox.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # it is taken in just now
            if path.is_file():
                found.add(owners.of_waiting(digest_of(path)))
    return found


def digest_of(path: Path) -> str:
    """The SHA-256 of its bytes. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _neighbours(tx: sa.Connection) -> dict[str, tuple[NeighbourFile, ...]]:
    """What is left of the scans from which a letter was destroyed."""
    parted = sa.select(original.c.scan_id).where(original.c.destroyed.is_not(None))
    rows = tx.execute(
        sa.select(original.c.scan_id, original.c.id, original.c.sha256, original.c.size)
        .join(scan, scan.c.id == original.c.scan_id)
        .where(
            original.c.destroyed.is_(None),
            scan.c.destroyed.is_(None),
            original.c.scan_id.in_(parted),
        )
        .order_by(original.c.scan_id, original.c.ordinal)
    ).all()
    found: dict[str, tuple[NeighbourFile, ...]] = {}
    for row in rows:
        pages = tx.execute(
            sa.select(page.c.number, kept_page.c.place)
            .join(page, page.c.id == kept_page.c.page_id)
            .where(kept_page.c.original_id == row.id)
            .order_by(page.c.number)
        )
        file = NeighbourFile(row.sha256, row.size, tuple((each[0], each[1]) for each in pages))
        found[row.scan_id] = (*found.get(row.scan_id, ()), file)
    return found


def _files(neighbours: Mapping[str, Iterable[NeighbourFile]]) -> list[NeighbourFile]:
    return [each for some in neighbours.values() for each in some]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What could not be stored beside the copy: what the home has lost or altered, and why a
    writing ``failed``, "" where none did."""

    missing: tuple[str, ...]
    altered: tuple[str, ...]
    failed: str


def _store_beside(facility: Facility, folder: Path, names: Iterable[str], book: KeyBook) -> _Beside:
    missing, altered, failed = [], [], ""
    for name in sorted(names):
        owner = owners.of_original(name)
        if (folder / name).exists() or owner not in book.keys:
            continue
        try:
            content = facility.originals.get(name)
        except NotFound:
            missing.append(name)
            continue
        except DamagedFile:
            altered.append(name)
            continue
        except StorageError as error:
            failed = str(error)
            continue
        unfinished = folder / f"{name}.new"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            unfinished.unlink(missing_ok=True)
            if write_owned(io.BytesIO(content), unfinished, {owner: book.keys[owner]}) == name:
                unfinished.rename(folder / name)
            else:
                unfinished.unlink()
                altered.append(name)
            sync_folder(folder)
        except OSError as error:
            failed = error.strerror or str(error)
            with contextlib.suppress(OSError):  # room for the copy itself
                unfinished.unlink(missing_ok=True)
    return _Beside(tuple(missing), tuple(altered), failed)


def _drop_others(folder: Path, names: Collection[str]) -> None:
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name not in names:
            overwrite(path)
            path.unlink()


def _key_of(facility: Facility) -> HomeKey:
    assert facility.home_key is not None, "only an encrypted home has a key book"
    return facility.home_key


def _not_replaced(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The copy of the keys in {folder} could not be replaced ({error.strerror}). Make room "
        "on its disk, or mount it: until then an older copy is there."
    )


def _unwritten(keys: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The key book in {keys} could not be written ({error.strerror}). Free some space or "
        "repair the disk, then try again."
    )
