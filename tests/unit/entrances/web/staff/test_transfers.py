"""The page of who moves between facilities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.agency import FOLDER
from digitizer.facility import Facility, make_home, open_facility
from digitizer.letters import actions as letters
from digitizer.model.settings_file import FILE_NAME
from digitizer.people import actions as people
from digitizer.transfers import actions as transfers
from tests.support.agencies import another_facility
from tests.support.made_mail import OPERATOR, SUPERVISOR, deliver
from tests.support.web_kit import PASSWORD, Mail, Visitor

_PAGE, _TOBIAS = "/staff/transfers", "2026-00117"


@pytest.fixture
def north(mail: Mail) -> Iterator[Facility]:
    made = another_facility(mail.facility, people.find_inmate(mail.facility, _TOBIAS, OPERATOR))
    yield made
    made.engine.dispose()


def test_where_there_is_one_facility_nothing_leads_there(ruth: Visitor) -> None:
    assert _PAGE not in ruth.get(f"/staff/inmates/{_TOBIAS}").text
    assert "the only facility of its agency" in ruth.get(_PAGE).text


@pytest.mark.usefixtures("north")
def test_somebody_is_given_away_and_it_is_withdrawn(ruth: Visitor, ana: Visitor) -> None:
    assert f"{_PAGE}?number={_TOBIAS}" in ruth.get(f"/staff/inmates/{_TOBIAS}").text
    assert _PAGE not in ana.get(f"/staff/inmates/{_TOBIAS}").text
    fields = {"number": _TOBIAS, "to": "north", "reason": "court order"}
    assert ruth.post_form(_PAGE, fields | {"to": "east"}, seen_on=_PAGE).status_code == 409
    answer = ruth.post_form(_PAGE, fields, seen_on=f"{_PAGE}?number={_TOBIAS}")
    assert answer.headers["location"] == _PAGE
    page = ruth.get(_PAGE).text
    assert "Goes to" in page
    number = page.partition(f"{_PAGE}/")[2].partition("/withdraw")[0]
    ruth.post_form(f"{_PAGE}/{number}/withdraw", {"reason": "stays"}, seen_on=_PAGE)
    assert "withdrawn" in ruth.get(_PAGE).text


def test_somebody_is_taken_over_with_the_password_and_in_doubt_only_if_one_says_so(
    ruth: Visitor, mail: Mail, north: Facility
) -> None:
    letter = deliver(north, "N-1", "a garden", b"1")
    sent = transfers.send(north, "N-1", "main", SUPERVISOR, "court order")
    assert "Comes from" in ruth.get(_PAGE).text
    accept = f"{_PAGE}/{sent.id}/accept"
    fields = {"number": "2026-00118", "reason": "prints", "proof_password": PASSWORD}
    doubted = ruth.post_form(accept, fields, seen_on=_PAGE)
    assert (doubted.status_code, 'name="differ"' in doubted.text) == (409, True)
    assert ruth.post_form(accept, fields | {"number": _TOBIAS}, seen_on=_PAGE).status_code == 303
    mine = letters.mailbox(mail.facility, _TOBIAS, OPERATOR)
    assert letter in {each.letter for each in mine}
    assert "taken over" in ruth.get(_PAGE).text


def test_a_broken_facility_breaks_no_page_of_another(ruth: Visitor, north: Facility) -> None:
    settings = north.home / FILE_NAME
    settings.write_text("broken [")
    for path in (f"/staff/inmates/{_TOBIAS}", "/staff/roster", _PAGE):
        assert ruth.get(path).status_code == 200
    fields = {"number": _TOBIAS, "to": "north", "reason": "court order"}
    refused = ruth.post_form(_PAGE, fields, seen_on=_PAGE)
    assert (refused.status_code, "not valid TOML" in refused.text) == (409, True)


def test_a_home_in_a_folder_of_that_name_is_in_no_agency(tmp_path: Path) -> None:
    make_home(tmp_path / FOLDER / "alone")
    alone = open_facility(tmp_path / FOLDER / "alone")
    assert transfers.other_facilities(alone, SUPERVISOR) == ()
    alone.engine.dispose()
