"""Categories, steps and addressees, as a facility writes them; the older keys still work."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.request_settings import Category
from digitizer.model.settings import Settings
from digitizer.model.settings_file import read_settings

WRITTEN = """
[requests]
forms = ["Property"]
grievances = ["Grievance", "Complaint"]
grievance_days = 12
[[requests.categories]]
name = "Complaint"
es = "Reclamo"
source = "28 CFR 542"
emergency_hours = 48
steps = [
  { name = "Informal", days = 3, working = true, next_days = 5 },
  { name = "Warden", es = "Director", days = 20, answered_by = ["administrator"] },
]
[[requests.protected]]
name = "PREA line"
es = "Línea PREA"
email = "line@example.net"
certificate = "line.pem"
address = ["1 Invented Street"]
"""


def _settings(home: Path, text: str) -> Settings:
    (home / "config.toml").write_text(text, "utf-8")
    return read_settings(home)


def test_categories_stand_beside_the_older_keys(tmp_path: Path) -> None:
    found = _settings(tmp_path, WRITTEN).requests
    assert [each.name for each in found.every_category] == ["Property", "Grievance", "Complaint"]
    plain, old, own = found.every_category
    assert (plain.grievance, plain.steps[0].days, len(plain.steps)) == (False, 0, 1)
    assert (old.grievance, old.steps[0].days, len(old.steps)) == (True, 12, 1)
    assert [each.days for each in own.steps] == [3, 20]
    assert (own.title("es"), own.title("en")) == ("Reclamo", "Complaint")
    assert (own.steps[0].title("es"), own.steps[1].title("es")) == ("Informal", "Director")
    assert found.category("Nothing") is None
    line = found.addressee("PREA line")
    assert line is not None
    assert (line.title("es"), line.anonymous) == ("Línea PREA", True)
    assert found.addressee("Nobody") is None


def test_what_is_kept_of_a_category_is_read_back_as_it_was(tmp_path: Path) -> None:
    for each in _settings(tmp_path, WRITTEN).requests.every_category:
        assert Category.model_validate(each.model_dump(mode="json")) == each


def test_as_it_comes_there_is_no_protected_line_and_one_grievance() -> None:
    own = Settings().requests
    assert (own.protected, own.categories) == ((), ())
    assert [each.name for each in own.every_category if each.grievance] == ["Grievance"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('name = "Complaint"', 'name = " "', "title"),
        ('"administrator"', '"inmate"', "categories 1, steps 2, answered_by 1: Input should be"),
        ('["administrator"]', "[]", "role"),
        ("days = 3", "days = 366", "categories 1, steps 1, days: Input should be less than"),
        ("days = 3", "dyas = 3", "categories 1, steps 1, dyas"),
        ('name = "Complaint"', "", "categories 1, name: Field required"),
        ('"line@example.net"', '"line example.net"', "e-mail address"),
        ('["1 Invented Street"]', '["1", "2", "3", "4", "5", "6", "7"]', "six lines"),
        ("steps = [", "steps = []\nmore = [", "one to nine steps"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    assert old in WRITTEN
    with pytest.raises(SettingsError, match=why):
        _settings(tmp_path, WRITTEN.replace(old, new, 1))


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="name of its own"):
        _settings(tmp_path, WRITTEN + '[[requests.protected]]\nname = "PREA line"\n')
