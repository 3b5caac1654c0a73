"""The one place where a home is made, and where its parts are put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer.engines.codes.cover_code import KeyRing
from digitizer.model.errors import SettingsError, StorageError, UsageError
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.model.settings import FILE_NAME, Settings, read_settings
from digitizer.scanners.profiles import read_profiles
from digitizer.storage.blobs import BlobStore, LocalBlobs
from digitizer.storage.key_file import make_key_ring, read_key_ring
from digitizer.storage.tables import SCHEMA_VERSION, open_engine, reading
from digitizer.support.paths import TEMPLATES

_FOLDERS = ("database", "inbox/default", "keys", "originals", "outbox", "pictures", "profiles",
            "run", "work")  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """A facility's digitizer, put together: settings read once, and the parts they choose."""

    home: Path
    settings: Settings
    engine: sa.Engine
    originals: BlobStore
    pictures: BlobStore
    keys: KeyRing
    profiles: Mapping[str, ScannerProfile]

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    @property
    def work_folder(self) -> Path:
        return self.home / "work"

    @property
    def key_file(self) -> Path:
        return _key_file(self.home)


def make_home(home: Path) -> bool:
    """Makes a home, fills an empty folder, or brings an older home up to date.

    Returns whether it is new. Raises UsageError if the folder holds something else, and
    SettingsError if an older home has lost its keys.
    """
    from digitizer.storage.schema import upgrade  # alembic is slow to import

    new = not (home / FILE_NAME).exists()
    if new and home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(
            f"{home} is not empty and not a digitizer home. Name a new or an empty folder."
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in _FOLDERS:
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    if new:
        make_key_ring(_key_file(home))
        (home / FILE_NAME).write_bytes((TEMPLATES / FILE_NAME).read_bytes())
    read_key_ring(_key_file(home))  # a home whose keys are lost must not get new ones quietly
    engine = open_engine(_database_url(home, read_settings(home)))
    upgrade(engine)
    engine.dispose()
    return new


def open_house(home: Path) -> House:
    """Raises SettingsError, with the mend, for a home that cannot be worked in."""
    home = home.resolve()
    settings = read_settings(home)
    engine = open_engine(_database_url(home, settings))
    _check_schema(engine, home)
    return House(
        home=home,
        settings=settings,
        engine=engine,
        originals=_blobs(home, settings, "originals"),
        pictures=_blobs(home, settings, "pictures"),
        keys=read_key_ring(_key_file(home)),
        profiles=read_profiles(home),
    )


def _blobs(home: Path, settings: Settings, folder: str) -> BlobStore:
    if not settings.store.blobs_url:
        return LocalBlobs(home / folder)
    from digitizer.storage.s3 import S3Blobs

    return S3Blobs(settings.store.blobs_url, folder)


def _key_file(home: Path) -> Path:
    return home / "keys" / "covers.json"


def _database_url(home: Path, settings: Settings) -> sa.URL:
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
    if found != SCHEMA_VERSION:
        raise SettingsError(
            f"The database of {home} has schema {found}, this program needs {SCHEMA_VERSION}. "
            f"Run: digitizer --home {home} init"
        )
