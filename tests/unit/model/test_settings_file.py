"""The defaults of an agency: they hold where a facility says nothing, and each mistake is named in
the file in which it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.settings_file import read_settings, settings_bytes


@pytest.fixture
def north(tmp_path: Path) -> Path:
    """The second facility of an agency."""
    home = tmp_path / "facilities" / "north"
    home.mkdir(parents=True)
    (tmp_path / "config.toml").write_text('[facility]\nname = "South"\n')
    (home / "config.toml").write_text(
        '[facility]\nname = "North"\ncode = "north"\npaper = "a4"\n\n[work]\ntries = 5\n'
    )
    return home


def _defaults(home: Path, text: str) -> Path:
    path = home / "agency.toml"
    path.write_text(text)
    return path


def test_what_a_facility_does_not_say_the_agency_does(tmp_path: Path, north: Path) -> None:
    _defaults(
        tmp_path,
        '[facility]\npaper = "letter"\ntime_zone = "America/Denver"\n'
        "[work]\ntries = 2\npages = 9\n",
    )
    settings = read_settings(north)
    assert (settings.facility.paper, settings.facility.time_zone) == ("a4", "America/Denver")
    assert (settings.work.tries, settings.work.pages, settings.work.processes) == (5, 9, 2)
    first = read_settings(tmp_path)
    assert (first.facility.name, first.facility.paper, first.work.tries) == ("South", "letter", 2)


def test_a_list_is_one_value(tmp_path: Path, north: Path) -> None:
    _defaults(tmp_path, '[facility]\nmail_address = ["Hub", "Road 1"]\ncover_notes = ["Yes."]\n')
    path = north / "config.toml"
    path.write_text('[facility]\nmail_address = ["North"]\n' + "\n")
    settings = read_settings(north).facility
    assert (settings.mail_address, settings.cover_notes) == (("North",), ("Yes.",))


@pytest.mark.parametrize(
    ("defaults", "line", "says"),
    [
        ("[work]\npages = 0\n", 2, "work.pages"),
        ("[work]\n\npagse = 3\n", 3, "pages"),
        ("[work\n", 1, "not valid TOML"),
        ('[alarms]\nmail_to = ["ada@example.org"]\n', 2, "[mail]"),
        ('[store]\nblobs_url = "s3://x/y"\n', 1, "each facility's own"),
        ('[facility]\npaper = "a4"\nname = "All"\n', 3, "facility.name is each facility's own"),
        ('[web]\nallowed_hosts = ["mail.example"]\n', 2, "each facility's own"),
    ],
)
def test_a_mistake_is_named_where_it_is(
    tmp_path: Path, north: Path, defaults: str, line: int, says: str
) -> None:
    path = _defaults(tmp_path, defaults)
    for home in (tmp_path, north):
        with pytest.raises(SettingsError) as caught:
            read_settings(home)
        assert str(caught.value).startswith(f"{path}, line {line}: ")
        assert says in str(caught.value)


def test_a_facilitys_own_mistake_is_its_own(tmp_path: Path, north: Path) -> None:
    _defaults(tmp_path, "[work]\ntries = 3\n")
    path = north / "config.toml"
    path.write_text("[work]\ntries = 0\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(north)
    assert str(caught.value).startswith(f"{path}, line 2: work.tries")


def test_a_restored_facility_has_the_defaults_that_it_came_with(
    tmp_path: Path, north: Path
) -> None:
    _defaults(tmp_path, "[work]\npages = 9\n")
    _defaults(north, "[work]\npages = 7\n")
    assert read_settings(north).work.pages == 7
    assert settings_bytes(north).endswith(b"pages = 7\n")
    assert settings_bytes(tmp_path).endswith(b"pages = 9\n")


def test_a_folder_of_another_name_is_in_no_agency(tmp_path: Path, north: Path) -> None:
    _defaults(tmp_path, "[work]\npages = 9\n")
    elsewhere = north.rename(tmp_path / "elsewhere")
    assert read_settings(elsewhere).work.pages == 2000
