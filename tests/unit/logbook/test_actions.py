"""The papers of the logbook, and who may do what in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.model.logbook import Done, ItemKind, NewItem, NewReturn, Went, Why
from tests.support.made_mail import CLERK, GONE, INVESTIGATOR, ORSON, SUPERVISOR, as_inmate, events
from tests.support.pdf_looks import page_texts

LEFT = NewReturn(GONE, "", Why.TRANSFERRED, Done.FORWARDED, sender="Ida", forward_to="5 Lake Road")
CASH = NewItem(ORSON, "", ItemKind.CASH, Went.ACCOUNT, CLERK.name, amount="20.00")


def _words(paper: logbook.Paper) -> str:
    return " ".join(" ".join(page_texts(paper.pdf)).split())


def test_a_label_to_a_new_place_names_whom_the_mail_is_for(facility: Facility) -> None:
    number = logbook.record_return(facility, LEFT, CLERK)
    onward = _words(logbook.label_pdf(facility, number, CLERK))
    assert "PLEASE FORWARD" in onward
    assert "Gwen Mockford 5 Lake Road" in onward
    assert "Ida" not in onward
    assert GONE not in onward
    back = replace(LEFT, done=Done.RETURNED, sender_address="12 Long Road")
    other = logbook.record_return(facility, back, CLERK)
    paper = logbook.label_pdf(facility, other, CLERK, on_page=True)
    assert "Ida 12 Long Road" in _words(paper)
    assert (paper.title, paper.booking_number) == (f"Label {other}", None)
    assert ("print label", f"returned mail:{other}", CLERK.name) in events(facility)


def test_a_receipt_is_its_inmates_and_says_that_it_was_corrected(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    paper = logbook.receipt_pdf(facility, receipt, CLERK)
    assert (paper.title, paper.booking_number) == (f"Receipt {receipt}", ORSON)
    assert "$20.00" in _words(paper)
    assert "Corrected" not in _words(paper)
    logbook.correct_item(facility, receipt, replace(CASH, amount="21"), SUPERVISOR, "counted")
    again = _words(logbook.receipt_pdf(facility, receipt, CLERK))
    assert "$21.00" in again
    assert "Corrected on" in again


def test_characters_that_paper_cannot_show_are_named(facility: Facility) -> None:
    receipt = logbook.record_item(facility, replace(CASH, what="\ue000"), CLERK)
    assert "U+E000" in (logbook.receipt_pdf(facility, receipt, CLERK).warning or "")


def test_clerks_record_and_supervisors_correct(facility: Facility) -> None:
    receipt = logbook.record_item(facility, CASH, CLERK)
    with pytest.raises(NotAllowed):
        logbook.correct_item(facility, receipt, replace(CASH, amount="1"), CLERK, "why")
    with pytest.raises(NotAllowed):
        logbook.record_item(facility, CASH, INVESTIGATOR)
    with pytest.raises(NotAllowed):
        logbook.found_items(facility, as_inmate(ORSON))
    assert logbook.found_items(facility, INVESTIGATOR).sums == {"$": 2000}
    assert (logbook.may_keep(CLERK), logbook.may_correct(CLERK)) == (True, False)
    assert (logbook.may_keep(INVESTIGATOR), logbook.may_correct(SUPERVISOR)) == (False, True)


def test_the_log_of_events_holds_amounts_and_nothing_that_was_described(facility: Facility) -> None:
    receipt = logbook.record_item(facility, replace(CASH, what="in a poem"), CLERK)
    logbook.correct_item(facility, receipt, replace(CASH, amount="21"), SUPERVISOR, "counted")
    assert "poem" not in repr(events(facility))


def test_what_is_not_there(facility: Facility) -> None:
    for ask in (logbook.find_returned, logbook.find_item, logbook.label_pdf, logbook.receipt_pdf):
        with pytest.raises(NotFound):
            ask(facility, 7, CLERK)
    with pytest.raises(NotFound):
        logbook.propose_return(facility, "", "none", CLERK)
    about = logbook.about(facility, "none", CLERK)
    assert (about.returned, about.items) == ((), ())
