"""Restoring a home from a backup (see ``backup``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.audit import named_head
from digitizer.facility import Facility, open_facility, upgrade_database
from digitizer.model.errors import StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME
from digitizer.operations import (
    backup_by_key,
    backup_keys,
    restore_by_key,
)
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup_folder import (
    AUDIT_KEYS,
    BLOBS,
    COVER_KEYS,
    DATABASE,
    LOGIN_KEY,
    count_files,
    holds_something,
    is_backup,
    opened,
    or_storage_error,
)
from digitizer.operations.backup_keys import (
    Keys,
    decrypt_keys,
)
from digitizer.operations.begun import Ended, end_what_was_begun
from digitizer.operations.key_keeping import KeyCopy
from digitizer.operations.sealed_rows import has_sealed_rows, unseal_rows
from digitizer.operations.store_settings import names_database, without_database
from digitizer.operations.stored_blobs import (
    named_pictures,
    put_seal_keys,
    sealed_without_key,
)
from digitizer.operations.timestamps import IN_HOME
from digitizer.storage.audit_keys import last_key_named, make_audit_keys, read_audit_keys
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import (
    copy_blobs,
    copy_file,
    copy_tree,
    write_file,
)
from digitizer.storage.database import (
    integrity,
    is_plain,
    reading,
    writing,
)
from digitizer.storage.home_key import HomeKey, Secret, make_home_key
from digitizer.storage.key_book import changing_book, write_book
from digitizer.storage.key_file import make_key_ring, read_key_ring
from digitizer.storage.seal_keys import make_master_key, open_seal_keys
from digitizer.support.wording import counted

_EMPTY = ("run", "work", "outbox", "database", "keys")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a restore proved (all scans balance, all events are intact), and what it could not."""

    files: int
    scans: int
    events: int
    warnings: tuple[str, ...]


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
    if not is_backup(folder):
        raise UsageError(f"{folder} is not a backup of a home, or one that was not finished.")
    if holds_something(home):
        raise UsageError(f"{home} is not empty; restore never overwrites. Name a new folder.")
    keys = None if passphrase is None else _read_keys(folder, passphrase)
    if keys is None and not is_plain(folder / DATABASE):
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

    return or_storage_error(f"The restore to {home}", restore)


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
    copy_file(folder / DATABASE, home / DATABASE)
    _check_database(home, home_key)
    _restore_rows(home, home_key, copy)
    # The log's keys first: bringing the database up to date signs what it records with them.
    of_the_log = _restore_audit_keys(home, keys, home_key)
    warnings = [*_restore_keys(home, keys, home_key), *of_the_log, *came_from_elsewhere]
    if (folder / AGENCY_FILE).is_file():
        copy_file(folder / AGENCY_FILE, home / AGENCY_FILE)
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
    return Proof(files=count_files(home), scans=scans, events=events, warnings=tuple(warnings))


def _restore_files(
    folder: Path, home: Path, home_key: HomeKey | None, copy: KeyCopy | None
) -> list[str]:
    """The inbox and the stored files; returns the names of the damaged ones."""
    key = home_key.files if home_key else None
    if copy is None:
        copy_tree(folder / "inbox", home / "inbox")
        return [
            name
            for part in BLOBS
            for name in copy_blobs(LocalBlobs(folder / part, key), LocalBlobs(home / part, key))
        ]
    restore_by_key.restore_inbox(folder / "inbox", home / "inbox", copy)
    return [
        name
        for part in BLOBS
        for name in restore_by_key.restore_files(folder / part, LocalBlobs(home / part, key), copy)
    ]


def _restore_rows(home: Path, home_key: HomeKey | None, copy: KeyCopy | None) -> None:
    """Before anything brings the tables up to date: they are as they were when it was made."""
    with opened(home / DATABASE, home_key) as engine, writing(engine) as tx:
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
    with opened(home / DATABASE, home_key) as engine:
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
    with opened(home / DATABASE, home_key) as engine:
        upgrade_database(engine, home, home_key)
        with writing(engine) as tx:
            if keys is not None:
                put_seal_keys(tx, keys.seals, open_seal_keys(home / "keys", under))
            without_key = sealed_without_key(tx)
    if keys is not None:
        write_file(home / COVER_KEYS, keys.covers.encode("ascii"))
        if keys.logins:
            write_file(home / LOGIN_KEY, keys.logins.encode("ascii"))
        read_key_ring(home / COVER_KEYS)
        return []
    make_key_ring(home / COVER_KEYS)
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


def _restore_audit_keys(home: Path, keys: Keys | None, home_key: HomeKey | None) -> list[str]:
    """Puts the keys of the event log in their place, or makes a new one, whose number no event
    names; returns warnings."""
    if keys is not None and keys.audit is not None:
        write_file(home / AUDIT_KEYS, keys.audit.encode("ascii"))
        read_audit_keys(home / AUDIT_KEYS)
        return []
    with opened(home / DATABASE, home_key) as engine:
        make_audit_keys(home / AUDIT_KEYS, number=last_key_named(engine) + 1)
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
