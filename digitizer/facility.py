"""The one place where a home is made, and where a facility's parts are put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.engines.printing.kit.wording import OwnWords, PrintWords, own_words
from digitizer.model.errors import SettingsError, StorageError, UsageError
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.model.settings import Settings
from digitizer.model.settings_file import FILE_NAME, read_settings
from digitizer.scanners.profiles import read_profiles
from digitizer.storage.audit_keys import make_audit_keys, read_audit_keys, sign_with
from digitizer.storage.blobs import BlobStore, LocalBlobs, sync_folder
from digitizer.storage.database import open_engine, reading, rewrite
from digitizer.storage.home_key import (
    HomeKey,
    Secret,
    find_secret,
    is_encrypted,
    make_home_key,
    unlock,
)
from digitizer.storage.key_file import make_key_ring, read_key_ring
from digitizer.storage.seal_keys import (
    SealKeys,
    SealKeysElsewhere,
    make_master_key,
    open_seal_keys,
)
from digitizer.storage.tables import SCHEMA_VERSION
from digitizer.support import clock
from digitizer.support.paths import TEMPLATES

_KEYS = "keys"
#: Present from before keys are taken out of the database until it is rewritten.
_TO_REWRITE = "database/to-rewrite"
_FOLDERS = (
    "database",
    "inbox/default",
    "inbox-roster",
    "keys",
    "originals",
    "outbox",
    "pictures",
    "profiles",
    "run",
    "templates/print",
    "work",
)


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility's digitizer: its settings, read once, and the parts that they select."""

    home: Path
    settings: Settings
    engine: sa.Engine
    originals: BlobStore
    pictures: BlobStore
    keys: KeyRing
    seal_keys: SealKeys
    home_key: HomeKey | None
    profiles: Mapping[str, ScannerProfile]
    own_words: OwnWords

    @property
    def words(self) -> PrintWords:
        """What is printed, in the facility's own words where it has any."""
        return self.own_words.words

    @property
    def is_outpost(self) -> bool:
        """Whether this is no home, but a machine elsewhere that works for one: it has neither the
        keys of seals nor backups, and makes no decision of its own."""
        return self.settings.store.outpost

    @property
    def print_templates(self) -> Path:
        return _print_templates(self.home)

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    @property
    def work_folder(self) -> Path:
        return self.home / "work"

    @property
    def key_file(self) -> Path:
        return _key_file(self.home)

    @property
    def audit_key_file(self) -> Path:
        """The keys of the log of events."""
        return _audit_key_file(self.home)


