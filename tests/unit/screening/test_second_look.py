"""Two people must release some letters: neither can alone, and what they passed is delivered."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import PageRole
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions, recalls, review, second_look
from digitizer.screening.delivering import Waits
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    PETRA,
    SUPERVISOR,
    held_letter,
    held_whole,
    one_more_event,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter


def _with(facility: Facility, second: str) -> Facility:
    screening = facility.settings.screening.model_copy(update={"second_look": second})
    settings = facility.settings.model_copy(update={"screening": screening})
    return replace(facility, settings=settings)


def _state(facility: Facility, letter: str) -> str:
    return str(stored_letter(facility, letter).state)


def test_the_first_release_is_recorded_and_delivers_nothing(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    with one_more_event(strict, "release, first of two", f"letter:{letter}", CLERK):
        assert decisions.release(strict, letter, CLERK, "fine") is Waits.SECOND
    assert _state(strict, letter) == "awaiting_review"
    with one_more_event(strict, "release", f"letter:{letter}", SUPERVISOR):
        assert decisions.release(strict, letter, SUPERVISOR, "fine") is None
    assert _state(strict, letter) == "delivered"


def test_one_person_is_not_two(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    with pytest.raises(Conflict, match="another person"):
        decisions.release(strict, letter, CLERK, "fine again")
    assert _state(strict, letter) == "awaiting_review"


def test_who_was_given_a_login_of_late_by_the_other_is_not_the_second(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    with writing(facility.engine) as tx:
        audit.record(tx, ADMINISTRATOR, Verb.RESET_LOGIN, Subject.staff(CLERK.name))
    with pytest.raises(Conflict, match="gave the other a login"):
        decisions.release(strict, letter, ADMINISTRATOR, "fine")


def test_it_is_in_the_queue_of_everybody_else(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    assert review.waiting(strict, CLERK) == ()
    (waiting,) = review.waiting(strict, SUPERVISOR)
    assert (waiting.letter, waiting.first_by) == (letter, CLERK.name)


@pytest.mark.parametrize(
    ("setting", "marked", "by_rule", "two"),
    [
        ("none", False, False, False),
        ("none", True, False, False),
        ("none", True, True, True),
        ("marked", False, False, False),
        ("marked", True, False, True),
        ("all", False, False, True),
    ],
)
def test_which_letters_need_two(
    facility: Facility, setting: str, marked: bool, by_rule: bool, two: bool
) -> None:
    if marked:
        rule = NewRule(WatchKind.WORDS, "Yours", "", "report", today(), second_look=by_rule)
        policies.add_rule(facility, rule, SUPERVISOR)
    letter = waiting_letter(facility)
    waits = decisions.release(_with(facility, setting), letter, CLERK, "fine")
    assert (waits is Waits.SECOND) is two


def test_a_page_that_the_first_withheld_needs_two_again(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.withhold(strict, letter, 3, CLERK, "a map")
    decisions.release(strict, letter, CLERK, "the rest is fine")
    decisions.mark_page(strict, letter, 3, PageRole.CONTENT, SUPERVISOR, "no map")
    assert decisions.release(strict, letter, SUPERVISOR, "all of it") is Waits.SECOND
    assert [each.letter for each in review.waiting(strict, CLERK)] == [letter]
    assert decisions.release(strict, letter, CLERK, "convinced") is None


def test_the_second_may_withhold_more_and_release(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.withhold(strict, letter, 3, SUPERVISOR, "a map")
    assert decisions.release(strict, letter, SUPERVISOR, "the rest") is None


def test_one_person_may_reject(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.reject(strict, letter, SUPERVISOR, "it is in code")
    assert _state(strict, letter) == "rejected"


def test_assigning_is_a_first_look_too(facility: Facility) -> None:
    strict = _with(facility, "all")
    held = held_letter(strict)
    decisions.assign(strict, held, PETRA, CLERK, "hers")
    assert _state(strict, held) == "awaiting_review"
    assert decisions.release(strict, held, SUPERVISOR, "fine") is None


def test_the_first_look_is_undone(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.undo(strict, letter, _last(strict), CLERK)
    assert [each.first_by for each in review.waiting(strict, CLERK)] == [None]
    assert decisions.release(strict, letter, SUPERVISOR, "fine") is Waits.SECOND


def test_assigning_a_whole_scan_that_waits_is_undone(facility: Facility) -> None:
    """The letter that it made is gone then, with its marks and first look."""
    strict = _with(facility, "all")
    policies.add_rule(strict, NewRule(WatchKind.INMATE, "", PETRA, "report", today()), SUPERVISOR)
    scan = held_whole(strict)
    made = decisions.assign(strict, scan, PETRA, CLERK, "hers")
    assert _state(strict, made) == "awaiting_review"
    assert decisions.undo(strict, made, _last(strict), CLERK) == scan
    assert review.waiting(strict, SUPERVISOR) == ()


def test_after_a_recall_two_must_look_again(facility: Facility) -> None:
    strict = _with(facility, "all")
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.release(strict, letter, SUPERVISOR, "fine")
    recalls.recall(strict, letter, SUPERVISOR, "look again")
    decisions.assign(strict, letter, PETRA, SUPERVISOR, "hers")
    assert _state(strict, letter) == "awaiting_review"
    with reading(strict.engine) as tx:
        assert second_look.first_looks(tx, [letter])[letter].by == SUPERVISOR.name


def _last(facility: Facility) -> int:
    with reading(facility.engine) as tx:
        return int(tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one())
