"""Who bears a token, as the API asks at every request."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from digitizer.access.tokens import PREFIX, digest
from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind, Scope
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_api import api_token, token_sender
from digitizer.support.clock import now

_USED_EVERY = timedelta(minutes=1)
_NO_SECRET = digest("")
_LONGEST = 200  # no token of ours has so many characters
_READ_EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program with a good token. ``token_id`` is its public part."""

    token_id: str
    actor: Actor


def bearer_of(facility: Facility, token: str, address: str) -> Bearer | None:
    """None for whatever is not a good token: an unknown one, a wrong secret, one that is revoked or
    over. The secret is compared in the same time wherever it differs, and also where there is no
    such token."""
    prefix, public, secret = _parts(token)
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(api_token).where(api_token.c.id == public)).first()
        bound = sa.select(token_sender.c.sender_id).where(token_sender.c.token_id == public)
        sender = tx.execute(bound).scalar()
    known = row.secret_hash if row else _NO_SECRET
    same = hmac.compare_digest(known, digest(secret))
    if row is None or not same or prefix != PREFIX or row.revoked is not None or now() >= row.until:
        return None
    if row.used is None or row.used_from != address or now() - row.used > _USED_EVERY:
        with writing(facility.engine) as tx:
            here = sa.update(api_token).where(api_token.c.id == row.id)
            tx.execute(here.values(used=now(), used_from=address[:64]))
    scopes = frozenset(Scope(each) for each in row.scopes)
    actor = Actor(ActorKind.TOKEN, f"token {row.name}", scopes=scopes, sender=sender)
    return Bearer(row.id, actor)


@dataclass
class GoodTokens:
    """The hashes of all good tokens, looked up once a second at most: whether one is good costs
    next to nothing, however many wrong ones are tried. What it says is a second old."""

    _facility: Facility
    _read: float | None = None
    _hashes: Mapping[str, str] = field(default_factory=dict)

    def may_be_good(self, token: str, at: float) -> bool:
        """Whether to ask ``bearer_of``. ``at`` is the time on any clock that only goes forward, in
        seconds."""
        if self._read is None or at - self._read >= _READ_EVERY:
            self._read, self._hashes = at, _good_hashes(self._facility)
        _, public, secret = _parts(token)
        return hmac.compare_digest(self._hashes.get(public, ""), digest(secret))


def _good_hashes(facility: Facility) -> dict[str, str]:
    good = api_token.c.revoked.is_(None), api_token.c.until > now()
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(api_token.c.id, api_token.c.secret_hash).where(*good))
        return {row.id: row.secret_hash for row in rows}


def _parts(token: str) -> tuple[str, str, str]:
    """Prefix, public id and secret, whatever was sent."""
    prefix, _, rest = token[:_LONGEST].partition("_")
    public, _, secret = rest.partition("_")
    return prefix, public[:32] if public.isascii() and public.isalnum() else "", secret
