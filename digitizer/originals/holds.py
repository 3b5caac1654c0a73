"""Paper that must be kept, for a reason and until a day."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.originals import Hold, Place
from digitizer.originals.papers import scan_of
from digitizer.storage.tables_originals import paper, paper_hold
from digitizer.support.clock import now

_LONGEST = timedelta(days=3660)


def keep(action: Action, item: str, until: date) -> int:
    """The whole stack of a letter or scan stays until the end of this day. Raises NotFound,
    UsageError for a day that is over or too far off, and Conflict for paper that is gone."""
    tx, today = action.tx, now().astimezone().date()
    if not today <= until <= today + _LONGEST:
        raise UsageError("The last day is between today and ten years from now.")
    scan_id = scan_of(tx, item)
    place = tx.execute(sa.select(paper.c.place).where(paper.c.scan_id == scan_id)).scalar()
    if place in (str(Place.GIVEN), str(Place.DESTROYED)):
        raise Conflict("This paper is gone: it was given out or destroyed.")
    insert = sa.insert(paper_hold).values(
        scan_id=scan_id,
        item=item.strip(),
        reason=action.why,
        until=until,
        by=action.by.name,
        at=now(),
        ended_by="",
        ended_why="",
    )
    number = int(tx.execute(insert.returning(paper_hold.c.id)).scalar_one())
    action.record(Verb.HOLD_PAPER, Subject.scan(scan_id), until=until.isoformat(), hold=number)
    return number


def end(action: Action, number: int) -> str:
    """Before its last day; returns its scan. Raises NotFound, and Conflict for one that is over."""
    known = next(iter(look_up(action.tx, paper_hold.c.id == number)), None)
    if known is None:
        raise NotFound("There is no such hold.")
    this = sa.update(paper_hold).where(paper_hold.c.id == number, *counting())
    values = {"ended": now(), "ended_by": action.by.name, "ended_why": action.why}
    if action.tx.execute(this.values(**values)).rowcount != 1:
        raise Conflict("This hold is over already.")
    action.record(Verb.END_PAPER_HOLD, Subject.scan(known.scan), hold=number)
    return known.scan


def counting() -> tuple[sa.ColumnElement[bool], ...]:
    """Of holds that still count today: none ended before, and its last day is not over."""
    today = now().astimezone().date()
    return paper_hold.c.ended.is_(None), paper_hold.c.until >= today


def active(tx: sa.Connection) -> tuple[Hold, ...]:
    """The first that ends first."""
    found = look_up(tx, *counting())
    return tuple(sorted(found, key=lambda each: (each.until, each.number)))


def of_scan(tx: sa.Connection, scan_id: str) -> tuple[Hold, ...]:
    """The oldest first."""
    return look_up(tx, paper_hold.c.scan_id == scan_id)


def look_up(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Hold, ...]:
    active = sa.and_(*counting()).label("active")
    asked = sa.select(paper_hold, active).where(*where).order_by(paper_hold.c.id)
    return tuple(
        Hold(
            number=row.id,
            scan=row.scan_id,
            item=row.item,
            reason=row.reason,
            until=row.until,
            by=row.by,
            at=row.at,
            ended=row.ended,
            ended_by=row.ended_by,
            ended_why=row.ended_why,
            active=bool(row.active),
        )
        for row in tx.execute(asked)
    )
