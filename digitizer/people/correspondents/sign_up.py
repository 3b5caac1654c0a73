"""How somebody outside gets an account, and a new password: by links that are sent to their e-mail.

What a page answers never shows whether an address has an account; only the e-mail does, which its
owner reads. Of a link's token only the SHA-256 is kept. A new account makes a new record of a
correspondent: it is never joined to one that staff have by its name, which anybody could type.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import pacing, sessions, throttling
from digitizer.access.accounts import FamilyAccount, account_with, family_account, plain_email
from digitizer.access.attempts import LOGIN_PAGE, Refused, attempt, give_back
from digitizer.access.new_passwords import check_new_password, normal
from digitizer.access.pacing import Pace
from digitizer.access.password_hashing import check_secret, hash_secret, turn
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, TooOften, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.notifications.bounces import forget_bounce
from digitizer.people.correspondents import records
from digitizer.people.correspondents.records import Entry
from digitizer.people.correspondents.telling import Letter, digest, link, write
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_correspondents import (
    correspondent_account,
    leave_link,
    password_reset,
    sign_up,
)
from digitizer.support.clock import now

_CONFIRM_HOURS, _RESET_HOURS = 24, 1
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+")
#: E-mails that one device may cause, and that one address may get.
_BY_DEVICE = Pace("e-mails asked for", 10, timedelta(minutes=6))
_TO_ADDRESS = Pace("e-mails to", 3, timedelta(minutes=30))


def checked_email(typed: str) -> str:
    """As it is written to. Raises UsageError."""
    email = typed.strip()
    if not email.isascii() or not _EMAIL.fullmatch(email) or len(email) > _LONGEST_EMAIL:
        raise UsageError("That is no e-mail address that we can write to. Check it.")
    return email


@turn()
def ask_for_account(
    facility: Facility, entry: Entry, password: str, again: str, terminal: str
) -> None:
    """Sends a link to ``entry.email``, or, where that has an account, an e-mail that says so.
    Raises UsageError for what cannot be kept, and TooOften."""
    email = checked_email(entry.email)
    kept = records.checked(entry)
    if password != again:
        raise UsageError("The two passwords differ. Type the new one twice.")
    about = (kept.name, email.partition("@")[0], facility.settings.facility.name)
    hashed = hash_secret(check_new_password(password, about))
    with writing(facility.engine) as tx:
        if not _may_mail(tx, email, terminal):
            return
        known = family_account(tx, email)
        if known is not None:
            _tell_known(facility, tx, known)
            return
        _read_as_for_known(tx)
        tx.execute(sa.delete(sign_up).where(sign_up.c.until < now()))
        token = secrets.token_urlsafe(24)
        row = _sign_up_row(token, email, kept.name, kept.language, hashed)
        tx.execute(sa.insert(sign_up).values(**row))
        about_it = _subject(token)
        to = link(facility.settings, f"/confirm/{token}")
        # Nothing that was typed is in it: anybody may give anybody's address.
        write(tx, facility.settings, email, kept.language, Letter.CONFIRM, about_it, link=to)
        audit.record(tx, LOGIN_PAGE, Verb.SIGN_UP, about_it, terminal=terminal)


def _tell_known(facility: Facility, tx: sa.Connection, account: FamilyAccount) -> None:
    """Whoever owns the address hears that somebody tried, and how to get in."""
    about = Subject.correspondent(account.correspondent)
    language = records.get(tx, account.correspondent).language
    to = link(facility.settings, f"/reset/{_reset_token(tx, account.id)}")
    write(tx, facility.settings, account.email, language, Letter.KNOWN, about, link=to)
    audit.record(tx, LOGIN_PAGE, Verb.SIGN_UP, about, known=True)


def name_to_confirm(facility: Facility, token: str) -> str:
    """Whose link this is, in their own words. Raises NotFound for one that is not good (any
    more)."""
    with reading(facility.engine) as tx:
        return str(_waiting(tx, token).name)


@turn()
def confirm(facility: Facility, token: str, password: str, terminal: str) -> str:
    """Makes the account, for who has the link and knows the password that was chosen with it: a
    link that was sent to a stranger's address is of no use to the stranger, nor to who typed it.
    Returns the e-mail address. Raises NotFound, and Refused for a wrong password."""
    with reading(facility.engine) as tx:
        row = _waiting(tx, token)
    made = attempt(
        facility,
        _subject(token),
        "",
        terminal,
        lambda: check_secret(normal(password), row.password_hash),
    )
    with writing(facility.engine) as tx:
        row = _waiting(tx, token)
        if family_account(tx, row.email) is not None:  # another link of theirs was quicker
            raise Refused
        number = records.add(tx, Entry(row.name, "", row.email, row.language))
        tx.execute(
            sa.insert(correspondent_account).values(
                correspondent_id=number,
                email=row.email,
                plain_email=row.plain_email,
                password_hash=row.password_hash,
                made=now(),
                tell=True,
                tell_content=False,
            )
        )
        tx.execute(sa.delete(sign_up).where(sign_up.c.plain_email == row.plain_email))
        give_back(facility, tx, made)
        forget_bounce(tx, row.email)
        about = Subject.correspondent(number)
        audit.record(tx, LOGIN_PAGE, Verb.CONFIRM_EMAIL, about, terminal=terminal)
    return str(row.email)


def ask_for_reset(facility: Facility, email: str, terminal: str) -> None:
    """Sends a link to the owner of an account; to an address that has none, nothing. Raises
    TooOften."""
    with writing(facility.engine) as tx:
        if not _may_mail(tx, email, terminal):
            return
        account = family_account(tx, email)
        if account is None:
            _write_as_for_known(facility, tx, email)
            return
        about = Subject.correspondent(account.correspondent)
        language = records.get(tx, account.correspondent).language
        to = link(facility.settings, f"/reset/{_reset_token(tx, account.id)}")
        write(tx, facility.settings, account.email, language, Letter.RESET, about, link=to)
        audit.record(tx, LOGIN_PAGE, Verb.CHANGE_ACCOUNT, about, asked="new password")


def _read_as_for_known(tx: sa.Connection) -> None:
    """What is read of a known address' record, of nobody's: how long an answer takes must not show
    who has an account."""
    tx.execute(sa.select(correspondent_account).where(correspondent_account.c.id == 0)).first()


def _write_as_for_known(facility: Facility, tx: sa.Connection, email: str) -> None:
    """All that is written for a known address, and then undone: nothing of it is kept or sent."""
    undone = tx.begin_nested()
    _read_as_for_known(tx)
    tx.execute(sa.delete(password_reset).where(password_reset.c.until < now()))
    token = secrets.token_urlsafe(24)
    tx.execute(sa.insert(sign_up).values(**_sign_up_row(token, email, "", "en", "")))
    to = link(facility.settings, f"/reset/{token}")
    write(tx, facility.settings, email, "en", Letter.RESET, _subject(token), link=to)
    audit.record(tx, LOGIN_PAGE, Verb.CHANGE_ACCOUNT, _subject(token), asked="new password")
    undone.rollback()


def _sign_up_row(
    token: str, email: str, name: str, language: str, password_hash: str
) -> dict[str, object]:
    return {
        "token_hash": digest(token),
        "email": email,
        "plain_email": plain_email(email),
        "name": name,
        "language": language,
        "password_hash": password_hash,
        "until": now() + timedelta(hours=_CONFIRM_HOURS),
    }


def check_reset(facility: Facility, token: str) -> None:
    """Raises NotFound where the link is not good (any more)."""
    with reading(facility.engine) as tx:
        _reset_row(tx, token)


@turn()
def reset_password(facility: Facility, token: str, password: str, again: str) -> None:
    """By a link, which is good once. Ends every session of the account, and what locks it. Raises
    NotFound, and UsageError for a password that is guessed too easily."""
    if password != again:
        raise UsageError("The two passwords differ. Type the new one twice.")
    with reading(facility.engine) as tx:
        account = account_with(tx, _reset_row(tx, token).account_id)
    assert account is not None
    about = (account.email.partition("@")[0], facility.settings.facility.name)
    hashed = hash_secret(check_new_password(password, about))
    with writing(facility.engine) as tx:
        row = _reset_row(tx, token)
        own = sa.update(correspondent_account).where(correspondent_account.c.id == row.account_id)
        tx.execute(own.values(password_hash=hashed))
        forget_bounce(tx, account.email)  # the link reached them
        tx.execute(sa.delete(password_reset).where(password_reset.c.account_id == row.account_id))
        ended = sessions.close_sessions_of_correspondent(tx, account.correspondent)
        whose = Subject.correspondent(account.correspondent)
        throttling.forget_account(tx, whose)
        what = ["password"]
        audit.record(tx, LOGIN_PAGE, Verb.CHANGE_ACCOUNT, whose, changed=what, sessions=ended)


def leave_news(facility: Facility, token: str) -> None:
    """Who has the link of an e-mail gets no more of them; one that is not good does nothing."""
    good = leave_link.c.token_hash == digest(token), leave_link.c.until > now()
    with writing(facility.engine) as tx:
        row = tx.execute(sa.select(leave_link).where(*good)).first()
        account = account_with(tx, row.account_id) if row else None
        if account is None or not account.tell:
            return
        own = sa.update(correspondent_account).where(correspondent_account.c.id == account.id)
        tx.execute(own.values(tell=False))
        about = Subject.correspondent(account.correspondent)
        audit.record(tx, LOGIN_PAGE, Verb.CHANGE_ACCOUNT, about, changed=["e-mails"])


def _may_mail(tx: sa.Connection, email: str, terminal: str) -> bool:
    """Whether one more e-mail may go to this address. Nobody is told that none goes: it is the same
    for an address that has an account. Raises TooOften for a device that asks for many."""
    pacing.charge(tx, _BY_DEVICE, terminal)
    try:
        pacing.charge(tx, _TO_ADDRESS, digest(plain_email(email)))
    except TooOften:
        return False
    return True


def _subject(token: str) -> Subject:
    return Subject("sign-up", digest(token)[:16])


def _waiting(tx: sa.Connection, token: str) -> sa.Row[Any]:
    good = sign_up.c.token_hash == digest(token), sign_up.c.until > now()
    row = tx.execute(sa.select(sign_up).where(*good)).first()
    if row is None:
        raise NotFound("This link no longer works. Sign up again, or log in.")
    return row


def _reset_row(tx: sa.Connection, token: str) -> sa.Row[Any]:
    good = password_reset.c.token_hash == digest(token), password_reset.c.until > now()
    row = tx.execute(sa.select(password_reset).where(*good)).first()
    if row is None:
        raise NotFound("This link no longer works. Ask for another one.")
    return row


def _reset_token(tx: sa.Connection, account_id: int) -> str:
    """A new link's; earlier ones are good no more."""
    at: datetime = now()
    old = (password_reset.c.account_id == account_id) | (password_reset.c.until < at)
    tx.execute(sa.delete(password_reset).where(old))
    token = secrets.token_urlsafe(24)
    until = at + timedelta(hours=_RESET_HOURS)
    values = {"token_hash": digest(token), "account_id": account_id, "until": until}
    tx.execute(sa.insert(password_reset).values(**values))
    return token
