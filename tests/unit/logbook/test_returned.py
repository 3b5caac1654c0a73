"""The log of mail that is not for here."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.logbook.returned import reason_of
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.logbook import Done, NewReturn, Why
from digitizer.people import renumbering
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.made_mail import CLERK, GONE, ORSON, PETRA, SUPERVISOR, events

LEFT = NewReturn(GONE, "", Why.RELEASED, Done.RETURNED, sender="Ida Field")
REFUSED = replace(LEFT, booking_number=ORSON, why=Why.REFUSED)
NOBODY = NewReturn("", "Jon Nobody", Why.UNKNOWN, Done.RETURNED)


def test_what_goes_back_is_listed_newest_first_and_found(facility: Facility) -> None:
    first = logbook.record_return(
        facility, replace(LEFT, sender_address="12 Long Road\n\n Exampleville "), CLERK
    )
    second = logbook.record_return(facility, NOBODY, CLERK)
    log = logbook.returned_list(facility, CLERK)
    assert [each.number for each in log] == [second, first]
    assert log[1].address == ("12 Long Road", "Exampleville")
    assert (log[1].whom, log[0].whom) == (f"Gwen Mockford ({GONE})", "Jon Nobody")
    for words, number in (("mockford", first), (GONE, first), ("ida long", first), ("jon", second)):
        found = logbook.returned_list(facility, CLERK, words)
        assert [each.number for each in found] == [number], words
    assert logbook.returned_list(facility, CLERK, "ida jon") == ()
    assert ("return mail", f"returned mail:{first}", CLERK.name) in events(facility)


def test_a_known_senders_address_is_on_the_label(facility: Facility) -> None:
    known = correspondents.add_correspondent(facility, Entry("Cora Field", "1 A Road\nB"), CLERK)
    number = logbook.record_return(facility, replace(LEFT, correspondent=known), CLERK)
    entry = logbook.find_returned(facility, number, CLERK)
    assert (entry.sender, entry.address) == ("Cora Field", ("1 A Road", "B"))


def test_what_is_forwarded_needs_an_address(facility: Facility) -> None:
    onward = replace(LEFT, done=Done.FORWARDED)
    with pytest.raises(UsageError, match="address to which"):
        logbook.record_return(facility, onward, CLERK)
    number = logbook.record_return(facility, replace(onward, forward_to="5 Lake Road"), CLERK)
    assert logbook.find_returned(facility, number, CLERK).address == ("5 Lake Road",)
    proposal, _ = logbook.propose_return(facility, GONE, "", CLERK)
    assert (proposal.forward_to, proposal.forwarded) == ("5 Lake Road", True)


@pytest.mark.parametrize("why", [Why.RELEASED, Why.TRANSFERRED])
def test_mail_for_somebody_who_is_here_does_not_go_away_by_a_wrong_reason(
    facility: Facility, why: Why
) -> None:
    with pytest.raises(UsageError, match="this is their mail"):
        logbook.record_return(facility, replace(LEFT, booking_number=ORSON, why=why), CLERK)
    assert logbook.record_return(facility, REFUSED, CLERK)
    assert len(logbook.returned_list(facility, CLERK)) == 1


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (replace(LEFT, why=Why.UNKNOWN), UsageError),
        (replace(LEFT, booking_number="none"), NotFound),
        (replace(LEFT, correspondent=99), NotFound),
        (replace(NOBODY, name=" \u200b "), UsageError),
        (replace(NOBODY, name="x" * 121), UsageError),
        (replace(NOBODY, why=Why.OTHER), UsageError),
        (replace(NOBODY, sender_address="\n".join("abcdefghi")), UsageError),
    ],
)
def test_what_cannot_be_recorded(
    facility: Facility, entry: NewReturn, error: type[Exception]
) -> None:
    before = events(facility)
    with pytest.raises(error):
        logbook.record_return(facility, entry, CLERK)
    assert (logbook.returned_list(facility, CLERK), events(facility)) == ((), before)


def test_the_reason_is_what_was_noted_or_the_usual_one() -> None:
    assert reason_of(LEFT) == "Whom it was sent to was released"
    assert reason_of(replace(LEFT, why=Why.OTHER, note=" Soaked ")) == "Soaked"


def test_a_page_that_is_sent_twice_is_one_entry(facility: Facility) -> None:
    twice = replace(LEFT, form="a-form")
    assert len({logbook.record_return(facility, twice, CLERK) for _ in range(2)}) == 1
    assert len(logbook.returned_list(facility, CLERK)) == 1


def test_a_wrong_entry_is_struck_out_and_stays(facility: Facility) -> None:
    number = logbook.record_return(facility, LEFT, CLERK)
    with pytest.raises(UsageError, match="why"):
        logbook.strike_return(facility, number, SUPERVISOR, " ")
    logbook.strike_return(facility, number, SUPERVISOR, "another envelope")
    (entry,) = logbook.returned_list(facility, CLERK)
    assert entry.struck is not None
    assert [each.reason for each in entry.corrections] == ["another envelope"]
    with pytest.raises(Conflict):
        logbook.strike_return(facility, number, SUPERVISOR, "again")
    with pytest.raises(Conflict, match="no label"):
        logbook.label_pdf(facility, number, CLERK)
    assert b"Mockford" not in logbook.returned_csv(facility, CLERK)


def test_the_spreadsheet_reckons_with_nothing_that_was_typed(facility: Facility) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    odd = NewReturn("", evil, Why.OTHER, Done.RETURNED, note="+1", sender="@SUM(A1)")
    logbook.record_return(facility, replace(odd, sender_address="-1"), CLERK)
    content = logbook.returned_csv(facility, CLERK).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(content, newline=""))
    said = dict(zip(head, row, strict=True))
    assert (said["For"], said["Note"], said["Sender"], said["To"]) == (
        f"'{evil}",
        "'+1",
        "'@SUM(A1)",
        "'-1",
    )


def test_entries_go_along_with_a_merge_and_are_found_by_the_name_that_stays(
    facility: Facility,
) -> None:
    number = logbook.record_return(facility, REFUSED, CLERK)
    renumbering.merge(facility, ORSON, PETRA, SUPERVISOR, "fingerprints", names_differ=True)
    entry = logbook.find_returned(facility, number, CLERK)
    assert entry.inmate is not None
    assert (entry.inmate.booking_number, entry.addressed) == (PETRA, "Orson Testvale")
    for words in ("samplewood", PETRA, "testvale"):
        assert len(logbook.returned_list(facility, CLERK, words)) == 1, words


def test_the_roster_says_where_mail_follows(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == GONE)
        tx.execute(this.values(more={"forwarding_address": "Lake Jail; 5 Lake Road"}))
    proposal, _ = logbook.propose_return(facility, GONE, "", CLERK)
    assert (proposal.forward_to, proposal.forwarded) == ("Lake Jail\n5 Lake Road", False)
    assert proposal.why is Why.RELEASED
