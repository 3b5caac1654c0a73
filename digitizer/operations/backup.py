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

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.audit import named_head
from digitizer.capture.private_folder import private_folder
from digitizer.capture.scans.sealing import drop_plain
from digitizer.facility import Facility, open_facility, upgrade_database
from digitizer.model.errors import DigitizerError, StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings import FILE_NAME
from digitizer.operations import (
    backup_by_key,
    backup_keys,
    backup_runs,
    key_keeping,
    owners,
    restore_by_key,
)
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup_keys import (
    Keys,
    check_passphrase,
    decrypt_keys,
    encrypt_keys,
)
from digitizer.operations.begun import Ended, end_what_was_begun
from digitizer.operations.inbox_backup import copy_inbox, drop_unfinished
from digitizer.operations.key_keeping import KeyCopy
from digitizer.operations.sealed_rows import has_sealed_rows, seal_rows, unseal_rows
from digitizer.operations.store_settings import names_database, without_database
from digitizer.operations.stored_blobs import (
    TakenKeys,
    named_originals,
    named_pictures,
    put_seal_keys,
    sealed_without_key,
    take_seal_keys,
)
from digitizer.operations.timestamps import IN_HOME
from digitizer.storage.audit_keys import last_key_named, make_audit_keys, read_audit_keys
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import (
    copy_blobs,
    copy_file,
    copy_tree,
    sync_file,
    write_file,
)
from digitizer.storage.database import (
    copy_database,
    integrity,
    is_plain,
    open_engine,
    reading,
    writing,
)
from digitizer.storage.home_key import HomeKey, Secret, make_home_key
from digitizer.storage.key_book import changing_book, write_book
from digitizer.storage.key_file import make_key_ring, read_key_ring
from digitizer.storage.seal_keys import make_master_key, open_seal_keys
from digitizer.storage.table_copy import copy_to_sqlite
from digitizer.support.wording import counted

