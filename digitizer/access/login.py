"""Logging in to the web apps: step by step, with sessions, and with a cost for each failure.

``attempts`` charges for what is wrong, and refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import accounts, attempts, second_step, sessions, throttling
from digitizer.access.accounts import StaffAccount
from digitizer.access.attempts import Attempt, Refused
from digitizer.access.login_steps import (
    NEW_PIN,
    InmateAccount,
    StaffStep,
    staff_step,
    steps_of,
)
from digitizer.access.new_passwords import normal
from digitizer.access.password_hashing import (
    allow_at_once,
    check_secret,
    hash_secret,
    is_outdated,
    turn,
)
from digitizer.access.sessions import LONGEST, Idle, Session
from digitizer.access.throttling import Budget
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.settings import Web
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from digitizer.support.memory import share_freed_memory

__all__ = [
    "Refused",
    "Visit",
    "answer_step",
    "enter_as_correspondent",
    "enter_as_inmate",
    "enter_as_staff",
    "enter_code",
    "go_on",
    "leave",
    "make_ready",
    "prove",
    "prove_in_shell",
    "visit",
]


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone who logged in. ``called`` is their name as a page greets them. ``waits_for`` is the
    step still to take, None when all are done; ``asks`` is its question, None where ``can_answer``
    is False or the step has no question of its own. ``has_second_step``: staff who are asked for a
    code beside their password. ``session`` is the id of this session in a list of them."""

    actor: Actor
    called: str
    csrf: str
    waits_for: str | None = None
    asks: str | None = None
    can_answer: bool = True
    has_second_step: bool = False
    session: str = ""


def make_ready(web: Web) -> None:
    """Makes the hash that is checked where there is no account, which takes a moment, before the
    first visitor comes."""
    share_freed_memory(web.hashing_at_once)
    allow_at_once(web.hashing_at_once)
    check_secret("", None)


@turn()
def enter_as_inmate(facility: Facility, booking_number: str, pin: str, terminal: str) -> str:
    """The first step of every inmate's login; returns the new session's token.

    ``terminal`` is an enrolled kiosk or the client's address. Ends the inmate's other sessions:
    they may have forgotten to log out at a kiosk. Raises Refused.
    """
    account = _inmate_account(facility, booking_number)
    first, *rest = steps_of(facility.settings.web)
    attempt = attempts.attempt(
        facility,
        Subject.inmate(account.booking_number),
        "" if account.id else booking_number,
        terminal,
        lambda: first.check(account, pin),
    )
    fresh = hash_secret(pin.strip()) if is_outdated(account.pin_hash) else None
    with writing(facility.engine) as tx:
        if not accounts.has_pin(tx, account):
            raise Refused
        if fresh:
            accounts.renew_pin_hash(tx, account.id, account.pin_hash, fresh)
        sessions.close_sessions_of_inmate(tx, account.id)
        token = sessions.open_session(tx, inmate_id=account.id, steps=1)
        _let_in(facility, tx, attempt, complete=not rest, who=_inmate_actor(account))
    return token


@turn()
def answer_step(facility: Facility, token: str, answer: str, terminal: str) -> str:
    """The next step of a login under way; returns a new token in place of the old one.

    Raises NotFound where no login is under way, and Refused.
    """
    found = _find(facility, token)
    steps = steps_of(facility.settings.web)
    is_done = found is None or found.steps_done >= len(steps)
    if found is None or found.actor.kind is not ActorKind.INMATE or is_done:
        raise NotFound("There is no login in progress. Start again.")
    account = _inmate_account(facility, found.actor.name)
    step, done = steps[found.steps_done], found.steps_done + 1
    attempt = attempts.attempt(
        facility,
        Subject.inmate(account.booking_number),
        "",
        terminal,
        lambda: step.check(account, answer),
    )
    with writing(facility.engine) as tx:
        if not sessions.close_session(tx, token):  # ended meanwhile, with what was begun in it
            raise Refused
        sessions.close_sessions_of_inmate(tx, account.id)
        fresh = sessions.open_session(tx, inmate_id=account.id, steps=done)
        _let_in(facility, tx, attempt, complete=done == len(steps), who=found.actor)
    return fresh


@turn()
def enter_as_staff(facility: Facility, name: str, password: str, terminal: str) -> str:
    """By name and password, or a one-time code in its place; returns the new session's token.

    Who has a second step must then take it, with ``enter_code``. Raises Refused.
    """
    account = _active_staff(facility, name)
    attempt = _attempt_password(facility, account, name, password, terminal)
    assert account is not None  # a right password belongs to somebody
    kept, of_old = account.password_hash, account.code_until is None
    fresh = hash_secret(normal(password)) if of_old and is_outdated(kept) else None
    with writing(facility.engine) as tx:
        if not accounts.is_unchanged(tx, account):
            raise Refused
        if not accounts.spend_one_time_code(tx, account):
            raise Refused
        if fresh:
            accounts.renew_password_hash(tx, account.id, kept, fresh)
        token = sessions.open_session(tx, staff_id=account.id, steps=1, terminal=terminal)
        complete = not account.has_second_step
        _let_in(facility, tx, attempt, complete=complete, who=account.actor)
    return token


