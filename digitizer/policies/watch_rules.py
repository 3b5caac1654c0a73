"""Watch rules: what a supervisor wants looked at, why, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.storage.tables_screening import watch_mark, watch_rule
from digitizer.support.clock import new_id, now


class WatchKind(StrEnum):
    """What is watched: words on the pages; an inmate's mail; a sender's name, on covers and pages;
    or mail from one sender to one inmate."""

    WORDS = "words"
    INMATE = "inmate"
    SENDER = "sender"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as it is asked for. ``words`` are the words or the sender, empty for an inmate;
    ``last_day`` is the last on which it counts. ``second_look``: two people must release what it
    marks."""

    kind: WatchKind
    words: str
    booking_number: str
    why: str
    last_day: date
    second_look: bool = False


@dataclass(frozen=True, slots=True)
class WatchRule:
    """A rule. ``inmate`` is None where it is about nobody in particular; ``inmate_id`` is the row.
    ``marked`` is how many letters it marked, ``ended`` when somebody ended it before its time."""

    id: str
    kind: WatchKind
    words: str
    inmate: Inmate | None
    inmate_id: int | None
    why: str
    second_look: bool
    set_by: str
    made: datetime
    last_day: date
    ended: datetime | None
    ended_by: str | None
    marked: int = 0

    @property
    def says(self) -> str:
        """What it watches for, in a phrase."""
        person = f"{self.inmate.full_name} ({self.inmate.booking_number})" if self.inmate else ""
        match self.kind:
            case WatchKind.WORDS:
                return f"“{self.words}”"
            case WatchKind.INMATE:
                return f"mail for {person}"
            case WatchKind.SENDER:
                return f"sender {self.words}"
            case WatchKind.PAIR:
                return f"sender {self.words} to {person}"

    def counts_on(self, day: date) -> bool:
        return self.ended is None and day <= self.last_day


def today() -> date:
    """The day of the mailroom."""
    return datetime.now().astimezone().date()


def add(tx: sa.Connection, asked: NewRule, by: str) -> WatchRule:
    """Raises NotFound where nobody has the booking number."""
    about = roster.inmate_row_id(tx, asked.booking_number) if asked.booking_number else None
    rule_id = new_id()
    tx.execute(
        sa.insert(watch_rule).values(
            id=rule_id,
            kind=str(asked.kind),
            words=asked.words,
            inmate_id=about,
            why=asked.why,
            second_look=asked.second_look,
            set_by=by,
            made=now(),
            last_day=asked.last_day,
        )
    )
    return find(tx, rule_id)


def end(tx: sa.Connection, rule_id: str, by: str) -> WatchRule:
    """It counts no more. Raises NotFound, and Conflict where it had ended already."""
    rule = find(tx, rule_id)
    if not rule.counts_on(today()):
        raise Conflict("This rule has ended already.")
    tx.execute(
        sa.update(watch_rule).where(watch_rule.c.id == rule_id).values(ended=now(), ended_by=by)
    )
    return find(tx, rule_id)


def find(tx: sa.Connection, rule_id: str) -> WatchRule:
    """Raises NotFound."""
    found = _rules(tx, watch_rule.c.id == rule_id)
    if not found:
        raise NotFound(f"There is no watch rule {rule_id}.")
    return found[0]


def all_rules(tx: sa.Connection) -> tuple[WatchRule, ...]:
    """Those that count first, the newest first; then those that ended."""
    day = today()
    return tuple(sorted(_rules(tx), key=lambda each: not each.counts_on(day)))


def current_rules(tx: sa.Connection) -> tuple[WatchRule, ...]:
    """Those that count today."""
    day = today()
    some = _rules(tx, watch_rule.c.ended.is_(None), watch_rule.c.last_day >= day)
    return tuple(each for each in some if each.counts_on(day))


def rules_by_id(tx: sa.Connection, ids: Sequence[str]) -> Mapping[str, WatchRule]:
    return {each.id: each for each in _rules(tx, watch_rule.c.id.in_(list(ids)))}


def _rules(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[WatchRule, ...]:
    marked = (
        sa.select(sa.func.count(watch_mark.c.letter_id.distinct()))
        .where(watch_mark.c.rule_id == watch_rule.c.id)
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(watch_rule, marked.label("marked"))
        .where(*where)
        .order_by(watch_rule.c.made.desc(), watch_rule.c.id)
    ).all()
    people = roster.inmates_of_rows(tx, [row.inmate_id for row in rows if row.inmate_id])
    return tuple(
        WatchRule(
            id=row.id,
            kind=WatchKind(row.kind),
            words=row.words,
            inmate=people.get(row.inmate_id),
            inmate_id=row.inmate_id,
            why=row.why,
            second_look=row.second_look,
            set_by=row.set_by,
            made=row.made,
            last_day=row.last_day,
            ended=row.ended,
            ended_by=row.ended_by,
            marked=row.marked,
        )
        for row in rows
    )
