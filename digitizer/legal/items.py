"""The items of legal mail: a code for each, and where it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.covers.register import retired_keys
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.engines.codes.item_code import ItemCode, new_item_code
from digitizer.legal import senders
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.legal import Ending, LegalItem, ProtectedSender
from digitizer.people import roster
from digitizer.storage.tables_legal import legal_item
from digitizer.support.clock import midnight, now


def make(
    action: Action, keys: KeyRing, sender: ProtectedSender, inmate_row: int, days: int
) -> ItemCode:
    """A new code for one item; it is in the register before its paper exists. It is good for so
    many days, and no longer than its sender's registration. Raises Conflict for a sender whose
    registration is over, and where the key that new codes are signed with is retired."""
    senders.need_active(sender)
    if keys.current in retired_keys(action.tx):
        raise Conflict(
            f"Key {keys.current} is retired, and this process still signs with it. Restart it."
        )
    code = _fresh(action.tx, keys)
    action.tx.execute(
        sa.insert(legal_item).values(
            id=code.item_id,
            key_id=code.key_id,
            short_id=code.short_id,
            sender_id=sender.number,
            inmate_id=inmate_row,
            made=now(),
            made_by=action.by.name,
            expires=_expiry(sender, days),
            revoked_why="",
            drawn=False,
            ending_why="",
        )
    )
    about = Subject.legal_item(code.item_id)
    action.record(Verb.MAKE_LEGAL_CODE, about, sender=sender.number)
    return code


def _fresh(tx: sa.Connection, keys: KeyRing) -> ItemCode:
    while True:
        code = new_item_code(keys)
        taken = sa.select(legal_item.c.id).where(legal_item.c.short_id == code.short_id)
        if tx.execute(taken).first() is None:
            return code


def _expiry(sender: ProtectedSender, days: int) -> datetime:
    """The end of a local day."""
    last = now().astimezone().date() + timedelta(days=days)
    if sender.expires is not None:
        last = min(last, sender.expires)
    return midnight(last + timedelta(days=1))


def revoke(action: Action, item_id: str) -> None:
    """The code is good for nothing from now on. Raises NotFound, and Conflict for one that has
    arrived or is revoked already."""
    known = get(action.tx, item_id)
    if known.scanned is not None:
        raise Conflict("This item has arrived already: its code cannot be revoked any more.")
    if known.revoked is not None:
        raise Conflict("This code is revoked already.")
    this = sa.update(legal_item).where(legal_item.c.id == item_id)
    action.tx.execute(this.values(revoked=now(), revoked_why=action.why))
    action.record(Verb.REVOKE_LEGAL_CODE, Subject.legal_item(item_id))


def open_before_inmate(action: Action, item_id: str, found: bool) -> None:
    """It was opened in the inmate's presence; ``found``: there was something in it that may not
    come in. Raises NotFound, and Conflict for one that is not in the mailroom's hands, or was
    opened before."""
    known = _in_hands(action.tx, item_id)
    if known.opened is not None:
        raise Conflict("It is logged already that this item was opened.")
    values = {"opened": now(), "opened_by": action.by.name, "found": found}
    _step(action.tx, item_id, legal_item.c.opened, values)
    action.record(Verb.OPEN_LEGAL_ITEM, Subject.legal_item(item_id), found=found)


def end(action: Action, item_id: str, ending: Ending, why: str = "") -> None:
    """It was handed over, or goes back. Raises NotFound, and Conflict for one that is not in the
    mailroom's hands, and for one that is handed over unopened."""
    known = _in_hands(action.tx, item_id)
    if ending is not Ending.RETURNED and known.opened is None:
        raise Conflict("First log that it was opened in the inmate's presence.")
    values = {
        "ended": now(),
        "ended_by": action.by.name,
        "ending": str(ending),
        "ending_why": why,
    }
    _step(action.tx, item_id, legal_item.c.ended, values)
    returned = ending is Ending.RETURNED
    verb = Verb.RETURN_LEGAL_ITEM if returned else Verb.HAND_OVER_LEGAL_ITEM
    action.record(verb, Subject.legal_item(item_id), as_=str(ending))


def _in_hands(tx: sa.Connection, item_id: str) -> LegalItem:
    known = get(tx, item_id)
    if known.scanned is None:
        raise Conflict("This item has not arrived: scan its code first.")
    if known.ended is not None:
        raise Conflict("This item left the mailroom already.")
    return known


def _step(tx: sa.Connection, item_id: str, when: sa.Column[Any], values: dict[str, Any]) -> None:
    """Each step is logged once."""
    this = sa.update(legal_item).where(legal_item.c.id == item_id, when.is_(None))
    if tx.execute(this.values(**values)).rowcount != 1:
        raise Conflict("Somebody else has just logged this step.")


def get(tx: sa.Connection, item_id: str) -> LegalItem:
    """Raises NotFound."""
    for found in look_up(tx, [legal_item.c.id == item_id]):
        return found
    raise NotFound("There is no such item of legal mail.")


def get_arrived(tx: sa.Connection, item_id: str) -> LegalItem:
    """Raises NotFound, also for one that has not arrived."""
    known = get(tx, item_id)
    if known.scanned is None:
        raise NotFound("There is no such item of legal mail.")
    return known


def need_unused(item: LegalItem) -> None:
    """Raises Conflict for a code that would not pass any more."""
    if item.scanned is not None or item.revoked is not None or item.expires <= now():
        raise Conflict("This code has arrived, is revoked or is over: make a new one.")


def key_of(tx: sa.Connection, item_id: str) -> int:
    """The number of the key that signed its code."""
    asked = sa.select(legal_item.c.key_id).where(legal_item.c.id == item_id)
    number: int = tx.execute(asked).scalar_one()
    return number


def waiting(tx: sa.Connection) -> tuple[LegalItem, ...]:
    """What is in the mailroom's hands, the oldest first."""
    here = [legal_item.c.scanned.is_not(None), legal_item.c.ended.is_(None)]
    return look_up(tx, here, legal_item.c.scanned)


def look_up(
    tx: sa.Connection,
    where: Iterable[sa.ColumnElement[bool]],
    order: sa.ColumnElement[Any] | None = None,
    most: int | None = None,
) -> tuple[LegalItem, ...]:
    """Newest first, unless another order is asked for."""
    by = legal_item.c.made.desc() if order is None else order
    asked = sa.select(legal_item).where(*where).order_by(by, legal_item.c.id).limit(most)
    rows = tx.execute(asked).all()
    known = senders.of_numbers(tx, {row.sender_id for row in rows})
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return tuple(
        LegalItem(
            id=row.id,
            short_id=row.short_id,
            sender=known[row.sender_id],
            inmate=people[row.inmate_id],
            made=row.made,
            made_by=row.made_by,
            expires=row.expires,
            revoked=row.revoked,
            revoked_why=row.revoked_why,
            scanned=row.scanned,
            scanned_by=row.scanned_by,
            drawn=row.drawn,
            opened=row.opened,
            opened_by=row.opened_by,
            found=row.found,
            ended=row.ended,
            ended_by=row.ended_by,
            ending=Ending(row.ending) if row.ending else None,
            ending_why=row.ending_why,
        )
        for row in rows
    )
