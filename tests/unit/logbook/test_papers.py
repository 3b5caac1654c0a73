"""Papers of the logbook that wait for a printer say what is true, or are not printed."""

from __future__ import annotations

from dataclasses import replace

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.logbook.papers import Paper
from digitizer.model.logbook import Done, ItemKind, NewItem, NewReturn, Went, Why
from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import actions as prints
from tests.support.made_mail import CLERK, GONE, ORSON, PETRA, SUPERVISOR

CASH = NewItem(ORSON, "", ItemKind.CASH, Went.ACCOUNT, CLERK.name, amount="20.00")
LEFT = NewReturn(GONE, "", Why.RELEASED, Done.RETURNED, sender="Ida Field")


def _queue(facility: Facility, paper: Paper, kind: PrintKind) -> int:
    to = paper.booking_number
    return prints.queue_pdf(facility, CLERK, kind, paper.title, paper.pdf, to, paper_of=paper.of)


def _state(facility: Facility, number: int) -> PrintState:
    return prints.find_print(facility, number, CLERK).state


def test_a_receipt_that_was_corrected_is_not_handed_to_whose_it_was_not(facility: Facility) -> None:
    numbers = [logbook.record_item(facility, CASH, CLERK) for _ in range(3)]
    queued = [
        _queue(facility, logbook.receipt_pdf(facility, each, CLERK), PrintKind.RECEIPT)
        for each in numbers
    ]
    assert {_state(facility, each) for each in queued} == {PrintState.RENDERED}
    assert prints.look_at_queue(facility, CLERK).stopped == ()
    theirs = replace(CASH, booking_number=PETRA)
    logbook.correct_item(facility, numbers[0], theirs, SUPERVISOR, "another envelope")
    logbook.strike_item(facility, numbers[1], SUPERVISOR, "twice")
    assert [_state(facility, each) for each in queued] == [
        PrintState.SPOILED,
        PrintState.SPOILED,
        PrintState.RENDERED,
    ]


def test_the_label_of_an_entry_that_was_struck_out_is_not_printed(facility: Facility) -> None:
    number = logbook.record_return(facility, LEFT, CLERK)
    label = logbook.label_pdf(facility, number, CLERK, on_page=True)
    queued = _queue(facility, label, PrintKind.LABEL)
    logbook.strike_return(facility, number, SUPERVISOR, "another envelope")
    assert _state(facility, queued) is PrintState.SPOILED
