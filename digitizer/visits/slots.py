"""Times at which a session takes place, made from its template. Pure: nothing is looked up.

A template speaks of local time. The length of a visit is real time: where clocks are changed during
a session, it has fewer visits or more, and none is shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digitizer.model.visits import Session, Slot

_WEEK = timedelta(days=7)


def moment(day: date, at: time, zone: tzinfo | None) -> datetime:
    """In UTC. ``zone`` None: the facility's clock. A time that a change of clocks leaves out is the
    one after it; of one that comes twice it is the first."""
    local = datetime.combine(day, at)
    return (local.astimezone() if zone is None else local.replace(tzinfo=zone)).astimezone(UTC)


def local_day(at: datetime, zone: tzinfo | None) -> date:
    return at.astimezone(zone).date()


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def takes_place(session: Session, day: date) -> bool:
    of = session.of
    if session.ended is not None or day in of.left_out or day.weekday() not in of.days:
        return False
    if day < of.first_day or (of.last_day is not None and day > of.last_day):
        return False
    return (monday(day) - monday(of.first_day)) // _WEEK % of.every == 0


def slots_on(session: Session, day: date, zone: tzinfo | None) -> Iterator[Slot]:
    """Those of one day, in order."""
    if not takes_place(session, day):
        return
    of, length = session.of, timedelta(minutes=session.of.minutes)
    starts, last = moment(day, of.begins, zone), moment(day, of.ends, zone)
    while starts + length <= last:
        yield Slot(session.id, of.room, of.kind, starts, starts + length)
        starts += length


def slots_between(
    sessions: Iterable[Session], first: date, last: date, zone: tzinfo | None
) -> tuple[Slot, ...]:
    """Of these days, first and last included, by time."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    some = [slot for each in sessions for day in days for slot in slots_on(each, day, zone)]
    return tuple(sorted(some, key=lambda slot: (slot.starts, slot.room, slot.session)))


def offers(session: Session, slot: Slot, zone: tzinfo | None) -> bool:
    """Whether the template has exactly this time now."""
    return slot in slots_on(session, local_day(slot.starts, zone), zone)
