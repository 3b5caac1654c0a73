"""Backup and restore of a home. A backup is consistent even while the service is working.

First the inbox, so that a file taken in meanwhile is in the copy at least once; then the database,
by SQLite itself, or from PostgreSQL row by row in one snapshot; then the blobs, which are stored
before the rows that name them and never change; last, files that were only half written in the
inbox are removed from the copy. Only sealing deletes a blob: if one that the copied database names
is gone, the database is copied once more. A backup contains no plain original of a sealed scan, and
no plain key. The settings are written at the end: a folder without them is not a backup.

Where a key folder is set, what is in it is encrypted under the keys of the key book, too, which is
not (see ``backup_by_key``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.capture.private_folder import private_folder
from digitizer.capture.scans.sealing import drop_plain
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME, agency_file
from digitizer.operations import (
    backup_by_key,
    backup_keys,
    backup_runs,
    key_keeping,
    owners,
)
from digitizer.operations.backup_folder import (
    BLOBS,
    DATABASE,
    LOGIN_KEY,
    count_files,
    count_shared,
    holds_something,
    is_backup,
    note_shared,
    opened,
    or_storage_error,
)
from digitizer.operations.backup_keys import (
    Keys,
    check_passphrase,
    encrypt_keys,
)
from digitizer.operations.inbox_backup import copy_inbox, drop_unfinished
from digitizer.operations.sealed_rows import seal_rows
from digitizer.operations.stored_blobs import (
    TakenKeys,
    named_originals,
    named_pictures,
    take_seal_keys,
)
from digitizer.operations.timestamps import IN_HOME
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import (
    copy_blobs,
    copy_tree,
    share_blobs,
    sync_file,
    write_file,
)
from digitizer.storage.database import (
    copy_database,
    writing,
)
from digitizer.storage.home_key import HomeKey
from digitizer.storage.table_copy import copy_to_sqlite

_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup contains. ``keys`` is the file of encrypted keys. ``shared``: how many of the
    files are one with those of an earlier backup.

    ``missing`` are the blobs that the home itself has lost, ``altered`` those whose bytes no
    longer match their name; neither are in the backup. ``bucket`` is the bucket of the blobs, if
    they are in one: then they are not in the backup.
    """

    files: int
    keys: Path
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    shared: int = 0
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class _Copied:
    """What a round of copying found; ``book_key`` opens the copy of the key book, if it needs
    one."""

    seals: TakenKeys
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    book_key: bytes | None = None


