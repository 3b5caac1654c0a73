"""What a letter that was assigned or released still waits for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor
from digitizer.model.settings import Release
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import cases, decisions, review, senders
from digitizer.screening.delivering import Waits
from digitizer.screening.seen_pages import Unseen
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from digitizer.storage.tables_correspondents import mail_block
from tests.support.made_mail import (
    CLERK,
    ORSON,
    PETRA,
    SUPERVISOR,
    held_letter,
    held_whole,
    new_reply_sheet,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter


def _watch(facility: Facility, number: str) -> None:
    rule = NewRule(WatchKind.INMATE, "", number, "report", today())
    policies.add_rule(facility, rule, SUPERVISOR)


def test_the_event_says_what_it_waits_for(facility: Facility) -> None:
    _watch(facility, PETRA)
    held = held_letter(facility)
    decisions.assign(facility, held, PETRA, CLERK, "hers")
    last = cases.decision_on(facility, held, CLERK)
    assert last is not None
    assert (last.event.detail["waits"], last.may_undo) == (str(Waits.REVIEW), True)


def test_what_was_screened_with_its_marks_is_delivered_when_assigned(facility: Facility) -> None:
    _watch(facility, ORSON)
    letter = waiting_letter(facility)
    for _ in range(2):  # to say it twice is not to look at it
        decisions.assign(facility, letter, ORSON, CLERK, "his")
        assert stored_letter(facility, letter).state == "awaiting_review"
    for number in (2, 3):
        review.page_picture(facility, letter, number, CLERK)
    decisions.assign(facility, letter, ORSON, CLERK, "his, and nothing in it")
    assert stored_letter(facility, letter).state == "delivered"


def _two_looks(facility: Facility) -> Facility:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    return dataclasses.replace(facility, settings=settings)


def test_a_look_at_it_for_one_inmate_is_none_for_another(facility: Facility) -> None:
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    assert decisions.release(strict, letter, CLERK, "fine") is Waits.SECOND
    decisions.assign(strict, letter, PETRA, SUPERVISOR, "hers")
    assert stored_letter(strict, letter).state == "awaiting_review"
    with pytest.raises(Conflict, match="another person"):
        decisions.release(strict, letter, SUPERVISOR, "hers")
    assert decisions.release(strict, letter, CLERK, "hers indeed") is None


def test_what_is_to_be_scanned_again_is_looked_at_twice_again(facility: Facility) -> None:
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.ask_for_rescan(strict, letter, CLERK, "a corner is folded")
    decisions.assign(strict, letter, ORSON, SUPERVISOR, "his")
    assert stored_letter(strict, letter).state == "awaiting_review"


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(SUPERVISOR, name="Nobody Known", listed=False),
        dataclasses.replace(SUPERVISOR, name="Ruth Harrow", shell="root", proven=False),
    ],
    ids=["not on the list", "a name typed in the shell"],
)
def test_a_name_is_no_second_person(facility: Facility, other: Actor) -> None:
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    with pytest.raises(Conflict, match="not proof of a second person"):
        decisions.release(strict, letter, other, "fine")
    assert stored_letter(strict, letter).state == "awaiting_review"


def test_whom_nobody_watched_before_is_looked_at_again(facility: Facility) -> None:
    _watch(facility, PETRA)
    letter = waiting_letter(facility)
    decisions.assign(facility, letter, PETRA, CLERK, "hers after all")
    assert stored_letter(facility, letter).state == "awaiting_review"


def test_what_cannot_be_delivered_does_not_wait_either(facility: Facility) -> None:
    _watch(facility, PETRA)
    reply = held_letter(facility, new_reply_sheet(facility))
    with pytest.raises(Conflict, match="printed for another inmate"):
        decisions.assign(facility, reply, PETRA, CLERK, "hers")
    assert stored_letter(facility, reply).state == "held"


def test_a_rule_of_two_people_holds_what_no_person_would_have_seen(facility: Facility) -> None:
    rule = NewRule(WatchKind.INMATE, "", ORSON, "report", today(), second_look=True)
    policies.add_rule(facility, rule, SUPERVISOR)
    letter = waiting_letter(facility, release=Release.AUTOMATIC)
    assert stored_letter(facility, letter).state == "awaiting_review"


def test_a_withheld_page_is_given_back_before_it_is_called_blank(facility: Facility) -> None:
    letter = waiting_letter(facility)
    decisions.withhold(facility, letter, 3, CLERK, "a map")
    for role in (PageRole.BLANK, PageRole.COVER):
        with pytest.raises(Conflict, match="Give it back first"):
            decisions.mark_page(facility, letter, 3, role, CLERK, "why")


def test_one_who_left_custody_does_not_stop_the_others(facility: Facility) -> None:
    one, left, other = (
        waiting_letter(facility, content, to)
        for content, to in ((b"1", ORSON), (b"2", PETRA), (b"3", ORSON))
    )
    with writing(facility.engine) as tx:
        gone = sa.update(inmate).where(inmate.c.booking_number == PETRA)
        tx.execute(gone.values(status="released"))
    done, not_done = review.release_chosen(facility, [one, left, other], SUPERVISOR, "fine")
    assert (done, [each.letter for each in not_done]) == ((one, other), [left])
    assert "not in custody" in not_done[0].why


# --- blocks that were set after the letter came in


def _blocked_since(facility: Facility, letter: str, until: date | None = None) -> int:
    """Mail of its sender to Orson is blocked, after a person said who sent it."""
    ida = correspondents.add_correspondent(facility, Entry("Ida Marlow"), CLERK)
    senders.name_sender(facility, letter, ida, Entry(""), CLERK)
    why = "they asked for it"
    return correspondents.block_mail(facility, ida, ORSON, SUPERVISOR, why, until=until)


def _suspended(facility: Facility, letter: str) -> int:
    return correspondents.block_mail(facility, None, ORSON, SUPERVISOR, "court order 17")


def _see(facility: Facility, letter: str, by: Actor = CLERK) -> None:
    for number in (2, 3):
        review.page_picture(facility, letter, number, by)


def _chosen(facility: Facility, letter: str) -> None:
    done, left = review.release_chosen(facility, [letter], SUPERVISOR, "fine")
    if left:
        raise Conflict(left[0].why)
    assert done == (letter,)


WAYS: dict[str, Callable[[Facility, str], object]] = {
    "Enter": lambda h, letter: review.release(h, letter, CLERK, "fine"),
    "several at once": _chosen,
    "command line": lambda h, letter: decisions.release(h, letter, CLERK, "fine"),
    "assign": lambda h, letter: decisions.assign(h, letter, ORSON, CLERK, "his"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("block", [_blocked_since, _suspended])
def test_a_block_that_was_set_since_is_asked_for(
    facility: Facility,
    way: Callable[[Facility, str], object],
    block: Callable[[Facility, str], int],
) -> None:
    letter = waiting_letter(facility)
    _see(facility, letter)
    number = block(facility, letter)
    with pytest.raises(Conflict, match=f"is not delivered.*assign --despite {number}"):
        way(facility, letter)
    assert stored_letter(facility, letter).state == "awaiting_review"
    (said,) = review.look_at(facility, letter, CLERK).blocked
    assert "they asked for it" in said or "court order 17" in said
    correspondents.unblock_mail(facility, number, SUPERVISOR, "over")
    way(facility, letter)
    assert stored_letter(facility, letter).state == "delivered"


def test_a_block_is_asked_for_at_the_second_release_too(facility: Facility) -> None:
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    block = _blocked_since(strict, letter)
    with pytest.raises(Conflict, match="is not delivered"):
        decisions.release(strict, letter, SUPERVISOR, "fine")
    decisions.assign(strict, letter, ORSON, SUPERVISOR, "about another Ida", despite=[block])
    assert stored_letter(strict, letter).state == "delivered"


def test_a_block_whose_last_day_is_over_holds_no_more(facility: Facility) -> None:
    letter = waiting_letter(facility)
    _blocked_since(facility, letter, today())
    with pytest.raises(Conflict, match="is not delivered"):
        decisions.release(facility, letter, CLERK, "fine")
    with writing(facility.engine) as tx:
        tx.execute(sa.update(mail_block).values(until=today() - timedelta(days=1)))
    decisions.release(facility, letter, CLERK, "fine")
    assert stored_letter(facility, letter).state == "delivered"


def test_only_the_blocks_that_were_named_are_passed_and_the_event_names_them(
    facility: Facility,
) -> None:
    letter = waiting_letter(facility)
    first = _blocked_since(facility, letter)
    second = _suspended(facility, letter)
    with pytest.raises(Conflict, match="court order 17"):
        decisions.assign(facility, letter, ORSON, CLERK, "read it", despite=[first])
    decisions.assign(facility, letter, ORSON, CLERK, "read both", despite=[first, second])
    last = cases.decision_on(facility, letter, CLERK)
    assert last is not None
    assert sorted(last.event.detail["despite"]) == [first, second]


@pytest.mark.parametrize("joined", [False, True])
def test_the_second_part_of_a_cut_is_blocked_too(facility: Facility, joined: bool) -> None:
    letter = waiting_letter(facility)
    block = _blocked_since(facility, letter)
    _, second = decisions.cut(facility, letter, 3, CLERK, "two letters")
    if joined:
        second = decisions.join(facility, second, letter, CLERK, "one letter")
    with pytest.raises(Conflict, match=f"--despite {block}"):
        decisions.assign(facility, second, ORSON, CLERK, "his")
    decisions.assign(facility, second, PETRA, CLERK, "hers")


def test_a_reply_is_of_the_inmate_and_nothing_blocks_it(facility: Facility) -> None:
    reply = held_letter(facility, new_reply_sheet(facility))
    _suspended(facility, reply)
    decisions.assign(facility, reply, ORSON, CLERK, "his")
    assert stored_letter(facility, reply).state == "delivered"


def test_mail_in_a_scan_that_is_held_whole_is_blocked(facility: Facility) -> None:
    scan = held_whole(facility)
    block = _suspended(facility, scan)
    with pytest.raises(Conflict, match=f"--despite {block}"):
        decisions.assign(facility, scan, ORSON, CLERK, "his")


# --- marks and second looks that were not known when somebody chose letters


def test_several_at_once_leaves_out_what_is_marked_since(facility: Facility) -> None:
    """The record of who sent it was changed, which looks at no letter."""
    ida = correspondents.add_correspondent(facility, Entry("I. M."), CLERK)
    policies.add_rule(
        facility, NewRule(WatchKind.SENDER, "Ida Marlow", "", "report", today()), SUPERVISOR
    )
    letter = waiting_letter(facility)
    senders.name_sender(facility, letter, ida, Entry(""), CLERK)
    correspondents.change_correspondent(facility, ida, Entry("Ida Marlow"), CLERK)
    done, left = review.release_chosen(facility, [letter], SUPERVISOR, "fine")
    assert (done, "A watch rule marks it" in left[0].why) == ((), True)


@pytest.mark.parametrize("way", ["release", "assign"])
def test_a_first_look_in_another_name_is_none(facility: Facility, way: str) -> None:
    """Whoever types somebody's name in the shell could be the second on their own login."""
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    typed = dataclasses.replace(SUPERVISOR, shell="root", proven=False)
    if way == "release":
        assert decisions.release(strict, letter, typed, "fine") is Waits.TWO
    else:
        decisions.assign(strict, letter, ORSON, typed, "his")
    assert decisions.release(strict, letter, CLERK, "fine") is Waits.SECOND
    assert stored_letter(strict, letter).state == "awaiting_review"
    assert decisions.release(strict, letter, SUPERVISOR, "fine") is None


@pytest.mark.parametrize("way", [Unseen.OVERRULED, Unseen.REFUSED])
def test_the_second_of_two_does_not_assign_what_they_have_not_seen(
    facility: Facility, way: Unseen
) -> None:
    strict = _two_looks(facility)
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.assign(strict, letter, ORSON, SUPERVISOR, "his", unseen=way)
    assert stored_letter(strict, letter).state == "awaiting_review"
    _see(strict, letter, SUPERVISOR)
    decisions.assign(strict, letter, ORSON, SUPERVISOR, "his", unseen=way)
    assert stored_letter(strict, letter).state == "delivered"
