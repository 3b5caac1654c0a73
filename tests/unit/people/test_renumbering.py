"""Booking numbers that change, and two records of one person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.access import login
from digitizer.access.login import Refused
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.messages import actions as messages
from digitizer.model.errors import (
    Conflict,
    NeedsProof,
    NotAllowed,
    NotFound,
    RosterError,
    UsageError,
)
from digitizer.people import actions as people
from digitizer.people import belongings, renumbering
from digitizer.people.belongings import Belongings
from digitizer.people.roster import RosterChange
from digitizer.storage.database import reading
from digitizer.storage.tables import cover, letter
from tests.support.made_mail import (
    CLERK,
    GONE,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    deliver,
    events,
    file,
    letter_of,
    new_cover,
    split_of,
)

NEW = "A-900"
HEAD = "booking_number,last_name,first_name,housing_unit,status"


def _import(facility: Facility, tmp_path: Path, *rows: str) -> RosterChange:
    path = tmp_path / "roster.csv"
    path.write_text("\n".join((HEAD, *rows)))
    return people.import_roster(facility, path, False, OPERATOR)


def _mailbox(facility: Facility, booking: str) -> int:
    return len(letters.mailbox(facility, booking, OPERATOR))


def test_another_number_moves_nothing(facility: Facility) -> None:
    deliver(facility, ORSON, "Tomatoes", b"one")
    old_cover = new_cover(facility, ORSON)
    pin = people.set_pin(facility, ORSON, OPERATOR)
    token = login.enter_as_inmate(facility, ORSON, pin, "10.0.0.7")
    renumbering.renumber(facility, ORSON, NEW, SUPERVISOR, "booked again")
    with pytest.raises(NotFound, match=f"has {NEW} now"):
        people.find_inmate(facility, ORSON, OPERATOR)
    assert _mailbox(facility, NEW) == 1
    assert [each.letter for each in letters.search_mail(facility, "tomatoes", OPERATOR)]
    assert login.visit(facility, token) is None
    assert login.enter_as_inmate(facility, NEW, pin, "10.0.0.7")
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, ORSON, pin, "10.0.0.7")
    file(facility, split_of(letter_of(old_cover, 1, 2)), content=b"two", count=2)
    assert _mailbox(facility, NEW) == 2
    assert ("renumber", f"inmate:{NEW}", SUPERVISOR.name) in events(facility)


def test_held_mail_that_was_proposed_follows(facility: Facility) -> None:
    scan = file(facility, split_of(letter_of(new_cover(facility, GONE), 1, 2)), count=2)
    renumbering.renumber(facility, GONE, NEW, SUPERVISOR, "booked again")
    with reading(facility.engine) as tx:
        proposed = sa.select(letter.c.proposed).where(letter.c.scan_id == scan)
        assert tx.execute(proposed).scalar_one() == NEW


def test_a_roster_with_the_old_number_means_the_same_person(
    facility: Facility, tmp_path: Path
) -> None:
    renumbering.renumber(facility, ORSON, NEW, SUPERVISOR, "booked again")
    rows = (f"{ORSON},Testvale,Orson,Z,released", f"{NEW},Testvale,Orson,D-1,in_custody")
    change = _import(facility, tmp_path, *rows)
    assert (change.added, change.changed, change.unchanged) == (0, 1, 1)
    assert people.find_inmate(facility, NEW, OPERATOR).housing_unit == "D-1"
    with pytest.raises(NotFound):
        people.find_inmate(facility, ORSON, OPERATOR)


def test_an_old_number_is_given_to_nobody_else(facility: Facility, tmp_path: Path) -> None:
    renumbering.renumber(facility, ORSON, NEW, SUPERVISOR, "booked again")
    with pytest.raises(RosterError, match="was the number of Orson Testvale"):
        _import(facility, tmp_path, f"{ORSON},Winslow,Max,Z,in_custody")
    with pytest.raises(Conflict, match="never given to somebody else"):
        renumbering.renumber(facility, PETRA, ORSON, SUPERVISOR, "a slip")
    renumbering.renumber(facility, NEW, ORSON, SUPERVISOR, "it was wrong")  # back to its own
    assert people.find_inmate(facility, ORSON, OPERATOR).last_name == "Testvale"


@pytest.mark.parametrize(
    ("number", "new", "reason", "error"),
    [
        ("nobody", NEW, "why", NotFound),
        (ORSON, PETRA, "why", Conflict),
        (ORSON, "two words", "why", UsageError),
        (ORSON, "", "why", UsageError),
        (ORSON, NEW, " ", UsageError),
    ],
)
def test_numbers_that_cannot_be_given(
    facility: Facility, number: str, new: str, reason: str, error: type[Exception]
) -> None:
    before = events(facility)
    with pytest.raises(error):
        renumbering.renumber(facility, number, new, SUPERVISOR, reason)
    assert events(facility) == before


def test_two_records_become_one(facility: Facility) -> None:
    deliver(facility, ORSON, "Tomatoes", b"one")
    deliver(facility, PETRA, "Lanterns", b"two")
    old_cover = new_cover(facility, ORSON)
    pin = people.set_pin(facility, PETRA, OPERATOR)
    people.set_pin(facility, ORSON, OPERATOR)
    token = login.enter_as_inmate(facility, PETRA, pin, "10.0.0.7")
    moved = renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "fingerprints", names_differ=True)
    assert moved == Belongings(letters=1, covers=2, messages=0)
    assert _mailbox(facility, PETRA) == 2
    (found,) = letters.search_mail(facility, "tomatoes", OPERATOR, booking_number=PETRA)
    assert found.booking_number == PETRA
    assert login.visit(facility, token) is None
    assert login.enter_as_inmate(facility, PETRA, pin, "10.0.0.7")
    with pytest.raises(NotFound):
        people.find_inmate(facility, ORSON, OPERATOR)
    file(facility, split_of(letter_of(old_cover, 1, 2)), content=b"three", count=2)
    assert _mailbox(facility, PETRA) == 3
    assert messages.threads(facility, PETRA, OPERATOR) == ()


def test_after_a_merge_both_numbers_mean_the_one_person(facility: Facility, tmp_path: Path) -> None:
    renumbering.renumber(facility, ORSON, NEW, SUPERVISOR, "booked again")
    renumbering.merge(facility, NEW, PETRA, SUPERVISOR, "fingerprints", names_differ=True)
    rows = [f"{number},Samplewood,Petra,B/1,in_custody" for number in (ORSON, NEW, PETRA)]
    change = _import(facility, tmp_path, *rows)
    assert (change.added, change.changed, change.unchanged) == (0, 0, 3)


def test_merging_needs_proof_and_a_reason_and_two_certain_people(
    facility: Facility, tmp_path: Path
) -> None:
    with pytest.raises(NeedsProof):
        renumbering.merge(facility, ORSON, PETRA, replace(SUPERVISOR, proven=False), "why")
    for by in (CLERK, OPERATOR):
        with pytest.raises(NotAllowed):
            renumbering.merge(facility, ORSON, PETRA, by, "why")
    with pytest.raises(UsageError):
        renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "")
    with pytest.raises(UsageError, match="one record"):
        renumbering.merge(facility, ORSON, ORSON, SUPERVISOR, "why")
    with pytest.raises(Conflict, match=f"merge {GONE} into {ORSON}"):
        renumbering.merge(facility, ORSON, GONE, SUPERVISOR, "why", names_differ=True)
    with pytest.raises(Conflict, match="say that their names differ"):
        renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "why")
    _import(facility, tmp_path, f"{PETRA},Winslow,Max,B/1,in_custody")
    with pytest.raises(Conflict, match="not certain who"):
        renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "why")
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(cover)).scalar_one() == 0


def test_nothing_that_names_an_inmate_is_forgotten() -> None:
    """A new table with a column for an inmate must say what a merge does with it."""
    known = {*belongings.GIVEN, *belongings.EMPTY}
    assert set(belongings.tables_that_name_inmates()) == known
