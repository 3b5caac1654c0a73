"""Watch rules in the tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.policies import watch_rules
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.storage.database import writing
from tests.support.made_mail import ORSON, SUPERVISOR

WORDS = NewRule(WatchKind.WORDS, "north fence", "", "report 12", today())


def test_a_rule_says_what_why_who_and_until_when(facility: Facility) -> None:
    pair = NewRule(WatchKind.PAIR, "Ida Marsh", ORSON, "court order", today(), second_look=True)
    with writing(facility.engine) as tx:
        one = watch_rules.add(tx, WORDS, SUPERVISOR.name)
        other = watch_rules.add(tx, pair, SUPERVISOR.name)
        assert watch_rules.all_rules(tx) == (other, one)
    assert (one.says, one.why, one.set_by, one.last_day) == (
        "“north fence”",
        "report 12",
        SUPERVISOR.name,
        today(),
    )
    assert other.says == "sender Ida Marsh to Orson Testvale (A-100)"
    assert (other.second_look, one.second_look, one.marked) == (True, False, 0)


def test_it_counts_to_its_last_day_or_its_end(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        rule = watch_rules.add(tx, WORDS, SUPERVISOR.name)
        assert watch_rules.current_rules(tx) == (rule,)
        assert not rule.counts_on(today() + timedelta(days=1))
        ended = watch_rules.end(tx, rule.id, "Ada")
        assert (ended.ended_by, watch_rules.current_rules(tx)) == ("Ada", ())
        assert watch_rules.all_rules(tx) == (ended,)
        with pytest.raises(Conflict, match="ended already"):
            watch_rules.end(tx, rule.id, "Ada")


def test_what_is_not_there_is_not_found(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        with pytest.raises(NotFound):
            watch_rules.find(tx, "none")
        with pytest.raises(NotFound, match="booking number"):
            watch_rules.add(tx, NewRule(WatchKind.INMATE, "", "Z-9", "why", today()), "Ada")
