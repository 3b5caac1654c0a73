"""Each held item is in its queue."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.model.mail import Queue
from digitizer.model.paper import CodeKind, CoverCode, Doubt, DoubtReason
from digitizer.screening import decisions
from tests.support.held_mail import awaiting, sealed
from tests.support.made_mail import (
    DOUBT,
    GONE,
    OPERATOR,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    split_of,
)

SEPARATED = Doubt(DoubtReason.SEPARATED, "A letter begins here.", "Choose the inmate.")


def test_each_held_item_is_in_its_queue(facility: Facility) -> None:
    """Whose letter it is comes second: first it must be clear where it begins and ends."""
    unknown = file(facility, split_of(letter_of(CoverCode(CodeKind.INMATE, 1, "ab" * 9), 1, 2)))
    gone = file(facility, split_of(letter_of(new_cover(facility, GONE), 1, 2)), content=b"gone")
    both = file(
        facility,
        split_of(letter_of(new_cover(facility, GONE), 1, 2, DOUBT)),
        content=b"gone, and more",
    )
    wanted = {
        letters_of(facility, unknown)[0].id: Queue.MATCH,
        letters_of(facility, gone)[0].id: Queue.MATCH,
        letters_of(facility, both)[0].id: Queue.EXCEPTION,
        held_letter(facility): Queue.EXCEPTION,
        held_whole(facility): Queue.EXCEPTION,
        awaiting(facility): Queue.SCREENING,
        sealed(facility): Queue.LEGAL,
    }
    assert {
        item.letter or item.scan: item.queue for item in decisions.held(facility, OPERATOR)
    } == wanted


def test_a_letter_behind_a_separator_is_to_match_unless_anything_else_is_in_doubt(
    facility: Facility,
) -> None:
    blank = Doubt(DoubtReason.BLANK_MAY_BE_COVER, "Page 4 is blank.")
    sure = file(facility, split_of(letter_of(None, 2, 3, SEPARATED)), content=b"sure")
    unsure = file(facility, split_of(letter_of(None, 2, 3, SEPARATED, blank)), content=b"unsure")
    queues = {item.scan: item.queue for item in decisions.held(facility, OPERATOR)}
    assert queues == {sure: Queue.MATCH, unsure: Queue.EXCEPTION}
