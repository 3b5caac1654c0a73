"""Watch rules: what a supervisor wants looked at, why, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.storage.tables import letter, page
from digitizer.storage.tables_screening import watch_mark, watch_rule, withheld_part
from digitizer.support.clock import new_id, now

_DECIDED = (LetterState.DELIVERED, LetterState.REJECTED)


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
    ``ended`` is when somebody ended it before its time.

    ``marked`` is how many letters it marked; people have decided about ``decided`` of them, and
    ``refused`` of these have something (the whole letter, a page or a part of one) that was not
    given out, for whatever reason."""

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
    decided: int = 0
    refused: int = 0

    @property
    def hit_rate(self) -> int | None:
        """Of 100 letters that it marked and people decided about, how many had something refused;
        None where nobody decided about any."""
        return round(100 * self.refused / self.decided) if self.decided else None

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
    found = _counted(tx, _rules(tx, watch_rule.c.id == rule_id))
    if not found:
        raise NotFound(f"There is no watch rule {rule_id}.")
    return found[0]


def all_rules(tx: sa.Connection) -> tuple[WatchRule, ...]:
    """Those that count first, the newest first, with what each marked; then those that ended."""
    day = today()
    return tuple(sorted(_counted(tx, _rules(tx)), key=lambda each: not each.counts_on(day)))


def current_rules(tx: sa.Connection) -> tuple[WatchRule, ...]:
    """Those that count today."""
    day = today()
    some = _rules(tx, watch_rule.c.ended.is_(None), watch_rule.c.last_day >= day)
    return tuple(each for each in some if each.counts_on(day))


def rules_by_id(tx: sa.Connection, ids: Sequence[str]) -> Mapping[str, WatchRule]:
    return {each.id: each for each in _rules(tx, watch_rule.c.id.in_(list(ids)))}


def _rules(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[WatchRule, ...]:
    """The newest first, without counts: they are asked for each letter that is filed."""
    rows = tx.execute(
        sa.select(watch_rule).where(*where).order_by(watch_rule.c.made.desc(), watch_rule.c.id)
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
        )
        for row in rows
    )


def _counted(tx: sa.Connection, rules: Sequence[WatchRule]) -> tuple[WatchRule, ...]:
    """With the letters that each marked, those of them that were decided about, and of these the
    ones of which something was refused. A mark on a page is of the letter that has the page now."""
    its = sa.func.coalesce(page.c.letter_id, watch_mark.c.letter_id)
    its_page = page.alias()
    withheld = sa.or_(
        its_page.c.role == str(PageRole.WITHHELD),
        sa.exists().where(withheld_part.c.page_id == its_page.c.id),
    )
    rejected = letter.c.state == str(LetterState.REJECTED)
    refused = sa.or_(rejected, sa.exists().where(its_page.c.letter_id == letter.c.id, withheld))
    decided = letter.c.state.in_([str(each) for each in _DECIDED])

    def number(*which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(*which), letter.c.id)).distinct())

    counts = (
        sa.select(
            watch_mark.c.rule_id,
            number(sa.true()).label("marked"),
            number(decided).label("decided"),
            number(decided, refused).label("refused"),
        )
        .outerjoin(page, page.c.id == watch_mark.c.page_id)
        .join(letter, letter.c.id == its)
        .where(watch_mark.c.rule_id.in_([each.id for each in rules]))
        .group_by(watch_mark.c.rule_id)
    )
    found = {row.rule_id: row for row in tx.execute(counts)}
    return tuple(
        replace(each, marked=its_row.marked, decided=its_row.decided, refused=its_row.refused)
        if (its_row := found.get(each.id))
        else each
        for each in rules
    )
