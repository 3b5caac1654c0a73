"""The doctor finds what is wrong however wrong it is, and gives a fix for that alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.operations import doctor, key_keeping, owners
from digitizer.operations.backup import back_up
from digitizer.operations.doctor import examine
from digitizer.operations.findings import Finding
from digitizer.people import rosters
from digitizer.storage import encryption
from digitizer.support import clock
from tests.support.kept_by_key import PASSPHRASE, encrypted_home, with_key_folder
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


def test_whether_destruction_reaches_older_backups(
    tmp_path: Path, facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = "keys of the backups"
    assert what not in _found(facility.home), "of a home that is not encrypted the page says it"
    monkeypatch.setattr(encryption, "_COST", 2)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with encrypted_home(tmp_path) as keyed:
        found = _found(keyed.home)[what]
        assert (found.good, "on the disk of the home" in found.message) == (False, True)
        folder = tmp_path / "key-folder"
        monkeypatch.setattr(doctor, "_device", {folder: 1}.get)
        assert _found(keyed.home)[what].good, "no backup was made yet"
        back_up(keyed, tmp_path / "backup", PASSPHRASE, OPERATOR)
        assert _found(keyed.home)[what].good
        (folder / key_keeping.FILE_NAME).unlink()
        found = _found(keyed.home)[what]
        assert (found.good, "is not there" in found.message) == (False, True)
        assert "--confirm-key-folder" in str(found.fix)
        again = tmp_path / "second"
        back_up(keyed, again, PASSPHRASE, OPERATOR, key_folder_confirmed=True)
        key_keeping.take_up(keyed, {owners.of_thing("something new")})
        found = _found(keyed.home)[what]
        assert (found.good, "not of today" in found.message) == (False, True)
        (folder / key_keeping.FILE_NAME).unlink()
        folder.rmdir()
        found = _found(keyed.home)[what]
        assert (found.good, "is not there" in found.message) == (False, True)
        settings = keyed.home / "config.toml"
        written = settings.read_text()
        (tmp_path / "another").mkdir()
        monkeypatch.setattr(doctor, "_device", {tmp_path / "another": 1}.get)
        settings.write_text(written.replace(f"{folder}", f"{tmp_path / 'another'}"))
        found = _found(keyed.home)[what]
        assert (found.good, "no copy is in" in found.message) == (False, True)
        moved = with_key_folder(keyed, str(tmp_path / "another"))
        back_up(moved, tmp_path / "third", PASSPHRASE, OPERATOR)
        found = _found(keyed.home)[what]
        assert (found.good, f"was in {folder}, and is out of reach" in found.message) == (
            False,
            True,
        )
        settings.write_text(written.replace("key_folder", "# key_folder"))
        found = _found(keyed.home)[what]
        assert (found.good, "out of reach" in found.message) == (False, True)
        without = with_key_folder(keyed, "")
        back_up(without, tmp_path / "fourth", PASSPHRASE, OPERATOR, key_folder_confirmed=True)
        found = _found(keyed.home)[what]
        assert (found.good, "hold what retention destroyed" in found.message) == (True, True)


def test_mailboxes_to_take_along_need_an_address_where_they_are_wanted(facility: Facility) -> None:
    what, config = "mailboxes to take along", facility.home / "config.toml"
    before = config.read_text()
    assert _found(facility.home)[what].good  # nobody asked for it: a hint
    config.write_text(before + '\n[release]\nexport = "on"\n')
    assert not _found(facility.home)[what].good
    config.write_text(before + '\n[release]\nexport = "off"\n')
    assert _found(facility.home)[what].good
    address = '\n[release]\nexport = "on"\n[family]\naddress = "https://mail.jail.example"\n'
    config.write_text(before + address)
    assert _found(facility.home)[what].good
