"""The doors of the web: login step by step, sessions, and what a failure costs.

Every refusal has the same words and does the same work, whether there is no such account, the
secret is wrong, or the account or terminal is locked. A try is counted before it is checked,
so that many tries at once gain nothing over the same tries one after another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import accounts, sessions, throttling
from digitizer.access.login_steps import Account, steps_of
from digitizer.access.password_hashing import check_secret
from digitizer.access.sessions import Idle, Session
from digitizer.access.throttling import Rule
from digitizer.facility import House
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.tables import reading, writing
from digitizer.support.clock import now

_DOOR = Actor(ActorKind.MACHINE, "door")


class Refused(NotAllowed):
    """Not let in. The same words for every cause: they must not tell which it was."""

    def __init__(self) -> None:
        super().__init__(
            "That did not work. Check what you typed. After several wrong tries you must wait."
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone who came in. ``waits_for`` is the step still to take, None when all are done;
    ``asks`` its question, None where ``can_answer`` is False or the step has no words.
    """

    actor: Actor
    called: str
    csrf: str
    waits_for: str | None = None
    asks: str | None = None
    can_answer: bool = True


@dataclass(frozen=True, slots=True)
class _Try:
    """One knock: which accounts are charged for it, and what was locked already."""

    account: Subject
    terminal: Subject
    was_locked: frozenset[Subject]

    @property
    def subjects(self) -> tuple[Subject, Subject]:
        return self.account, self.terminal


def make_ready() -> None:
    """Before the first visitor: the hash that stands in for nobody's must not be made then."""
    check_secret("", None)


def enter_as_inmate(house: House, booking_number: str, pin: str, terminal: str) -> str:
    """The first step of every inmate's login; returns the new session's token.

    ``terminal`` is the client's address. Ends his other sessions: a kiosk he forgot to leave.
    Raises Refused.
    """
    account = _inmate_account(house, booking_number)
    first, *rest = steps_of(house.settings.web)
    attempt = _knock(
        house, Subject.inmate(account.booking_number), terminal, lambda: first.check(account, pin)
    )
    with writing(house.engine) as tx:
        sessions.close_sessions_of_inmate(tx, account.id)
        token = sessions.open_session(tx, inmate_id=account.id, steps=1)
        _let_in(house, tx, attempt, complete=not rest, who=_inmate_actor(account))
    return token


def answer_step(house: House, token: str, answer: str, terminal: str) -> str:
    """The next step of a login under way; returns a new token in place of the old one.

    Raises NotFound where no login is under way, and Refused.
    """
    found = _find(house, token)
    steps = steps_of(house.settings.web)
    if found is None or found.actor.kind is not ActorKind.INMATE or _is_complete(house, found):
        raise NotFound("There is no login to go on with. Begin again.")
    account = _inmate_account(house, found.actor.name)
    step, done = steps[found.steps_done], found.steps_done + 1
    attempt = _knock(
        house,
        Subject.inmate(account.booking_number),
        terminal,
        lambda: step.check(account, answer),
    )
    with writing(house.engine) as tx:
        sessions.close_sessions_of_inmate(tx, account.id)
        fresh = sessions.open_session(tx, inmate_id=account.id, steps=done)
        _let_in(house, tx, attempt, complete=done == len(steps), who=found.actor)
    return fresh


def enter_as_staff(house: House, name: str, password: str, terminal: str) -> str:
    """By name and password; returns the new session's token. Raises Refused."""
    with reading(house.engine) as tx:
        found = accounts.staff_account(tx, name.strip())
    account = found if found and found.active else None
    hashed = account.password_hash if account else None
    attempt = _knock(
        house, Subject.staff(account.actor.name if account else "?"), terminal,
        lambda: check_secret(password, hashed),
    )  # fmt: skip
    assert account is not None  # a right password belongs to somebody
    with writing(house.engine) as tx:
        token = sessions.open_session(tx, staff_id=account.id, steps=1)
        _let_in(house, tx, attempt, complete=True, who=account.actor)
    return token


