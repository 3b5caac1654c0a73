"""Things that were found in envelopes, in the tables: recorded, corrected, and added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.logbook import writing
from digitizer.logbook.money import read_amount
from digitizer.logbook.writing import Whose
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.logbook import MONEY, NUMBERED, Found, ItemKind, NewItem, Went
from digitizer.model.settings import Logbook
from digitizer.people import roster
from digitizer.people.correspondents.records import plain
from digitizer.prints import queue
from digitizer.storage.tables import inmate, letter
from digitizer.storage.tables_logbook import found_item, logbook_correction
from digitizer.support.clock import now

_THIS = logbook_correction.c.found_id
_LONGEST_NUMBER = 60


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is written, whose it is, and what is searched besides."""

    whom: Whose
    values: dict[str, Any]


def note(action: Action, settings: Logbook, new: NewItem) -> int:
    """Writes an entry; returns the number of its receipt.

    Raises NotFound, UsageError for what is missing or does not fit together, and Conflict where the
    page was sent before.
    """
    tx = action.tx
    known = writing.recorded_before(tx, found_item, new.form)
    if known is not None:
        raise Conflict(f"It is recorded already, with receipt {known}.")
    checked = _checked(tx, settings, new)
    own = {"by": action.by.name, "at": now(), "form": new.form or None}
    insert = sa.insert(found_item).values(**checked.values, **own)
    receipt = int(tx.execute(insert.returning(found_item.c.id)).scalar_one())
    action.record(
        Verb.RECORD_ITEM,
        Subject.found(receipt),
        kind=checked.values["kind"],
        amount=find(tx, receipt).money,
        of=checked.whom.inmate.booking_number if checked.whom.inmate else None,
        item=checked.values["item"],
    )
    return receipt


def correct(action: Action, settings: Logbook, receipt: int, new: NewItem) -> None:
    """Makes the entry what is true; what it said before stays, with the reason.

    Raises NotFound, UsageError as ``note``, and Conflict where nothing changes or it is struck out.
    """
    before = find(action.tx, receipt)
    if before.struck is not None:
        raise Conflict("This entry is struck out already.")
    checked = _checked(action.tx, settings, new, before.currency)
    action.tx.execute(
        sa.update(found_item).where(found_item.c.id == receipt).values(**checked.values)
    )
    _keep(action, before, find(action.tx, receipt))


def strike(action: Action, receipt: int) -> None:
    """The entry counts for nothing from now on: no money of it is added up, and its inmate has no
    receipt of it. Raises NotFound, and Conflict where that was done before."""
    before = find(action.tx, receipt)
    if before.struck is not None:
        raise Conflict("This entry is struck out already.")
    this = sa.update(found_item).where(found_item.c.id == receipt)
    action.tx.execute(this.values(struck=now()))
    _keep(action, before, find(action.tx, receipt))


def _keep(action: Action, before: Found, after: Found) -> None:
    old, new = _words(before), _words(after)
    changed = {name: old[name] for name in old if old[name] != new[name]}
    if not changed:
        raise Conflict("Nothing of it is different.")
    writing.keep_correction(action.tx, _THIS, before.receipt, changed, action.why, action.by.name)
    of = Subject.found(before.receipt)
    papers = queue.spoil_copies(action.tx, str(of), "What it says was corrected.")
    money = "amount" in changed or "struck" in changed
    action.record(
        Verb.CORRECT_LOGBOOK,
        of,
        fields=sorted(changed),
        papers=list(papers),
        amount=(after.money if after.struck is None else "") if money else None,
        before=before.money if money else None,
    )


def _words(entry: Found) -> dict[str, str]:
    """Every field that can be corrected, as people read it."""
    return {
        "whose": entry.whom,
        "kind": str(entry.kind),
        "what": entry.what,
        "amount": entry.money,
        "number": entry.number,
        "item": entry.item or "",
        "found_by": entry.found_by,
        "witness": entry.witness,
        "went": str(entry.went),
        "struck": "" if entry.struck is None else "struck",
    }


