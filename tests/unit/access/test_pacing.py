"""How often something may be done that costs nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.access import locks, pacing
from digitizer.access.pacing import Pace
from digitizer.facility import Facility
from digitizer.model.errors import TooOften
from digitizer.storage.database import writing
from digitizer.storage.tables import throttle
from tests.support.made_mail import SUPERVISOR

THREE = Pace("asking", 3, timedelta(minutes=5))


def _ask(facility: Facility, who: str = "10.0.0.7") -> None:
    with writing(facility.engine) as tx:
        pacing.charge(tx, THREE, who)


def test_a_few_at_once_and_then_one_a_while_for_each_alone(facility: Facility) -> None:
    for _ in range(3):
        _ask(facility)
    for _ in range(2):
        with pytest.raises(TooOften):
            _ask(facility)
    _ask(facility, "10.0.0.8")
    with writing(facility.engine) as tx:  # as if five minutes had passed
        owed = tx.execute(
            sa.select(throttle.c.owed_until).where(throttle.c.terminal == "10.0.0.7")
        ).scalar_one()
        earlier = {"owed_until": owed - THREE.step}
        tx.execute(sa.update(throttle).where(throttle.c.terminal == "10.0.0.7").values(**earlier))
    _ask(facility)
    with pytest.raises(TooOften):
        _ask(facility)


def test_it_is_no_lock_that_staff_are_shown(facility: Facility) -> None:
    for _ in range(3):
        _ask(facility)
    assert locks.locks(facility, SUPERVISOR) == ()
