"""What may be two letters in one is delivered from the page once each page was shown."""

from __future__ import annotations

import io

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Doubt, DoubtReason, Split
from digitizer.model.people import Actor
from digitizer.screening import cases, decisions
from digitizer.screening.seen_pages import Unseen
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    held_whole,
    letter_of,
    letters_of,
    split_of,
    stored_letter,
)
from tests.support.web_kit import draw_page

UNKNOWN = Doubt(DoubtReason.COVER_UNKNOWN, "The cover is not known.")


def _pictures(facility: Facility) -> dict[int, str]:
    name = facility.pictures.put(io.BytesIO(draw_page("a page", 1)))[0]
    return {1: name, 2: name}


def _held(facility: Facility, doubt: Doubt = DOUBT) -> str:
    """A letter of two pages; by itself its doubt about the count asks for a look at each."""
    split = split_of(letter_of(None, 1, 2, doubt))
    return letters_of(facility, file(facility, split, pictures=_pictures(facility)))[0].id


def _assign(facility: Facility, held: str, by: Actor = CLERK, to: str = ORSON) -> str:
    return decisions.assign(facility, held, to, by, "why", unseen=Unseen.OVERRULED)


def _look(facility: Facility, held: str, number: int, by: Actor = CLERK) -> None:
    cases.held_picture(facility, held, number, by)


def test_each_page_is_shown_to_whoever_delivers_it(facility: Facility) -> None:
    held = _held(facility)
    _look(facility, held, 1)
    cases.held_picture(facility, held, 2, CLERK, small=True)
    _look(facility, held, 2, SUPERVISOR)
    for who, missing in ((CLERK, "2"), (SUPERVISOR, "1")):
        with pytest.raises(Conflict, match=rf"two letters.*\({missing}\)"):
            _assign(facility, held, who)
    _look(facility, held, 2)
    decisions.mark_page(facility, held, 1, PageRole.CONTENT, CLERK, "why", envelope=True)
    decisions.mark_page(facility, held, 1, PageRole.BLANK, CLERK, "why")
    decisions.mark_page(facility, held, 1, PageRole.CONTENT, CLERK, "why")
    with pytest.raises(Conflict, match=r"\(1\)"):  # it was changed since
        _assign(facility, held)
    _look(facility, held, 1)
    _assign(facility, held)
    assert stored_letter(facility, held).state is LetterState.DELIVERED


def test_a_whole_scan_too_and_nothing_is_changed_where_it_is_refused(facility: Facility) -> None:
    scan = file(facility, Split(whole=(DOUBT,)), count=2, pictures=_pictures(facility))
    with pytest.raises(Conflict, match="two letters"):
        _assign(facility, scan)
    assert [each.letter for each in decisions.held(facility, OPERATOR)] == [None]
    for number in (1, 2):
        _look(facility, scan, number)
    _assign(facility, scan)


def test_what_has_no_sign_of_two_and_the_command_line_are_not_asked(facility: Facility) -> None:
    _assign(facility, _held(facility, UNKNOWN))
    whole = held_whole(facility)  # of its pages there is no picture
    _assign(facility, whole, to=PETRA)
    scan = file(
        facility,
        split_of(letter_of(None, 1, 2, DOUBT)),
        content=b"more",
        pictures=_pictures(facility),
    )
    (other,) = letters_of(facility, scan)
    decisions.assign(facility, other.id, ORSON, CLERK, "the paper is beside me")
