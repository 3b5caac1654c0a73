"""A correspondent's own account: what they see and change of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access import sessions
from digitizer.access.accounts import FamilyAccount, account_of
from digitizer.access.acting import Look, acting, looking
from digitizer.access.attempts import attempt, give_back
from digitizer.access.new_passwords import check_new_password, normal
from digitizer.access.password_hashing import check_secret, hash_secret, turn
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications.bounces import bounce_of, forget_bounce
from digitizer.people.correspondents import contacts, records
from digitizer.people.correspondents.records import Correspondent, Entry
from digitizer.storage.tables_correspondents import (
    contact,
    contact_ask,
    correspondent_account,
    leave_link,
    password_reset,
)
from digitizer.storage.tables_messages import message_draft


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """``name_is_fixed``: staff approved a contact under this name, so only they change it.
    ``unreached``: since then e-mails to them come back, and none is sent."""

    record: Correspondent
    email: str
    made: datetime
    tell: bool
    tell_content: bool
    name_is_fixed: bool
    unreached: datetime | None = None


def own_account(facility: Facility, by: Actor) -> OwnAccount:
    """Raises NotFound where there is none (any more)."""
    with looking(facility, by, Act.OWN_ACCOUNT) as look:
        account = _own(look)
        bounce = bounce_of(look.tx, account.email)
        return OwnAccount(
            record=records.get(look.tx, account.correspondent),
            email=account.email,
            made=account.made,
            tell=account.tell,
            tell_content=account.tell_content,
            name_is_fixed=_is_approved(look.tx, account.correspondent),
            unreached=bounce.at if bounce else None,
        )


def change_own_account(
    facility: Facility, entry: Entry, by: Actor, *, tell: bool, tell_content: bool
) -> None:
    """Name, address and language, and what e-mails tell; the e-mail address stays. Raises
    UsageError for what cannot be kept, and Conflict for another name after staff approved this
    one."""
    with acting(facility, by, Act.OWN_ACCOUNT) as action:
        account = _own(action)
        old = records.get(action.tx, account.correspondent)
        kept = records.checked(Entry(entry.name, entry.address, old.email, entry.language))
        if kept.name != old.name and _is_approved(action.tx, account.correspondent):
            raise Conflict(
                "Staff approved your contact under your name. Write to the facility to change it."
            )
        records.change(action.tx, account.correspondent, kept)
        new = records.get(action.tx, account.correspondent)
        changed = [
            each
            for each in ("name", "address", "language")
            if getattr(old, each) != getattr(new, each)
        ]
        changed += (
            ["e-mails"] if (tell, tell_content) != (account.tell, account.tell_content) else []
        )
        _update(action.tx, account.id, tell=tell, tell_content=tell_content)
        action.record(
            Verb.CHANGE_ACCOUNT, Subject.correspondent(account.correspondent), changed=changed
        )


def try_email_again(facility: Facility, by: Actor) -> None:
    """Their e-mail works again, they say: news are sent to it. Raises Conflict where they were."""
    with acting(facility, by, Act.OWN_ACCOUNT) as action:
        account = _own(action)
        if not forget_bounce(action.tx, account.email):
            raise Conflict("E-mails are sent to you already.")
        about = Subject.correspondent(account.correspondent)
        action.record(Verb.CHANGE_ACCOUNT, about, changed=["e-mails are tried again"])


def is_unreached(facility: Facility, by: Actor) -> bool:
    """Whether e-mails to them come back."""
    with looking(facility, by, Act.OWN_ACCOUNT) as look:
        return bounce_of(look.tx, _own(look).email) is not None


@turn()
def change_own_password(
    facility: Facility, old: str, password: str, again: str, by: Actor, terminal: str
) -> None:
    """Ends every session, this one too. Raises Refused for a wrong old password, and UsageError for
    a new one that is guessed too easily or was typed differently the second time."""
    changing = acting(facility, by, Act.OWN_ACCOUNT)
    if password != again:
        raise UsageError("The two passwords differ. Type the new one twice.")
    account = _proven(facility, old, by, terminal)
    about = (account.email.partition("@")[0], facility.settings.facility.name)
    hashed = hash_secret(check_new_password(password, about))
    with changing as action:
        _update(action.tx, account.id, password_hash=hashed)
        reset = password_reset.c.account_id == account.id
        action.tx.execute(sa.delete(password_reset).where(reset))
        ended = sessions.close_sessions_of_correspondent(action.tx, account.correspondent)
        about_me = Subject.correspondent(account.correspondent)
        action.record(Verb.CHANGE_ACCOUNT, about_me, changed=["password"], sessions=ended)


@turn()
def delete_own_account(facility: Facility, password: str, by: Actor, terminal: str) -> None:
    """The login, drafts, and what nobody approved yet; what was sent and received stays as mail of
    the facility. Raises Refused for a wrong password."""
    deleting = acting(facility, by, Act.OWN_ACCOUNT)
    account = _proven(facility, password, by, terminal)
    with deleting as action:
        tx, me = action.tx, account.correspondent
        sessions.close_sessions_of_correspondent(tx, me)
        mine = message_draft.c.correspondent_id == me, message_draft.c.direction == "to_inmate"
        tx.execute(sa.delete(message_draft).where(*mine))
        tx.execute(sa.delete(contact_ask).where(contact_ask.c.correspondent_id == me))
        open_ = contact.c.correspondent_id == me, contact.c.approved.is_(None)
        tx.execute(sa.delete(contact).where(*open_))
        for each in (password_reset, leave_link):
            tx.execute(sa.delete(each).where(each.c.account_id == account.id))
        own = correspondent_account.c.id == account.id
        tx.execute(sa.delete(correspondent_account).where(own))
        old = records.get(tx, me)
        without = Entry(old.name, "\n".join(old.address), "", old.language)
        records.change(tx, me, without)
        action.record(Verb.DELETE_ACCOUNT, Subject.correspondent(me))


def _proven(facility: Facility, password: str, by: Actor, terminal: str) -> FamilyAccount:
    """The account of who typed its password. Raises Refused, and charges it like a login."""
    with looking(facility, by, Act.OWN_ACCOUNT) as look:
        account = _own(look)
    made = attempt(
        facility,
        Subject.correspondent(account.correspondent),
        "",
        terminal,
        lambda: check_secret(normal(password), account.password_hash),
    )
    with acting(facility, by, Act.OWN_ACCOUNT) as action:
        give_back(facility, action.tx, made)
        action.record(Verb.PROVE_IDENTITY, made.account)
    return account


def _own(look: Look) -> FamilyAccount:
    account = account_of(look.tx, look.correspondent or 0)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _update(tx: sa.Connection, account_id: int, **values: object) -> None:
    own = sa.update(correspondent_account).where(correspondent_account.c.id == account_id)
    tx.execute(own.values(**values))


def _is_approved(tx: sa.Connection, correspondent_id: int) -> bool:
    known = contacts.of_correspondent(tx, correspondent_id)
    return any(each.approved is not None for each in known)
