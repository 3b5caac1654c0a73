"""Screening: nothing is released that the person who releases it has not seen."""

from __future__ import annotations

import io

import pytest

from digitizer.facility import Facility
from digitizer.letters.actions import mailbox
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor
from digitizer.screening import decisions, review
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    SUPERVISOR,
    events,
    held_letter,
    one_more_event,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter
from tests.support.web_kit import draw_page


def _see(facility: Facility, letter: str, *numbers: int, by: Actor = CLERK) -> None:
    for number in numbers:
        assert review.page_picture(facility, letter, number, by)


def test_letters_wait_oldest_first_and_only_those(facility: Facility) -> None:
    first, second = waiting_letter(facility, b"1"), waiting_letter(facility, b"2")
    held_letter(facility)
    found = review.waiting(facility, CLERK)
    assert [each.letter for each in found] == [first, second]
    assert [(each.named.booking_number, each.content) for each in found if each.named] == [
        (ORSON, (2, 3)),
        (ORSON, (2, 3)),
    ]


def test_opening_one_is_a_look_and_shows_what_the_machine_read(facility: Facility) -> None:
    first, second = waiting_letter(facility, b"1"), waiting_letter(facility, b"2")
    with one_more_event(facility, "look", f"letter:{first}", CLERK):
        case = review.look_at(facility, first, CLERK)
    assert [(page.place, page.number, page.shown) for page in case.pages] == [
        (1, 2, False),
        (2, 3, False),
    ]
    assert [page.transcript.text for page in case.pages if page.transcript] == ["Dear", "Yours"]
    assert case.following == second
    assert review.look_at(facility, second, CLERK).following == first


def test_it_is_released_once_each_page_was_shown(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _see(facility, letter, 2)
    with pytest.raises(Conflict, match=r"1 page of it \(3\)"):
        review.release(facility, letter, CLERK, "fine")
    assert mailbox(facility, ORSON, OPERATOR) == ()
    _see(facility, letter, 3)
    with one_more_event(facility, "release", f"letter:{letter}", CLERK):
        review.release(facility, letter, CLERK, "fine")
    assert [each.letter for each in mailbox(facility, ORSON, OPERATOR)] == [letter]


def test_neither_small_pictures_nor_another_persons_looks_count(facility: Facility) -> None:
    letter = waiting_letter(facility)
    for number in (2, 3):
        review.page_picture(facility, letter, number, CLERK, small=True)
    _see(facility, letter, 2, 3, by=SUPERVISOR)
    with pytest.raises(Conflict, match="2 pages of it"):
        review.release(facility, letter, CLERK, "fine")


def test_a_withheld_page_need_not_be_shown_again(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _see(facility, letter, 2)
    decisions.withhold(facility, letter, 3, CLERK, "a map of the fence")
    review.release(facility, letter, CLERK, "fine")
    assert mailbox(facility, ORSON, OPERATOR)[0].pages == 1


def test_a_page_that_was_given_back_must_be_shown(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _see(facility, letter, 2)
    decisions.withhold(facility, letter, 3, CLERK, "a map of the fence")
    decisions.mark_page(facility, letter, 3, PageRole.CONTENT, CLERK, "it is a river")
    with pytest.raises(Conflict, match="look at each page"):
        review.release(facility, letter, CLERK, "fine")


def test_what_changed_meanwhile_is_not_decided(facility: Facility) -> None:
    letter = waiting_letter(facility)
    seen = review.look_at(facility, letter, CLERK).seen
    assert review.look_after(facility, letter, seen, CLERK) is None
    decisions.withhold(facility, letter, 3, SUPERVISOR, "a map")
    with pytest.raises(Conflict, match="changed this letter"):
        review.look_after(facility, letter, seen, CLERK)


def test_chosen_letters_are_released_only_where_all_was_shown(facility: Facility) -> None:
    letters = [waiting_letter(facility, bytes([n])) for n in (1, 2, 3)]
    _see(facility, letters[0], 2, 3)
    _see(facility, letters[1], 2)
    done, left = review.release_chosen(facility, [*letters, letters[0]], CLERK, "looked through")
    assert done == (letters[0],)
    assert [each.letter for each in left] == letters[1:]
    released = [each for each in events(facility) if each[0] == "release"]
    assert released == [("release", f"letter:{letters[0]}", CLERK.name)]


def test_a_supervisor_may_release_unseen_letters_with_a_reason(facility: Facility) -> None:
    letter = waiting_letter(facility)
    with pytest.raises(UsageError, match="Say why"):
        review.release_chosen(facility, [letter], SUPERVISOR, " ")
    done, left = review.release_chosen(facility, [letter, "gone"], SUPERVISOR, "a known sender")
    assert (done, [each.letter for each in left]) == ((letter,), ["gone"])


def test_investigators_look_and_do_not_release(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _see(facility, letter, 2, 3, by=INVESTIGATOR)
    with pytest.raises(NotAllowed):
        review.release(facility, letter, INVESTIGATOR, "fine")
    with pytest.raises(NotAllowed):
        review.release_chosen(facility, [letter], INVESTIGATOR, "fine")
    assert not review.may_decide(INVESTIGATOR)
    assert stored_letter(facility, letter).state == "awaiting_review"


def test_only_what_waits_is_shown(facility: Facility) -> None:
    held = held_letter(facility)
    letter = waiting_letter(facility)
    review.page_picture(facility, letter, 2, CLERK)
    for some_id, number in ((held, 2), ("none", 1), (letter, 1), (letter, 9)):
        with pytest.raises(NotFound):
            review.page_picture(facility, some_id, number, CLERK)
    decisions.reject(facility, letter, CLERK, "no")
    with pytest.raises(NotFound):
        review.page_picture(facility, letter, 2, CLERK)
    with pytest.raises(NotFound):
        review.look_at(facility, letter, CLERK)


def test_a_picture_is_the_page_itself(facility: Facility) -> None:
    letter = waiting_letter(facility)
    large = review.page_picture(facility, letter, 3, CLERK)
    assert large == draw_page("Yours", 3)
    assert len(review.page_picture(facility, letter, 3, CLERK, small=True)) < len(large)
    assert io.BytesIO(large).read(2) == b"\xff\xd8"
