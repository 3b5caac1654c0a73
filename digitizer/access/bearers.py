"""Who bears a token, as the API asks at every request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer.access.tokens import PREFIX, digest
from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind, Scope
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_api import api_token
from digitizer.support.clock import now

_USED_EVERY = timedelta(minutes=1)
_NO_SECRET = digest("")
_LONGEST = 200  # no token of ours has so many characters


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program with a good token. ``token_id`` is its public part."""

    token_id: str
    actor: Actor


def bearer_of(facility: Facility, token: str, address: str) -> Bearer | None:
    """None for whatever is not a good token: an unknown one, a wrong secret, one that is revoked or
    over. The secret is compared in the same time wherever it differs, and also where there is no
    such token."""
    prefix, _, rest = token[:_LONGEST].partition("_")
    public, _, secret = rest.partition("_")
    public = public if public.isascii() and public.isalnum() else ""
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(api_token).where(api_token.c.id == public[:32])).first()
    known = row.secret_hash if row else _NO_SECRET
    same = hmac.compare_digest(known, digest(secret))
    if row is None or not same or prefix != PREFIX or row.revoked is not None or now() >= row.until:
        return None
    if row.used is None or row.used_from != address or now() - row.used > _USED_EVERY:
        with writing(facility.engine) as tx:
            here = sa.update(api_token).where(api_token.c.id == row.id)
            tx.execute(here.values(used=now(), used_from=address[:64]))
    scopes = frozenset(Scope(each) for each in row.scopes)
    return Bearer(row.id, Actor(ActorKind.TOKEN, f"token {row.name}", scopes=scopes))
