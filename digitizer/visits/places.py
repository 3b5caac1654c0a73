"""The rows of rooms and sessions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.visits import Medium, NewSession, Session, VisitKind, VisitRoom
from digitizer.storage.tables_visits import visit_room, visit_session
from digitizer.support.clock import now
from digitizer.support.visible import as_name

_LONGEST_NAME, _MOST_PLACES = 80, 500
_DAY_MINUTES = 24 * 60


def rooms(tx: sa.Connection) -> tuple[VisitRoom, ...]:
    """Also those that are not used any more; by name."""
    rows = tx.execute(sa.select(visit_room).order_by(visit_room.c.name))
    return tuple(_room(row) for row in rows)


def room(tx: sa.Connection, room_id: int) -> VisitRoom:
    """Raises NotFound."""
    row = tx.execute(sa.select(visit_room).where(visit_room.c.id == room_id)).first()
    if row is None:
        raise NotFound(f"There is no visiting room {room_id}.")
    return _room(row)


def add_room(tx: sa.Connection, name: str, medium: Medium, most: int) -> int:
    """Raises UsageError, and Conflict where the name is taken."""
    kept = as_name(name)
    if not kept or len(kept) > _LONGEST_NAME:
        raise UsageError("A room needs a name of at most 80 characters.")
    if not 1 <= most <= _MOST_PLACES:
        raise UsageError("A room has between 1 and 500 places.")
    if tx.execute(sa.select(visit_room.c.id).where(visit_room.c.name == kept)).first():
        raise Conflict("There is a room of this name already.")
    values = {"name": kept, "medium": str(medium), "places": most}
    done = tx.execute(sa.insert(visit_room).values(**values).returning(visit_room.c.id))
    return int(done.scalar_one())


def end_room(tx: sa.Connection, room_id: int) -> None:
    """Raises NotFound, also for one that is not used any more."""
    this = sa.update(visit_room).where(visit_room.c.id == room_id, visit_room.c.ended.is_(None))
    if tx.execute(this.values(ended=now())).rowcount == 0:
        raise NotFound(f"There is no visiting room {room_id} that is in use.")


def sessions(tx: sa.Connection) -> tuple[Session, ...]:
    """Also those that ended: visits were booked by them."""
    rows = tx.execute(sa.select(visit_session).order_by(visit_session.c.id))
    return tuple(_session(row) for row in rows)


def session(tx: sa.Connection, session_id: int) -> Session:
    """Raises NotFound."""
    row = tx.execute(sa.select(visit_session).where(visit_session.c.id == session_id)).first()
    if row is None:
        raise NotFound(f"There is no session {session_id}.")
    return _session(row)


def add_session(tx: sa.Connection, new: NewSession) -> int:
    """Raises NotFound where there is no such room, and UsageError for what cannot be."""
    _check(new, room(tx, new.room))
    values = {
        "room_id": new.room,
        "kind": str(new.kind),
        "days": "".join(str(each) for each in sorted(new.days)),
        "begins": new.begins.isoformat("minutes"),
        "ends": new.ends.isoformat("minutes"),
        "minutes": new.minutes,
        "first_day": new.first_day,
        "last_day": new.last_day,
        "every": new.every,
        "capacity": new.capacity,
        "units": list(new.units),
        "for_family": new.for_family and new.kind is not VisitKind.ATTORNEY,
        "notice_hours": new.notice_hours,
        "ahead_days": new.ahead_days,
        "left_out": sorted(each.isoformat() for each in new.left_out),
        "monitored": new.monitored,
    }
    done = tx.execute(sa.insert(visit_session).values(**values).returning(visit_session.c.id))
    return int(done.scalar_one())


def _check(new: NewSession, where: VisitRoom) -> None:
    if where.ended is not None:
        raise UsageError("This room is not used any more. Choose another.")
    if not where.medium.fits(new.kind):
        raise UsageError("Visits of this kind cannot be in this room.")
    if new.kind is VisitKind.ATTORNEY and new.monitored:
        raise UsageError("A visit with an attorney is never monitored.")
    if not new.days or not new.days <= frozenset(range(7)):
        raise UsageError("Choose at least one day of the week.")
    length = _minutes(new.ends) - _minutes(new.begins)
    if not 5 <= new.minutes <= _DAY_MINUTES or new.minutes > length:
        raise UsageError("A visit lasts 5 minutes or more, and fits between the times.")
    if new.last_day is not None and new.last_day < new.first_day:
        raise UsageError("The last day is before the first.")
    if not 1 <= new.every <= 52 or not 1 <= new.capacity <= _MOST_PLACES:
        raise UsageError("Write whole numbers: 1 to 52 weeks, 1 to 500 visits at once.")
    if not 0 <= new.notice_hours <= 24 * 60 or not 1 <= new.ahead_days <= 366:
        raise UsageError("The notice is at most 60 days, and booking opens 1 to 366 days ahead.")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def end_session(tx: sa.Connection, session_id: int) -> None:
    """Raises NotFound, also for one that ended."""
    this = visit_session.c.id == session_id, visit_session.c.ended.is_(None)
    if tx.execute(sa.update(visit_session).where(*this).values(ended=now())).rowcount == 0:
        raise NotFound(f"There is no session {session_id} that takes place.")


def leave_out(tx: sa.Connection, session_id: int, day: date, *, out: bool) -> None:
    """This session does not take place on this day; or (``out`` False) it does after all."""
    kept = {*session(tx, session_id).of.left_out} - {day} | ({day} if out else set())
    this = sa.update(visit_session).where(visit_session.c.id == session_id)
    tx.execute(this.values(left_out=sorted(each.isoformat() for each in kept)))


def _room(row: sa.Row[Any]) -> VisitRoom:
    return VisitRoom(row.id, row.name, Medium(row.medium), row.places, row.ended)


def _session(row: sa.Row[Any]) -> Session:
    ended: datetime | None = row.ended
    of = NewSession(
        room=row.room_id,
        kind=VisitKind(row.kind),
        days=frozenset(int(each) for each in row.days),
        begins=time.fromisoformat(row.begins),
        ends=time.fromisoformat(row.ends),
        minutes=row.minutes,
        first_day=row.first_day,
        last_day=row.last_day,
        every=row.every,
        capacity=row.capacity,
        units=tuple(row.units),
        for_family=row.for_family,
        notice_hours=row.notice_hours,
        ahead_days=row.ahead_days,
        left_out=frozenset(date.fromisoformat(each) for each in row.left_out),
        monitored=row.monitored,
    )
    return Session(row.id, of, ended)