@turn()
def enter_as_correspondent(facility: Facility, email: str, password: str, terminal: str) -> str:
    """By e-mail and password; returns the new session's token. Raises Refused."""
    with reading(facility.engine) as tx:
        account = accounts.family_account(tx, email)
    attempt = attempts.attempt(
        facility,
        Subject("correspondent", str(account.correspondent) if account else "?"),
        "" if account else email,
        terminal,
        lambda: check_secret(normal(password), account.password_hash if account else None),
    )
    assert account is not None  # a right password belongs to somebody
    kept = account.password_hash
    fresh = hash_secret(normal(password)) if is_outdated(kept) else None
    with writing(facility.engine) as tx:
        if accounts.family_account(tx, email) != account:  # changed while it was checked
            raise Refused
        if fresh:
            accounts.renew_family_hash(tx, account.id, kept, fresh)
        token = sessions.open_session(
            tx, correspondent_id=account.correspondent, steps=1, terminal=terminal
        )
        _let_in(facility, tx, attempt, complete=True, who=account.actor)
    return token


def enter_code(facility: Facility, token: str, code: str, terminal: str) -> str:
    """The second step of a staff login: a code from the app, or a recovery code. Returns a new
    token in place of the old one. Raises NotFound where no login waits for a code, and Refused."""
    found = _find(facility, token)
    if found is None or staff_step(facility.settings.web, found) is not StaffStep.CODE:
        raise NotFound("There is no login in progress. Start again.")
    account = _active_staff(facility, found.actor.name)
    if account is None:
        raise Refused
    attempt = attempts.attempt(
        facility,
        Subject.staff(account.actor.name),
        "",
        terminal,
        lambda: second_step.accept(facility, account, code),
    )
    with writing(facility.engine) as tx:
        if not sessions.close_session(tx, token):  # ended meanwhile, with what was begun in it
            raise Refused
        fresh = sessions.open_session(tx, staff_id=account.id, steps=2, terminal=terminal)
        _let_in(facility, tx, attempt, complete=True, who=account.actor)
    return fresh


@turn()
def prove(facility: Facility, token: str, password: str, code: str, terminal: str) -> None:
    """Someone who is logged in proves again who they are, for an act that cannot be undone.
    Raises NotFound where they are not logged in, and Refused."""
    found = _find(facility, token)
    open_to = (None, StaffStep.SET_UP)
    if found is None or staff_step(facility.settings.web, found) not in open_to:
        raise NotFound("You are not logged in. Log in first.")
    attempt, _ = _attempt_both(facility, found.actor.name, password, code, terminal)
    with writing(facility.engine) as tx:
        sessions.mark_proved(tx, found)
        _let_in(facility, tx, attempt, complete=False, who=found.actor)
        audit.record(tx, found.actor, Verb.PROVE_IDENTITY, attempt.account)


def go_on(facility: Facility, visit: Visit, terminal: str) -> str:
    """A new token for staff whose sessions were just ended by a new password or second step of
    their own, which they proved at this one. Raises Refused where they may no longer log in."""
    account = _active_staff(facility, visit.actor.name)
    if account is None or account.must_change or not visit.actor.proven:
        raise Refused
    with writing(facility.engine) as tx:
        steps = 2 if account.has_second_step else 1
        return sessions.open_session(tx, staff_id=account.id, steps=steps, terminal=terminal)


@turn()
def prove_in_shell(facility: Facility, name: str, password: str, code: str, shell: str) -> Actor:
    """Whoever has this name, proven: for an act that cannot be undone, on the command line.
    ``shell`` is the user of the machine. Raises Refused, also for a name that is not listed, and
    NotAllowed where the role needs a second step that is not set up: as on the web pages."""
    attempt, account = _attempt_both(facility, name, password, code, f"shell of {shell}")
    if account.actor.role in facility.settings.web.totp_for and not account.has_second_step:
        raise NotAllowed(
            "Your role needs a second step, and you have none yet: log in on the web pages and set "
            "it up first."
        )
    proven = replace(account.actor, proven=True, shell=shell)
    with writing(facility.engine) as tx:
        if not accounts.is_unchanged(tx, account):
            raise Refused
        _let_in(facility, tx, attempt, complete=False, who=proven)
        audit.record(tx, proven, Verb.PROVE_IDENTITY, attempt.account)
    return proven


def _active_staff(facility: Facility, name: str) -> StaffAccount | None:
    with reading(facility.engine) as tx:
        found = accounts.staff_account(tx, name.strip())
    return found if found and found.active else None


def _attempt_password(
    facility: Facility, account: StaffAccount | None, name: str, password: str, terminal: str
) -> Attempt:
    hashed = account.usable_hash if account else None
    return attempts.attempt(
        facility,
        Subject.staff(account.actor.name if account else "?"),
        "" if account else name,
        terminal,
        lambda: check_secret(normal(password), hashed),
    )


