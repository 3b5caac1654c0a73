"""Rejections whose notices were given, and appeals against them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digitizer.appeals import actions as appeals
from digitizer.appeals import records, rejections
from digitizer.facility import Facility
from digitizer.model.appeals import Appeal, Rejection
from digitizer.model.people import MACHINE, Actor, ActorKind, StaffRole
from digitizer.screening import appeal_notices, decisions
from digitizer.storage.database import reading
from digitizer.support import clock
from tests.support.made_mail import CLERK, ORSON, as_inmate
from tests.support.screened_mail import waiting_letter

#: Who took part in nothing yet.
WARDEN = Actor(ActorKind.STAFF, "Wanda Warden", StaffRole.SUPERVISOR, proven=True)
COLONEL = Actor(ActorKind.STAFF, "Cole Onel", StaffRole.ADMINISTRATOR, proven=True)
ME = as_inmate(ORSON)

#: The modules that ask what time it is.
_ASKING = (
    "digitizer.appeals.rejections",
    "digitizer.appeals.records",
    "digitizer.audit",
    "digitizer.screening.notices",
    "digitizer.screening.undoing",
)


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Within it, it is so much later than it is."""
    with pytest.MonkeyPatch.context() as patch:
        for module in _ASKING:
            patch.setattr(f"{module}.now", lambda: clock.now() + by)
        yield


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within it, it is this moment."""
    with later(moment - clock.now()):
        yield


def with_appeals(facility: Facility, **values: object) -> Facility:
    """The same home with other settings of [appeals]."""
    own = facility.settings.appeals.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"appeals": own}))


def give_notices(facility: Facility) -> int:
    """As the service does, once nothing can be undone any more."""
    with later(timedelta(minutes=11)):
        return appeal_notices.give_notices(facility, MACHINE)


def told_letter(facility: Facility, content: bytes = b"rejected", by: Actor = CLERK) -> Rejection:
    """A letter of ORSON's that was rejected, and of which they were told."""
    letter = waiting_letter(facility, content)
    decisions.reject(facility, letter, by, "It holds something that is not allowed here")
    give_notices(facility)
    return rejection_of(facility, letter)


def rejection_of(facility: Facility, item: str) -> Rejection:
    with reading(facility.engine) as tx:
        return rejections.in_force(tx, item)[-1]


def appealed(facility: Facility, of: Rejection, words: str = "It was a drawing.") -> Appeal:
    number = appeals.appeal(facility, of.number, words, ME)
    return appeal_of(facility, number)


def appeal_of(facility: Facility, number: int) -> Appeal:
    with reading(facility.engine) as tx:
        return records.find(tx, number)
