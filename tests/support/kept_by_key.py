"""Homes whose backups are encrypted under the keys of the key book, and all that can be read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.model.upkeep_settings import OwnBackups
from digitizer.operations import key_keeping
from digitizer.operations.sealed_rows import TABLE
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.encryption import decrypt
from digitizer.storage.every_table import metadata
from digitizer.storage.home_key import Secret
from digitizer.storage.key_book import KeyBook
from digitizer.storage.owned_files import open_owned
from tests.support.backed_up import PASSPHRASE
from tests.support.kept_mail import words_left
from tests.support.made_mail import fill_roster

__all__ = ["PASSPHRASE", "encrypted_home", "found_in_backup", "found_in_home", "with_key_folder"]


@contextmanager
def encrypted_home(folder: Path) -> Iterator[Facility]:
    """Encrypted at rest, with a key folder beside, and three people on its roster. Its passphrase
    is that of the backups; the caller names its file in the environment."""
    make_home(folder / "encrypted", AtRestSecret(Secret(passphrase=PASSPHRASE)))
    (folder / "key-folder").mkdir()
    with (folder / "encrypted" / "config.toml").open("a") as settings:
        settings.write(f'\n[backup]\nkey_folder = "{folder / "key-folder"}"\n')
    facility = open_facility(folder / "encrypted")
    with writing(facility.engine) as tx:
        fill_roster(tx)
    try:
        yield facility
    finally:
        facility.engine.dispose()


def with_key_folder(facility: Facility, folder: str) -> Facility:
    settings = facility.settings.model_copy(update={"backup": OwnBackups(key_folder=folder)})
    return replace(facility, settings=settings)


def found_in_backup(folder: Path, home_key: bytes, book: KeyBook, words: list[str]) -> set[str]:
    """The words that somebody with these keys reads in any part of a backup: its files as they
    are, its tables, and what the keys open of both."""
    found = {each.split(" in ")[0] for each in words_left(folder, words)}
    engine = open_engine(f"sqlite:///{folder}/database/mail.sqlite", home_key)
    texts: list[bytes] = []
    with reading(engine) as tx:
        for name in sa.inspect(tx).get_table_names():
            for row in tx.exec_driver_sql(f'SELECT * FROM "{name}"'):
                texts.append(repr(tuple(row)).encode())
                if name == TABLE and row[0] in book.keys:
                    texts.append(zlib.decompress(decrypt(book.keys[row[0]], row[1])))
    engine.dispose()
    for part in ("originals", "pictures", "inbox"):
        for path in (folder / part).rglob("*"):
            stream = open_owned(path, book.keys) if path.is_file() else None
            if stream is not None:
                with stream:
                    texts.append(stream.read())
    everything = b"\n".join(texts)
    return found | {word for word in words if word.encode() in everything}


def found_in_home(facility: Facility, words: list[str]) -> set[str]:
    """The words that are in any table, or in any stored file, of an opened home."""
    texts = [path.read_bytes() for path in (facility.home / "inbox").rglob("*") if path.is_file()]
    with reading(facility.engine) as tx:
        for table in metadata.sorted_tables:
            texts += [repr(tuple(row)).encode() for row in tx.execute(sa.select(table))]
    for store in (facility.originals, facility.pictures):
        texts += [store.get(name) for name in store.names()]
    everything = b"\n".join(texts)
    return {word for word in words if word.encode() in everything}


def book_now(facility: Facility) -> KeyBook:
    book = key_keeping.book_of(facility)
    assert book is not None
    return book


def copy_now(facility: Facility, folder: Path) -> key_keeping.KeyCopy:
    return key_keeping.read_copy(folder, book_now(facility).outer)
