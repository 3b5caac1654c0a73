"""A log that somebody altered is an alarm within a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.people import MACHINE
from digitizer.operations import findings, log_checks
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from digitizer.support.clock import now


def test_the_log_is_walked_once_a_day(facility: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    first = log_checks.check_log_if_due(facility, MACHINE)
    assert first is not None
    assert first.fault == ""
    assert log_checks.check_log_if_due(facility, MACHINE) is None
    later = now() + timedelta(days=1)
    monkeypatch.setattr(log_checks, "now", lambda: later)
    again = log_checks.check_log_if_due(facility, MACHINE)
    assert again is not None
    assert again.events == first.events + 1, "the check itself is in the log"
    with reading(facility.engine) as tx:
        assert log_checks.last(tx) == again


def test_an_altered_log_is_an_alarm(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(event).where(event.c.seq == 1).values(actor="Somebody Else"))
    found = log_checks.check_log_if_due(facility, MACHINE)
    assert found is not None
    assert "event 1" in found.fault
    with reading(facility.engine) as tx:
        told = findings.log_intact(tx)
    assert (told.good, told.alarm) == (False, True)
    assert found.fault in told.message
