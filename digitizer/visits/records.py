"""The rows of visits, and of times that are kept while somebody books."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import Inmate
from digitizer.model.visits import (
    STANDING,
    BookedVisit,
    Guest,
    Held,
    Medium,
    Outcome,
    PrivilegedVisit,
    Slot,
    SocialVisit,
    VisitKind,
    VisitState,
)
from digitizer.people import roster
from digitizer.storage.tables import inmate
from digitizer.storage.tables_visits import (
    visit,
    visit_guest,
    visit_hold,
    visit_left,
    visit_room,
    visit_session,
)
from digitizer.support.clock import now

#: So long a time is kept for whoever books it.
HELD_FOR = timedelta(minutes=10)
#: After its ten minutes so long whoever was slow is told so.
_REMEMBERED = timedelta(days=1)


def add(
    tx: sa.Connection,
    visit_id: str,
    slot: Slot,
    inmate_id: int,
    guests: Sequence[Guest],
    *,
    state: VisitState,
    booker: int | None,
    monitored: bool,
) -> None:
    """``monitored`` is told before; of a visit with an attorney it is never true."""
    at = now()
    tx.execute(
        sa.insert(visit).values(
            id=visit_id,
            session_id=slot.session,
            room_id=slot.room,
            kind=str(slot.kind),
            monitored=monitored and slot.kind is not VisitKind.ATTORNEY,
            inmate_id=inmate_id,
            correspondent_id=booker,
            starts=slot.starts,
            ends=slot.ends,
            state=str(state),
            asked=at,
            changed=at,
            sequence=0,
            reason="",
            ended_by="",
            outcome_note="",
        )
    )
    for each in guests:
        values = {"correspondent_id": each.correspondent, "name": each.name, "born": each.born}
        tx.execute(sa.insert(visit_guest).values(visit_id=visit_id, **values))


def get(tx: sa.Connection, visit_id: str) -> BookedVisit:
    """Raises NotFound."""
    found = _visits(tx, visit.c.id == visit_id)
    if not found:
        raise NotFound(f"There is no visit {visit_id}.")
    return found[0]


def find(tx: sa.Connection, visit_id: str) -> BookedVisit | None:
    return next(iter(_visits(tx, visit.c.id == visit_id)), None)


def inmate_row_of(tx: sa.Connection, visit_id: str) -> int:
    asked = sa.select(visit.c.inmate_id).where(visit.c.id == visit_id)
    return int(tx.execute(asked).scalar_one())


def between(tx: sa.Connection, first: datetime, last: datetime) -> tuple[BookedVisit, ...]:
    """That begin between these moments, the first included, in any state; by time."""
    return _visits(tx, visit.c.starts >= first, visit.c.starts < last)


def to_come(tx: sa.Connection, at: datetime) -> tuple[BookedVisit, ...]:
    """Requested or booked, and not over; by time."""
    standing = visit.c.state.in_([str(each) for each in STANDING])
    return _visits(tx, standing, visit.c.ends > at)


def without_outcome(tx: sa.Connection, at: datetime) -> tuple[BookedVisit, ...]:
    """Booked and over, and nobody has said what became of them; by time."""
    booked = visit.c.state == str(VisitState.BOOKED)
    return _visits(tx, booked, visit.c.ends <= at, visit.c.outcome.is_(None))


def by_video(tx: sa.Connection, at: datetime) -> tuple[BookedVisit, ...]:
    """Booked, in a room of video, and not over; by time."""
    booked = visit.c.state == str(VisitState.BOOKED)
    return _visits(tx, booked, _in_video_rooms(), visit.c.ends > at)


def without_outcome_by_video(tx: sa.Connection, until: datetime) -> tuple[BookedVisit, ...]:
    """Booked, to begin before then, and nobody has said what became of them; by time."""
    booked = visit.c.state == str(VisitState.BOOKED)
    none_yet = visit.c.outcome.is_(None)
    return _visits(tx, booked, _in_video_rooms(), visit.c.starts < until, none_yet)


def _in_video_rooms() -> sa.ColumnElement[bool]:
    rooms = sa.select(visit_room.c.id).where(visit_room.c.medium == str(Medium.VIDEO))
    return visit.c.room_id.in_(rooms)


def some(tx: sa.Connection, visit_ids: Collection[str]) -> tuple[BookedVisit, ...]:
    """Those of these ids; by time."""
    return _visits(tx, visit.c.id.in_(sorted(visit_ids))) if visit_ids else ()


def unanswered(tx: sa.Connection, at: datetime) -> tuple[BookedVisit, ...]:
    """Requests that nobody answered before they began; by time."""
    return _visits(tx, visit.c.state == str(VisitState.REQUESTED), visit.c.starts <= at)


def of_inmate(tx: sa.Connection, inmate_id: int, most: int) -> tuple[BookedVisit, ...]:
    """The newest first."""
    return _visits(tx, visit.c.inmate_id == inmate_id)[::-1][:most]


def of_correspondent(tx: sa.Connection, number: int, most: int) -> tuple[BookedVisit, ...]:
    """Those that they booked, or come along to; the newest first."""
    comes = sa.select(visit_guest.c.visit_id).where(visit_guest.c.correspondent_id == number)
    theirs = sa.or_(visit.c.correspondent_id == number, visit.c.id.in_(comes))
    return _visits(tx, theirs)[::-1][:most]


def booked_since(tx: sa.Connection, number: int, since: datetime) -> int:
    """How many visits this correspondent booked or asked for, whatever became of them."""
    theirs = visit.c.correspondent_id == number, visit.c.asked >= since
    return int(tx.execute(sa.select(sa.func.count()).where(*theirs)).scalar_one())


def move(tx: sa.Connection, before: BookedVisit, slot: Slot) -> None:
    """Into another time, as the same visit of the same kind."""
    _change(
        tx,
        before,
        session_id=slot.session,
        room_id=slot.room,
        starts=slot.starts,
        ends=slot.ends,
    )
    tx.execute(sa.delete(visit_left).where(visit_left.c.visit_id == before.id))


def set_state(
    tx: sa.Connection, before: BookedVisit, state: VisitState, reason: str = "", by: str = ""
) -> None:
    _change(tx, before, state=str(state), reason=reason, ended_by=by)


def note_outcome(tx: sa.Connection, before: BookedVisit, outcome: Outcome, note: str) -> None:
    _change(tx, before, outcome=str(outcome), outcome_note=note)


def _change(tx: sa.Connection, before: BookedVisit, **values: Any) -> None:
    """Raises Conflict where somebody else changed it since ``before`` was read."""
    same = visit.c.id == before.id, visit.c.sequence == before.sequence
    changed = {"changed": now(), "sequence": before.sequence + 1, **values}
    if tx.execute(sa.update(visit).where(*same).values(**changed)).rowcount == 0:
        raise Conflict("Somebody else changed this visit meanwhile. Look at it again.")


def leave(tx: sa.Connection, visit_id: str, refusal: str, reason: str, by: str) -> None:
    values = {"visit_id": visit_id, "refusal": refusal, "reason": reason, "by": by, "at": now()}
    tx.execute(sa.insert(visit_left).values(**values))


def left(tx: sa.Connection) -> frozenset[tuple[str, str]]:
    """What was left as it is, as pairs of a visit and the key of a refusal."""
    rows = tx.execute(sa.select(visit_left.c.visit_id, visit_left.c.refusal))
    return frozenset((row.visit_id, row.refusal) for row in rows)


def forget_left(tx: sa.Connection, visit_id: str, keys: Collection[str]) -> None:
    these = visit_left.c.visit_id == visit_id, visit_left.c.refusal.in_(sorted(keys))
    tx.execute(sa.delete(visit_left).where(*these))


def hold(
    tx: sa.Connection, hold_id: str, slot: Slot, inmate_id: int, correspondent: int
) -> datetime:
    """Keeps a time for whoever books it, in place of what they kept before; returns until when."""
    give_up(tx, correspondent)
    tx.execute(sa.delete(visit_hold).where(visit_hold.c.until < now() - _REMEMBERED))
    until = now() + HELD_FOR
    tx.execute(
        sa.insert(visit_hold).values(
            id=hold_id,
            session_id=slot.session,
            inmate_id=inmate_id,
            correspondent_id=correspondent,
            starts=slot.starts,
            ends=slot.ends,
            until=until,
        )
    )
    return until


def give_up(tx: sa.Connection, correspondent: int) -> None:
    tx.execute(sa.delete(visit_hold).where(visit_hold.c.correspondent_id == correspondent))


def held(tx: sa.Connection, hold_id: str, correspondent: int) -> Held | None:
    """Also one whose ten minutes are over, as long as nobody took it away."""
    row = tx.execute(
        sa.select(
            visit_hold,
            visit_session.c.kind,
            visit_session.c.room_id,
            visit_room.c.name,
            inmate.c.booking_number,
            inmate.c.first_name,
            inmate.c.last_name,
        )
        .join(visit_session, visit_hold.c.session_id == visit_session.c.id)
        .join(visit_room, visit_session.c.room_id == visit_room.c.id)
        .join(inmate, visit_hold.c.inmate_id == inmate.c.id)
        .where(visit_hold.c.id == hold_id, visit_hold.c.correspondent_id == correspondent)
    ).first()
    if row is None:
        return None
    return Held(
        id=row.id,
        slot=Slot(row.session_id, row.room_id, VisitKind(row.kind), row.starts, row.ends),
        inmate_id=row.inmate_id,
        correspondent=row.correspondent_id,
        until=row.until,
        room_name=row.name,
        booking_number=row.booking_number,
        inmate=f"{row.first_name} {row.last_name}".strip(),
    )


def _visits(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[BookedVisit, ...]:
    rows = tx.execute(
        sa.select(visit, visit_room.c.name, visit_room.c.medium)
        .join(visit_room, visit.c.room_id == visit_room.c.id)
        .where(*where)
        .order_by(visit.c.starts, visit_room.c.name, visit.c.asked, visit.c.id)
    ).all()
    guests: dict[str, list[Guest]] = {}
    asked = sa.select(visit_guest).join(visit, visit_guest.c.visit_id == visit.c.id).where(*where)
    for row in tx.execute(asked.order_by(visit_guest.c.id)):
        one = Guest(row.name, row.correspondent_id, row.born)
        guests.setdefault(row.visit_id, []).append(one)
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return tuple(_visit(row, people[row.inmate_id], tuple(guests.get(row.id, ()))) for row in rows)


def _visit(row: sa.Row[Any], person: Inmate, guests: tuple[Guest, ...]) -> BookedVisit:
    values: dict[str, Any] = {
        "id": row.id,
        "session": row.session_id,
        "room": row.room_id,
        "room_name": row.name,
        "medium": Medium(row.medium),
        "inmate": person,
        "starts": row.starts,
        "ends": row.ends,
        "state": VisitState(row.state),
        "guests": guests,
        "booker": row.correspondent_id,
        "asked": row.asked,
        "changed": row.changed,
        "sequence": row.sequence,
        "reason": row.reason,
        "ended_by": row.ended_by,
        "outcome": Outcome(row.outcome) if row.outcome else None,
        "outcome_note": row.outcome_note,
    }
    kind = VisitKind(row.kind)
    if kind is VisitKind.ATTORNEY:
        return PrivilegedVisit(**values)
    return SocialVisit(**values, kind=kind, monitored=row.monitored)
