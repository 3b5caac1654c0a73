"""Roster files that are previewed and then applied, and those of the watched folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, RosterError, UsageError
from digitizer.model.people import CustodyStatus
from digitizer.people import actions as people
from digitizer.people import rosters
from digitizer.people.kept_rosters import KEPT_FOR
from digitizer.people.roster_choices import choices_of
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_import import Upload
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import roster_file
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, ORSON, PETRA, events

HEAD = "booking_number,last_name,first_name,housing_unit,status"
ORSONS = f"{ORSON},Testvale,Orson,D-4,in_custody"
PETRAS = f"{PETRA},Samplewood,Petra,B/1,in_custody"


def upload(*rows: str, full: bool = False) -> Upload:
    return Upload("nightly.csv", "\n".join((HEAD, *rows)).encode(), full)


def crowd(facility: Facility, tmp_path: Path, count: int) -> list[str]:
    """So many more people in custody; returns their lines."""
    rows = [f"C{n},Crowd,Ann,A,in_custody" for n in range(count)]
    file = tmp_path / "crowd.csv"
    file.write_text("\n".join((HEAD, *rows)))
    people.import_roster(facility, file, False, OPERATOR)
    return rows


def unit(facility: Facility, booking: str) -> str:
    return people.find_inmate(facility, booking, OPERATOR).housing_unit


def kept_bytes(facility: Facility) -> int:
    with reading(facility.engine) as tx:
        return len(tx.execute(sa.select(roster_file.c.content)).scalars().first() or b"")


def test_what_was_shown_is_applied(facility: Facility) -> None:
    kept = rosters.keep_upload(facility, upload(ORSONS), OPERATOR)
    made = rosters.look_at_kept(facility, kept, OPERATOR).plan
    assert made.counts["moved"] == 1
    assert unit(facility, ORSON) == "B-1"  # a look changes nothing
    change = rosters.apply_kept(facility, kept, made.seen, None, OPERATOR)
    assert (change.changed, unit(facility, ORSON)) == (1, "D-4")
    assert kept_bytes(facility) == 0
    with pytest.raises(NotFound):
        rosters.look_at_kept(facility, kept, OPERATOR)


def test_a_plan_that_is_no_longer_true_is_not_applied(facility: Facility, tmp_path: Path) -> None:
    kept = rosters.keep_upload(facility, upload(ORSONS), OPERATOR)
    seen = rosters.look_at_kept(facility, kept, OPERATOR).plan.seen
    other = tmp_path / "other.csv"
    other.write_text(f"{HEAD}\n{ORSON},Testvale,Orson,E-9,in_custody\n")
    people.import_roster(facility, other, False, OPERATOR)
    with pytest.raises(Conflict, match="look again"):
        rosters.apply_kept(facility, kept, seen, None, OPERATOR)
    assert unit(facility, ORSON) == "E-9"


def test_what_changed_elsewhere_does_not_matter(facility: Facility, tmp_path: Path) -> None:
    kept = rosters.keep_upload(facility, upload(ORSONS), OPERATOR)
    seen = rosters.look_at_kept(facility, kept, OPERATOR).plan.seen
    crowd(facility, tmp_path, 3)
    assert rosters.apply_kept(facility, kept, seen, None, OPERATOR).changed == 1


def test_an_upload_that_nobody_applied_goes(facility: Facility) -> None:
    kept = rosters.keep_upload(facility, upload(ORSONS), OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(roster_file).values(came=now() - KEPT_FOR - timedelta(minutes=1)))
    with pytest.raises(NotFound):
        rosters.look_at_kept(facility, kept, OPERATOR)
    rosters.keep_upload(facility, upload(PETRAS), OPERATOR)
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(roster_file)).scalar_one() == 1


def test_columns_and_words_are_chosen_and_remembered(facility: Facility, tmp_path: Path) -> None:
    text = b'ID Tag|Name|Where|Status\nX1|"VALE, ANA"|A|Pretrial\n'
    kept = rosters.keep_upload(facility, Upload("jms.txt", text), OPERATOR)
    assert rosters.look_at_kept(facility, kept, OPERATOR).file.layout.missing
    said = choices_of(["booking_number=ID Tag", "housing_unit=Where"], ["Pretrial=in_custody"])
    rosters.choose_columns(facility, kept, said, False, OPERATOR)
    made = rosters.look_at_kept(facility, kept, OPERATOR).plan
    rosters.apply_kept(facility, kept, made.seen, None, OPERATOR)
    assert people.find_inmate(facility, "X1", OPERATOR).last_name == "VALE"
    file = tmp_path / "next.txt"
    file.write_bytes(text.replace(b"|A|", b"|B|"))
    assert people.import_roster(facility, file, False, OPERATOR).changed == 1


def test_a_choice_that_does_not_fit_changes_nothing(facility: Facility) -> None:
    kept = rosters.keep_upload(facility, upload(ORSONS), OPERATOR)
    before = events(facility)
    said = choices_of(["booking_number=ID"], [])
    with pytest.raises(UsageError, match="no column 'ID'"):
        rosters.choose_columns(facility, kept, said, True, OPERATOR)
    assert events(facility) == before
    assert not rosters.look_at_kept(facility, kept, OPERATOR).plan.full


@pytest.mark.parametrize("confirmed", [None, 11, 13])
def test_a_part_of_a_file_releases_nobody(
    facility: Facility, tmp_path: Path, confirmed: int | None
) -> None:
    rows = crowd(facility, tmp_path, 30)
    file = tmp_path / "part.csv"
    file.write_text("\n".join((HEAD, ORSONS, PETRAS, *rows[:18])))
    before = people.inmates(facility, OPERATOR)
    with pytest.raises(RosterError, match=r"release 12 of 32 people.*--confirm-release 12"):
        people.import_roster(facility, file, True, OPERATOR, confirm_release=confirmed)
    assert people.inmates(facility, OPERATOR) == before
    change = people.import_roster(facility, file, True, OPERATOR, confirm_release=12)
    assert change.departed == 12


def test_a_number_that_is_confirmed_must_be_right_even_where_none_is_needed(
    facility: Facility, tmp_path: Path
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"{HEAD}\n{ORSONS}\n{PETRAS}\n")
    with pytest.raises(RosterError, match="release 0 of 2"):
        people.import_roster(facility, file, True, OPERATOR, confirm_release=3)


def test_a_preview_changes_nothing(facility: Facility, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"{HEAD}\n{ORSONS}\nX9,Vale,Ana,B,free\n")
    before, recorded = people.inmates(facility, OPERATOR), events(facility)
    made = people.preview_roster(facility, file, True, OPERATOR).plan
    assert (made.counts["refused"], made.counts["moved"]) == (1, 1)
    assert (people.inmates(facility, OPERATOR), events(facility)) == (before, recorded)


def folder_file(tmp_path: Path, *rows: str, name: str = "nightly.csv") -> Path:
    file = tmp_path / name
    file.write_text("\n".join((HEAD, *rows)))
    return file


def test_a_nightly_file_is_imported_once(facility: Facility, tmp_path: Path) -> None:
    file = folder_file(tmp_path, ORSONS)
    first = rosters.import_from_folder(facility, file, OPERATOR)
    assert first.reason is None
    assert first.change is not None
    assert first.change.changed == 1
    again = rosters.import_from_folder(facility, file, OPERATOR)
    assert (again.reason, again.change) == (None, None)


def test_an_older_nightly_file_is_set_aside(facility: Facility, tmp_path: Path) -> None:
    old = folder_file(tmp_path, ORSONS)
    rosters.import_from_folder(facility, old, OPERATOR)
    new = folder_file(tmp_path, ORSONS.replace("D-4", "E-5"), name="new.csv")
    rosters.import_from_folder(facility, new, OPERATOR)
    again = rosters.import_from_folder(facility, old, OPERATOR)
    assert again.reason is not None
    assert again.reason.startswith("An older file")
    assert unit(facility, ORSON) == "E-5"


def test_what_is_wrong_is_set_aside_until_a_newer_file_is_right(
    facility: Facility, tmp_path: Path
) -> None:
    bad = folder_file(tmp_path, f"{ORSON},Testvale,Orson,D-4,lost")
    taken = rosters.import_from_folder(facility, bad, OPERATOR)
    assert taken.reason is not None
    assert "status 'lost'" in taken.reason
    (waiting,) = rosters.rosters_set_aside(facility, OPERATOR)
    assert (waiting.name, waiting.reason) == ("nightly.csv", taken.reason)
    assert rosters.look_at_kept(facility, taken.sha256, OPERATOR).plan.refused
    rosters.import_from_folder(facility, folder_file(tmp_path, ORSONS, name="b.csv"), OPERATOR)
    assert rosters.rosters_set_aside(facility, OPERATOR) == ()
    assert kept_bytes(facility) == 0


def test_what_was_set_aside_stays_so_when_it_is_uploaded(
    facility: Facility, tmp_path: Path
) -> None:
    bad = folder_file(tmp_path, f"{ORSON},Testvale,Orson,D-4,lost")
    taken = rosters.import_from_folder(facility, bad, OPERATOR)
    rosters.keep_upload(facility, Upload("nightly.csv", bad.read_bytes()), OPERATOR)
    (waiting,) = rosters.rosters_set_aside(facility, OPERATOR)
    assert waiting.reason == taken.reason


def test_what_was_dismissed_and_is_older_is_not_imported_later(
    facility: Facility, tmp_path: Path
) -> None:
    old = folder_file(tmp_path, ORSONS)
    kept = rosters.keep_upload(facility, Upload("a.csv", old.read_bytes()), OPERATOR)
    rosters.dismiss_kept(facility, kept, OPERATOR)
    rosters.import_from_folder(facility, folder_file(tmp_path, PETRAS, name="b.csv"), OPERATOR)
    assert rosters.import_from_folder(facility, old, OPERATOR).change is None
    assert unit(facility, ORSON) == "B-1"


def test_a_web_page_in_the_folder_is_set_aside_and_dismissed(
    facility: Facility, tmp_path: Path
) -> None:
    page = tmp_path / "nightly.csv"
    page.write_text("<html>Error</html>")
    taken = rosters.import_from_folder(facility, page, OPERATOR)
    assert taken.reason is not None
    assert taken.reason.startswith("nightly.csv is a web page")
    with pytest.raises(RosterError):
        rosters.look_at_kept(facility, taken.sha256, OPERATOR)
    rosters.dismiss_kept(facility, taken.sha256, OPERATOR)
    assert rosters.rosters_set_aside(facility, OPERATOR) == ()


@pytest.mark.parametrize("full", [False, True])
def test_a_nightly_file_that_releases_many_is_set_aside(
    facility: Facility, tmp_path: Path, full: bool
) -> None:
    """Whether they are missing or listed as gone; a person can then apply it."""
    nightly = facility.settings.roster.model_copy(update={"full": full})
    settings = facility.settings.model_copy(update={"roster": nightly})
    facility = replace(facility, settings=settings)
    rows = crowd(facility, tmp_path, 12)
    gone = [] if full else [row.replace("in_custody", "released") for row in rows]
    file = folder_file(tmp_path, ORSONS, PETRAS, *gone)
    taken = rosters.import_from_folder(facility, file, OPERATOR)
    assert taken.reason is not None
    assert taken.reason.startswith("It would release 12 of 14") or "release 12" in taken.reason
    made = rosters.look_at_kept(facility, taken.sha256, OPERATOR).plan
    rosters.apply_kept(facility, taken.sha256, made.seen, 12, OPERATOR)
    here = people.inmates(facility, OPERATOR)
    assert sum(each.status is CustodyStatus.IN_CUSTODY for each in here) == 2
    assert rosters.rosters_set_aside(facility, OPERATOR) == ()


def test_a_name_that_is_held_stops_no_nightly_file(facility: Facility, tmp_path: Path) -> None:
    file = folder_file(tmp_path, f"{ORSON},Winslow,Max,B-1,in_custody", PETRAS)
    taken = rosters.import_from_folder(facility, file, OPERATOR)
    assert taken.change is not None
    assert [each.listed.last_name for each in taken.change.held] == ["Winslow"]


def test_choices_are_written_as_they_are_meant() -> None:
    assert choices_of([], []) == Choices()
    for columns, words, message in (
        (["bookingnumber=X"], [], "Did you mean"),
        (["booking_number"], [], "Write --map COLUMN=HEADING"),
        ([], ["Pretrial"], "Write --map-status WORD=STATUS"),
        ([], ["Pretrial=here"], "A word means one of"),
    ):
        with pytest.raises(UsageError, match=message):
            choices_of(columns, words)
