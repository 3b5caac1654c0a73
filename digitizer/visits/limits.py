"""The rows of closed days, restrictions, and inmates who are kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from digitizer.model.errors import NotFound, UsageError
from digitizer.model.visits import Apart, Closure, Limit, Restriction
from digitizer.people import roster
from digitizer.people.correspondents import records
from digitizer.storage.tables_visits import (
    kept_apart,
    kept_apart_inmate,
    visit_closure,
    visit_restriction,
)
from digitizer.support.clock import now

_LONGEST_CLOSURE = 366


def closures(tx: sa.Connection) -> tuple[Closure, ...]:
    """Those that were not lifted, by day."""
    asked = sa.select(visit_closure).where(visit_closure.c.lifted.is_(None))
    rows = tx.execute(asked.order_by(visit_closure.c.first_day, visit_closure.c.id))
    return tuple(
        Closure(row.id, row.room_id, row.first_day, row.last_day, row.reason) for row in rows
    )


def close(tx: sa.Connection, room: int | None, first: date, last: date, reason: str) -> int:
    """Raises UsageError."""
    if last < first or (last - first).days > _LONGEST_CLOSURE:
        raise UsageError("The last closed day is on the first or after it, within a year.")
    values = {"room_id": room, "first_day": first, "last_day": last, "reason": reason}
    done = tx.execute(sa.insert(visit_closure).values(**values).returning(visit_closure.c.id))
    return int(done.scalar_one())


def lift(tx: sa.Connection, closure_id: int) -> None:
    """Raises NotFound."""
    this = visit_closure.c.id == closure_id, visit_closure.c.lifted.is_(None)
    if tx.execute(sa.update(visit_closure).where(*this).values(lifted=now())).rowcount == 0:
        raise NotFound(f"There is no closed day {closure_id} that could be lifted.")


def restrictions(tx: sa.Connection) -> tuple[Restriction, ...]:
    """Those that were not ended, newest first; also those whose last day is over."""
    asked = sa.select(visit_restriction).where(visit_restriction.c.ended.is_(None))
    rows = tx.execute(asked.order_by(visit_restriction.c.id.desc())).all()
    visitors = records.get_all(tx, {row.correspondent_id for row in rows if row.correspondent_id})
    inmates = roster.inmates_of_rows(tx, {row.inmate_id for row in rows if row.inmate_id})
    found = []
    for row in rows:
        whom, person = visitors.get(row.correspondent_id), inmates.get(row.inmate_id)
        found.append(
            Restriction(
                id=row.id,
                limit=Limit(row.allows),
                correspondent=row.correspondent_id,
                inmate_id=row.inmate_id,
                first_day=row.first_day,
                until=row.until,
                reason=row.reason,
                visitor=whom.name if whom else "",
                inmate=person.full_name if person else "",
                booking_number=person.booking_number if person else "",
            )
        )
    return tuple(found)


def restrict(
    tx: sa.Connection,
    limit: Limit,
    correspondent: int | None,
    inmate_id: int | None,
    days: tuple[date, date | None],
    reason: str,
) -> int:
    """``days`` are the first and the last on which it holds. Raises UsageError, and NotFound where
    there is no such correspondent."""
    first, until = days
    if correspondent is None and inmate_id is None:
        raise UsageError("Say whom it is about: a visitor, an inmate, or both.")
    if until is not None and until < first:
        raise UsageError("The last day is before the first.")
    if correspondent is not None:
        records.get(tx, correspondent)
    values = {
        "allows": str(limit),
        "correspondent_id": correspondent,
        "inmate_id": inmate_id,
        "first_day": first,
        "until": until,
        "reason": reason,
    }
    made = sa.insert(visit_restriction).values(**values).returning(visit_restriction.c.id)
    return int(tx.execute(made).scalar_one())


def end_restriction(tx: sa.Connection, restriction_id: int) -> None:
    """Raises NotFound."""
    this = visit_restriction.c.id == restriction_id, visit_restriction.c.ended.is_(None)
    if tx.execute(sa.update(visit_restriction).where(*this).values(ended=now())).rowcount == 0:
        raise NotFound(f"There is no restriction {restriction_id} that could be ended.")


def aparts(tx: sa.Connection) -> tuple[Apart, ...]:
    """Those that were not ended, newest first."""
    asked = sa.select(kept_apart).where(kept_apart.c.ended.is_(None))
    groups = tx.execute(asked.order_by(kept_apart.c.id.desc())).all()
    members: dict[int, set[int]] = {}
    for row in tx.execute(sa.select(kept_apart_inmate)):
        members.setdefault(row.apart_id, set()).add(row.inmate_id)
    people = roster.inmates_of_rows(tx, {one for some in members.values() for one in some})
    return tuple(
        Apart(
            id=each.id,
            inmates=frozenset(members.get(each.id, ())),
            reason=each.reason,
            names=tuple(
                sorted(
                    f"{people[one].full_name} ({people[one].booking_number})"
                    for one in members.get(each.id, ())
                )
            ),
        )
        for each in groups
    )


def keep_apart(tx: sa.Connection, inmates: Sequence[int], reason: str) -> int:
    """Raises UsageError unless they are two or more."""
    if len(set(inmates)) < 2:
        raise UsageError("Name two inmates or more.")
    made = sa.insert(kept_apart).values(reason=reason).returning(kept_apart.c.id)
    number = int(tx.execute(made).scalar_one())
    rows = [{"apart_id": number, "inmate_id": each} for each in sorted(set(inmates))]
    tx.execute(sa.insert(kept_apart_inmate), rows)
    return number


def end_apart(tx: sa.Connection, apart_id: int) -> None:
    """Raises NotFound."""
    this = kept_apart.c.id == apart_id, kept_apart.c.ended.is_(None)
    if tx.execute(sa.update(kept_apart).where(*this).values(ended=now())).rowcount == 0:
        raise NotFound(f"There is no group {apart_id} that could be ended.")