def visit(house: House, token: str | None, *, awake: bool = True) -> Visit | None:
    """Who holds this token, None for nobody. ``awake`` False: a request that no hand made
    (a page that refreshes itself), which must not keep a session alive.
    """
    found = _find(house, token)
    if found is None:
        return None
    if awake and sessions.needs_touch(found):
        with writing(house.engine) as tx:
            sessions.touch(tx, found)
    if _is_complete(house, found):
        return Visit(found.actor, found.called, found.csrf)
    step = steps_of(house.settings.web)[found.steps_done]
    account = _inmate_account(house, found.actor.name)
    return Visit(
        found.actor, found.called, found.csrf, step.name, step.asks(account),
        step.is_set_up(account),
    )  # fmt: skip


def leave(house: House, token: str | None) -> None:
    """Ends a session; one that is over already is no error."""
    found = _find(house, token)
    if token is None:
        return
    with writing(house.engine) as tx:
        if sessions.close_session(tx, token) and found is not None:
            audit.record(tx, found.actor, Verb.LOG_OUT, _subject_of(found.actor))


def _find(house: House, token: str | None) -> Session | None:
    if not token:
        return None
    web = house.settings.web
    idle = Idle(
        timedelta(minutes=web.inmate_idle_minutes), timedelta(minutes=web.staff_idle_minutes)
    )
    with reading(house.engine) as tx:
        return sessions.find_session(tx, token, idle)


def _is_complete(house: House, found: Session) -> bool:
    if found.actor.kind is ActorKind.STAFF:
        return True
    return found.steps_done >= len(steps_of(house.settings.web))


def _inmate_account(house: House, typed: str) -> Account:
    with reading(house.engine) as tx:
        return accounts.inmate_account(tx, typed)


def _inmate_actor(account: Account) -> Actor:
    return Actor(ActorKind.INMATE, account.booking_number)


def _subject_of(actor: Actor) -> Subject:
    return Subject(actor.kind, actor.name)


def _rules(house: House) -> tuple[Rule, Rule]:
    """For accounts and for terminals: a shared kiosk's typing errors are forgotten sooner."""
    web = house.settings.web
    lock = timedelta(minutes=web.lock_minutes)
    return (
        Rule(web.failures_before_lock, lock, lock),
        Rule(web.failures_before_lock, lock, lock / web.failures_before_lock),
    )


def _knock(house: House, account: Subject, terminal: str, check: Callable[[], bool]) -> _Try:
    """Counts the try, checks it, and raises Refused unless it was right and nothing is locked."""
    attempt = _charge(house, account, Subject.terminal(terminal))
    right = check()  # also when locked: the time must not tell
    if not right or attempt.was_locked:
        _refuse(house, attempt)
    return attempt


def _charge(house: House, account: Subject, terminal: Subject) -> _Try:
    locked = set[Subject]()
    with writing(house.engine) as tx:
        at = now()  # under the write lock: no other try can be later than this one
        for subject, rule in zip((account, terminal), _rules(house), strict=True):
            count = throttling.read_count(tx, str(subject))
            if count.is_locked(at):
                locked.add(subject)
            else:
                count = throttling.failed(count, rule, at)
            throttling.write_count(tx, str(subject), count)
    return _Try(account, terminal, frozenset(locked))


def _refuse(house: House, attempt: _Try) -> None:
    """Tells the log, once a try until the terminal is locked: a flood must not fill it.

    A typed name that is nobody's is not written down: people type their PIN in the wrong field.
    """
    with writing(house.engine) as tx:
        at = now()
        if attempt.terminal not in attempt.was_locked:
            audit.record(
                tx, _DOOR, Verb.LOGIN_FAILED, attempt.account, terminal=str(attempt.terminal)
            )
        for subject in attempt.subjects:
            count = throttling.read_count(tx, str(subject))
            throttling.write_count(tx, str(subject), count)
            if count.is_locked(at) and subject not in attempt.was_locked:
                audit.record(tx, _DOOR, Verb.LOCK, subject, until=f"{count.until:%FT%TZ}")
    raise Refused


def _let_in(house: House, tx: sa.Connection, attempt: _Try, *, complete: bool, who: Actor) -> None:
    """Takes the charge back; a complete login clears the account, never the terminal:
    or anyone with a PIN of his own could guess others' in between for ever.
    """
    at = now()
    for subject, rule in zip(attempt.subjects, _rules(house), strict=True):
        count = throttling.read_count(tx, str(subject))
        throttling.write_count(tx, str(subject), throttling.pardoned(count, rule, at))
    if complete:
        throttling.forget(tx, str(attempt.account))
        audit.record(tx, who, Verb.LOG_IN, attempt.account, terminal=str(attempt.terminal))
