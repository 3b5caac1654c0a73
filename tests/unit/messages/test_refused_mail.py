"""What was refused, by every way, in one place; and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.messages import writing
from digitizer.messages.refused_mail import What, refusals
from digitizer.model.errors import NotAllowed
from digitizer.model.people import Actor, ActorKind
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import decisions, message_review, notices, recalls, senders
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, held_letter, new_cover
from tests.support.screened_mail import waiting_letter

ME, OTHER = Actor(ActorKind.INMATE, ORSON), Actor(ActorKind.INMATE, PETRA)


def test_all_of_it_is_listed_with_its_reason_the_newest_first(facility: Facility) -> None:
    rejected = waiting_letter(facility, b"one")
    decisions.reject(facility, rejected, CLERK, "a threat")
    cut = waiting_letter(facility, b"two")
    decisions.withhold(facility, cut, 3, CLERK, "a plan")
    decisions.release(facility, cut, CLERK, "the rest is fine")
    ida = make_contact(facility)
    by = as_correspondent(ida)
    to_me = writing.write(facility, ORSON, "Hi", "Secret words", by)
    message_review.refuse_message(facility, to_me, CLERK, "in a code")
    mine = writing.write(facility, str(ida), "", "My words", ME)
    message_review.refuse_message(facility, mine, CLERK, "not allowed")
    for shade in range(2):
        writing.add_photo(facility, ORSON, a_photo(f"hsl({60 * shade}, 80%, 50%)"), by)
    photos = writing.write(facility, ORSON, "", "Two photos", by)
    message_review.message_photo(facility, photos, 1, CLERK)
    message_review.refuse_photo(facility, photos, 2, CLERK, "a uniform")
    message_review.release_message(facility, photos, CLERK, "fine")
    found = refusals(facility, ME)
    assert [(each.what, each.id, each.number, each.reasons) for each in found] == [
        (What.PHOTOS, photos, 1, ("a uniform",)),
        (What.MESSAGE_FROM, mine, 1, ("not allowed",)),
        (What.MESSAGE_TO, to_me, 1, ("in a code",)),
        (What.PAGES, cut, 1, ("a plan",)),
        (What.LETTER, rejected, 2, ("a threat",)),
    ]
    assert "Secret words" not in repr(found)
    first = found[0]
    assert first.appeal_until(15) == (first.at.astimezone() + timedelta(days=15)).date()
    assert refusals(facility, OTHER) == ()


def test_what_was_undone_or_is_not_decided_is_not_there(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold(facility, letter, 3, CLERK, "a plan")
    assert refusals(facility, ME) == ()  # it still waits for a decision about the letter
    ida = make_contact(facility)
    writing.write(facility, ORSON, "", "It waits", as_correspondent(ida))
    assert refusals(facility, ME) == ()


def test_staff_have_pages_of_their_own_for_it(facility: Facility) -> None:
    with pytest.raises(NotAllowed):
        refusals(facility, CLERK)


class TestOfLettersThatMayBeSomebodyElses:
    """A letter behind a cover that names an inmate may be another's: they are told nothing of it
    before a person says that it was theirs."""

    @pytest.fixture
    def rejected(self, facility: Facility) -> str:
        held = held_letter(facility, new_cover(facility))
        decisions.reject(facility, held, CLERK, "It belongs to somebody else")
        return held

    def test_nothing_is_told_of_what_only_a_cover_says(
        self, facility: Facility, rejected: str
    ) -> None:
        assert refusals(facility, ME) == ()
        notices.rejection_notice(facility, rejected, True, (), CLERK)  # to the sender alone
        assert refusals(facility, ME) == ()

    def test_it_is_told_once_staff_print_them_the_notice(
        self, facility: Facility, rejected: str
    ) -> None:
        notices.rejection_notice(facility, rejected, False, (), CLERK)
        (told,) = refusals(facility, ME)
        assert (told.what, told.id, told.who) == (What.LETTER, rejected, "")

    def test_a_notice_of_before_says_nothing_of_what_was_decided_anew(
        self, facility: Facility, rejected: str
    ) -> None:
        notices.rejection_notice(facility, rejected, False, (), CLERK)
        recalls.recall(facility, rejected, SUPERVISOR, "looked again")
        decisions.reject(facility, rejected, CLERK, "It belongs to Petra")
        assert refusals(facility, ME) == ()

    def test_what_was_taken_back_from_them_is_not_theirs_any_more(self, facility: Facility) -> None:
        letter = waiting_letter(facility)
        decisions.release(facility, letter, CLERK, "fine")
        recalls.recall(facility, letter, SUPERVISOR, "it is Petra's")
        decisions.reject(facility, letter, CLERK, "it is Petra's")
        assert refusals(facility, ME) == refusals(facility, OTHER) == ()

    def test_the_name_on_the_cover_is_no_sender(self, facility: Facility) -> None:
        letter = waiting_letter(facility)
        decisions.reject(facility, letter, CLERK, "a threat")
        assert [each.who for each in refusals(facility, ME)] == [""]
        senders.name_sender(facility, letter, make_contact(facility), Entry(""), CLERK)
        assert [each.who for each in refusals(facility, ME)] == ["Ida Marlow"]
