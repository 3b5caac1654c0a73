"""A week of the log in numbers: what each person looked at and did in it.

Events about items of legal mail are not among them: those are seen in the legal log alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digitizer.model.auditing import Figures
from digitizer.model.events import GRAVE, LOOKS, OPENINGS, Verb
from digitizer.model.people import ActorKind
from digitizer.storage.tables import event, inmate, letter
from digitizer.support.clock import midnight

WEEK = timedelta(days=7)
#: Inmates and families see what is their own; everybody else, what is somebody else's.
REVIEWED = (ActorKind.STAFF, ActorKind.TOKEN, ActorKind.MACHINE)
#: As the log knows somebody: their kind, and their name in it.
Person = tuple[str, str]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def span(week: date) -> tuple[datetime, datetime]:
    """From the first moment of this Monday, by the facility's clock, to that of the next."""
    return midnight(week), midnight(week + WEEK)


def figures_of(tx: sa.Connection, week: date) -> dict[Person, Figures]:
    """Of everybody who has something to be reviewed in this week."""
    counted: dict[Person, Figures] = defaultdict(Figures)
    kind, name, many = event.c.actor_kind, event.c.actor, sa.func.count()
    asked = _of_week(sa.select(kind, name, event.c.verb, many), week).group_by(
        kind, name, event.c.verb
    )
    for who, called, verb, number in tx.execute(asked):
        counted[who, called] = _with(counted[who, called], Verb(verb), number)
    for person, (inmate_number, number) in _most_opened(tx, week).items():
        counted[person] = replace(counted[person], most=number, most_of=inmate_number)
    return {person: each for person, each in counted.items() if not each.is_empty}


def _with(so_far: Figures, verb: Verb, number: int) -> Figures:
    if verb in LOOKS:
        return replace(so_far, looks=so_far.looks + number)
    if verb in GRAVE:
        return replace(so_far, grave=so_far.grave + number)
    return replace(so_far, refused=so_far.refused + number)


def _most_opened(tx: sa.Connection, week: date) -> dict[Person, tuple[str, int]]:
    """Of each person the inmate whose letters they opened most, and how often."""
    kind, name, whose = event.c.actor_kind, event.c.actor, inmate.c.booking_number
    of_letter = event.c.subject == sa.literal("letter:") + letter.c.id
    asked = (
        _of_week(sa.select(kind, name, whose, sa.func.count()), week, OPENINGS)
        .join_from(event, letter, of_letter)
        .join(inmate, inmate.c.id == letter.c.inmate_id)
        .group_by(kind, name, whose)
        .order_by(sa.func.count(), whose.desc())  # the last one of each person stays
    )
    return {(who, called): (of, number) for who, called, of, number in tx.execute(asked)}


def _of_week(
    asked: sa.Select[tuple[str, str, str, int]],
    week: date,
    verbs: Iterable[Verb] = LOOKS | GRAVE | {Verb.REFUSE},
) -> sa.Select[tuple[str, str, str, int]]:
    first, end = span(week)
    return asked.where(
        event.c.at >= first,
        event.c.at < end,
        event.c.actor_kind.in_([str(each) for each in REVIEWED]),
        event.c.verb.in_([str(each) for each in verbs]),
    )
