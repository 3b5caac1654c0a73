"""A visit on the family's pages: what of it each of its visitors reads."""

from __future__ import annotations

from datetime import date

from digitizer.model.visits import Guest
from digitizer.people.correspondents.records import Entry
from digitizer.visits import actions
from tests.support.conversing import make_contact
from tests.support.made_mail import CLERK
from tests.support.visiting import make_session, times_for
from tests.unit.entrances.web.family.conftest import TOBIAS, Families


def test_nobody_reads_when_the_children_of_others_were_born(families: Families) -> None:
    facility = families.facility
    make_session(facility)
    other = make_contact(facility, Entry("Una Kessel", "", "", "en"), TOBIAS)
    come = [
        Guest("Nora Kessel", families.numbers["nora"]),
        Guest("Una Kessel", other),
        Guest("Tom Kessel", None, date(2019, 3, 7)),
    ]
    number = actions.book(facility, TOBIAS, times_for(facility, TOBIAS)[0], come, CLERK)
    page = families.nora.get(f"/family/visits/{number}").text
    assert "Nora Kessel, Una Kessel, Tom Kessel" in page
    assert "2019" not in page
    assert families.sam.get(f"/family/visits/{number}").status_code == 404
