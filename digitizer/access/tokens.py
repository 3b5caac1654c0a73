"""Tokens, by which programs of others (a jail management system, a kiosk vendor's) use the API.

A token is ``dgz_``, its public id, ``_``, and its secret. Whoever bears it may do what its scopes
say, until its last day; ``bearers`` knows it again. It belongs to the facility, not to who made it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import RULES, Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, Scope
from digitizer.storage.tables_api import api_answer, api_token, token_sender
from digitizer.support.clock import midnight, now

PREFIX = "dgz"
USUAL_DAYS, MOST_DAYS = 365, 2 * 366
_LONGEST_NAME = 60
_ID_BYTES, _SECRET_BYTES = 8, 32


@dataclass(frozen=True, slots=True)
class Token:
    """A token as lists show it, without its secret. ``used`` is about when it was used last,
    ``used_from`` from which address; it is good until the moment ``until``. ``sender`` is the
    number of the protected sender for whom it makes codes, None for every other token."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made: datetime
    made_by: str
    until: datetime
    revoked: datetime | None
    used: datetime | None
    used_from: str | None
    sender: int | None = None

    @property
    def is_good(self) -> bool:
        return self.revoked is None and now() < self.until


def add_token(
    facility: Facility,
    name: str,
    scopes: Collection[Scope],
    by: Actor,
    until: date | None = None,
    sender: int | None = None,
) -> str:
    """Returns the token, which is shown once. ``until`` is its last local day; a year, if none is
    given. ``sender`` is a protected sender: a token that makes codes for legal mail makes them for
    one, and does nothing else. Raises UsageError for a name, scopes, a sender or a day that cannot
    be, and Conflict for a name that a token had before, so that a name in the log means one of
    them."""
    adding = acting(facility, by, Act.TOKENS)
    name, end = _good_name(name), _end(until)
    if not scopes:
        raise UsageError(f"Say what the token may do: one or more of {', '.join(Scope)}.")
    if (Scope.LEGAL_CODES in scopes) != (sender is not None) or (sender and len(set(scopes)) > 1):
        raise UsageError(
            f"A token with {Scope.LEGAL_CODES} is for one protected sender, and has no other scope."
        )
    public, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    wanted = sorted(set(scopes))
    with adding as action:
        if action.tx.execute(sa.select(api_token.c.id).where(api_token.c.name == name)).first():
            raise Conflict(f"There is, or was, a token {name}. Give this one another name.")
        action.tx.execute(
            sa.insert(api_token).values(
                id=public,
                name=name,
                secret_hash=digest(secret),
                scopes=[str(each) for each in wanted],
                made=now(),
                made_by=by.name,
                until=end,
            )
        )
        if sender is not None:
            _bind(action.tx, public, sender)
        action.record(
            Verb.ADD_TOKEN,
            Subject.token(name),
            scopes=[str(each) for each in wanted],
            until=end.isoformat(),
            **({} if sender is None else {"sender": sender}),
        )
    return f"{PREFIX}_{public}_{secret}"


def _bind(tx: sa.Connection, token_id: str, sender: int) -> None:
    try:
        with tx.begin_nested():
            tx.execute(sa.insert(token_sender).values(token_id=token_id, sender_id=sender))
    except sa.exc.IntegrityError:
        raise UsageError(f"There is no protected sender {sender}.") from None


def _good_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A token's name must have 1 to {_LONGEST_NAME} printable characters.")
    return name


def _end(until: date | None) -> datetime:
    """The end of that local day."""
    today = datetime.now().astimezone().date()
    last = until or today + timedelta(days=USUAL_DAYS)
    if not today <= last <= today + timedelta(days=MOST_DAYS):
        raise UsageError("The last day of a token must be from today to two years from now.")
    return midnight(last + timedelta(days=1))


def revoke_token(facility: Facility, name: str, by: Actor) -> None:
    """It is good for nothing from now on. Raises NotFound."""
    with acting(facility, by, Act.TOKENS) as action:
        good = api_token.c.name == name, api_token.c.revoked.is_(None)
        found = action.tx.execute(sa.select(api_token.c.id).where(*good)).scalar()
        if found is None:
            raise NotFound(f"There is no token {name} that is not revoked.")
        action.tx.execute(sa.delete(api_answer).where(api_answer.c.token_id == found))
        action.tx.execute(sa.update(api_token).where(*good).values(revoked=now()))
        action.record(Verb.REVOKE_TOKEN, Subject.token(name))


def tokens(facility: Facility, by: Actor) -> tuple[Token, ...]:
    """All that ever were, the good ones first, by name."""
    with looking(facility, by, Act.SEE_TOKENS) as look:
        all_ = sa.select(api_token, token_sender.c.sender_id).outerjoin(token_sender)
        rows = look.tx.execute(all_.order_by(api_token.c.name)).all()
    found = [
        Token(
            id=row.id,
            name=row.name,
            scopes=tuple(Scope(each) for each in row.scopes),
            made=row.made,
            made_by=row.made_by,
            until=row.until,
            revoked=row.revoked,
            used=row.used,
            used_from=row.used_from,
            sender=row.sender_id,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: not each.is_good))


def may_see(by: Actor) -> bool:
    """Whether this person may see the list of tokens; ``tokens`` checks it again."""
    return is_permitted(by, Act.SEE_TOKENS)


def require(facility: Facility, by: Actor, scope: Scope) -> None:
    """Raises NotAllowed, and records it, unless this actor may do all that the scope allows."""
    for act, rule in RULES.items():
        if rule.scope is scope:
            permit(facility, by, act)


def revoke_all(tx: sa.Connection) -> None:
    """Of a home that comes from a backup: a token may have been revoked since, and nobody would
    know it here."""
    tx.execute(sa.delete(api_answer))
    tx.execute(sa.update(api_token).where(api_token.c.revoked.is_(None)).values(revoked=now()))


def digest(secret: str) -> str:
    """Secrets are long and random: a hash that is quick to make is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
