"""Setting and ending watch rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, UsageError
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, one_more_event
from tests.support.screened_mail import waiting_letter

RULE = NewRule(WatchKind.WORDS, "  north   fence ", "ignored", " report 12 ", today())


def test_setting_one_is_recorded(facility: Facility) -> None:
    rule = policies.add_rule(facility, RULE, SUPERVISOR)
    assert (rule.words, rule.inmate, rule.why) == ("north fence", None, "report 12")
    assert policies.rules(facility, CLERK) == (rule,)
    with one_more_event(facility, "end watch rule", f"watch rule:{rule.id}", SUPERVISOR):
        policies.end_rule(facility, rule.id, SUPERVISOR, "over")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(RULE, words="!?"), "at least 3 letters"),
        (replace(RULE, words="ab"), "at least 3 letters"),
        (replace(RULE, words="a" * 81), "At most 80"),
        (replace(RULE, why=" "), "Say why"),
        (replace(RULE, why="a" * 501), "at most 500"),
        (replace(RULE, last_day=today() - timedelta(days=1)), "last day"),
        (replace(RULE, last_day=today() + timedelta(days=367)), "last day"),
        (replace(RULE, kind=WatchKind.INMATE, booking_number=" "), "booking number"),
        (replace(RULE, kind=WatchKind.PAIR, booking_number=ORSON, words=""), "3 letters"),
    ],
)
def test_what_is_wrong_is_said(facility: Facility, wrong: NewRule, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        policies.add_rule(facility, wrong, SUPERVISOR)
    assert policies.rules(facility, SUPERVISOR) == ()


def test_clerks_see_them_and_set_none(facility: Facility) -> None:
    with pytest.raises(NotAllowed):
        policies.add_rule(facility, RULE, CLERK)
    assert policies.may_watch(SUPERVISOR)
    assert not policies.may_watch(CLERK)


def test_how_often_people_found_something_to_refuse_stands_beside_it(facility: Facility) -> None:
    texts = {2: "Dear Orson", 3: "by the north fence"}
    good, bad, partly, _ = (
        waiting_letter(facility, name, texts=texts) for name in (b"g", b"b", b"p", b"o")
    )
    rule = policies.add_rule(facility, RULE, SUPERVISOR)
    assert (rule.marked, rule.decided, rule.refused, rule.hit_rate) == (4, 0, 0, None)
    decisions.release(facility, good, CLERK, "seen")
    decisions.reject(facility, bad, CLERK, "a plan")
    decisions.withhold(facility, partly, 3, CLERK, "a map")
    (rule,) = policies.rules(facility, SUPERVISOR)
    assert (rule.marked, rule.decided, rule.refused, rule.hit_rate) == (4, 2, 1, 50)
    decisions.release(facility, partly, CLERK, "seen")
    (rule,) = policies.rules(facility, SUPERVISOR)
    assert (rule.marked, rule.decided, rule.refused, rule.hit_rate) == (4, 3, 2, 67)