def _attempt_both(
    facility: Facility, name: str, password: str, code: str, terminal: str
) -> tuple[Attempt, StaffAccount]:
    """A password and, where a second step is set up, a code too. A one-time code is no proof.
    Returns whose they were."""
    account = _active_staff(facility, name)
    hashed = account.password_hash if account and not account.must_change else None

    def check() -> bool:
        if not check_secret(normal(password), hashed) or account is None:
            return False
        if not account.has_second_step:
            return True
        return second_step.accept(facility, account, code)

    attempt = attempts.attempt(
        facility,
        Subject.staff(account.actor.name if account else "?"),
        "" if account else name,
        terminal,
        check,
    )
    assert account is not None  # a right password belongs to somebody
    return attempt, account


def visit(
    facility: Facility, token: str | None, *, awake: bool = True, dozing: bool = False
) -> Visit | None:
    """Who holds this token; None for nobody. ``awake`` is False for a request that nobody made by
    hand (a page that refreshes itself), which must not keep a session alive. ``dozing``: also of a
    session that fell idle and that nobody ended, for what may be kept then and never shown."""
    found = _find(facility, token, dozing=dozing)
    if found is None:
        return None
    if awake and sessions.needs_touch(found):
        with writing(facility.engine) as tx:
            sessions.touch(tx, found)
    if found.actor.kind is ActorKind.STAFF:
        return _staff_visit(facility.settings.web, found)
    if _is_complete(facility, found):
        return Visit(found.actor, found.called, found.csrf)
    steps = steps_of(facility.settings.web)
    if found.steps_done >= len(steps):
        return Visit(found.actor, found.called, found.csrf, waits_for=NEW_PIN)
    step = steps[found.steps_done]
    account = _inmate_account(facility, found.actor.name)
    return Visit(
        actor=found.actor,
        called=found.called,
        csrf=found.csrf,
        waits_for=step.name,
        asks=step.asks(account),
        can_answer=step.is_set_up(account),
    )


def _staff_visit(web: Web, found: Session) -> Visit:
    fresh = found.proved is not None and now() - found.proved < timedelta(minutes=web.proof_minutes)
    step = staff_step(web, found)
    # With a one-time code nothing but a new password is open, and the code cannot be typed again.
    proven = step is StaffStep.NEW_PASSWORD or (fresh and step is not StaffStep.CODE)
    return Visit(
        actor=replace(found.actor, proven=proven),
        called=found.called,
        csrf=found.csrf,
        waits_for=step,
        has_second_step=found.has_second_step,
        session=found.id,
    )


def leave(facility: Facility, token: str | None) -> None:
    """Ends a session; one that is over already is no error."""
    found = _find(facility, token)
    if token is None:
        return
    with writing(facility.engine) as tx:
        if sessions.close_session(tx, token) and found is not None:
            audit.record(tx, found.actor, Verb.LOG_OUT, _subject_of(found.actor))


def _find(facility: Facility, token: str | None, *, dozing: bool = False) -> Session | None:
    if not token:
        return None
    web = facility.settings.web
    idle = Idle(
        inmate=timedelta(minutes=web.inmate_idle_minutes),
        staff=timedelta(minutes=web.staff_idle_minutes),
        correspondent=timedelta(minutes=facility.settings.family.idle_minutes),
    )
    idle = Idle(LONGEST, LONGEST) if dozing else idle
    with reading(facility.engine) as tx:
        return sessions.find_session(tx, token, idle)


def _is_complete(facility: Facility, found: Session) -> bool:
    if found.actor.kind is ActorKind.STAFF:
        return staff_step(facility.settings.web, found) is None
    if found.actor.kind is ActorKind.CORRESPONDENT:
        return True
    return found.steps_done >= len(steps_of(facility.settings.web)) and not found.must_change


def _inmate_account(facility: Facility, typed: str) -> InmateAccount:
    with reading(facility.engine) as tx:
        return accounts.inmate_account(tx, typed)


def _inmate_actor(account: InmateAccount) -> Actor:
    return Actor(ActorKind.INMATE, account.booking_number)


def _subject_of(actor: Actor) -> Subject:
    return Subject(actor.kind, actor.name)


def _let_in(
    facility: Facility, tx: sa.Connection, attempt: Attempt, *, complete: bool, who: Actor
) -> None:
    """Takes the charge back. A complete login clears the account at this terminal, which is a known
    one of it from now on. It never clears the terminal: else anyone with a PIN could keep guessing
    others' PINs between logins of their own. Nor does it clear the account elsewhere, where others
    may be guessing."""
    attempts.give_back(facility, tx, attempt)
    if complete:
        throttling.write_budget(tx, attempt.pair, Budget())
        throttling.note_login(tx, attempt.account, attempt.terminal, now())
        audit.record(tx, who, Verb.LOG_IN, attempt.account, terminal=str(attempt.terminal))
