"""Which home a command works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.agency import FOLDER, Member, home_of, members
from digitizer.model.errors import SettingsError, UsageError


def _add(home: Path, code: str) -> Path:
    place = home / FOLDER / code
    place.mkdir(parents=True)
    (place / "config.toml").write_text(f'[facility]\ncode = "{code}"\n')
    return place


def test_a_home_alone_needs_no_code(home: Path, tmp_path: Path) -> None:
    assert members(home) == (Member("main", home),)
    assert home_of(home, None) == home_of(home, "main") == home
    assert home_of(tmp_path / "to be made", None) == tmp_path / "to be made"
    with pytest.raises(UsageError, match="None has the code 'north'"):
        home_of(home, "north")
    with pytest.raises(SettingsError, match="not a digitizer home"):
        home_of(tmp_path / "to be made", "north")


def test_where_there_are_several_each_is_named(home: Path) -> None:
    south, north = _add(home, "south"), _add(home, "north")
    (home / FOLDER / "unfinished").mkdir()
    (home / FOLDER / "a note").write_text("by hand")
    assert [each.code for each in members(home)] == ["main", "north", "south"]
    assert [home_of(home, code) for code in ("main", "north", "south")] == [home, north, south]
    for code in (None, "unfinished", "../south", ""):
        with pytest.raises(UsageError, match="main, north, south"):
            home_of(home, code)


def test_an_empty_folder_of_facilities_is_none(home: Path) -> None:
    (home / FOLDER).mkdir()
    assert home_of(home, None) == home


def test_codes_that_do_not_tell_them_apart_are_refused(home: Path) -> None:
    """Else a command for one would work on the other."""
    north = _add(home, "north")
    (north / "config.toml").write_text('[facility]\ncode = "main"\n')
    with pytest.raises(SettingsError, match="must be 'north'"):
        home_of(home, "north")
    (north / "config.toml").write_text('[facility]\ncode = "north"\n')
    (home / "config.toml").write_text('[facility]\ncode = "north"\n')
    for code in ("north", "main", None):
        with pytest.raises(SettingsError, match="Two facilities"):
            home_of(home, code)


def test_half_a_facility_is_none(home: Path) -> None:
    _add(home, ".north")
    assert home_of(home, None) == home
