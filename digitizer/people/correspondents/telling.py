"""E-mails to people outside: written from ``templates/mail`` in their language, and put into the
outbox in the transaction of what they tell of.

An e-mail is read by whoever reads the mailbox it lands in. So it says that there is something, and
never what: the words of a message stand in it only where the facility allows that and its
recipient wants it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum
from functools import cache
from string import Template

import sqlalchemy as sa

from digitizer.access.accounts import FamilyAccount, account_of
from digitizer.model.events import Subject
from digitizer.model.settings import Settings
from digitizer.notifications import outbox
from digitizer.notifications.bounces import bounce_of
from digitizer.people.correspondents import records
from digitizer.storage.tables_correspondents import leave_link
from digitizer.support.clock import now
from digitizer.support.paths import MAIL_TEMPLATES

LANGUAGES = ("en", "es")
#: So long somebody can leave by the link of an e-mail.
_LEAVE_DAYS = 90


class Letter(StrEnum):
    """What an e-mail is about, by the name of its template."""

    CONFIRM = "confirm"
    KNOWN = "known"
    RESET = "reset"
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    NEW_MESSAGE = "new_message"
    NEW_MESSAGE_WORDS = "new_message_words"
    REFUSED = "refused"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    APPEAL_DECIDED = "appeal_decided"
    GONE = "gone"
    VISIT_BOOKED = "visit_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_REFUSED = "visit_refused"
    VISIT_LAPSED = "visit_lapsed"
    VISIT_ENDED = "visit_ended"


def digest(token: str) -> str:
    """What is kept of the token in a link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def link(settings: Settings, path: str) -> str:
    """To a page of ours, from the address that the settings name."""
    return f"{settings.family.address}/family{path}"


def write(
    tx: sa.Connection,
    settings: Settings,
    recipient: str,
    language: str,
    letter: Letter,
    cause: Subject,
    *,
    leave: str | None = None,
    **words: str,
) -> None:
    """Puts one e-mail into the outbox; nothing where no server sends any. ``words`` fill the
    template."""
    server = settings.mail_server
    if server is None:
        return
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    facility = settings.facility.name
    subject, body = (
        Template(part).substitute(facility=facility, **words) for part in _parts(letter, chosen)
    )
    foot = Template(_text("leave", chosen)).substitute(leave=leave) if leave else ""
    outbox.put(
        tx,
        recipient,
        subject,
        body + foot,
        cause=cause,
        sender=server.sender,
        leave=leave,
        language=chosen,
    )


def tell(
    tx: sa.Connection,
    settings: Settings,
    correspondent_id: int | None,
    letter: Letter,
    cause: Subject,
    path: str = "",
    **words: str,
) -> None:
    """An e-mail about news, to a correspondent who has an account and wants such mail."""
    account = wants_news(tx, settings, correspondent_id)
    if account is None:
        return
    write(
        tx,
        settings,
        account.email,
        records.get(tx, account.correspondent).language,
        letter,
        cause,
        leave=link(settings, f"/leave/{_leave_token(tx, account)}"),
        link=link(settings, path),
        **words,
    )


def wants_news(
    tx: sa.Connection, settings: Settings, correspondent_id: int | None
) -> FamilyAccount | None:
    """The account of who is to be told; None where nobody is,
    or where no e-mail reaches them."""
    if correspondent_id is None or not settings.has_family_accounts:
        return None
    account = account_of(tx, correspondent_id)
    if account is None or not account.tell or bounce_of(tx, account.email) is not None:
        return None
    return account


def emails_of(tx: sa.Connection, correspondent_id: int) -> tuple[str, ...]:
    """That of their account first, where news go, then the one that staff noted."""
    account = account_of(tx, correspondent_id)
    noted = records.get(tx, correspondent_id).email
    return tuple(dict.fromkeys(each for each in (account.email if account else "", noted) if each))


def _leave_token(tx: sa.Connection, account: FamilyAccount) -> str:
    at, token = now(), secrets.token_urlsafe(24)
    tx.execute(sa.delete(leave_link).where(leave_link.c.until < at))
    until = at + timedelta(days=_LEAVE_DAYS)
    values = {"token_hash": digest(token), "account_id": account.id, "until": until}
    tx.execute(sa.insert(leave_link).values(**values))
    return token


def _parts(letter: Letter, language: str) -> tuple[str, str]:
    """The subject, which is the first line of the template, and the text."""
    subject, _, body = _text(letter, language).partition("\n")
    return subject, body.lstrip("\n")


@cache
def _text(name: str, language: str) -> str:
    return (MAIL_TEMPLATES / language / f"{name}.txt").read_text(encoding="utf-8")
