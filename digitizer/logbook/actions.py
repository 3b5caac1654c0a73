"""The verbs of the logbook: mail that is not for here, and things that were found in envelopes.

Clerks record, supervisors correct. Nothing is changed without a trace: a correction keeps what the
entry said before. An inmate sees the receipts of what was theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.logbook import items, papers, proposals, returned, writing
from digitizer.logbook.papers import Paper
from digitizer.logbook.proposals import Item, Proposal
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import LOGBOOK, Subject, Verb
from digitizer.model.logbook import Found, NewItem, NewReturn, Returned
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.storage.tables_logbook import found_item, returned_mail
from digitizer.support.spreadsheets import csv_bytes, safe_cell

__all__ = ["Item", "Paper", "Proposal"]


@dataclass(frozen=True, slots=True)
class FoundItems:
    """A part of the log; ``sums`` are the money of all that was searched for, by currency, in
    hundredths."""

    items: tuple[Found, ...]
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class About:
    """What the logs have of one letter or scan, newest first, also what is struck out."""

    returned: tuple[Returned, ...]
    items: tuple[Found, ...]


def about(facility: Facility, some_id: str, by: Actor) -> About:
    """Of the letter or scan with this id."""
    with looking(facility, by, Act.SEE_LOGBOOK) as look:
        return About(
            returned.look_up(look.tx, [returned_mail.c.item == some_id]),
            items.look_up(look.tx, [found_item.c.item == some_id]),
        )


# ---- mail that is not for here


def propose_return(
    facility: Facility, booking_number: str, item_id: str, by: Actor
) -> tuple[Proposal, Item | None]:
    """What is known of a piece of mail for this inmate, empty for somebody who is not on the
    roster. Raises NotFound for an unknown number or item."""
    with looking(facility, by, Act.KEEP_LOGBOOK) as look:
        item = proposals.item_of(look.tx, item_id) if item_id else None
        if item_id and item is None:
            raise NotFound(f"There is no letter or scan {item_id}.")
        return proposals.propose(look.tx, booking_number, item), item


def record_return(facility: Facility, entry: NewReturn, by: Actor) -> int:
    """Of an envelope that was not scanned; returns the number of the entry. For a letter or scan
    there is ``screening.returning``. Raises NotFound, UsageError and Conflict: see
    ``returned.note``."""
    with looking(facility, by, Act.KEEP_LOGBOOK) as look:
        known = writing.recorded_before(look.tx, returned_mail, entry.form)
    if known is not None:
        return known
    with acting(facility, by, Act.KEEP_LOGBOOK) as action:
        return returned.note(action, entry)


def returned_list(
    facility: Facility, by: Actor, find: str = "", start: int = 0, most: int | None = None
) -> tuple[Returned, ...]:
    """The log, newest first; with ``find``, the entries that have every word of it."""
    with looking(facility, by, Act.SEE_LOGBOOK) as look:
        return returned.look_up(look.tx, writing.matching(returned_mail, find), start, most)


def find_returned(facility: Facility, number: int, by: Actor) -> Returned:
    """Raises NotFound."""
    with looking(facility, by, Act.SEE_LOGBOOK) as look:
        return returned.find(look.tx, number)


def strike_return(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """An entry that is wrong counts for nothing, and stays to be seen. Raises NotFound, UsageError
    without a reason, and Conflict where that was done before."""
    with acting(facility, by, Act.CORRECT_LOGBOOK, reason=reason) as action:
        returned.strike(action, number)


def label_pdf(facility: Facility, number: int, by: Actor, *, on_page: bool = False) -> Paper:
    """The label of an entry. Raises NotFound, and Conflict for one that is struck out."""
    with acting(facility, by, Act.KEEP_LOGBOOK) as action:
        entry = returned.find(action.tx, number)
        if entry.struck is not None:
            raise Conflict("This entry is struck out: it has no label.")
        action.record(Verb.PRINT_LABEL, Subject.returned(number))
    return papers.label(facility, entry, on_page=on_page)


def returned_csv(facility: Facility, by: Actor, find: str = "") -> bytes:
    """The log as a spreadsheet's file, without what is struck out."""
    head = ("Entry", "When", "For", "Booking number", "Why", "Note", "Done", "Sender", "To")
    rows = [
        (
            str(each.number),
            f"{each.at.astimezone():%Y-%m-%d %H:%M}",
            each.inmate.full_name if each.inmate else each.addressed,
            each.inmate.booking_number if each.inmate else "",
            str(each.why),
            each.note,
            str(each.done),
            each.sender,
            ", ".join(each.address),
            each.item or "",
            each.by,
        )
        for each in _exported(facility, by, returned_mail, find)
        if isinstance(each, Returned)
    ]
    return csv_bytes(
        [(*head, "Letter", "By"), *([safe_cell(cell) for cell in row] for row in rows)]
    )


