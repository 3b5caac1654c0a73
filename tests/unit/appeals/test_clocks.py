"""What is due, overdue, withheld or told to nobody, as Today says it; and what a lapse does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digitizer.appeals import clocks, records
from digitizer.facility import Facility
from digitizer.model.people import MACHINE
from digitizer.model.upkeep_settings import Alarms
from digitizer.operations.appeal_clocks import escalate_lapsed
from digitizer.operations.findings import Finding, appeals, notices
from digitizer.screening import decisions
from digitizer.storage.database import reading
from digitizer.support.clock import now
from tests.support.appealing import appealed, give_notices, later, told_letter
from tests.support.conversing import mailed, with_family
from tests.support.made_mail import CLERK, held_letter, new_cover


def _found(facility: Facility) -> Finding:
    with reading(facility.engine) as tx:
        return appeals(facility.settings, tx)


def test_an_appeal_is_due_soon_then_overdue(facility: Facility) -> None:
    assert _found(facility).good
    due = appealed(facility, told_letter(facility)).due
    assert _found(facility).good
    with pytest.MonkeyPatch.context() as patch:
        for day, says in (
            (due, "1 appeal due soon"),
            (due + timedelta(days=1), "1 appeal overdue"),
        ):
            for module in ("records", "rejections", "clocks"):
                patch.setattr(f"digitizer.appeals.{module}.today", lambda day=day: day)
            assert _found(facility).message.startswith(says)


def test_a_lapse_is_told_once_and_changes_nothing(facility: Facility) -> None:
    home = with_family(facility)
    alarms = Alarms(mail_to=("chief@jail.example",))
    home = replace(home, settings=home.settings.model_copy(update={"alarms": alarms}))
    number = appealed(home, told_letter(home)).number
    assert escalate_lapsed(home, MACHINE) == 0
    with later(timedelta(days=40)):
        assert [escalate_lapsed(home, MACHINE) for _ in range(2)] == [1, 0]
    (sent,) = mailed(home)
    assert (sent.recipient, f"appeal {number}" in sent.subject) == ("chief@jail.example", True)
    assert "Orson" not in sent.body
    with reading(home.engine) as tx:
        assert [each.number for each in records.waiting(tx)] == [number]


def test_what_nothing_tells_waits_for_a_person(facility: Facility) -> None:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "a drawing")
    give_notices(facility)
    with reading(facility.engine) as tx:
        assert notices(facility.settings, tx, now()).good
        found = notices(facility.settings, tx, now() + timedelta(hours=2))
        assert clocks.notices_of(tx, facility.settings, now()).kept == 0
    assert found.message == "nothing tells somebody of 1 rejection"
