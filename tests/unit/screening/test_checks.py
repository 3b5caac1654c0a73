"""A blind check: the second person sees all that the first saw, and not what they decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.screening import checks, decisions
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    SUPERVISOR,
    one_more_event,
    stored_letter,
)
from tests.support.screened_mail import waiting_letter


@pytest.fixture
def watched(facility: Facility) -> Facility:
    """Every letter that one person screens is drawn."""
    screening = facility.settings.screening.model_copy(update={"checked_percent": 100.0})
    settings = facility.settings.model_copy(update={"screening": screening})
    return replace(facility, settings=settings)


def _seen(facility: Facility, letter: str) -> None:
    for number in (2, 3):
        checks.page_picture(facility, letter, number, SUPERVISOR)


def test_released_and_rejected_letters_look_alike(watched: Facility) -> None:
    released, cut_down, rejected = (waiting_letter(watched, bytes([n])) for n in range(3))
    decisions.release(watched, released, CLERK, "fine")
    decisions.withhold(watched, cut_down, 3, CLERK, "a map")
    decisions.release(watched, cut_down, CLERK, "fine")
    decisions.reject(watched, rejected, CLERK, "in code")
    assert checks.waiting(watched, SUPERVISOR) == (released, cut_down, rejected)
    seen = [
        [(page.number, page.place, page.role, page.withheld, page.shown) for page in found.pages]
        for found in (
            checks.look_at(watched, each, SUPERVISOR) for each in (released, cut_down, rejected)
        )
    ]
    assert seen[0] == seen[1] == seen[2]


def test_nothing_is_judged_before_each_page_was_shown(watched: Facility) -> None:
    letter = waiting_letter(watched)
    decisions.release(watched, letter, CLERK, "fine")
    checks.page_picture(watched, letter, 2, SUPERVISOR)
    checks.page_picture(watched, letter, 3, SUPERVISOR, small=True)
    with pytest.raises(Conflict, match="every page"):
        checks.judge(watched, letter, [], "", SUPERVISOR)
    checks.page_picture(watched, letter, 3, SUPERVISOR)
    with one_more_event(watched, "check", f"letter:{letter}", SUPERVISOR):
        made = checks.judge(watched, letter, [], "", SUPERVISOR)
    assert not made.is_miss
    with pytest.raises(NotFound):
        checks.look_at(watched, letter, SUPERVISOR)


def test_a_miss_is_measured_and_changes_nothing(watched: Facility) -> None:
    letter = waiting_letter(watched)
    decisions.release(watched, letter, CLERK, "fine")
    _seen(watched, letter)
    with pytest.raises(UsageError, match="Say why"):
        checks.judge(watched, letter, [3], " ", SUPERVISOR)
    with pytest.raises(UsageError, match="of this letter"):
        checks.judge(watched, letter, [9], "why", SUPERVISOR)
    checks.judge(watched, letter, [3], "a map", SUPERVISOR)
    found = checks.measured(watched, SUPERVISOR)
    assert (found.missed.found, found.missed.of) == (1, 1)
    assert [(each.letter, each.first_by, each.why) for each in found.misses] == [
        (letter, CLERK.name, "a map")
    ]
    assert stored_letter(watched, letter).state == "delivered"


def test_what_two_people_released_is_not_checked(watched: Facility) -> None:
    screening = watched.settings.screening.model_copy(update={"second_look": "all"})
    settings = watched.settings.model_copy(update={"screening": screening})
    strict = replace(watched, settings=settings)
    letter = waiting_letter(strict)
    decisions.release(strict, letter, CLERK, "fine")
    decisions.release(strict, letter, SUPERVISOR, "fine")
    assert checks.waiting(strict, SUPERVISOR) == checks.waiting(strict, CLERK) == ()


def test_a_decision_that_was_undone_is_not_checked(watched: Facility) -> None:
    letter = waiting_letter(watched)
    decisions.reject(watched, letter, CLERK, "in code")
    with reading(watched.engine) as tx:
        seq = tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one()
    decisions.undo(watched, letter, seq, CLERK)
    assert checks.waiting(watched, SUPERVISOR) == ()


def test_the_log_does_not_say_which_were_drawn(watched: Facility) -> None:
    letter = waiting_letter(watched)
    decisions.release(watched, letter, CLERK, "fine")
    with reading(watched.engine) as tx:
        last = tx.execute(sa.select(event).order_by(event.c.seq.desc()).limit(1)).one()
    assert (last.verb, sorted(last.detail)) == (
        "release",
        ["not_shown", "undo", "why"],
    )


def test_investigators_and_whoever_screened_it_do_not_check(watched: Facility) -> None:
    letter = waiting_letter(watched)
    decisions.release(watched, letter, CLERK, "fine")
    with pytest.raises(NotFound):
        checks.page_picture(watched, letter, 2, CLERK)
    with pytest.raises(NotAllowed):
        checks.look_at(watched, letter, INVESTIGATOR)
    assert checks.may_check(CLERK)
    assert not checks.may_check(INVESTIGATOR)
