"""Rejections in the tables: noted once they cannot be undone any more, told of, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.appeals.refusals import Refusal, refused_now
from digitizer.model.appeals import Reason, Refused, Rejection, SheetGoes, Side
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.model.settings import Settings
from digitizer.people import roster
from digitizer.storage.tables import letter, message
from digitizer.storage.tables_appeals import rejection
from digitizer.support.clock import now
from digitizer.support.slices import in_slices

#: Older ones were decided before there were clocks, and their notices given by hand.
_FRESH = timedelta(days=30)
_AT_ONCE = 500
_TOLD = {Side.INMATE: rejection.c.told_inmate, Side.SENDER: rejection.c.told_sender}


def today() -> date:
    """By the facility's clock."""
    return now().astimezone().date()


def local_day(moment: datetime) -> date:
    return moment.astimezone().date()


def changes(tx: sa.Connection, undoable: timedelta) -> tuple[list[Refusal], list[int]]:
    """What is refused and is to be noted, for it is too late to undo it; and the numbers of the
    rejections that are over."""
    at, refused = now(), list(refused_now(tx))
    rows = tx.execute(sa.select(rejection)).all()
    known = {(row.what, row.item, row.event) for row in rows if row.ended is None}
    new = [
        each
        for each in refused
        if each.key not in known and each.settled + undoable <= at and at - each.settled <= _FRESH
    ]
    in_force = {each.key for each in refused}
    gone = [
        row for row in rows if row.ended is None and (row.what, row.item, row.event) not in in_force
    ]
    kept = _kept(tx, [row.item for row in gone])
    return new, [row.id for row in gone if row.item in kept]


def _kept(tx: sa.Connection, items: Sequence[str]) -> set[str]:
    """Those of these letters and messages that were not destroyed by schedule: what was destroyed
    stays refused, as it was."""
    found: set[str] = set()
    for some in in_slices(items, _AT_ONCE):
        letters = sa.select(letter.c.id).where(
            letter.c.id.in_(some), letter.c.state != str(LetterState.DESTROYED)
        )
        messages = sa.select(message.c.id).where(message.c.id.in_(some))
        found |= {*tx.execute(letters).scalars(), *tx.execute(messages).scalars()}
    return found


def note(tx: sa.Connection, settings: Settings, refused: Refusal) -> int:
    """Writes down a rejection; returns its number. One that was over and is in force again, as when
    a recall is undone, is the same as before."""
    what, item, event = refused.key
    same = rejection.c.what == what, rejection.c.item == item, rejection.c.event == event
    again = tx.execute(
        sa.update(rejection).where(*same).values(ended=None).returning(rejection.c.id)
    ).scalar()
    if again is not None:
        return int(again)
    given = [settings.screening.reason_of(each) for each in refused.reasons]
    goes = next((each.sheet for each in given if each.sheet), settings.appeals.sheet)
    made = tx.execute(
        sa.insert(rejection)
        .values(
            what=str(refused.what),
            item=refused.item,
            event=refused.event,
            inmate_id=refused.inmate_id,
            correspondent_id=refused.correspondent_id,
            parts=list(refused.parts),
            reasons=[{"text": each.reason, "rule": each.rule, "es": each.es} for each in given],
            decided=refused.decided,
            decided_by=refused.by,
            sheet=str(SheetGoes(goes) if refused.what.is_paper else SheetGoes.NONE),
            kept_by="",
            kept_why="",
        )
        .returning(rejection.c.id)
    )
    return int(made.scalar_one())


def is_refused_by(tx: sa.Connection, of: Rejection) -> bool:
    """Whether it is still this decision by which it is refused, and no later one."""
    key = str(of.what), of.item, of.event
    return any(each.key == key for each in refused_now(tx, of.item))


def end(tx: sa.Connection, number: int) -> None:
    """It is refused no longer."""
    this = sa.update(rejection).where(rejection.c.id == number, rejection.c.ended.is_(None))
    tx.execute(this.values(ended=now()))


def mark_told(tx: sa.Connection, number: int, side: Side) -> None:
    column = _TOLD[side]
    this = sa.update(rejection).where(rejection.c.id == number, column.is_(None))
    tx.execute(this.values({column.key: now()}))


def change(tx: sa.Connection, number: int, **values: Any) -> None:
    tx.execute(sa.update(rejection).where(rejection.c.id == number).values(**values))


def find(tx: sa.Connection, number: int) -> Rejection:
    """Raises NotFound."""
    for found in look_up(tx, rejection.c.id == number):
        return found
    raise NotFound(f"There is no rejection {number}.")


def in_force(tx: sa.Connection, item: str) -> tuple[Rejection, ...]:
    """Those of a letter or message that are not over, oldest first."""
    return look_up(tx, rejection.c.item == item, rejection.c.ended.is_(None))


def untold(tx: sa.Connection) -> tuple[Rejection, ...]:
    """Those of which somebody was not told yet, oldest first."""
    waits = sa.or_(rejection.c.told_inmate.is_(None), rejection.c.told_sender.is_(None))
    found = look_up(tx, rejection.c.ended.is_(None), waits)
    return tuple(each for each in found if each.untold)


def kept_back(tx: sa.Connection) -> tuple[Rejection, ...]:
    """Those whose notice is withheld, the first to be given first."""
    kept = [each for each in untold(tx) if each.is_kept]
    return tuple(sorted(kept, key=lambda each: (each.kept_until or date.max, each.number)))


def look_up(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Rejection, ...]:
    """Oldest first."""
    rows = tx.execute(sa.select(rejection).where(*where).order_by(rejection.c.id)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows} - {None})
    return tuple(
        Rejection(
            number=row.id,
            what=Refused(row.what),
            item=row.item,
            event=row.event,
            inmate=people.get(row.inmate_id),
            correspondent=row.correspondent_id,
            parts=tuple(row.parts),
            reasons=tuple(Reason(**each) for each in row.reasons),
            decided=row.decided,
            decided_by=row.decided_by,
            sheet=SheetGoes(row.sheet),
            told={
                side: row._mapping[column.key]
                for side, column in _TOLD.items()
                if row._mapping[column.key] is not None
            },
            kept_until=row.kept_until,
            kept_by=row.kept_by,
            kept_why=row.kept_why,
            ended=row.ended,
        )
        for row in rows
    )
