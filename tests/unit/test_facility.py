"""A home: made once, opened, and refused where something of it is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.model.errors import SettingsError, UsageError
from digitizer.storage.database import writing
from digitizer.storage.home_key import Secret


def test_a_home_is_made_once_and_brought_up_to_date(tmp_path: Path) -> None:
    home = tmp_path / "a #new %41 home"
    assert make_home(home) is True
    assert home.stat().st_mode & 0o077 == 0
    keys = open_facility(home).keys
    assert make_home(home) is False
    assert open_facility(home).keys == keys


def test_where_no_home_is_made(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    for place in (tmp_path, tmp_path / "x"):
        with pytest.raises(UsageError, match="not empty"):
            make_home(place)


@pytest.mark.parametrize("begun", [False, True])
def test_a_folder_with_only_settings_becomes_a_home_with_these(tmp_path: Path, begun: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('[facility]\npaper = "a4"\n')
    if begun:  # and ended before there was a key
        (home / "keys").mkdir()
        (home / "keys" / ".lock").touch()
    secret = AtRestSecret(Secret(passphrase="a long enough passphrase"))
    with pytest.raises(UsageError, match="then encrypt"):
        make_home(home, secret)
    assert make_home(home) is True
    assert open_facility(home).settings.facility.paper == "a4"
    assert make_home(home) is False


def test_settings_of_a_database_in_use_get_no_new_keys(facility: Facility, tmp_path: Path) -> None:
    home = tmp_path / "other"
    home.mkdir()
    (home / "config.toml").write_text(f'[store]\ndatabase_url = "{_url_of(facility)}"\n')
    for _ in range(2):
        with pytest.raises(SettingsError, match="Put back the folder keys"):
            make_home(home)
        assert [each.name for each in home.iterdir()] == ["config.toml"]


def _url_of(facility: Facility) -> str:
    return str(facility.engine.url)


def test_lost_keys_are_not_silently_made_again(facility: Facility) -> None:
    (facility.home / "keys" / "covers.json").unlink()
    with pytest.raises(SettingsError, match="missing"):
        make_home(facility.home)
    with pytest.raises(SettingsError, match="missing"):
        open_facility(facility.home)


def test_homes_that_cannot_be_opened(facility: Facility, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="init"):
        open_facility(tmp_path / "none")
    with writing(facility.engine) as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="schema 9999"):
        open_facility(facility.home)
    shutil.rmtree(facility.home / "database")
    (facility.home / "database").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        open_facility(facility.home)
