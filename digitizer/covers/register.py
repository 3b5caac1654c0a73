"""The register of printed codes: what each opaque id means, and whether it is still valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, short_id
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Inmate
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.storage.tables import cover, retired_key
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Registered:
    """A printed code as the register knows it. ``message`` is the e-message that a reply sheet was
    printed with, ``used_by`` the scan that used up a code for a single use, ``most_letters`` how
    many letters the cover is good for (None: any number), ``key_retired`` whether the key that
    signed it no longer counts, ``maker`` the record of who made it on the family's pages,
    and ``maker_approved`` whether their contact with the inmate is approved."""

    code: CoverCode
    short_id: str
    inmate: Inmate | None
    message: str | None
    once: bool
    sender: str | None
    printed: datetime
    expires: datetime | None
    revoked: datetime | None
    used_by: str | None
    most_letters: int | None = None
    key_retired: bool = False
    maker: int | None = None
    maker_approved: bool = False

    @property
    def is_single_use(self) -> bool:
        """A reply sheet speaks in its inmate's name, so it is good for one reply only."""
        return self.once or self.code.kind is CodeKind.REPLY


def fresh_code(
    tx: sa.Connection, kind: CodeKind, keys: KeyRing, sheets: int = 0, *, label: bool = False
) -> CoverCode:
    """A new code whose short id no other printed sheet carries.

    The short id is 40 bits of the id, so among many sheets two may be equal: then another is made.
    Raises Conflict where the key that new codes are signed with is retired.
    """
    if keys.current in retired_keys(tx):
        raise Conflict(
            f"Key {keys.current} is retired, and this process still signs with it. Restart it."
        )
    while True:
        code = new_cover_code(kind, keys, sheets, label=label)
        taken = sa.select(cover.c.id).where(cover.c.short_id == short_id(code))
        if tx.execute(taken).first() is None:
            return code


def enrol(
    tx: sa.Connection,
    code: CoverCode,
    *,
    inmate_id: int | None = None,
    message_id: str | None = None,
    once: bool = False,
    sender: str | None = None,
    expires: datetime | None = None,
    most_letters: int | None = None,
    maker: int | None = None,
) -> None:
    """Enters a new code, before it is drawn: so no paper carries an id that nobody knows."""
    tx.execute(
        sa.insert(cover).values(
            id=code.cover_id,
            kind=str(code.kind),
            key_id=code.key_id,
            short_id=short_id(code),
            inmate_id=inmate_id,
            message_id=message_id,
            sheets=code.sheets,
            once=once,
            sender=sender,
            printed=now(),
            expires=expires,
            most_letters=most_letters,
            correspondent_id=maker,
            label=code.label,
        )
    )


def look_up(tx: sa.Connection, cover_id: str) -> Registered | None:
    """What the register contains about a verified code's id; None for an unknown id."""
    return _first(tx, cover.c.id == cover_id)


def look_up_short(tx: sa.Connection, typed: str) -> Registered:
    """By the short id that staff type in, in its normal form. Raises NotFound."""
    found = _first(tx, cover.c.short_id == typed)
    if found is None:
        raise NotFound(f"No cover sheet of this facility has the id {typed}.")
    return found


def _first(tx: sa.Connection, where: sa.ColumnElement[bool]) -> Registered | None:
    row = tx.execute(sa.select(cover).where(where)).first()
    if row is None:
        return None
    return Registered(
        code=CoverCode(CodeKind(row.kind), row.key_id, row.id, row.sheets, row.label),
        short_id=row.short_id,
        inmate=None if row.inmate_id is None else roster.inmate_of_row(tx, row.inmate_id),
        message=row.message_id,
        once=row.once,
        sender=row.sender,
        printed=row.printed,
        expires=row.expires,
        revoked=row.revoked,
        used_by=row.used_by,
        most_letters=row.most_letters,
        key_retired=row.key_id in retired_keys(tx),
        maker=row.correspondent_id,
        maker_approved=row.correspondent_id is not None
        and contacts.is_approved(tx, row.correspondent_id, row.inmate_id),
    )


def retired_keys(tx: sa.Connection) -> frozenset[int]:
    """The numbers of the keys that no longer count."""
    return frozenset(tx.execute(sa.select(retired_key.c.number)).scalars())


def retire_key(tx: sa.Connection, number: int, reason: str) -> None:
    tx.execute(sa.insert(retired_key).values(number=number, retired=now(), reason=reason))


def in_force_under(tx: sa.Connection, number: int) -> tuple[Registered, ...]:
    """The sheets that would still be accepted, and are signed with this key; the oldest first."""
    asked = sa.select(cover.c.id).where(
        cover.c.key_id == number,
        cover.c.revoked.is_(None),
        cover.c.used_by.is_(None),
        sa.or_(cover.c.expires.is_(None), cover.c.expires > now()),
    )
    found = (look_up(tx, each) for each in tx.execute(asked.order_by(cover.c.printed)).scalars())
    return tuple(each for each in found if each is not None)


def revoke(tx: sa.Connection, cover_id: str) -> None:
    tx.execute(
        sa.update(cover)
        .where(cover.c.id == cover_id, cover.c.revoked.is_(None))
        .values(revoked=now())
    )


def spend(tx: sa.Connection, cover_id: str, scan_id: str) -> None:
    """Marks what is good for one letter, a reply sheet too, as used by this scan; a retry of the
    scan is no second use."""
    single = sa.or_(cover.c.once, cover.c.kind == str(CodeKind.REPLY))
    tx.execute(
        sa.update(cover)
        .where(cover.c.id == cover_id, single, cover.c.used_by.is_(None))
        .values(used_by=scan_id)
    )
