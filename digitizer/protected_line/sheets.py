"""The register of sheets for the protected line: by the code on each, from blank stock. A sheet
that comes back sealed is logged once, by day; whose it is, nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from digitizer.covers.register import retired_keys
from digitizer.engines.codes.cover_code import KeyRing, is_ours, read_short_id, signed_body
from digitizer.engines.codes.item_code import ItemCode, new_item_code
from digitizer.engines.codes.protected_code import verify_protected
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.legal import Answer, Cause
from digitizer.model.settings import Settings
from digitizer.storage.tables_protected import protected_sheet
from digitizer.support.clock import now

#: Letters and digits of a short id that was typed, with two too many.
_LONGEST_TYPED = 11
_DAYS_SHOWN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The answer to one scanned or typed code: PASS, DUPLICATE with the day on which it was logged,
    or why it is none of ours. Whatever it is, the envelope stays closed."""

    answer: Answer
    cause: Cause = Cause.NONE
    addressee: str = ""
    logged: date | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    addressee: str
    count: int


@dataclass(frozen=True, slots=True)
class Code:
    """What was scanned or typed, as far as it can be known without the register."""

    sheet_id: str | None = None
    short_id: str | None = None
    refusal: Envelope | None = None


def today() -> date:
    return now().astimezone().date()


def may_come(tx: sa.Connection, settings: Settings) -> bool:
    """Whether paper that is scanned may be a sheet of ours: also where the settings name nobody any
    more, as long as one was ever made."""
    if settings.requests.protected:
        return True
    return tx.execute(sa.select(protected_sheet.c.id).limit(1)).first() is not None


def make(tx: sa.Connection, keys: KeyRing, addressee: str) -> ItemCode:
    """A new code, in the register before its paper exists. Raises Conflict where the key that new
    codes are signed with is retired."""
    if keys.current in retired_keys(tx):
        raise Conflict(
            f"Key {keys.current} is retired, and this process still signs with it. Restart it."
        )
    code = _fresh(tx, keys)
    tx.execute(
        sa.insert(protected_sheet).values(
            id=code.item_id,
            key_id=code.key_id,
            short_id=code.short_id,
            addressee=addressee,
            printed=today(),
        )
    )
    return code


def _fresh(tx: sa.Connection, keys: KeyRing) -> ItemCode:
    while True:
        code = new_item_code(keys)
        taken = sa.select(protected_sheet.c.id).where(protected_sheet.c.short_id == code.short_id)
        if tx.execute(taken).first() is None:
            return code


def read(text: str, keys: KeyRing) -> Code:
    """The register is not asked. A hand scanner may type small letters, where a key is locked."""
    plain = text.strip().upper()
    if not plain:
        return _refused(Answer.UNREADABLE, Cause.NO_CODE)
    code = verify_protected(plain, keys)
    if code is not None:
        return Code(sheet_id=code.item_id)
    if signed_body(plain, keys) is not None:
        return _refused(Answer.UNKNOWN, Cause.OTHER_SHEET)
    if sum(map(str.isalnum, plain)) <= _LONGEST_TYPED:
        try:
            return Code(short_id=read_short_id(plain))
        except UsageError:
            return _refused(Answer.UNREADABLE, Cause.MISTYPED)
    return _refused(Answer.UNKNOWN, Cause.NOT_SIGNED if is_ours(plain) else Cause.FOREIGN)


def _refused(answer: Answer, cause: Cause) -> Code:
    return Code(refusal=Envelope(answer, cause))


def judge(tx: sa.Connection, code: Code, by: str) -> Envelope:
    """Logs a sheet at its first scan; of two at the same moment, one finds it logged already."""
    own = protected_sheet.c
    named = own.id == code.sheet_id if code.sheet_id else own.short_id == code.short_id
    row = tx.execute(sa.select(protected_sheet).where(named)).first()
    if row is None:
        return Envelope(Answer.UNKNOWN, Cause.NOT_REGISTERED)
    if row.key_id in retired_keys(tx):
        return Envelope(Answer.REVOKED, Cause.KEY_RETIRED, row.addressee)
    log = sa.update(protected_sheet).where(own.id == row.id, own.logged.is_(None))
    if tx.execute(log.values(logged=today(), logged_by=by)).rowcount:
        return Envelope(Answer.PASS, addressee=row.addressee, logged=today())
    day = tx.execute(sa.select(own.logged).where(own.id == row.id)).scalar_one()
    return Envelope(Answer.DUPLICATE, addressee=row.addressee, logged=day)


def by_day(tx: sa.Connection) -> tuple[DayCount, ...]:
    """Of the last month, newest first."""
    own = protected_sheet.c
    asked = (
        sa.select(own.logged, own.addressee, sa.func.count().label("number"))
        .where(own.logged >= today() - _DAYS_SHOWN)
        .group_by(own.logged, own.addressee)
        .order_by(own.logged.desc(), own.addressee)
    )
    return tuple(DayCount(row.logged, row.addressee, row.number) for row in tx.execute(asked))
