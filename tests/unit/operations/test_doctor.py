"""The doctor finds what is wrong however wrong it is, and gives a fix for that alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.operations.doctor import examine
from digitizer.operations.findings import Finding
from digitizer.people import rosters
from digitizer.support import clock
from tests.support.made_mail import OPERATOR, deliver
from tests.support.mail_server import mail_server

_PAGE = 4096


def _found(home: Path) -> dict[str, Finding]:
    return {each.what: each for each in examine(home, OPERATOR)}


def test_what_is_good_needs_no_fix(facility: Facility) -> None:
    deliver(facility, "A-100", "Hello", b"a letter")
    found = _found(facility.home)
    assert {"database", "audit chain", "SQLite", "disk", "watched folders"} <= found.keys()
    assert all(each.fix is None for each in found.values() if each.good)
    assert all(each.fix for each in found.values() if not each.good)


@pytest.mark.parametrize("first", [2, 3, 4])
def test_a_damaged_database_is_a_finding_and_no_crash(facility: Facility, first: int) -> None:
    for number in range(30):
        deliver(facility, "A-100", "Hello again", b"letter %d" % number)
    facility.engine.dispose()
    with (facility.home / "database" / "mail.sqlite").open("r+b") as database:
        database.seek(first * _PAGE)
        database.write(b"\xa5" * 20 * _PAGE)
    found = [each for each in examine(facility.home, OPERATOR) if not each.good]
    assert {each.what for each in found} & {"database", "home"}
    assert all(each.fix for each in found)


def test_a_scanner_in_use_must_have_the_direction_of_its_mail_set(facility: Facility) -> None:
    assert _found(facility.home)["direction of mail"].good
    (facility.home / "inbox" / "flatbed-jpeg").mkdir()
    found = _found(facility.home)["direction of mail"]
    assert not found.good
    assert "flatbed-jpeg" in f"{found.fix}"
    (facility.home / "profiles" / "flatbed-jpeg.toml").write_text('from = "outside"\n')
    assert _found(facility.home)["direction of mail"].good


def test_a_roster_that_was_set_aside_is_a_finding_without_its_people(
    facility: Facility, tmp_path: Path
) -> None:
    assert _found(facility.home)["roster"].good
    file = tmp_path / "nightly.csv"
    file.write_text("booking_number,last_name,first_name,housing_unit,status\nX1,Vale,Ana,B,lost\n")
    rosters.import_from_folder(facility, file, OPERATOR)
    found = _found(facility.home)["roster"]
    assert (found.good, found.message) == (False, "not imported and set aside: nightly.csv")


def test_a_folder_of_rosters_that_is_not_there_is_a_finding(facility: Facility) -> None:
    with (facility.home / "config.toml").open("a") as config:
        config.write('\n[roster]\nfolder = "/no/such/folder"\n')
    found = _found(facility.home)["roster"]
    assert (found.good, found.message) == (False, "/no/such/folder is not there")


def test_a_mail_server_that_proves_nothing_is_a_finding(facility: Facility, tmp_path: Path) -> None:
    assert "mail server" not in _found(facility.home)
    settings = facility.home / "config.toml"
    plain = settings.read_text()
    with mail_server(tmp_path / "server") as server:
        named = f'{plain}\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\n'
        settings.write_text(named)
        found = _found(facility.home)["mail server"]
        assert (found.good, "CERTIFICATE_VERIFY_FAILED" in found.message) == (False, True)
        settings.write_text(f'{named}certificates = "{server.certificate}"\n')
        assert _found(facility.home)["mail server"].good
        assert not _found(facility.home)["family accounts"].good
        settings.write_text(f'{named}\n[family]\naddress = "https://mail.example.org"\n')
        assert _found(facility.home)["family accounts"].good


def test_the_clock_that_people_read_is_named(facility: Facility) -> None:
    (facility.home / "config.toml").write_text('[facility]\ntime_zone = "America/Denver"\n')
    try:
        named = {each.what: each.message for each in examine(facility.home, OPERATOR)}
    finally:
        clock.go_by("")
    assert re.fullmatch(
        r"America/Denver \(facility\.time_zone\): it is \S+ \d\d:\d\d M[SD]T", named["time zone"]
    )
