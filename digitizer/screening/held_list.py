"""What is held, a part at a time, for other programs."""

from __future__ import annotations

from datetime import datetime

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.mail import HeldItem
from digitizer.model.people import Actor
from digitizer.screening import exception_queue

Place = tuple[datetime, str]


def place_of(item: HeldItem) -> Place:
    """Its place in the list: since when it is held, and its id."""
    return item.since, item.letter or item.scan


def held_after(
    facility: Facility, after: Place | None, most: int, by: Actor
) -> tuple[HeldItem, ...]:
    """``most`` held letters and scans after that place, those held longest first: what is held all
    the while is in one of the parts that follow each other, once."""
    with looking(facility, by, Act.LIST_HELD) as look:
        waiting = sorted(exception_queue.held_items(look.tx, by), key=place_of)
    return tuple([each for each in waiting if after is None or place_of(each) > after][:most])