_DATABASE = "database/mail.sqlite"
_BLOBS = ("originals", "pictures")
_MOST_ROUNDS = 5
_KEYS = "keys/covers.json"
_LOGIN_KEY = "keys/logins.key"
_AUDIT_KEYS = "keys/audit.json"
_EMPTY = ("run", "work", "outbox", "database", "keys")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup contains. ``keys`` is the file of encrypted keys.

    ``missing`` are the blobs that the home itself has lost, ``altered`` those whose bytes no
    longer match their name; neither are in the backup. ``bucket`` is the bucket of the blobs, if
    they are in one: then they are not in the backup.
    """

    files: int
    keys: Path
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a restore proved (all scans balance, all events are intact), and what it could not."""

    files: int
    scans: int
    events: int
    warnings: tuple[str, ...]


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
    key_folder_confirmed: bool = False,
) -> BackedUp:
    """Writes a backup into a new or empty folder. It is a readable copy of all mail, so it is
    recorded first, whether it succeeds or not; how it ended is noted.

    ``key_folder_confirmed``: a person says that the key folder is the right one, though the copy
    that was there is lost, or this home was restored and is to write the first. Raises NotAllowed,
    UsageError, StorageError, SettingsError."""
    copying = acting(facility, by, Act.OPERATE)
    check_passphrase(passphrase)
    if _holds_something(folder):
        raise UsageError(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(facility.home):
        raise UsageError("A backup inside the home would be lost with it. Name a folder elsewhere.")
    with copying as action:
        run = backup_runs.begin(action.tx, folder.absolute(), by_schedule)
        said = {"key_folder_confirmed": True} if key_folder_confirmed else {}
        action.record(Verb.BACK_UP, STORE, folder=str(folder.resolve()), **said)
    what = f"The backup to {folder}"
    try:
        done = _or_storage_error(
            what, lambda: _back_up(facility, folder, passphrase, key_folder_confirmed)
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


def _back_up(facility: Facility, folder: Path, passphrase: str, confirmed: bool) -> BackedUp:
    by_key = key_keeping.works_by_keys(facility)
    if by_key:
        key_keeping.check_folder(facility.settings, facility.home, folder)
    elif confirmed:
        key_keeping.forget_lost_copies(facility)
    for part in ("", "database"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("profiles", IN_HOME):
        copy_tree(facility.home / part, folder / part)
    copied = (
        _copy_by_key(facility, folder, confirmed) if by_key else _copy_plainly(facility, folder)
    )
    keys = folder / backup_keys.FILE_NAME
    home_key = facility.home_key
    held = Keys(
        covers=facility.key_file.read_text("ascii"),
        seals=copied.seals.keys,
        audit=facility.audit_key_file.read_text("ascii"),
        logins=_text_of(facility.home / _LOGIN_KEY),
        at_rest=home_key.key if home_key else None,
        key_book=copied.book_key,
    )
    write_file(keys, encrypt_keys(held, passphrase))
    write_file(folder / FILE_NAME, (facility.home / FILE_NAME).read_bytes())
    return BackedUp(
        files=_count_files(folder),
        keys=keys,
        missing=copied.missing,
        altered=copied.altered,
        bucket=facility.settings.store.blobs_url or None,
    )


def _copy_plainly(facility: Facility, folder: Path) -> _Copied:
    inbox = facility.home / "inbox"
    before = copy_inbox(inbox, folder / "inbox")
    copied = _copy_mail(facility, folder)
    drop_unfinished(inbox, folder / "inbox", before, facility.originals)
    return copied


def _copy_by_key(facility: Facility, folder: Path, confirmed: bool) -> _Copied:
    """The plain of what it copies lies in the home meanwhile, never in ``folder``."""
    with private_folder(facility) as within:
        try:
            copied = _keyed_copy(facility, folder, within)
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


def _keyed_copy(facility: Facility, folder: Path, within: Path) -> _Copied:
    inbox = facility.home / "inbox"
    before = copy_inbox(inbox, within / "inbox")
    for _ in range(_MOST_ROUNDS):
        copied, gone = _keyed_round(facility, folder, within)
        lost = set(copied.missing) - set(copied.altered)
        if not (lost or copied.seals.gone or gone):
            break
    drop_unfinished(inbox, within / "inbox", before, facility.originals)
    backup_by_key.copy_inbox_files(facility, within / "inbox", folder / "inbox")
    return copied


def _keyed_round(facility: Facility, folder: Path, within: Path) -> tuple[_Copied, bool]:
    """Also whether something of this copy of the tables was destroyed since."""
    database = within / "mail.sqlite"
    for each in (database, folder / _DATABASE):
        each.unlink(missing_ok=True)
    home_key = facility.home_key
    _copy_tables(facility.engine, database, home_key)
    with _opened(database, home_key) as engine:
        with writing(engine) as tx:
            kept = owners.kept(tx)
            taken = key_keeping.take_up(facility, kept)
            files = owners.owners_of_files(tx)
            altered: tuple[str, ...] = ()
            missing: tuple[str, ...] = ()
            if not facility.settings.store.blobs_url:
                missing, altered = backup_by_key.copy_files(facility, folder, files, taken.book)
            seals = take_seal_keys(tx, facility.seal_keys)
            seal_rows(tx, kept, taken.book.keys)
        copy_database(engine, folder / _DATABASE)
    sync_file(folder / _DATABASE)
    return _Copied(seals, missing, altered), bool(taken.gone)


def _copy_mail(facility: Facility, folder: Path) -> _Copied:
    for _ in range(_MOST_ROUNDS):
        copied = _copy_round(facility, folder)
        if not set(copied.missing) - set(copied.altered) and not copied.seals.gone:
            break
    return copied


def _copy_round(facility: Facility, folder: Path) -> _Copied:
    """The database, then what it names; a blob that is missing may have been sealed just then, and
    a key that is missing lifted or destroyed."""
    (folder / _DATABASE).unlink(missing_ok=True)
    home_key = facility.home_key
    _copy_tables(facility.engine, folder / _DATABASE, home_key)
    altered: list[str] = []
    stores = {
        part: LocalBlobs(folder / part, home_key.files if home_key else None) for part in _BLOBS
    }
    if not facility.settings.store.blobs_url:
        for part, store in stores.items():
            own = LocalBlobs(facility.home / part, home_key.files if home_key else None)
            altered += copy_blobs(own, store)
    with _opened(folder / _DATABASE, home_key) as engine, writing(engine) as tx:
        missing: tuple[str, ...] = ()
        if not facility.settings.store.blobs_url:
            missing = _absent(tx, stores)
            drop_plain(tx, stores["originals"], facility.seal_keys)
        seals = take_seal_keys(tx, facility.seal_keys)
    sync_file(folder / _DATABASE)
    return _Copied(seals=seals, missing=missing, altered=tuple(altered))


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


def restore_home(
    folder: Path,
    home: Path,
    by: Actor,
    passphrase: str | None = None,
    key_copy: Path | None = None,
) -> Proof:
    """Makes ``home`` from a backup; refuses to overwrite. It is recorded in the new home's chain,
    and proves itself by reconciling.

    Without a passphrase the home gets new keys. With a wrong one StorageError is raised before
    anything is written. ``key_copy`` is the copy of the key book, or its folder; else it is looked
    for where the backup's settings say, and beside the backup.
    """
    permit(by, Act.OPERATE)
    if not (folder / _DATABASE).is_file() or not (folder / FILE_NAME).is_file():
        raise UsageError(f"{folder} is not a backup of a home, or one that was not finished.")
    if _holds_something(home):
        raise UsageError(f"{home} is not empty; restore never overwrites. Name a new folder.")
    keys = None if passphrase is None else _read_keys(folder, passphrase)
    if keys is None and not is_plain(folder / _DATABASE):
        raise UsageError(
            f"{folder} is encrypted (or its database is damaged): it is restored with its "
            "passphrase. Give it with --passphrase-file."
        )
    home_key = HomeKey(keys.at_rest, finished=True) if keys and keys.at_rest else None
    copy = restore_by_key.find_copy(folder, key_copy, keys.key_book) if keys else None

    def restore() -> Proof:
        if home_key:
            make_home_key(home / "keys", Secret(passphrase=passphrase), True, home_key.key)
        return _restore(folder, home, by, keys, home_key, copy)

    return _or_storage_error(f"The restore to {home}", restore)


def _read_keys(folder: Path, passphrase: str) -> Keys:
    try:
        encrypted = (folder / backup_keys.FILE_NAME).read_bytes()
    except OSError as error:
        raise UsageError(
            f"The backup's keys cannot be read ({error}). Put {backup_keys.FILE_NAME} back into "
            f"{folder}, or restore without a passphrase: then new keys are made."
        ) from None
    return decrypt_keys(encrypted, passphrase)


def _restore(
    folder: Path,
    home: Path,
    by: Actor,
    keys: Keys | None,
    home_key: HomeKey | None,
    copy: KeyCopy | None,
) -> Proof:
    settings, came_from_elsewhere = _settings_in(folder)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for empty in (*_EMPTY, "inbox/default", "inbox-roster"):
        (home / empty).mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("profiles", IN_HOME):
        copy_tree(folder / part, home / part)
    damaged = _restore_files(folder, home, home_key, copy)
    copy_file(folder / _DATABASE, home / _DATABASE)
    _check_database(home, home_key)
    _restore_rows(home, home_key, copy)
    # The log's keys first: bringing the database up to date signs what it records with them.
    of_the_log = _restore_audit_keys(home, keys, home_key)
    warnings = [*_restore_keys(home, keys, home_key), *of_the_log, *came_from_elsewhere]
    write_file(home / FILE_NAME, settings)
    facility = open_facility(home, home_key)
    try:
        with acting(facility, by, Act.OPERATE) as action:
            came = {"folder": str(folder.resolve()), "head": asdict(named_head(action.tx))}
            old_keys = keys is not None and keys.audit is not None
            ended = end_what_was_begun(action.tx, by)
            keys_are = "old" if old_keys else "new"
            gone = restore_by_key.empty_destroyed(action.tx, facility, folder, copy) if copy else ()
            since = {"destroyed_since": [str(each) for each in gone]} if copy else {}
            action.record(Verb.RESTORE, STORE, keys=keys_are, **asdict(ended), **came, **since)
        warnings += [*_asked(ended), *restore_by_key.told(gone), *restore_by_key.asked(copy)]
        scans, events = _prove(facility, by, damaged)
    finally:
        facility.engine.dispose()
    return Proof(files=_count_files(home), scans=scans, events=events, warnings=tuple(warnings))


def _restore_files(
    folder: Path, home: Path, home_key: HomeKey | None, copy: KeyCopy | None
) -> list[str]:
    """The inbox and the stored files; returns the names of the damaged ones."""
    key = home_key.files if home_key else None
    if copy is None:
        copy_tree(folder / "inbox", home / "inbox")
        return [
            name
            for part in _BLOBS
            for name in copy_blobs(LocalBlobs(folder / part, key), LocalBlobs(home / part, key))
        ]
    restore_by_key.restore_inbox(folder / "inbox", home / "inbox", copy)
    return [
        name
        for part in _BLOBS
        for name in restore_by_key.restore_files(folder / part, LocalBlobs(home / part, key), copy)
    ]


def _restore_rows(home: Path, home_key: HomeKey | None, copy: KeyCopy | None) -> None:
    """Before anything brings the tables up to date: they are as they were when it was made."""
    with _opened(home / _DATABASE, home_key) as engine, writing(engine) as tx:
        if not has_sealed_rows(tx):
            return
        if copy is None:
            raise StorageError(f"The backup has lost its {backup_by_key.NOTE}.")
        unseal_rows(tx, copy.book.keys)
    assert home_key is not None, "only those of encrypted homes have any"
    with changing_book(home / "keys"):
        write_book(home / "keys", home_key.key_book, copy.book.restored())


def _settings_in(folder: Path) -> tuple[bytes, list[str]]:
    """The settings of the new home, and a warning where the old one's database was on a server:
    the new one has its own, and leaves that alone. Raises SettingsError."""
    content = (folder / FILE_NAME).read_bytes()
    text = content.decode("utf-8")
    if not names_database(text):
        return content, []
    warning = (
        "The database of the backed-up home was on a server. The restored home has its own, in its "
        "folder; to move that to an empty PostgreSQL database: digitizer move-to postgresql://…"
    )
    return without_database(text).encode(), [warning]


def _asked(ended: Ended) -> list[str]:
    """What a person must decide before anything is printed or sent."""
    warnings = []
    if ended.prints:
        warnings.append(
            f"{counted(ended.prints, 'print')} waited, or lay at a printer, when the backup was "
            "made: each may have been printed since. Say which were, on the page Print, or with "
            "digitizer print came-out and came-not. Nothing of it is printed by itself."
        )
    if ended.outgoing:
        warnings.append(
            f"{counted(ended.outgoing, 'message')} waited to be sent, and may have been sent "
            "since. Send each again or drop it, on the page Outbox."
        )
    return warnings


def _check_database(home: Path, home_key: HomeKey | None) -> None:
    """Called before anything is read from it or written to it: a damaged one can fail anywhere."""
    with _opened(home / _DATABASE, home_key) as engine:
        problem = integrity(engine)
    if problem:
        raise StorageError(
            f"The backup's database is damaged ({problem}). "
            f"Delete {home}, and restore an older backup."
        )


def _restore_keys(home: Path, keys: Keys | None, home_key: HomeKey | None) -> list[str]:
    """Puts the keys in their place, or makes new ones; returns warnings of what no longer works."""
    under = home_key.seals if home_key else None
    make_master_key(home / "keys", under)
    with _opened(home / _DATABASE, home_key) as engine:
        upgrade_database(engine, home, home_key)
        with writing(engine) as tx:
            if keys is not None:
                put_seal_keys(tx, keys.seals, open_seal_keys(home / "keys", under))
            without_key = sealed_without_key(tx)
    if keys is not None:
        write_file(home / _KEYS, keys.covers.encode("ascii"))
        if keys.logins:
            write_file(home / _LOGIN_KEY, keys.logins.encode("ascii"))
        read_key_ring(home / _KEYS)
        return []
    make_key_ring(home / _KEYS)
    warnings = [
        "Restored without the old keys; a new key was made. Covers and reply sheets printed "
        "before are not recognised: letters behind them are held, to be assigned by hand. To keep "
        "the old keys, restore again into another folder, with --passphrase-file."
    ]
    if without_key:
        warnings.append(
            f"Without them {counted(without_key, 'scan')} sealed as legal mail cannot be opened."
        )
    return warnings


def _text_of(path: Path) -> str | None:
    """None where nobody has a second step yet: then there is no such key."""
    return path.read_text("ascii") if path.exists() else None


def _restore_audit_keys(home: Path, keys: Keys | None, home_key: HomeKey | None) -> list[str]:
    """Puts the keys of the event log in their place, or makes a new one, whose number no event
    names; returns warnings."""
    if keys is not None and keys.audit is not None:
        write_file(home / _AUDIT_KEYS, keys.audit.encode("ascii"))
        read_audit_keys(home / _AUDIT_KEYS)
        return []
    with _opened(home / _DATABASE, home_key) as engine:
        make_audit_keys(home / _AUDIT_KEYS, number=last_key_named(engine) + 1)
    return [
        "The event log goes on under a new key: what it contains from before the restore is "
        "linked, but not provable here."
    ]


def _prove(facility: Facility, by: Actor, damaged: list[str]) -> tuple[int, int]:
    """How many scans and events there are. Raises StorageError unless all scans balance, the
    audit chain is intact and every blob is there, unaltered."""
    if damaged:
        raise StorageError(f"Restored, but these files are damaged: {', '.join(damaged)}.")
    balances = reconcile(facility, by)
    wrong = [each.scan for each in balances if not each.balanced]
    if wrong:
        raise StorageError(f"Restored, but these scans do not balance: {', '.join(wrong)}.")
    with reading(facility.engine) as tx:
        gone = [name for name in named_pictures(tx) if not facility.pictures.exists(name)]
    if gone:
        raise StorageError(f"Restored, but these pictures are missing: {', '.join(gone)}.")
    events, broken = verify_audit(facility, by)
    if broken:
        raise StorageError(f"Restored, but the audit chain is broken: {broken}.")
    return len(balances), events


@contextmanager
def _opened(database: Path, home_key: HomeKey | None) -> Iterator[sa.Engine]:
    url = sa.URL.create("sqlite", database=str(database))
    engine = open_engine(url, home_key.database if home_key else None)
    try:
        yield engine
    finally:
        engine.dispose()


def _or_storage_error(what: str, action: Callable[[], T]) -> T:
    try:
        return action()
    except OSError as error:
        raise StorageError(
            f"{what} failed: {error}. It is not complete: delete that folder and try again."
        ) from None


def _count_files(folder: Path) -> int:
    parts = (*_BLOBS, "inbox", "profiles")
    return sum(path.is_file() for part in parts for path in (folder / part).rglob("*"))


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
