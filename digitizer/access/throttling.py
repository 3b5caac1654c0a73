"""What a failed login costs: budgets of failures, which fill up again with time.

A failure is charged to three budgets: of this account at this terminal, of the account wherever it
is tried, and of the terminal whoever is tried there. Each budget allows a few failures at once, and
then one each so many minutes. So there are no locks that grow: a lock is the time until the next
try, minutes at most, and it is renewed only by another failure.

- *Account at a terminal.* Whoever stands at the terminal waits at most one step, for nobody else
  can fail there meanwhile.
- *Account.* Bounds what many terminals together can try. It does not keep its owner out: where they
  logged in of late (at the last ``KNOWN_TERMINALS`` of them), only the first budget counts.
- *Terminal.* Bounds who tries many accounts at one terminal. The first failure of an account there
  costs four times what its further ones cost: a few people who forgot their PINs do not lock it.

``tries_a_day`` follows from these rules; docs/deployment.md has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.model.events import Subject
from digitizer.model.settings import Web
from digitizer.storage.tables import known_terminal, throttle

#: The newest terminals of an account that a lock of the whole account does not close, and for how
#: long after the last login there.
KNOWN_TERMINALS = 3
KNOWN_FOR = timedelta(days=30)

#: How many failures the budget of an account holds for each that it holds at one terminal.
_ACCOUNT_TIMES = 4
#: Accounts that may fail for the first time at one terminal at once, and how fast that comes back.
_ACCOUNTS_AT_TERMINAL = 25
_ACCOUNT_AGAIN = timedelta(minutes=12)
_FIRST, _FURTHER = 4, 1
_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """``most`` units can be spent at once; one comes back each ``step``."""

    most: int
    step: timedelta

    def units_in(self, period: timedelta) -> int:
        """The most units that can be spent within any period of this length."""
        return self.most + period // self.step


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of one budget. ``owed_until`` is when all of it is back; None: nothing is
    owed."""

    owed_until: datetime | None = None

    def until(self, rule: Rule) -> datetime | None:
        """When the lock ends, if there is one: the moment from which one unit can be spent."""
        return None if self.owed_until is None else self.owed_until - (rule.most - 1) * rule.step

    def is_locked(self, rule: Rule, at: datetime) -> bool:
        until = self.until(rule)
        return until is not None and at < until

    def owes(self, at: datetime) -> bool:
        return self.owed_until is not None and at < self.owed_until


@dataclass(frozen=True, slots=True)
class Rules:
    """One rule for each kind of budget."""

    pair: Rule
    account: Rule
    terminal: Rule


@dataclass(frozen=True, slots=True)
class Place:
    """Whose budget it is: of an account at a terminal, of an account (``terminal`` is empty), or
    of a terminal (``account`` is empty)."""

    account: str
    terminal: str

    def rule(self, rules: Rules) -> Rule:
        if not self.terminal:
            return rules.account
        return rules.pair if self.account else rules.terminal


def rules_of(settings: Web) -> Rules:
    step = timedelta(minutes=settings.lock_minutes)
    return Rules(
        pair=Rule(settings.failures_before_lock, step),
        account=Rule(settings.failures_before_lock * _ACCOUNT_TIMES, step),
        terminal=Rule(_ACCOUNTS_AT_TERMINAL * _FIRST, _ACCOUNT_AGAIN / _FIRST),
    )


def spent(budget: Budget, rule: Rule, units: int, at: datetime) -> Budget:
    """After so many units more."""
    return Budget(max(budget.owed_until or at, at) + units * rule.step)


def bounded(place: Place, budget: Budget, rule: Rule, at: datetime) -> Budget:
    """What a clock that was ahead for a while wrote is no lock until then: nobody can ever owe more
    than the last failure that was let in."""
    if budget.owed_until is None:
        return budget
    last = 1 if place.account else _FIRST
    return Budget(min(budget.owed_until, at + (rule.most - 1 + last) * rule.step))


def given_back(budget: Budget, rule: Rule, units: int) -> Budget:
    """A charge is made before the secret is checked; it was right, and costs nothing."""
    return Budget(None if budget.owed_until is None else budget.owed_until - units * rule.step)


def units_for(place: Place, at_terminal: Budget, at: datetime) -> int:
    """What a failure costs. ``at_terminal`` is the budget of the account at the terminal."""
    if place.account:
        return 1
    return _FURTHER if at_terminal.owes(at) else _FIRST


