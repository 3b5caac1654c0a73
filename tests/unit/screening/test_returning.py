"""Held mail that goes back: one act decides and records, and no page is left between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.logbook import Done, NewReturn, Why
from digitizer.model.mail import LetterState
from digitizer.operations import actions as operations
from digitizer.screening import decisions, recalls, returning
from digitizer.screening.returning import return_item
from tests.support.made_mail import (
    CLERK,
    GONE,
    INVESTIGATOR,
    ORSON,
    SUPERVISOR,
    deliver,
    events,
    held_letter,
    held_whole,
    new_cover,
    stored_letter,
)
from tests.support.sealed_mail import sealed

LEFT = NewReturn(GONE, "", Why.RELEASED, Done.RETURNED, sender="Ida Field")


def _held(facility: Facility) -> str:
    return held_letter(facility, new_cover(facility, GONE))


def _state(facility: Facility, letter_id: str) -> LetterState:
    return stored_letter(facility, letter_id).state


def test_a_held_letter_is_rejected_and_recorded_at_once(facility: Facility) -> None:
    letter = _held(facility)
    number = return_item(facility, letter, LEFT, CLERK)
    assert _state(facility, letter) is LetterState.REJECTED
    (entry,) = logbook.about(facility, letter, CLERK).returned
    assert (entry.number, entry.item) == (number, letter)
    verbs = [(verb, who) for verb, _, who in events(facility)][-2:]
    assert verbs == [("reject", CLERK.name), ("return mail", CLERK.name)]
    assert all(line.balanced for line in operations.reconcile(facility, CLERK))


def test_what_cannot_be_recorded_stays_held(facility: Facility) -> None:
    letter = _held(facility)
    before = events(facility)
    for wrong, error in (
        (replace(LEFT, done=Done.FORWARDED), UsageError),
        (replace(LEFT, why=Why.OTHER), UsageError),
        (replace(LEFT, booking_number="none"), NotFound),
        (replace(LEFT, booking_number=ORSON), UsageError),
    ):
        with pytest.raises(error):
            return_item(facility, letter, wrong, CLERK)
    with pytest.raises(NotAllowed):
        return_item(facility, letter, LEFT, INVESTIGATOR)
    assert _state(facility, letter) is LetterState.HELD
    assert [each for each in events(facility) if each[0] != "refuse"] == before


def test_what_is_rejected_already_is_only_recorded_and_once(facility: Facility) -> None:
    letter = _held(facility)
    decisions.reject(facility, letter, CLERK, "contraband")
    return_item(facility, letter, replace(LEFT, why=Why.REFUSED), CLERK)
    with pytest.raises(Conflict, match="recorded already"):
        return_item(facility, letter, LEFT, CLERK)
    assert [verb for verb, *_ in events(facility)].count("reject") == 1


def test_delivered_mail_does_not_go_away(facility: Facility) -> None:
    letter = deliver(facility, ORSON, "Tomatoes", b"one")
    with pytest.raises(Conflict, match="not here to go away"):
        return_item(facility, letter, replace(LEFT, why=Why.REFUSED), CLERK)
    with pytest.raises(NotFound):
        return_item(facility, "none", LEFT, CLERK)


def test_undoing_the_decision_strikes_the_entry_out(facility: Facility) -> None:
    letter = _held(facility)
    number = return_item(facility, letter, LEFT, CLERK)
    decisions.undo_last(facility, CLERK)
    assert _state(facility, letter) is LetterState.HELD
    assert logbook.find_returned(facility, number, CLERK).struck is not None
    again = return_item(facility, letter, LEFT, CLERK)
    assert logbook.find_returned(facility, again, CLERK).struck is None


def test_undoing_keeps_what_was_recorded_of_an_earlier_rejection(facility: Facility) -> None:
    letter = _held(facility)
    first = return_item(facility, letter, LEFT, CLERK)
    recalls.recall(facility, letter, SUPERVISOR, "it came back")
    decisions.reject(facility, letter, CLERK, "contraband")
    decisions.undo_last(facility, CLERK)
    assert logbook.find_returned(facility, first, CLERK).struck is None


def test_a_scan_held_whole_goes_back_as_one(facility: Facility) -> None:
    scan = held_whole(facility)
    number = return_item(facility, scan, LEFT, CLERK)
    assert logbook.find_returned(facility, number, CLERK).item == scan
    assert all(line.balanced for line in operations.reconcile(facility, CLERK))
    decisions.undo_last(facility, CLERK)
    assert logbook.find_returned(facility, number, CLERK).struck is not None


def test_what_is_sealed_goes_back_by_a_supervisor_alone(facility: Facility, tmp_path: Path) -> None:
    scan = sealed(facility, tmp_path / "sealing").id
    with pytest.raises(NotAllowed):
        return_item(facility, scan, LEFT, CLERK)
    assert logbook.returned_list(facility, CLERK) == ()
    assert returning.return_item(facility, scan, LEFT, SUPERVISOR)


def test_a_letter_of_somebody_who_is_here_does_not_go_away_under_another_name(
    facility: Facility,
) -> None:
    letter = held_letter(facility, new_cover(facility))
    nobody = NewReturn("", "Jon Nobody", Why.UNKNOWN, Done.RETURNED)
    for entry in (LEFT, nobody):
        with pytest.raises(UsageError, match=f"{ORSON}, who is in custody"):
            return_item(facility, letter, entry, CLERK)
    assert _state(facility, letter) is LetterState.HELD
    refused = replace(LEFT, booking_number=ORSON, why=Why.REFUSED)
    return_item(facility, letter, refused, CLERK)
    assert _state(facility, letter) is LetterState.REJECTED


def test_a_decision_is_not_undone_once_somebody_else_sent_the_paper_away(
    facility: Facility,
) -> None:
    letter = _held(facility)
    decisions.reject(facility, letter, CLERK, "released")
    number = return_item(facility, letter, LEFT, SUPERVISOR)
    with pytest.raises(Conflict, match=f"{SUPERVISOR.name} has recorded"):
        decisions.undo_last(facility, CLERK)
    assert _state(facility, letter) is LetterState.REJECTED
    assert logbook.find_returned(facility, number, CLERK).struck is None
