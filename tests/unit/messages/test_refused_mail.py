"""What was refused, by every way, in one place; and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.messages import writing
from digitizer.messages.refused_mail import What, refusals
from digitizer.model.errors import NotAllowed
from digitizer.model.people import Actor, ActorKind
from digitizer.screening import decisions, message_review
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA
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
