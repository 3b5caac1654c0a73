"""Appeals are decided once, by somebody else, and what they give back goes on by no guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.appeals import actions as appeals
from digitizer.facility import Facility
from digitizer.letters.mailboxes import open_letter
from digitizer.messages import writing
from digitizer.model.appeals import Refused, Side
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor, StaffRole
from digitizer.people import actions as people
from digitizer.people.correspondents import actions as correspondents
from digitizer.screening import cases, decisions, message_review, notices, recalls
from digitizer.screening.appeal_decisions import GoesOn, decide_appeal
from digitizer.storage.database import reading
from tests.support.appealing import (
    COLONEL,
    ME,
    WARDEN,
    appeal_of,
    appealed,
    give_notices,
    rejection_of,
    told_letter,
    with_appeals,
)
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, PETRA, SUPERVISOR, stored_letter
from tests.support.screened_mail import waiting_letter


def test_a_granted_letter_is_held_again_with_the_reason(facility: Facility) -> None:
    of = told_letter(facility)
    number = appealed(facility, of).number
    gone_on = decide_appeal(facility, number, WARDEN, "A drawing is allowed", granted=True)
    assert gone_on is GoesOn.HELD
    stored = stored_letter(facility, of.item)
    assert stored.state is LetterState.HELD
    assert stored.reason.startswith("Appeal granted by Wanda Warden: A drawing is allowed.")
    assert stored.doubts == ["appeal_granted"]
    case = cases.look_at_held(facility, of.item, CLERK)
    assert case.item.reason == stored.reason
    decisions.assign(facility, of.item, ORSON, CLERK, "as the appeal says")
    assert stored_letter(facility, of.item).state is LetterState.DELIVERED
    with pytest.raises(Conflict):
        decide_appeal(facility, number, COLONEL, "no", granted=False)


def test_a_denied_one_stays_rejected_and_may_go_to_the_second_level(facility: Facility) -> None:
    home = with_appeals(facility, second_level=True)
    of = told_letter(home)
    first = appealed(home, of)
    assert decide_appeal(home, first.number, WARDEN, "It is code", granted=False) is None
    assert stored_letter(home, of.item).state is LetterState.REJECTED
    second = appealed(home, of)
    assert (second.level, second.rejection.number) == (2, of.number)
    with pytest.raises(Conflict, match="another official"):
        decide_appeal(home, second.number, WARDEN, "again", granted=False)
    decide_appeal(home, second.number, COLONEL, "It is code", granted=False)
    with pytest.raises(Conflict):
        appealed(home, of)


def test_without_a_second_level_there_is_one(facility: Facility) -> None:
    of = told_letter(facility)
    decide_appeal(facility, appealed(facility, of).number, WARDEN, "no", granted=False)
    with pytest.raises(Conflict):
        appealed(facility, of)


@pytest.mark.parametrize(
    "by",
    [
        CLERK,
        replace(SUPERVISOR, name="clara  CLERK"),
        SUPERVISOR,
        replace(WARDEN, listed=False),
        replace(WARDEN, proven=False, shell="root"),
    ],
)
def test_who_cannot_decide(facility: Facility, by: Actor) -> None:
    """Whoever rejected it, under whatever spelling; whoever withheld a page of it before; and whom
    nobody knows."""
    letter = waiting_letter(facility)
    decisions.withhold(facility, letter, 2, SUPERVISOR, "a map")
    decisions.reject(facility, letter, CLERK, "a map")
    give_notices(facility)
    number = appealed(facility, rejection_of(facility, letter)).number
    with pytest.raises((Conflict, NotAllowed)):
        decide_appeal(facility, number, by, "why", granted=True)
    assert appeal_of(facility, number).decided is None


def test_nor_who_got_a_login_from_who_rejected(facility: Facility) -> None:
    of = told_letter(facility, by=SUPERVISOR)
    adds = replace(COLONEL, name=SUPERVISOR.name)
    people.add_staff(facility, WARDEN.name, StaffRole.SUPERVISOR, adds)
    with pytest.raises(Conflict, match="login"):
        decide_appeal(facility, appealed(facility, of).number, WARDEN, "why", granted=True)


def test_a_reason_is_needed(facility: Facility) -> None:
    number = appealed(facility, told_letter(facility)).number
    with pytest.raises(UsageError):
        decide_appeal(facility, number, WARDEN, " ", granted=False)


def test_pages_go_back_into_their_letter(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold(facility, letter, 3, CLERK, "a plan")
    decisions.release(facility, letter, CLERK, "the rest is fine")
    give_notices(facility)
    of = rejection_of(facility, letter)
    assert (of.what, of.parts) == (Refused.PAGES, (3,))
    number = appealed(facility, of).number
    assert decide_appeal(facility, number, WARDEN, "no plan", granted=True) is GoesOn.DELIVERED
    with reading(facility.engine) as tx:
        opened = open_letter(tx, ORSON, letter)
    assert (len(opened.pages), opened.withheld) == (2, ())


def test_a_part_of_a_page_goes_back_into_it(facility: Facility) -> None:
    letter = waiting_letter(facility)
    lower = "0 50 100 50"
    decisions.withhold_part(facility, letter, 3, lower, CLERK, "a plan")
    decisions.release(facility, letter, CLERK, "the rest is fine")
    give_notices(facility)
    of = rejection_of(facility, letter)
    assert (of.what, of.parts, [each.text for each in of.reasons]) == (
        Refused.PAGES,
        (3,),
        ["a plan"],
    )
    with reading(facility.engine) as tx:
        assert [each.part for each in open_letter(tx, ORSON, letter).withheld] == [True]
    number = appealed(facility, of).number
    assert decide_appeal(facility, number, WARDEN, "no plan", granted=True) is GoesOn.DELIVERED
    with reading(facility.engine) as tx:
        assert open_letter(tx, ORSON, letter).withheld == ()


def test_what_was_decided_anew_is_not_given_back(facility: Facility) -> None:
    of = told_letter(facility)
    number = appealed(facility, of).number
    recalls.recall(facility, of.item, SUPERVISOR, "looked again")
    decisions.reject(facility, of.item, SUPERVISOR, "there is a blade in it")
    assert decide_appeal(facility, number, WARDEN, "why", granted=True) is GoesOn.NOTHING
    assert stored_letter(facility, of.item).state is LetterState.REJECTED


def test_messages_and_photos(facility: Facility) -> None:
    ida = make_contact(facility)
    by = as_correspondent(ida)
    refused = writing.write(facility, ORSON, "Hi", "Words", by)
    message_review.refuse_message(facility, refused, CLERK, "in a code")
    for shade in range(2):
        writing.add_photo(facility, ORSON, a_photo(f"hsl({60 * shade}, 80%, 50%)"), by)
    photos = writing.write(facility, ORSON, "", "Two photos", by)
    message_review.message_photo(facility, photos, 1, CLERK)
    message_review.refuse_photo(facility, photos, 2, CLERK, "a uniform")
    message_review.release_message(facility, photos, CLERK, "fine")
    give_notices(facility)
    for item, kind in ((refused, Refused.MESSAGE_TO), (photos, Refused.PHOTOS)):
        of = rejection_of(facility, item)
        assert of.what is kind
        number = appealed(facility, of).number
        gone_on = decide_appeal(facility, number, WARDEN, "no harm", granted=True)
        assert gone_on is GoesOn.DELIVERED
    opened = writing.conversation(facility, str(ida), ME)
    passed = [len([one for one in each.photos if not one.refused]) for each in opened.entries]
    assert sorted(passed) == [0, 2]


def _page_withheld(facility: Facility, content: bytes = b"withheld") -> str:
    letter = waiting_letter(facility, content)
    decisions.withhold(facility, letter, 3, CLERK, "a plan")
    decisions.release(facility, letter, CLERK, "the rest is fine")
    give_notices(facility)
    return letter


def test_recalled_and_given_to_another_it_is_that_ones_rejection(facility: Facility) -> None:
    """Whether or not the service looked in between."""
    for content, looks in ((b"1", False), (b"2", True)):
        letter = _page_withheld(facility, content)
        wrong = rejection_of(facility, letter)
        number = appealed(facility, wrong).number
        recalls.recall(facility, letter, SUPERVISOR, "not theirs")
        if looks:
            give_notices(facility)
        decisions.assign(facility, letter, PETRA, SUPERVISOR, "her name is on it")
        assert decide_appeal(facility, number, WARDEN, "why", granted=True) is GoesOn.NOTHING
        give_notices(facility)
        right = rejection_of(facility, letter)
        assert right.inmate is not None
        assert (right.number, right.inmate.booking_number) != (wrong.number, ORSON)
        assert Side.INMATE in right.told
        with reading(facility.engine) as tx:
            assert len(open_letter(tx, PETRA, letter).withheld) == 1


def test_what_is_in_force_again_is_the_same_rejection(facility: Facility) -> None:
    letter = _page_withheld(facility)
    before = rejection_of(facility, letter)
    recalls.recall(facility, letter, SUPERVISOR, "look again")
    give_notices(facility)
    decisions.assign(facility, letter, ORSON, SUPERVISOR, "it is theirs")
    give_notices(facility)
    assert rejection_of(facility, letter).number > before.number
    assert notices.rejection_notice(facility, letter, False, (), CLERK).pdf.startswith(b"%PDF")


def test_nothing_goes_past_a_block(facility: Facility) -> None:
    letter = _page_withheld(facility)
    number = appealed(facility, rejection_of(facility, letter)).number
    correspondents.block_mail(facility, None, ORSON, SUPERVISOR, "court order 17")
    with pytest.raises(Conflict, match="suspended"):
        decide_appeal(facility, number, WARDEN, "why", granted=True)
    assert appeal_of(facility, number).decided is None


def test_once_it_is_decided_nobody_looks_through_it(facility: Facility) -> None:
    of = told_letter(facility)
    number = appealed(facility, of).number
    assert appeals.open_appeal(facility, number, WARDEN).parts
    assert appeals.refused_picture(facility, number, 2, WARDEN)
    decide_appeal(facility, number, WARDEN, "why", granted=True)
    assert appeals.open_appeal(facility, number, WARDEN).parts == ()
    with pytest.raises(NotFound):
        appeals.refused_picture(facility, number, 2, WARDEN)
