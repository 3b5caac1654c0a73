"""The register of printed codes: what each opaque id stands for, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, short_id
from digitizer.model.errors import NotFound
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Inmate
from digitizer.people.roster import as_inmate
from digitizer.storage.tables import cover, inmate
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Registered:
    """A printed code as the register knows it. ``used_by`` is the scan a single use went to;
    ``most_letters`` how many letters the cover is good for (None: any number)."""

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

    @property
    def is_single_use(self) -> bool:
        """A reply sheet speaks in its inmate's name, so it is always good for one reply only."""
        return self.once or self.code.kind is CodeKind.REPLY


def fresh_code(tx: sa.Connection, kind: CodeKind, keys: KeyRing, sheets: int = 0) -> CoverCode:
    """A new code whose short id no other printed sheet carries.

    The short id is 40 bits of the id, so among many sheets two can meet: then another is drawn.
    """
    while True:
        code = new_cover_code(kind, keys, sheets)
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
) -> None:
    """Enters a new code, before it is drawn: no paper carries an id that nobody knows."""
    tx.execute(
        sa.insert(cover).values(
            id=code.cover_id, kind=str(code.kind), key_id=code.key_id, short_id=short_id(code),
            inmate_id=inmate_id, message_id=message_id, sheets=code.sheets, once=once,
            sender=sender, printed=now(), expires=expires, most_letters=most_letters,
        )
    )  # fmt: skip


def look_up(tx: sa.Connection, cover_id: str) -> Registered | None:
    """What the register says of a verified code's id; None where it knows none such."""
    return _first(tx, cover.c.id == cover_id)


def look_up_short(tx: sa.Connection, typed: str) -> Registered:
    """By the id that staff key in (normal form). Raises NotFound."""
    found = _first(tx, cover.c.short_id == typed)
    if found is None:
        raise NotFound(f"No cover sheet of this facility has the id {typed}.")
    return found


def _first(tx: sa.Connection, where: sa.ColumnElement[bool]) -> Registered | None:
    joined = cover.outerjoin(inmate, cover.c.inmate_id == inmate.c.id)
    person = (column for column in inmate.c if column.name != "id")
    row = tx.execute(sa.select(cover, *person).select_from(joined).where(where)).first()
    return None if row is None else _registered(row)


def _registered(row: sa.Row[Any]) -> Registered:
    return Registered(
        code=CoverCode(CodeKind(row.kind), row.key_id, row.id, row.sheets),
        short_id=row.short_id,
        inmate=None if row.booking_number is None else as_inmate(row),
        message=row.message_id,
        once=row.once,
        sender=row.sender,
        printed=row.printed,
        expires=row.expires,
        revoked=row.revoked,
        used_by=row.used_by,
        most_letters=row.most_letters,
    )


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
