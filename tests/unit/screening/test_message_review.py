"""Messages are looked through, released or refused, photo by photo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.facility import Facility
from digitizer.messages import printing
from digitizer.messages import writing as verbs
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import MessageState
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import actions as people
from digitizer.people.correspondents import actions as correspondents
from digitizer.screening import message_review as review
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    ORSON,
    SUPERVISOR,
    as_inmate,
    events,
)

WHY = "looked through"


@pytest.fixture
def ida(facility: Facility) -> int:
    return make_contact(facility)


def _sent(facility: Facility, ida: int, photos: int = 0, body: str = "Hello") -> str:
    for shade in range(photos):
        verbs.add_photo(
            facility, ORSON, a_photo(f"hsl({60 * shade}, 80%, 50%)"), as_correspondent(ida)
        )
    return verbs.write(facility, ORSON, "Hi", body, as_correspondent(ida))


def test_one_after_the_other_oldest_first(facility: Facility, ida: int) -> None:
    first, second = _sent(facility, ida), _sent(facility, ida)
    assert [each.id for each in review.waiting_messages(facility, CLERK)] == [first, second]
    assert review.open_message(facility, first, CLERK).following == second
    assert review.open_message(facility, second, CLERK).following == first
    review.release_message(facility, first, CLERK, WHY)
    assert review.open_message(facility, second, CLERK).following is None
    with pytest.raises(NotFound):
        review.open_message(facility, first, CLERK)


def test_a_look_and_a_decision_are_recorded(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida)
    review.open_message(facility, sent, CLERK)
    review.release_message(facility, sent, CLERK, WHY)
    about = [verb for verb, subject, _ in events(facility) if subject == f"message:{sent}"]
    assert about == ["write message", "look at message", "release message"]


def test_each_photo_must_be_shown_to_whoever_releases(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida, photos=2)
    review.message_photo(facility, sent, 1, CLERK)
    review.message_photo(facility, sent, 2, ADMINISTRATOR)
    with pytest.raises(Conflict, match="each photo"):
        review.release_message(facility, sent, CLERK, WHY)
    review.message_photo(facility, sent, 2, CLERK)
    assert review.release_message(facility, sent, CLERK, WHY)


def test_one_photo_refused_need_not_refuse_the_message(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida, photos=2)
    review.refuse_photo(facility, sent, 1, CLERK, "a map")
    review.message_photo(facility, sent, 2, CLERK)
    review.release_message(facility, sent, CLERK, WHY)
    with pytest.raises(NotFound):
        verbs.photo(facility, sent, 1, as_inmate(ORSON))
    assert verbs.photo(facility, sent, 2, as_inmate(ORSON))
    (theirs,) = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    assert [each.refused for each in theirs.photos] == ["a map", ""]
    assert verbs.photo(facility, sent, 1, as_correspondent(ida))


def test_a_photo_that_is_given_back_must_be_shown(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida, photos=1)
    review.refuse_photo(facility, sent, 1, CLERK, "a map")
    review.pass_photo(facility, sent, 1, CLERK, "of the zoo")
    with pytest.raises(Conflict, match="each photo"):
        review.release_message(facility, sent, CLERK, WHY)
    for place in (0, 2):
        with pytest.raises(NotFound):
            review.refuse_photo(facility, sent, place, CLERK, "a map")
        with pytest.raises(NotFound):
            review.message_photo(facility, sent, place, CLERK)


def test_nothing_left_is_not_released(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida, photos=1, body="")
    review.refuse_photo(facility, sent, 1, CLERK, "a map")
    with pytest.raises(UsageError, match="Nothing of the message is left"):
        review.release_message(facility, sent, CLERK, WHY)


def test_what_is_refused_goes_nowhere_and_its_writer_reads_why(
    facility: Facility, ida: int
) -> None:
    sent = _sent(facility, ida)
    review.refuse_message(facility, sent, CLERK, "threats")
    (mine,) = verbs.conversation(facility, ORSON, as_correspondent(ida)).entries
    assert (mine.state, mine.refused) == (MessageState.REFUSED, "threats")
    assert verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries == ()
    with pytest.raises(NotFound):
        review.release_message(facility, sent, CLERK, WHY)


def test_two_must_release_where_the_facility_says_so(facility: Facility, ida: int) -> None:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    facility = replace(facility, settings=settings)
    other = Actor(ActorKind.STAFF, "Olga Other", StaffRole.CLERK, proven=True)
    sent = _sent(facility, ida, photos=1)
    for by in (CLERK, other):
        review.message_photo(facility, sent, 1, by)
    assert not review.release_message(facility, sent, CLERK, WHY)
    assert review.waiting_messages(facility, CLERK) == ()
    with pytest.raises(NotFound):
        review.release_message(facility, sent, CLERK, WHY)
    assert verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries == ()
    (waits,) = review.waiting_messages(facility, other)
    assert waits.first_by == CLERK.name
    assert review.release_message(facility, sent, other, WHY)
    assert len(verbs.conversation(facility, str(ida), as_inmate(ORSON)).entries) == 1


def test_a_photo_given_back_after_the_first_needs_two_again(facility: Facility, ida: int) -> None:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    facility = replace(facility, settings=settings)
    other = Actor(ActorKind.STAFF, "Olga Other", StaffRole.CLERK, proven=True)
    sent = _sent(facility, ida, photos=1)
    review.refuse_photo(facility, sent, 1, CLERK, "a map")
    assert not review.release_message(facility, sent, CLERK, WHY)
    review.pass_photo(facility, sent, 1, other, "of the zoo")
    review.message_photo(facility, sent, 1, other)
    assert not review.release_message(facility, sent, other, WHY)


def test_whoever_gave_the_other_a_login_is_no_second(facility: Facility, ida: int) -> None:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    facility = replace(facility, settings=settings)
    people.add_staff(facility, "Nina New", StaffRole.CLERK, ADMINISTRATOR)
    made = Actor(ActorKind.STAFF, "Nina New", StaffRole.CLERK)
    sent = _sent(facility, ida)
    assert not review.release_message(facility, sent, ADMINISTRATOR, WHY)
    with pytest.raises(Conflict):
        review.release_message(facility, sent, made, WHY)


def test_investigators_and_inmates_decide_nothing(facility: Facility, ida: int) -> None:
    sent = _sent(facility, ida)
    for by in (INVESTIGATOR, as_inmate(ORSON), as_correspondent(ida)):
        with pytest.raises(NotAllowed):
            review.release_message(facility, sent, by, WHY)
    with pytest.raises(UsageError):
        review.release_message(facility, sent, CLERK, "  ")


@pytest.mark.parametrize("from_inside", [False, True])
def test_nothing_is_released_once_the_contact_is_removed(
    facility: Facility, ida: int, from_inside: bool
) -> None:
    sent = (
        verbs.write(facility, str(ida), "Hi", "Hello", as_inmate(ORSON))
        if from_inside
        else _sent(facility, ida)
    )
    correspondents.remove_contact(facility, ida, ORSON, SUPERVISOR, "they asked")
    with pytest.raises(Conflict, match="not approved any more"):
        review.release_message(facility, sent, CLERK, WHY)
    assert printing.print_queue(facility, CLERK) == ()
    review.refuse_message(facility, sent, CLERK, WHY)
