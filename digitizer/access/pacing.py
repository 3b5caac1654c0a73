"""How often one device, or one account, may do what costs nothing else: a few times at once, then
one each so many minutes. The budgets lie beside those of wrong logins, so that all processes of the
service count together; ``throttling`` sweeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer.access import throttling
from digitizer.access.throttling import Place, Rule
from digitizer.model.errors import TooOften
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Pace:
    """``what`` is done: ``most`` times at once, and one more each ``step``."""

    what: str
    most: int
    step: timedelta


def charge(tx: sa.Connection, pace: Pace, who: str) -> None:
    """Takes one unit of ``who``'s budget. Raises TooOften where none is left; nothing is taken
    then."""
    rule, at, place = Rule(pace.most, pace.step), now(), Place(pace.what, who)
    throttling.sweep(tx, at)
    budget = throttling.bounded(place, throttling.read_budget(tx, place), rule, at)
    if budget.is_locked(rule, at):
        raise TooOften
    throttling.write_budget(tx, place, throttling.spent(budget, rule, 1, at))