def make_home(home: Path, at_rest: AtRestSecret | None = None) -> bool:
    """Makes a home, fills an empty folder, or brings an older home up to date. With ``at_rest`` a
    new one is encrypted at rest. A folder that holds only settings becomes a new home with these.

    Returns whether it is new. Raises UsageError if the folder holds something else, and
    SettingsError if an older home has lost its keys.
    """
    given, keys = _holds_only_settings(home), home / _KEYS
    new = given or not (home / FILE_NAME).exists()
    if given:
        _must_be_unused(home, at_rest)
    elif new and home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(
            f"{home} is not empty and is not a digitizer home. Name a new or an empty folder."
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if given:
        make_key_ring(_key_file(home))
    for folder in _FOLDERS:
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    if new:
        make_key_ring(_key_file(home))
        if at_rest and not is_encrypted(keys):
            make_home_key(keys, at_rest.secret, finished=True)
        if not given:
            written = (TEMPLATES / FILE_NAME).read_bytes() + (at_rest.setting if at_rest else b"")
            (home / FILE_NAME).write_bytes(written)
    elif at_rest:
        raise UsageError(f"{home} exists. To encrypt it: digitizer --home {home} encrypt")
    read_key_ring(_key_file(home))  # a home that lost its keys must not silently get new ones
    settings = read_settings(home)
    home_key = unlock(keys, lambda _: at_rest.secret) if at_rest else home_key_of(home, settings)
    make_master_key(keys, home_key.seals if home_key else None)
    engine = open_engine(database_url(home, settings), home_key.database if home_key else None)
    try:
        upgrade_database(engine, home, home_key)
    finally:
        engine.dispose()
    return new


def _holds_only_settings(home: Path) -> bool:
    """Also where it was ended before the first key was made, which is the first thing."""
    names = {each.name for each in home.iterdir()} if home.is_dir() else set()
    return FILE_NAME in names <= {FILE_NAME, _KEYS} and not [*(home / _KEYS).glob("*.json")]


def _must_be_unused(home: Path, at_rest: AtRestSecret | None) -> None:
    """Refuses new keys beside settings whose database has mail that was made under others."""
    from digitizer.storage.schema import is_keyed

    if at_rest:
        raise UsageError(f"{home} has settings already. Run init without --encrypt, then encrypt.")
    settings = read_settings(home)
    if not settings.store.database_url:
        return
    engine = open_engine(database_url(home, settings))
    try:
        if is_keyed(engine):
            raise SettingsError(
                f"The database that {home / FILE_NAME} names is in use, and {home} has no keys. "
                "Put back the folder keys of its home."
            )
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class AtRestSecret:
    """What opens a new home that is encrypted at rest, and what its settings say about it."""

    secret: Secret
    setting: bytes = b""


def upgrade_database(engine: sa.Engine, home: Path, home_key: HomeKey | None) -> None:
    """Brings a home's database up to date. Seal keys that an older one has are kept in files, and
    the database is rewritten, so that none is left in it; if that is interrupted, the home cannot
    be opened until it is done again."""
    from digitizer.storage.schema import has_seal_keys, is_keyed, upgrade  # alembic is slow

    mark = home / _TO_REWRITE
    if has_seal_keys(engine):
        mark.touch(mode=0o600)
        sync_folder(mark.parent)
    seal_keys = open_seal_keys(home / _KEYS, home_key.seals if home_key else None)
    if not is_keyed(engine):  # else a log that lost its keys must not silently get new ones
        make_audit_keys(_audit_key_file(home))
    read_audit_keys(_audit_key_file(home))
    sign_with(engine, _audit_key_file(home))
    upgrade(
        engine,
        begin_log=audit.begin,
        grow_tree=audit.grow_tree,
        keep_seal_key=seal_keys.keep,
    )
    if mark.exists():
        rewrite(engine)
        mark.unlink()
        sync_folder(mark.parent)


def open_facility(
    home: Path, home_key: HomeKey | None = None, *, outpost: bool = False, guest: bool = False
) -> Facility:
    """Raises SettingsError, with the fix, for a home that cannot be used. ``home_key`` is that of
    an encrypted one, if it is at hand; else the secret that opens it is looked for. ``outpost``: it
    may be one, too. ``guest``: this process is another facility's, and goes on by that one's
    clock."""
    home = home.resolve()
    settings = read_settings(home)
    if settings.store.outpost and not outpost:
        raise SettingsError(
            f"{home} is an outpost: only worker and watch run there. Run this in the facility's "
            "home."
        )
    if not guest:
        _go_by_its_clock(settings)
    if (home / _TO_REWRITE).exists():
        raise SettingsError(
            f"Bringing {home} up to date was interrupted, and its database may contain keys. Stop "
            f"the service, then run: digitizer --home {home} init"
        )
    home_key = home_key or home_key_of(home, settings)
    engine = open_engine(database_url(home, settings), home_key.database if home_key else None)
    try:
        _check_schema(engine, home)
    except SettingsError:
        engine.dispose()
        raise
    read_audit_keys(_audit_key_file(home))
    sign_with(engine, _audit_key_file(home))
    return Facility(
        home=home,
        settings=settings,
        engine=engine,
        originals=_blobs(home, settings, home_key, "originals"),
        pictures=_blobs(home, settings, home_key, "pictures"),
        keys=read_key_ring(_key_file(home)),
        seal_keys=_seal_keys(home, settings, home_key),
        home_key=home_key,
        profiles=read_profiles(home),
        own_words=own_words(_print_templates(home)),
    )


def _seal_keys(home: Path, settings: Settings, home_key: HomeKey | None) -> SealKeys:
    if settings.store.outpost:
        return SealKeysElsewhere()
    return open_seal_keys(home / _KEYS, home_key.seals if home_key else None)


def _go_by_its_clock(settings: Settings) -> None:
    zone = settings.facility.time_zone
    try:
        clock.go_by(zone)
    except ValueError as error:
        raise SettingsError(
            f"facility.time_zone cannot be used: {error}. Install tzdata, or leave it out."
        ) from None


def home_key_of(home: Path, settings: Settings) -> HomeKey | None:
    """What opens an encrypted home; None for a plain one. Raises SettingsError."""
    own = settings.keys
    found = unlock(
        home / _KEYS, lambda by: find_secret(by, home, own.key_file, own.passphrase_file)
    )
    if found and not found.finished:
        raise SettingsError(
            f"The encryption of {home} was interrupted. Run: digitizer --home {home} encrypt"
        )
    return found


def _blobs(home: Path, settings: Settings, home_key: HomeKey | None, folder: str) -> BlobStore:
    key = home_key.files if home_key else None
    if not settings.store.blobs_url:
        return LocalBlobs(home / folder, key)
    from digitizer.storage.s3 import S3Blobs

    return S3Blobs(settings.store.blobs_url, folder, key)


def _print_templates(home: Path) -> Path:
    return home / "templates" / "print"


def _audit_key_file(home: Path) -> Path:
    return home / "keys" / "audit.json"


def _key_file(home: Path) -> Path:
    return home / _KEYS / "covers.json"


def database_url(home: Path, settings: Settings) -> sa.URL:
    own = sa.URL.create("sqlite", database=str(home.resolve() / "database" / "mail.sqlite"))
    return sa.make_url(settings.store.database_url) if settings.store.database_url else own


def _check_schema(engine: sa.Engine, home: Path) -> None:
    try:
        with reading(engine) as tx:
            found = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except (sa.exc.DatabaseError, StorageError) as error:
        raise SettingsError(
            f"The database of {home} cannot be read ({getattr(error, 'orig', error)}). "
            f"If it is new, run: digitizer --home {home} init"
        ) from None
    if found is not None and found.startswith("mov"):  # "moved", or the mark of a move
        raise SettingsError(
            f"The mail of {home} is being moved to another database, and that was interrupted. "
            "Run the same command again: digitizer move-to"
        )
    if found != SCHEMA_VERSION:
        raise SettingsError(
            f"The database of {home} has schema {found}, but this program needs {SCHEMA_VERSION}. "
            f"Run: digitizer --home {home} init"
        )