def tries_a_day(rules: Rules, *, terminals: int | None) -> int:
    """The most wrong secrets that are checked of one account in a day, from so many terminals at
    which its owner did not log in (None: from any number of them), and from all that are known."""
    day = timedelta(days=1)
    strange = rules.account.units_in(day)
    if terminals is not None:
        strange = min(strange, terminals * rules.pair.units_in(day))
    return strange + KNOWN_TERMINALS * rules.pair.units_in(day)


def accounts_a_day(rules: Rules) -> int:
    """The most accounts of which one secret can be tried at one terminal in a day."""
    return rules.terminal.units_in(timedelta(days=1)) // _FIRST


def tries_a_day_at(rules: Rules) -> int:
    """The most wrong secrets, of any accounts, that are checked at one terminal in a day."""
    return rules.terminal.units_in(timedelta(days=1)) // _FURTHER


# ---- the tables ------------------------------------------------------------------------------


def read_budget(tx: sa.Connection, place: Place) -> Budget:
    owed = sa.select(throttle.c.owed_until).where(*_at(place))
    return Budget(tx.execute(owed).scalar())


def write_budget(tx: sa.Connection, place: Place, budget: Budget) -> None:
    if budget.owed_until is None:
        tx.execute(sa.delete(throttle).where(*_at(place)))
        return
    owed = {"owed_until": budget.owed_until}
    if tx.execute(sa.update(throttle).where(*_at(place)).values(**owed)).rowcount == 0:
        values = {"account": place.account, "terminal": place.terminal, **owed}
        tx.execute(sa.insert(throttle).values(**values))


def sweep(tx: sa.Connection, at: datetime) -> None:
    """Removes the budgets that are whole again, so that made-up accounts do not pile up."""
    tx.execute(sa.delete(throttle).where(throttle.c.owed_until <= at))


def locked(tx: sa.Connection, rules: Rules, at: datetime) -> tuple[tuple[Place, datetime], ...]:
    """What is locked, and until when; the longest lock first."""
    rows = tx.execute(sa.select(throttle).order_by(throttle.c.owed_until.desc()))
    found = [(Place(row.account, row.terminal), Budget(row.owed_until)) for row in rows]
    ends = [
        (place, bounded(place, budget, rule, at).until(rule))
        for place, budget in found
        for rule in [place.rule(rules)]
    ]
    return tuple((place, end) for place, end in ends if end is not None and end > at)


def forget_account(tx: sa.Connection, account: Subject) -> bool:
    """Everywhere: when staff unlock it or give out a new PIN. Whether anything was owed."""
    done = tx.execute(sa.delete(throttle).where(throttle.c.account == str(account)))
    return done.rowcount > 0


def forget_terminal(tx: sa.Connection, terminal: Subject) -> bool:
    """What the terminal owes; the accounts that failed there still owe theirs."""
    place = Place(_NOWHERE, str(terminal))
    return tx.execute(sa.delete(throttle).where(*_at(place))).rowcount > 0


def note_login(tx: sa.Connection, account: Subject, terminal: Subject, at: datetime) -> None:
    """From now on the terminal is a known one of this account."""
    here = (known_terminal.c.account == str(account), known_terminal.c.terminal == str(terminal))
    if tx.execute(sa.update(known_terminal).where(*here).values(last=at)).rowcount == 0:
        values = {"account": str(account), "terminal": str(terminal), "last": at}
        tx.execute(sa.insert(known_terminal).values(**values))
    old = known_terminal.c.last < at - KNOWN_FOR
    tx.execute(sa.delete(known_terminal).where(known_terminal.c.account == str(account), old))
    for each in _terminals(tx, account)[KNOWN_TERMINALS:]:
        tx.execute(
            sa.delete(known_terminal).where(
                known_terminal.c.account == str(account), known_terminal.c.terminal == each
            )
        )


def is_known(tx: sa.Connection, account: Subject, terminal: Subject, at: datetime) -> bool:
    last = tx.execute(
        sa.select(known_terminal.c.last).where(
            known_terminal.c.account == str(account), known_terminal.c.terminal == str(terminal)
        )
    ).scalar()
    return last is not None and at - last <= KNOWN_FOR


def _terminals(tx: sa.Connection, account: Subject) -> list[str]:
    newest = sa.select(known_terminal.c.terminal).where(known_terminal.c.account == str(account))
    return list(tx.execute(newest.order_by(known_terminal.c.last.desc())).scalars())


def _at(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    return throttle.c.account == place.account, throttle.c.terminal == place.terminal