def _exported(
    facility: Facility, by: Actor, table: sa.Table, find: str
) -> tuple[Returned | Found, ...]:
    """What is not struck out; that somebody took it along is recorded."""
    with acting(facility, by, Act.SEE_LOGBOOK) as action:
        where = [*writing.matching(table, find), table.c.struck.is_(None)]
        found: tuple[Returned | Found, ...] = (
            returned.look_up(action.tx, where)
            if table is returned_mail
            else items.look_up(action.tx, where)
        )
        action.record(Verb.EXPORT_LOGBOOK, LOGBOOK, of=table.name, entries=len(found))
    return found


# ---- things that were found


def record_item(facility: Facility, new: NewItem, by: Actor) -> int:
    """Returns the number of its receipt. Raises NotFound, UsageError and Conflict: see
    ``items.note``."""
    with looking(facility, by, Act.KEEP_LOGBOOK) as look:
        known = writing.recorded_before(look.tx, found_item, new.form)
    if known is not None:
        return known
    with acting(facility, by, Act.KEEP_LOGBOOK) as action:
        return items.note(action, facility.settings.logbook, new)


def found_items(
    facility: Facility, by: Actor, find: str = "", start: int = 0, most: int | None = None
) -> FoundItems:
    """The log, newest first; with ``find``, the entries that have every word of it."""
    with looking(facility, by, Act.SEE_LOGBOOK) as look:
        where = writing.matching(found_item, find)
        return FoundItems(items.look_up(look.tx, where, start, most), items.sums(look.tx, where))


def find_item(facility: Facility, receipt: int, by: Actor) -> Found:
    """Raises NotFound."""
    with looking(facility, by, Act.SEE_LOGBOOK) as look:
        return items.find(look.tx, receipt)


def correct_item(facility: Facility, receipt: int, new: NewItem, by: Actor, reason: str) -> None:
    """Raises NotFound, UsageError without a reason and as ``record_item``, and Conflict where
    nothing is different or the entry is struck out."""
    with acting(facility, by, Act.CORRECT_LOGBOOK, reason=reason) as action:
        items.correct(action, facility.settings.logbook, receipt, new)


def strike_item(facility: Facility, receipt: int, by: Actor, reason: str) -> None:
    """As ``strike_return``."""
    with acting(facility, by, Act.CORRECT_LOGBOOK, reason=reason) as action:
        items.strike(action, receipt)


def receipt_pdf(facility: Facility, receipt: int, by: Actor) -> Paper:
    """The receipt as paper for its inmate. Raises NotFound, and Conflict for an entry that is
    struck out."""
    with acting(facility, by, Act.KEEP_LOGBOOK) as action:
        entry = items.find(action.tx, receipt)
        if entry.struck is not None:
            raise Conflict("This entry is struck out: it has no receipt.")
        action.record(Verb.PRINT_RECEIPT, Subject.found(receipt))
    return papers.receipt(facility, entry)


def items_csv(facility: Facility, by: Actor, find: str = "") -> bytes:
    """The log as a spreadsheet's file, without what is struck out. Amounts are plain numbers."""
    head = ("Receipt", "When", "Whose", "Booking number", "Kind", "What", "Currency", "Amount")
    rows = [
        (
            str(each.receipt),
            f"{each.at.astimezone():%Y-%m-%d %H:%M}",
            each.inmate.full_name if each.inmate else each.owner,
            each.inmate.booking_number if each.inmate else "",
            str(each.kind).replace("_", " "),
            each.what,
            "" if each.amount is None else each.currency,
            "" if each.amount is None else f"{each.amount // 100}.{each.amount % 100:02}",
            each.number,
            each.item or "",
            each.found_by,
            each.witness,
            str(each.went).replace("_", " "),
            each.by,
        )
        for each in _exported(facility, by, found_item, find)
        if isinstance(each, Found)
    ]
    more = ("Number", "Letter", "Found by", "Witness", "Went to", "By")
    return csv_bytes([(*head, *more), *([safe_cell(cell) for cell in row] for row in rows)])


def own_receipts(facility: Facility, by: Actor) -> tuple[Found, ...]:
    """Of what was found in this inmate's own mail, newest first; what is struck out is not
    there."""
    with looking(facility, by, Act.SEE_RECEIPTS, of=by.name) as look:
        mine = found_item.c.inmate_id == roster.inmate_row_id(look.tx, by.name)
        return items.look_up(look.tx, [mine, found_item.c.struck.is_(None)])


def may_keep(by: Actor) -> bool:
    """Whether this person may record; each verb checks it again."""
    return is_permitted(by, Act.KEEP_LOGBOOK)


def may_correct(by: Actor) -> bool:
    """Whether this person may correct; each verb checks it again."""
    return is_permitted(by, Act.CORRECT_LOGBOOK)
