"""What a letter that was assigned or released still waits for."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor
from digitizer.model.settings import Release
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import cases, decisions, review
from digitizer.screening.delivering import Waits
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate
from tests.support.made_mail import (
    CLERK,
    ORSON,
    PETRA,
    SUPERVISOR,
    held_letter,
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
