"""What a scanned or typed code says: first whether we signed it, which needs no register, then
what the register knows of it. In doubt an item does not pass.

A code is revoked before it is a duplicate, and a duplicate before it is expired: what was let in
once is not let in again, and the first scan says by whom.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.covers.register import retired_keys
from digitizer.engines.codes.cover_code import KeyRing, is_ours, read_short_id, signed_body
from digitizer.engines.codes.item_code import verify_item
from digitizer.legal import items
from digitizer.model.errors import UsageError
from digitizer.model.legal import Answer, Cause, LegalItem, Scanned, SenderState
from digitizer.storage.tables_legal import legal_item, legal_scan
from digitizer.support.clock import now

#: The same person, so soon after the first scan: the trigger was pulled twice.
_AGAIN = timedelta(minutes=2)
#: Letters and digits of a short id (nine) that was typed, with two too many. What is longer was
#: scanned.
_LONGEST_TYPED = 11


@dataclass(frozen=True, slots=True)
class Code:
    """What was scanned or typed, as far as it can be known without the register: the random id of a
    code that we signed, or a short id. Else the ``refusal``."""

    item_id: str | None = None
    short_id: str | None = None
    refusal: Scanned | None = None


def read(text: str, keys: KeyRing) -> Code:
    """The register is not asked. A hand scanner may type small letters, where a key is locked."""
    plain = text.strip().upper()
    if not plain:
        return _refused(Answer.UNREADABLE, Cause.NO_CODE)
    code = verify_item(plain, keys)
    if code is not None:
        return Code(item_id=code.item_id)
    if signed_body(plain, keys) is not None:
        return _refused(Answer.UNKNOWN, Cause.OTHER_SHEET)
    if sum(map(str.isalnum, plain)) <= _LONGEST_TYPED:
        return _as_typed(plain)
    return _refused(Answer.UNKNOWN, Cause.NOT_SIGNED if is_ours(plain) else Cause.FOREIGN)


def _as_typed(plain: str) -> Code:
    try:
        return Code(short_id=read_short_id(plain))
    except UsageError:
        return _refused(Answer.UNREADABLE, Cause.MISTYPED)


def _refused(answer: Answer, cause: Cause) -> Code:
    return Code(refusal=Scanned(answer, cause))


def find(tx: sa.Connection, code: Code) -> LegalItem | None:
    """The item that it names."""
    named = (
        legal_item.c.id == code.item_id
        if code.item_id is not None
        else legal_item.c.short_id == code.short_id
    )
    return next(iter(items.look_up(tx, [named])), None)


def judge(tx: sa.Connection, item: LegalItem, percent: int, by: str) -> Scanned:
    """The answer for an item of ours. Where it passes or is drawn, it has arrived with that; of two
    scans at the same moment, one finds it arrived already. Every scan is kept with its answer."""
    at = now()
    answer, cause = _standing(tx, item, at)
    if answer is Answer.PASS:
        drawn = secrets.randbelow(100) < percent
        arrives = sa.update(legal_item).where(
            legal_item.c.id == item.id, legal_item.c.scanned.is_(None)
        )
        made = tx.execute(arrives.values(scanned=at, scanned_by=by, drawn=drawn))
        answer = (Answer.CHECK if drawn else Answer.PASS) if made.rowcount else Answer.DUPLICATE
    tx.execute(sa.insert(legal_scan).values(item_id=item.id, answer=str(answer), by=by, at=at))
    known = items.get(tx, item.id)
    own = known.scanned_by == by and known.scanned is not None and at - known.scanned < _AGAIN
    return Scanned(answer, cause, known, answer is Answer.DUPLICATE and own)


def _standing(tx: sa.Connection, item: LegalItem, at: datetime) -> tuple[Answer, Cause]:
    state = item.sender.state_at(at)
    if item.revoked is not None:
        return Answer.REVOKED, Cause.CODE_REVOKED
    if state is SenderState.REVOKED:
        return Answer.REVOKED, Cause.SENDER_REVOKED
    if items.key_of(tx, item.id) in retired_keys(tx):
        return Answer.REVOKED, Cause.KEY_RETIRED
    if item.scanned is not None:
        return Answer.DUPLICATE, Cause.NONE
    if item.expires <= at:
        return Answer.EXPIRED, Cause.CODE_OVER
    if state is SenderState.EXPIRED:
        return Answer.EXPIRED, Cause.SENDER_OVER
    return Answer.PASS, Cause.NONE
