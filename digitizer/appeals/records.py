"""Appeals in the tables: each once for a rejection, a side and a level; and their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from digitizer.appeals import rejections
from digitizer.appeals.rejections import local_day, today
from digitizer.model.appeals import Appeal, Rejection, Side
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.settings import Settings
from digitizer.storage.tables_appeals import appeal
from digitizer.support.clock import now

#: So many levels there are at most.
_LEVELS = 2


@dataclass(frozen=True, slots=True)
class NextAppeal:
    """What a side can still appeal: at which level, and until which day, with it."""

    level: int
    last_day: date


def next_appeal(
    settings: Settings, of: Rejection, side: Side, own: tuple[Appeal, ...]
) -> NextAppeal | None:
    """None where this side cannot appeal now: it was not told yet, what was refused is refused no
    longer, its appeal waits, or the last one was decided. ``own`` are its appeals so far."""
    told = of.told.get(side)
    if told is None or of.ended is not None:
        return None
    last = max(own, key=lambda each: each.level, default=None)
    if last is None:
        return NextAppeal(1, _last_day(settings, side, local_day(told)))
    more = last.level < _LEVELS and settings.appeals.second_level
    if last.decided is None or last.granted or not more:
        return None
    return NextAppeal(last.level + 1, _last_day(settings, side, local_day(last.decided)))


def _last_day(settings: Settings, side: Side, since: date) -> date:
    inmate, sender = settings.appeal_days
    days = inmate if side is Side.INMATE else sender
    return settings.appeals.calendar.last_day(since, days)


def due_day(settings: Settings, came: date) -> date:
    """The last day for the decision about an appeal that came on this day."""
    return settings.appeals.calendar.working_day_after(came, settings.appeals.decision_days)


def add(
    tx: sa.Connection,
    settings: Settings,
    of: Rejection,
    side: Side,
    words: str,
    came: date,
    entered_by: str = "",
) -> Appeal:
    """Raises Conflict where this side cannot appeal now; one that came too late is taken only where
    staff enter it, and says so."""
    possible = next_appeal(settings, of, side, of_rejection(tx, of.number, side))
    if possible is None:
        raise Conflict("No appeal is possible here now.")
    late = came > possible.last_day
    if late and not entered_by:
        raise Conflict("The last day for this appeal has passed.")
    made = tx.execute(
        sa.insert(appeal)
        .values(
            rejection_id=of.number,
            side=str(side),
            level=possible.level,
            words=words,
            at=now(),
            came=came,
            late=late,
            due=due_day(settings, came),
            entered_by=entered_by,
            decided_by="",
            why="",
        )
        .returning(appeal.c.id)
    )
    return find(tx, int(made.scalar_one()))


def mark_decided(tx: sa.Connection, number: int, by: str, why: str, *, granted: bool) -> None:
    """Raises Conflict where somebody decided it before."""
    this = sa.update(appeal).where(appeal.c.id == number, appeal.c.decided.is_(None))
    done = tx.execute(this.values(decided=now(), decided_by=by, granted=granted, why=why))
    if done.rowcount != 1:
        raise Conflict("Somebody decided this appeal in the meantime.")


def mark_told(tx: sa.Connection, number: int) -> bool:
    """False where another process was quicker."""
    this = sa.update(appeal).where(appeal.c.id == number, appeal.c.told.is_(None))
    return tx.execute(this.values(told=now())).rowcount == 1


def mark_escalated(tx: sa.Connection, number: int) -> bool:
    """False where another process was quicker."""
    this = sa.update(appeal).where(appeal.c.id == number, appeal.c.escalated.is_(None))
    return tx.execute(this.values(escalated=now())).rowcount == 1


def find(tx: sa.Connection, number: int) -> Appeal:
    """Raises NotFound."""
    for found in look_up(tx, appeal.c.id == number):
        return found
    raise NotFound(f"There is no appeal {number}.")


def waiting(tx: sa.Connection) -> tuple[Appeal, ...]:
    """Those to be decided, the first that is due first."""
    return look_up(tx, appeal.c.decided.is_(None))


def of_rejection(tx: sa.Connection, number: int, side: Side | None = None) -> tuple[Appeal, ...]:
    found = look_up(tx, appeal.c.rejection_id == number)
    return tuple(each for each in found if side in (None, each.side))


def untold(tx: sa.Connection) -> tuple[Appeal, ...]:
    """Those decided of which nobody was told yet."""
    return look_up(tx, appeal.c.decided.is_not(None), appeal.c.told.is_(None))


def lapsed(tx: sa.Connection) -> tuple[Appeal, ...]:
    """Those whose clock lapsed, and of which supervisors were not told."""
    over = appeal.c.due < today(), appeal.c.escalated.is_(None)
    return look_up(tx, appeal.c.decided.is_(None), *over)


def decided_lately(tx: sa.Connection, most: int) -> tuple[Appeal, ...]:
    """The last decided first."""
    newest = (
        sa.select(appeal.c.id)
        .where(appeal.c.decided.is_not(None))
        .order_by(appeal.c.decided.desc(), appeal.c.id.desc())
        .limit(most)
    )
    ids = tx.execute(newest).scalars().all()
    found = {each.number: each for each in look_up(tx, appeal.c.id.in_(ids))}
    return tuple(found[each] for each in ids)


def look_up(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Appeal, ...]:
    """By the day on which they are due."""
    rows = tx.execute(sa.select(appeal).where(*where).order_by(appeal.c.due, appeal.c.id)).all()
    known = {row.rejection_id: rejections.find(tx, row.rejection_id) for row in rows}
    return tuple(
        Appeal(
            number=row.id,
            rejection=known[row.rejection_id],
            side=Side(row.side),
            level=row.level,
            words=row.words,
            came=row.came,
            late=row.late,
            entered_by=row.entered_by,
            due=row.due,
            decided=row.decided,
            decided_by=row.decided_by,
            granted=row.granted,
            why=row.why,
        )
        for row in rows
    )
