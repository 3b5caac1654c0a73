"""The doctor finds what is wrong however wrong it is, and says the mend of that alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.facility import House
from digitizer.operations.doctor import Finding, examine
from tests.support.made_mail import OPERATOR, deliver

_PAGE = 4096


def _found(home: Path) -> dict[str, Finding]:
    return {each.what: each for each in examine(home, OPERATOR)}


def test_what_is_good_needs_no_mend(house: House) -> None:
    deliver(house, "A-100", "Hello", b"a letter")
    found = _found(house.home)
    assert {"database", "audit chain", "SQLite", "disk", "watched folders"} <= found.keys()
    assert all(each.mend is None for each in found.values() if each.good)
    assert all(each.mend for each in found.values() if not each.good)


@pytest.mark.parametrize("first", [2, 3, 4])
def test_a_damaged_database_is_a_finding_and_no_crash(house: House, first: int) -> None:
    for number in range(30):
        deliver(house, "A-100", "Hello again", b"letter %d" % number)
    house.engine.dispose()
    with (house.home / "database" / "mail.sqlite").open("r+b") as database:
        database.seek(first * _PAGE)
        database.write(b"\xa5" * 20 * _PAGE)
    said = [each for each in examine(house.home, OPERATOR) if not each.good]
    assert {each.what for each in said} & {"database", "home"}
    assert all(each.mend for each in said)


def test_a_scanner_in_use_must_say_which_way_its_paper_goes(house: House) -> None:
    assert _found(house.home)["ways of the paper"].good
    (house.home / "inbox" / "flatbed-jpeg").mkdir()
    found = _found(house.home)["ways of the paper"]
    assert not found.good
    assert "flatbed-jpeg" in f"{found.mend}"
    (house.home / "profiles" / "flatbed-jpeg.toml").write_text('from = "outside"\n')
    assert _found(house.home)["ways of the paper"].good
