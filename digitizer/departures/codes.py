"""One-time codes in the tables: made for one person, good until a day, opened once for an hour."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.model.people import Inmate
from digitizer.people import earlier_numbers, held_names, roster
from digitizer.people.names import may_be_same
from digitizer.storage.tables_departures import departure, takeaway_code
from digitizer.support.clock import now

#: So long the file can be had, from the first time that the code was typed.
OPEN_FOR = timedelta(hours=1)

_ANOTHER, _RESTORED = "another one was made", "restored from a backup"


class Over(StrEnum):
    """Why a code opens nothing any more. BACK: they were in custody again, or another record became
    theirs."""

    ENDED = "ended"
    BACK = "back"
    USED = "used"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as staff see it; ``id`` is the number of its slip. ``over`` is why it opens nothing
    any more, None while it may; ``ended_why`` is the reason of who ended it. ``opened`` is when it
    was first typed, ``closes`` the end of its hour."""

    id: int
    made: datetime
    made_by: str
    until: date
    opened: datetime | None
    closes: datetime | None
    over: Over | None
    ended_why: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """A code that is not over, and whose it is; ``inmate_id`` is their record."""

    id: int
    inmate_id: int
    person: Inmate
    closes: datetime | None


def digest(secret: str) -> str:
    """What is kept of a code, and of the token that is borne while it is open."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def add(tx: sa.Connection, inmate_id: int, code: str, by: str, until: date) -> int:
    """Ends an earlier one; returns the number of the new one's slip."""
    end(tx, inmate_id, _ANOTHER)
    done = tx.execute(
        sa.insert(takeaway_code).values(
            inmate_id=inmate_id,
            code_hash=digest(code),
            made=now(),
            made_by=by,
            until=until,
            ended_why="",
        )
    )
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def end(tx: sa.Connection, inmate_id: int, why: str) -> int | None:
    """The number of the slip whose code opens nothing from now on; None where none did."""
    newest = newest_of(tx, inmate_id)
    this = sa.update(takeaway_code).where(
        takeaway_code.c.inmate_id == inmate_id, takeaway_code.c.ended.is_(None)
    )
    tx.execute(this.values(ended=now(), ended_why=why, token_hash=None))
    return newest.id if newest is not None and newest.over is None else None


def end_all(tx: sa.Connection) -> None:
    """Of a home that comes from a backup: codes that were good then may have been ended since."""
    open_ones = sa.update(takeaway_code).where(takeaway_code.c.ended.is_(None))
    tx.execute(open_ones.values(ended=now(), ended_why=_RESTORED, token_hash=None))


def newest_of(tx: sa.Connection, inmate_id: int) -> Code | None:
    """The code that was made last for this person."""
    asked = _codes().where(takeaway_code.c.inmate_id == inmate_id)
    row = tx.execute(asked.order_by(takeaway_code.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return Code(
        id=row.id,
        made=row.made,
        made_by=row.made_by,
        until=row.until,
        opened=row.opened,
        closes=row.closes,
        over=_why_over(row),
        ended_why=row.ended_why,
    )


def find(tx: sa.Connection, code: str, booking_number: str, last_name: str) -> Fitting | None:
    """The code, if it is not over, and number and last name are those of the person whose it is. A
    number that they had before counts too: it may be the one that they know."""
    row = tx.execute(_codes().where(takeaway_code.c.code_hash == digest(code))).first()
    if row is None or not _is_good(tx, row):
        return None
    person = roster.inmate_of_row(tx, row.inmate_id)
    if not may_be_same(person, replace(person, last_name=last_name)):
        return None
    if booking_number.strip().casefold() not in _numbers(tx, person):
        return None
    return Fitting(row.id, row.inmate_id, person, row.closes)


def _is_good(tx: sa.Connection, row: sa.Row[Any]) -> bool:
    """Also not while it is uncertain who has the number."""
    return _why_over(row) is None and not held_names.is_held(tx, row.inmate_id)


def _numbers(tx: sa.Connection, person: Inmate) -> set[str]:
    """All that they had, in small letters."""
    number = person.booking_number
    had = {old for old, new in earlier_numbers.all_earlier(tx).items() if new == number}
    return {each.casefold() for each in {number, *had}}


def open_for(tx: sa.Connection, found: Fitting) -> str:
    """Opens it, for what is left of its hour: returns the token, which exists nowhere else. A token
    that was given out before for this code opens nothing any more."""
    at, token = now(), secrets.token_urlsafe(32)
    values: dict[str, object] = {"token_hash": digest(token)}
    if found.closes is None:
        values |= {"opened": at, "closes": at + OPEN_FOR}
    tx.execute(sa.update(takeaway_code).where(takeaway_code.c.id == found.id).values(**values))
    return token


def borne(tx: sa.Connection, token: str) -> Fitting | None:
    """The code that was opened with this token, while its hour lasts."""
    row = tx.execute(_codes().where(takeaway_code.c.token_hash == digest(token))).first()
    if row is None or not _is_good(tx, row):
        return None
    return Fitting(row.id, row.inmate_id, roster.inmate_of_row(tx, row.inmate_id), row.closes)


def close(tx: sa.Connection, code_id: int) -> None:
    """The token opens nothing any more; typed again within its hour, the code gives another."""
    this = sa.update(takeaway_code).where(takeaway_code.c.id == code_id)
    tx.execute(this.values(token_hash=None))


def _codes() -> sa.Select[Any]:
    since = departure.c.inmate_id == takeaway_code.c.inmate_id
    return sa.select(takeaway_code, departure.c.returned).outerjoin(departure, since)


def _why_over(row: sa.Row[Any]) -> Over | None:
    """Why it opens nothing any more."""
    at = now()
    if row.ended is not None:
        return Over.ENDED
    if row.returned is not None and row.returned >= row.made:
        return Over.BACK
    if row.closes is not None and row.closes <= at:
        return Over.USED
    return Over.LATE if row.until < at.astimezone().date() else None
