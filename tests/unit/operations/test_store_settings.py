"""The settings' line of the database is changed, and nothing else."""

from __future__ import annotations

import tomllib

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.settings_file import FILE_NAME
from digitizer.operations.store_settings import names_database, with_database, without_database
from digitizer.support.paths import TEMPLATES

URL = 'postgresql://ada@host/a"b\\c'
OTHERS = (
    "",
    '[facility]\nname = "X"\n',
    '[store]\nblobs_url = "s3://bucket/x"\n\n[work]\nprocesses = 3\n',
    '[ store ]  # where it is\ndatabase_url = "old"\n[work]\ndatabase_url = 1\n',
    (TEMPLATES / FILE_NAME).read_text(),
)


@pytest.mark.parametrize("settings", [*OTHERS[:3], OTHERS[4]])
def test_there_and_back_changes_nothing_else(settings: str) -> None:
    there = with_database(settings, URL)
    assert tomllib.loads(there)["store"]["database_url"] == URL
    assert names_database(there)
    assert set(settings.splitlines()) <= set(there.splitlines())
    back = tomllib.loads(without_database(there))
    assert {k: v for k, v in back.items() if v} == tomllib.loads(settings)
    assert not names_database(settings)


def test_a_line_that_is_there_is_replaced_and_one_of_another_section_is_not() -> None:
    settings = OTHERS[3]
    changed = tomllib.loads(with_database(settings, URL))
    assert changed == {"store": {"database_url": URL}, "work": {"database_url": 1}}


@pytest.mark.parametrize(
    "settings",
    [
        'store.database_url = "old"\n',
        'store = {database_url = "old"}\n',
        '[store]\n"database_url" = "old"\n',
        'text = """\n[store]\n"""\n',
        "[store\n",
    ],
)
def test_what_is_written_otherwise_is_left_to_a_person(settings: str) -> None:
    with pytest.raises(SettingsError, match="by hand"):
        with_database(settings, URL)


def test_what_is_no_toml_names_none() -> None:
    assert not names_database("[store\n")
