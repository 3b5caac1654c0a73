"""One attempt to log in: charged, checked, and refused where it is wrong or not its turn.

Every refusal has the same words and takes as long, whether there is no such account, the secret is
wrong, or the account or terminal is locked. While it is locked, no secret is checked and nothing is
charged (``throttling`` has the rules), and a few of the refusals are recorded (``refused``). An
attempt is charged before it is checked, so that many attempts at once gain nothing over the same
attempts one after another; and few are under way at once (``password_hashing.turn``), so that many
right ones at once do not lock their terminal.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import refused, throttling
from digitizer.access.password_hashing import check_secret
from digitizer.access.throttling import Budget, Place, Rule
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.database import writing
from digitizer.support.clock import now

LOG_IN = "log in while it is locked"
LOGIN_PAGE = Actor(ActorKind.MACHINE, "login page")
#: Numbers and names that belong to nobody have budgets like those that do, or else a terminal that
#: locks would show who exists. What was typed may be a PIN: it is kept as a hash that only this
#: process can make.
_SALT = secrets.token_bytes(16)


class Refused(NotAllowed):
    """Not logged in. The same words for every cause: they must not show which it was."""

    def __init__(self) -> None:
        super().__init__(
            "That did not work. Check what you typed. After several wrong tries you have to wait."
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to log in: the account, as events and as budgets name it, the terminal, and what
    was charged; nothing where it was ``locked``."""

    account: Subject
    owner: str
    terminal: Subject
    charged: Mapping[Place, int]
    locked: bool

    @property
    def pair(self) -> Place:
        return Place(self.owner, str(self.terminal))


def _owner(account: Subject, unknown: str) -> str:
    """Whose budget it is. ``unknown`` is what was typed where nobody has that number or name."""
    if not unknown:
        return str(account)
    typed = " ".join(unknown.casefold().split()).encode("utf-8", "surrogatepass")
    return f"{account}{hashlib.sha256(_SALT + typed).hexdigest()[:32]}"


def attempt(
    facility: Facility, account: Subject, unknown: str, terminal: str, check: Callable[[], bool]
) -> Attempt:
    """Charges it, checks it, and raises Refused unless it was right and nothing is locked."""
    owner = _owner(account, unknown)
    made = _charge(facility, account, owner, Subject.terminal(terminal), now())
    if made.locked:
        check_secret("", None)  # the time taken must not show that nothing was checked
        raise Refused
    if not check():
        _record_failure(facility, made)
        raise Refused
    return made


def give_back(facility: Facility, tx: sa.Connection, made: Attempt) -> None:
    """What was right costs nothing."""
    rules, at = throttling.rules_of(facility.settings.web), now()
    for place, units in made.charged.items():
        budget = throttling.read_budget(tx, place)
        left = throttling.given_back(budget, place.rule(rules), units)
        throttling.write_budget(tx, place, left if left.owes(at) else Budget())


def _charge(
    facility: Facility, account: Subject, owner: str, terminal: Subject, at: datetime
) -> Attempt:
    rules = throttling.rules_of(facility.settings.web)
    pair, whole, here = (
        Place(owner, str(terminal)),
        Place(owner, ""),
        Place("", str(terminal)),
    )
    with writing(facility.engine) as tx:
        throttling.sweep(tx, at)
        budgets = {each: _budget(tx, each, each.rule(rules), at) for each in (pair, whole, here)}
        closed = {each for each in budgets if budgets[each].is_locked(each.rule(rules), at)}
        if closed == {whole} and throttling.is_known(tx, account, terminal, at):
            del budgets[whole]
        elif closed:
            about = terminal if here in closed else account
            refused.note(tx, LOGIN_PAGE, about, LOG_IN, terminal=str(terminal))
            return Attempt(account, owner, terminal, {}, locked=True)
        units = {each: throttling.units_for(each, budgets[pair], at) for each in budgets}
        for place, budget in budgets.items():
            after = throttling.spent(budget, place.rule(rules), units[place], at)
            throttling.write_budget(tx, place, after)
    return Attempt(account, owner, terminal, units, locked=False)


def _budget(tx: sa.Connection, place: Place, rule: Rule, at: datetime) -> Budget:
    """As it stands; one that a wrong clock wrote is corrected: it would not end for years."""
    read = throttling.read_budget(tx, place)
    budget = throttling.bounded(place, read, rule, at)
    if budget != read:
        throttling.write_budget(tx, place, budget)
    return budget


def _record_failure(facility: Facility, made: Attempt) -> None:
    """Records the failure, and what it locked. A flood cannot fill the log: what is locked is
    refused, and ``refused`` records few of those."""
    rules, at = throttling.rules_of(facility.settings.web), now()
    terminal = str(made.terminal)
    with writing(facility.engine) as tx:
        audit.record(tx, LOGIN_PAGE, Verb.LOGIN_FAILED, made.account, terminal=terminal)
        for place in made.charged:
            until = throttling.read_budget(tx, place).until(place.rule(rules))
            if until is not None and until > at:
                about = made.account if place.account else made.terminal
                where = {"terminal": terminal} if place.account and place.terminal else {}
                audit.record(tx, LOGIN_PAGE, Verb.LOCK, about, until=f"{until:%FT%TZ}", **where)