def _checked(
    tx: sa.Connection, settings: Logbook, new: NewItem, currency: str | None = None
) -> _Checked:
    whom = writing.whose(tx, new.booking_number, new.name)
    item = writing.check_item(tx, new.item)
    _check_letters_owner(tx, whom, item)
    if new.went is Went.ACCOUNT and whom.inmate is None:
        raise UsageError("Only somebody on the roster has an account. Choose where else it went.")
    if new.went is Went.ACCOUNT and new.kind not in MONEY:
        raise UsageError("Only money goes to an account. Choose where else it went.")
    sign = currency or settings.currency
    what, number = writing.one_line(new.what), writing.one_line(new.number, _LONGEST_NUMBER)
    amount = read_amount(new.amount, sign) if new.kind in MONEY else None
    if new.kind in NUMBERED and not number:
        raise UsageError("Write the number that stands on it.")
    if new.kind not in MONEY and not what:
        raise UsageError("Write what it is.")
    found_by, witness = _who_saw(settings, new)
    words = (new.booking_number, whom.name, what, number, found_by, witness)
    values = {
        "inmate_id": whom.row,
        "owner": whom.name,
        "kind": str(new.kind),
        "what": what,
        "amount": amount,
        "currency": sign,
        "number": number,
        "item": item,
        "found_by": found_by,
        "witness": witness,
        "went": str(new.went),
        "plain": writing.searched(*words, str(new.kind).replace("_", " ")),
    }
    return _Checked(whom, values)


def _check_letters_owner(tx: sa.Connection, whom: Whose, item: str | None) -> None:
    """What came with a letter is not written down for somebody else by accident."""
    asked = (
        sa.select(inmate.c.id, inmate.c.booking_number)
        .join(letter, letter.c.inmate_id == inmate.c.id)
        .where(letter.c.id == item)
    )
    row = tx.execute(asked).first()
    if row is not None and row.id != whom.row:
        raise UsageError(
            f"Letter {item} is of the inmate {row.booking_number}. Choose them, or leave the "
            "letter out."
        )


def _who_saw(settings: Logbook, new: NewItem) -> tuple[str, str]:
    found_by = writing.one_line(new.found_by, writing.LONGEST_NAME)
    witness = writing.one_line(new.witness, writing.LONGEST_NAME)
    if not found_by:
        raise UsageError("Write who found it.")
    needed = settings.witness == "always" or (settings.witness == "money" and new.kind in MONEY)
    if needed and not witness:
        raise UsageError("Write who else saw it: a second person is a witness here.")
    if witness and plain(witness) == plain(found_by):
        raise UsageError("A witness is somebody else than who found it.")
    return found_by, witness


def find(tx: sa.Connection, receipt: int) -> Found:
    """Raises NotFound."""
    for found in look_up(tx, [found_item.c.id == receipt]):
        return found
    raise NotFound(f"There is no receipt {receipt}.")


def look_up(
    tx: sa.Connection,
    where: list[sa.ColumnElement[bool]],
    start: int = 0,
    most: int | None = None,
) -> tuple[Found, ...]:
    """Newest first."""
    rows = writing.entries(tx, found_item, where, start, most)
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows} - {None})
    corrected = writing.corrections_of(tx, _THIS, [row.id for row in rows])
    return tuple(
        Found(
            receipt=row.id,
            inmate=people.get(row.inmate_id),
            owner=row.owner,
            kind=ItemKind(row.kind),
            what=row.what,
            amount=row.amount,
            currency=row.currency,
            number=row.number,
            item=row.item,
            found_by=row.found_by,
            witness=row.witness,
            went=Went(row.went),
            by=row.by,
            at=row.at,
            struck=row.struck,
            corrections=corrected.get(row.id, ()),
        )
        for row in rows
    )


def sums(tx: sa.Connection, where: list[sa.ColumnElement[bool]]) -> dict[str, int]:
    """By currency, the money of the entries for which this holds and that are not struck out."""
    asked = (
        sa.select(found_item.c.currency, sa.func.sum(found_item.c.amount))
        .outerjoin(inmate, found_item.c.inmate_id == inmate.c.id)
        .where(found_item.c.amount.is_not(None), found_item.c.struck.is_(None), *where)
        .group_by(found_item.c.currency)
        .order_by(found_item.c.currency)
    )
    return {currency: int(amount) for currency, amount in tx.execute(asked)}