def back_up(
    facility: Facility,
    folder: Path,
    passphrase: str,
    by: Actor,
    *,
    by_schedule: bool = False,
    earlier: Path | None = None,
    key_folder_confirmed: bool = False,
) -> BackedUp:
    """Writes a backup into a new or empty folder. It is a readable copy of all mail, so it is
    recorded first, whether it succeeds or not; how it ended is noted.

    ``earlier``: a backup on the same file system with which it shares the stored files that are
    whole there. Each of the two is complete, and may go without the other.
    ``key_folder_confirmed``: a person says that the key folder is the right one, though the copy
    that was there is lost, or this home was restored and is to write the first. Raises NotAllowed,
    UsageError, StorageError, SettingsError."""
    copying = acting(facility, by, Act.OPERATE)
    check_passphrase(passphrase)
    if holds_something(folder):
        raise UsageError(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(facility.home):
        raise UsageError("A backup inside the home would be lost with it. Name a folder elsewhere.")
    if earlier and not is_backup(earlier):
        raise UsageError(f"{earlier} is not a backup of a home, or one that was not finished.")
    with copying as action:
        run = backup_runs.begin(action.tx, folder.absolute(), by_schedule)
        said = {"key_folder_confirmed": True} if key_folder_confirmed else {}
        action.record(Verb.BACK_UP, STORE, folder=str(folder.resolve()), **said)
    what = f"The backup to {folder}"
    try:
        done = or_storage_error(
            what, lambda: _back_up(facility, folder, passphrase, earlier, key_folder_confirmed)
        )
    except Exception as error:
        why = str(error) if isinstance(error, DigitizerError) else type(error).__name__
        backup_runs.end(facility.engine, run, why)
        raise
    backup_runs.end(facility.engine, run, damage_of(done))
    return done


def damage_of(done: BackedUp) -> str | None:
    """Why it is not a good one: what the home itself has lost or altered; None where it is."""
    lost, altered = len(set(done.missing) - set(done.altered)), len(done.altered)
    if not (lost or altered):
        return None
    what = f"lost {lost} and altered {altered} stored files"
    return f"the home itself has {what}. Run: digitizer scrub"


def _back_up(
    facility: Facility, folder: Path, passphrase: str, earlier: Path | None, confirmed: bool
) -> BackedUp:
    by_key = key_keeping.works_by_keys(facility)
    if by_key:
        key_keeping.check_folder(facility.settings, facility.home, folder)
    elif confirmed:
        key_keeping.forget_lost_copies(facility)
    for part in ("", "database"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("profiles", IN_HOME):
        copy_tree(facility.home / part, folder / part)
    if by_key:
        copied = _copy_by_key(facility, folder, earlier, confirmed)
    else:
        copied = _copy_plainly(facility, folder, earlier)
    shared = count_shared(folder)
    if shared:
        note_shared(folder)
    keys = folder / backup_keys.FILE_NAME
    home_key = facility.home_key
    held = Keys(
        covers=facility.key_file.read_text("ascii"),
        seals=copied.seals.keys,
        audit=facility.audit_key_file.read_text("ascii"),
        logins=_text_of(facility.home / LOGIN_KEY),
        at_rest=home_key.key if home_key else None,
        key_book=copied.book_key,
    )
    write_file(keys, encrypt_keys(held, passphrase))
    defaults = agency_file(facility.home)
    if defaults is not None:
        write_file(folder / AGENCY_FILE, defaults.read_bytes())
    write_file(folder / FILE_NAME, (facility.home / FILE_NAME).read_bytes())
    return BackedUp(
        files=count_files(folder),
        keys=keys,
        missing=copied.missing,
        altered=copied.altered,
        shared=shared,
        bucket=facility.settings.store.blobs_url or None,
    )


def _copy_plainly(facility: Facility, folder: Path, earlier: Path | None) -> _Copied:
    inbox = facility.home / "inbox"
    before = copy_inbox(inbox, folder / "inbox")
    copied = _copy_mail(facility, folder, earlier)
    drop_unfinished(inbox, folder / "inbox", before, facility.originals)
    return copied


def _copy_by_key(
    facility: Facility, folder: Path, earlier: Path | None, confirmed: bool
) -> _Copied:
    """The plain of what it copies lies in the home meanwhile, never in ``folder``."""
    with private_folder(facility) as within:
        try:
            copied = _keyed_copy(facility, folder, within, earlier)
        finally:
            backup_by_key.overwrite_all(within)
    done = key_keeping.replace_copy(facility, confirmed=confirmed)
    backup_by_key.note_book(done.book, folder)
    return replace(
        copied,
        book_key=done.book.outer,
        missing=tuple(dict.fromkeys((*copied.missing, *done.missing, *done.altered))),
        altered=tuple(dict.fromkeys((*copied.altered, *done.altered))),
    )


def _keyed_copy(facility: Facility, folder: Path, within: Path, earlier: Path | None) -> _Copied:
    inbox = facility.home / "inbox"
    before = copy_inbox(inbox, within / "inbox")
    for _ in range(_MOST_ROUNDS):
        copied, gone = _keyed_round(facility, folder, within, earlier)
        lost = set(copied.missing) - set(copied.altered)
        if not (lost or copied.seals.gone or gone):
            break
    drop_unfinished(inbox, within / "inbox", before, facility.originals)
    backup_by_key.copy_inbox_files(facility, within / "inbox", folder / "inbox")
    return copied


def _keyed_round(
    facility: Facility, folder: Path, within: Path, earlier: Path | None
) -> tuple[_Copied, bool]:
    """Also whether something of this copy of the tables was destroyed since."""
    database = within / "mail.sqlite"
    for each in (database, folder / DATABASE):
        each.unlink(missing_ok=True)
    home_key = facility.home_key
    _copy_tables(facility.engine, database, home_key)
    with opened(database, home_key) as engine:
        with writing(engine) as tx:
            kept = owners.kept(tx)
            taken = key_keeping.take_up(facility, kept)
            files = owners.owners_of_files(tx)
            altered: tuple[str, ...] = ()
            missing: tuple[str, ...] = ()
            if not facility.settings.store.blobs_url:
                if earlier:
                    backup_by_key.share_files(earlier, folder, files, taken.book)
                missing, altered = backup_by_key.copy_files(facility, folder, files, taken.book)
            seals = take_seal_keys(tx, facility.seal_keys)
            seal_rows(tx, kept, taken.book.keys)
        copy_database(engine, folder / DATABASE)
    sync_file(folder / DATABASE)
    return _Copied(seals, missing, altered), bool(taken.gone)


def _copy_mail(facility: Facility, folder: Path, earlier: Path | None) -> _Copied:
    for _ in range(_MOST_ROUNDS):
        copied = _copy_round(facility, folder, earlier)
        if not set(copied.missing) - set(copied.altered) and not copied.seals.gone:
            break
    return copied


def _copy_round(facility: Facility, folder: Path, earlier: Path | None) -> _Copied:
    """The database, then what it names; a blob that is missing may have been sealed just then, and
    a key that is missing lifted or destroyed."""
    (folder / DATABASE).unlink(missing_ok=True)
    home_key = facility.home_key
    _copy_tables(facility.engine, folder / DATABASE, home_key)
    altered: list[str] = []
    stores = _stores(folder, home_key)
    if not facility.settings.store.blobs_url:
        for part, own in _stores(facility.home, home_key).items():
            if earlier:
                share_blobs(own, _stores(earlier, home_key)[part], stores[part])
            altered += copy_blobs(own, stores[part])
    with opened(folder / DATABASE, home_key) as engine, writing(engine) as tx:
        missing: tuple[str, ...] = ()
        if not facility.settings.store.blobs_url:
            missing = _absent(tx, stores)
            drop_plain(tx, stores["originals"], facility.seal_keys)
        seals = take_seal_keys(tx, facility.seal_keys)
    sync_file(folder / DATABASE)
    return _Copied(seals=seals, missing=missing, altered=tuple(altered))


def _stores(folder: Path, home_key: HomeKey | None) -> dict[str, LocalBlobs]:
    """Of a home, or a backup of it."""
    return {part: LocalBlobs(folder / part, home_key.files if home_key else None) for part in BLOBS}


def _copy_tables(engine: sa.Engine, target: Path, home_key: HomeKey | None) -> None:
    """Into SQLite, whatever the home's database is: one kind of backup, which any machine reads."""
    if engine.dialect.name == "sqlite":
        copy_database(engine, target)
    else:
        copy_to_sqlite(engine, target, home_key.database if home_key else None)


def _absent(tx: sa.Connection, stores: dict[str, LocalBlobs]) -> tuple[str, ...]:
    named = {"originals": named_originals(tx), "pictures": named_pictures(tx)}
    return tuple(
        name for part, store in stores.items() for name in named[part] if not store.exists(name)
    )


def _text_of(path: Path) -> str | None:
    """None where nobody has a second step yet: then there is no such key."""
    return path.read_text("ascii") if path.exists() else None
