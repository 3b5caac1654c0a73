"""Reviews of the log in the tables: each person's week once, ended once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from digitizer.auditing.weeks import WEEK, Person
from digitizer.model.auditing import Figures, Review
from digitizer.model.errors import Conflict, NotFound
from digitizer.storage.tables_auditing import log_review, reviewed_week
from digitizer.support.clock import now

#: So many earlier weeks say what is usual; fewer than _LEAST say nothing.
_WEEKS, _LEAST = 8, 4
#: A review that waits longer than this, after its week is over, is overdue.
_WITHIN = timedelta(days=7)


def newest_week(tx: sa.Connection) -> date | None:
    """The newest week whose reviews were opened."""
    return tx.execute(sa.select(sa.func.max(reviewed_week.c.week))).scalar()


def open_week(tx: sa.Connection, week: date, figures: dict[Person, Figures]) -> int:
    """Returns how many reviews that were. Raises Conflict where the week was opened already."""
    try:
        tx.execute(sa.insert(reviewed_week).values(week=week, opened=now()))
    except sa.exc.IntegrityError:
        raise Conflict("The reviews of this week were opened already.") from None
    for (kind, person), each in sorted(figures.items()):
        values = {name: getattr(each, name) for name in Figures.__slots__}
        blank = {"ended_by": "", "note": "", "raised": False, "closed_by": "", "closing": ""}
        tx.execute(
            sa.insert(log_review).values(
                week=week, actor_kind=kind, person=person, **values, **blank
            )
        )
    return len(figures)


def waiting(tx: sa.Connection) -> tuple[Review, ...]:
    """Nobody looked through these yet; the oldest week first."""
    return _found(tx, _all().where(log_review.c.ended.is_(None)))


def followed(tx: sa.Connection) -> tuple[Review, ...]:
    """Somebody raised these, and they are not closed."""
    return _found(tx, _all().where(log_review.c.raised, log_review.c.closed.is_(None)))


def ended_lately(tx: sa.Connection, limit: int) -> tuple[Review, ...]:
    over = log_review.c.ended.is_not(None) & (
        sa.not_(log_review.c.raised) | log_review.c.closed.is_not(None)
    )
    newest = sa.select(log_review).where(over).order_by(log_review.c.ended.desc()).limit(limit)
    return _found(tx, newest)


def overdue(tx: sa.Connection, today: date) -> int:
    """How many wait longer than a week after theirs was over."""
    late = log_review.c.week <= today - WEEK - _WITHIN, log_review.c.ended.is_(None)
    return tx.execute(sa.select(sa.func.count()).select_from(log_review).where(*late)).scalar_one()


def find(tx: sa.Connection, number: int) -> Review:
    """Raises NotFound."""
    row = tx.execute(sa.select(log_review).where(log_review.c.id == number)).first()
    if row is None:
        raise NotFound("There is no such review.")
    return _review(row, usual=_usual(tx, row))


def end(tx: sa.Connection, number: int, by: str, note: str, *, raised: bool) -> None:
    """Raises Conflict where it was ended already."""
    _write(tx, number, log_review.c.ended, ended=now(), ended_by=by, note=note, raised=raised)


def close(tx: sa.Connection, number: int, by: str, closing: str) -> None:
    """Raises Conflict where it was closed already."""
    _write(tx, number, log_review.c.closed, closed=now(), closed_by=by, closing=closing)


def _write(tx: sa.Connection, number: int, still_null: sa.Column[Any], **values: Any) -> None:
    one = sa.update(log_review).where(log_review.c.id == number, still_null.is_(None))
    if tx.execute(one.values(**values)).rowcount == 0:
        raise Conflict("Somebody else did that already.")


def _all() -> sa.Select[Any]:
    return sa.select(log_review).order_by(log_review.c.week, log_review.c.person, log_review.c.id)


def _found(tx: sa.Connection, asked: sa.Select[Any]) -> tuple[Review, ...]:
    return tuple(_review(row, usual=_usual(tx, row)) for row in tx.execute(asked).all())


def _usual(tx: sa.Connection, of: sa.Row[Any]) -> int | None:
    """The median of this person's looks in the weeks before; weeks without any count as none."""
    weeks = sa.select(reviewed_week.c.week).where(reviewed_week.c.week < of.week)
    before = tx.execute(weeks.order_by(reviewed_week.c.week.desc()).limit(_WEEKS)).scalars().all()
    if len(before) < _LEAST:
        return None
    return int(median(_looks_in(tx, of, before)))


def _looks_in(tx: sa.Connection, of: sa.Row[Any], weeks: Iterable[date]) -> list[int]:
    theirs = (log_review.c.actor_kind == of.actor_kind, log_review.c.person == of.person)
    asked = sa.select(log_review.c.week, log_review.c.looks).where(*theirs)
    known = {row.week: row.looks for row in tx.execute(asked)}
    return [known.get(week, 0) for week in weeks]


def _review(row: sa.Row[Any], usual: int | None) -> Review:
    return Review(
        number=row.id,
        week=row.week,
        kind=row.actor_kind,
        person=row.person,
        figures=Figures(**{name: getattr(row, name) for name in Figures.__slots__}),
        usual=usual,
        ended=row.ended,
        ended_by=row.ended_by,
        note=row.note,
        raised=row.raised,
        closed=row.closed,
        closed_by=row.closed_by,
        closing=row.closing,
    )
