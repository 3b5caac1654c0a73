"""What follows when the roster says that somebody left, or is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.people import actions as people
from digitizer.people import leaving, rosters
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents import own_account
from digitizer.people.correspondents.records import Entry
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_import import Upload
from digitizer.support.clock import now
from tests.support.conversing import PAGES, as_correspondent, give_account, mailed, make_contact
from tests.support.leaving_mail import list_as, make_friend, tellings, with_page
from tests.support.made_mail import ADMINISTRATOR, CLERK, OPERATOR, ORSON, PETRA, SUPERVISOR


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_page(facility)


def told_of(facility: Facility) -> list[str]:
    """The e-mails that tell of a departure, their subjects and texts."""
    found = [f"{each.subject}\n{each.body}" for each in mailed(facility)]
    return [each for each in found if "delivered" in each or "entregar" in each]


def roster_of(status: str) -> bytes:
    return (
        "booking_number,last_name,first_name,housing_unit,status\n"
        f"{ORSON},Testvale,Orson,B-1,{status}\n"
        f"{PETRA},Samplewood,Petra,B/1,in custody\n"
    ).encode()


@pytest.mark.parametrize("status", ["released", "transferred"])
def test_who_writes_to_them_is_told_once_without_a_name_a_number_or_a_place(
    here: Facility, status: str
) -> None:
    make_friend(here)
    list_as(here, status)
    list_as(here, status)
    (letter,) = told_of(here)
    assert f"{PAGES}/family/home" in letter
    for word in (ORSON, "Orson", "Testvale", "B-1", "released", "transferred"):
        assert word not in letter
    assert tellings(here) == 1


def test_in_their_language(here: Facility) -> None:
    spanish = make_contact(here, Entry("Eva Marlow", "", "eva@example.org", "es"))
    give_account(here, spanish, "eva@example.org")
    list_as(here, "released")
    (letter,) = told_of(here)
    assert "ya no se puede entregar" in letter


def test_nobody_else_is_told(here: Facility) -> None:
    asked = make_contact(here, Entry("Asked Only", "", "", "en"), approved=False)
    give_account(here, asked, "asked@example.org")
    other = make_contact(here, Entry("Petras Friend", "", "", "en"), PETRA)
    give_account(here, other, "other@example.org")
    make_contact(here, Entry("No Account", "", "noted@example.org", "en"))
    quiet = make_contact(here, Entry("Quiet", "", "", "en"))
    give_account(here, quiet, "quiet@example.org")
    entry = own_account.own_account(here, as_correspondent(quiet))
    own_account.change_own_account(
        here,
        Entry("Quiet", "", entry.email, "en"),
        as_correspondent(quiet),
        tell=False,
        tell_content=False,
    )
    stopped = make_contact(here, Entry("Stopped", "", "", "en"))
    give_account(here, stopped, "stopped@example.org")
    correspondents.block_mail(here, stopped, ORSON, SUPERVISOR, "an order of the court")
    list_as(here, "released")
    assert told_of(here) == []
    assert tellings(here) == 0


def test_a_facility_may_tell_nobody(facility: Facility) -> None:
    quiet = with_page(facility, tell_contacts=False)
    make_friend(quiet)
    list_as(quiet, "released")
    assert told_of(quiet) == []


def test_back_and_forth_within_days_is_told_once(
    here: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_friend(here)
    for status in ("released", "in custody", "released", "transferred", "in custody"):
        list_as(here, status)
    assert tellings(here) == 1
    at = now()
    monkeypatch.setattr(leaving, "now", lambda: at + timedelta(days=8))
    list_as(here, "released")
    assert tellings(here) == 2


def test_a_year_away_is_one_departure(here: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    make_friend(here)
    list_as(here, "released")
    at = now()
    monkeypatch.setattr(leaving, "now", lambda: at + timedelta(days=365))
    list_as(here, "other")
    list_as(here, "released")
    assert tellings(here) == 1


def test_who_is_missing_from_a_full_roster_is_told_of_once_they_are_listed_as_gone(
    here: Facility, tmp_path: Path
) -> None:
    make_friend(here)
    file = tmp_path / "full.csv"
    file.write_bytes(roster_of("in custody").replace(f"{ORSON},".encode(), b"A-777,"))
    people.import_roster(here, file, True, OPERATOR, confirm_release=1)
    assert people.find_inmate(here, ORSON, OPERATOR).absence
    assert told_of(here) == []
    list_as(here, "released")
    assert len(told_of(here)) == 1


def test_an_uploaded_roster_tells_too(here: Facility) -> None:
    make_friend(here)
    upload = Upload("today.csv", roster_of("released"))
    sha256 = rosters.keep_upload(here, upload, ADMINISTRATOR)
    seen = rosters.look_at_kept(here, sha256, ADMINISTRATOR).plan.seen
    rosters.apply_kept(here, sha256, seen, None, ADMINISTRATOR)
    assert len(told_of(here)) == 1


def test_the_watched_folder_tells_too(here: Facility, tmp_path: Path) -> None:
    make_friend(here)
    file = tmp_path / "nightly.csv"
    file.write_bytes(roster_of("released"))
    assert rosters.import_from_folder(here, file, OPERATOR).reason is None
    assert len(told_of(here)) == 1


def test_what_another_program_sends_tells_too(here: Facility) -> None:
    make_friend(here)
    people.import_upload(here, Upload("api", roster_of("transferred"), choices=Choices()), OPERATOR)
    assert len(told_of(here)) == 1


def test_a_name_that_was_held_tells_once_a_person_confirmed_it(
    here: Facility, tmp_path: Path
) -> None:
    make_friend(here)
    file = tmp_path / "married.csv"
    file.write_bytes(roster_of("released").replace(b"Testvale", b"Newname"))
    people.import_roster(here, file, False, OPERATOR)
    assert told_of(here) == []
    people.confirm_same_person(here, ORSON, CLERK, "married")
    assert len(told_of(here)) == 1


def test_nobody_is_told_where_no_e_mail_goes_out(facility: Facility) -> None:
    known = with_page(facility)
    make_friend(known)
    silent = replace(
        known,
        settings=known.settings.model_copy(update={"mail": type(known.settings.mail)()}),
    )
    list_as(silent, "released")
    assert told_of(silent) == []
