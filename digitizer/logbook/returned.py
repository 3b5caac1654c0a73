"""Mail that went back to its sender or on to another place, in the tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.logbook import writing
from digitizer.logbook.writing import Whose
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.logbook import REASONS, Done, NewReturn, Returned, Why
from digitizer.model.people import CustodyStatus
from digitizer.people import roster
from digitizer.people.correspondents import records
from digitizer.prints import queue
from digitizer.storage.tables import letter
from digitizer.storage.tables_logbook import logbook_correction, returned_mail
from digitizer.support.clock import now

_THIS = logbook_correction.c.returned_id


def reason_of(entry: NewReturn) -> str:
    """Why it is not for here, in a sentence. Raises UsageError where whoever records it must say
    so, and did not."""
    note = writing.one_line(entry.note)
    if entry.why is Why.OTHER and not note:
        raise UsageError("Say why it is not for here.")
    return note or REASONS[entry.why]


def note(action: Action, entry: NewReturn, item: str | None = None) -> int:
    """Writes an entry, of a letter or scan if it was one; returns its number.

    Raises NotFound, UsageError for what does not fit together, and Conflict for an item that is
    recorded already.
    """
    tx = action.tx
    known = writing.recorded_before(tx, returned_mail, entry.form)
    if known is not None:
        raise Conflict(f"It is recorded already: entry {known} of the log of returned mail.")
    _check_not_twice(tx, item)
    whom = writing.whose(tx, entry.booking_number, entry.name)
    _check_why(whom, entry.why)
    _check_owner(tx, whom, item)
    sender, address = _to_whom(tx, entry)
    said = writing.one_line(entry.note)
    reason_of(entry)
    searched = writing.searched(entry.booking_number, whom.name, sender, address, said)
    made = tx.execute(
        sa.insert(returned_mail)
        .values(
            inmate_id=whom.row,
            addressed=whom.name,
            why=str(entry.why),
            note=said,
            done=str(entry.done),
            sender=sender,
            address=address,
            item=item,
            by=action.by.name,
            at=now(),
            plain=searched,
            form=entry.form or None,
        )
        .returning(returned_mail.c.id)
    )
    number = int(made.scalar_one())
    verb = Verb.RETURN_MAIL if entry.done is Done.RETURNED else Verb.FORWARD_MAIL
    to = whom.inmate.booking_number if whom.inmate else None
    action.record(verb, Subject.returned(number), of=to, as_=str(entry.why), item=item)
    return number


def _check_not_twice(tx: sa.Connection, item: str | None) -> None:
    if item is None:
        return
    same = sa.select(returned_mail.c.id).where(
        returned_mail.c.item == item, returned_mail.c.struck.is_(None)
    )
    known = tx.execute(same).scalar()
    if known is not None:
        raise Conflict(f"It is recorded already: entry {known} of the log of returned mail.")


def _check_why(whom: Whose, why: Why) -> None:
    """Mail for somebody who is here does not go away because a wrong reason was picked."""
    if whom.inmate is None:
        return
    if why is Why.UNKNOWN:
        raise UsageError("Whoever is on the roster is not unknown. Choose another reason.")
    here = whom.inmate.status is CustodyStatus.IN_CUSTODY
    if here and why in (Why.RELEASED, Why.TRANSFERRED):
        raise UsageError(
            f"{whom.words} is in custody here: this is their mail. Deliver it, or correct the "
            "roster first."
        )


def _check_owner(tx: sa.Connection, whom: Whose, item: str | None) -> None:
    """Nor does the letter of somebody who is here, by its cover or by a person's decision, because
    another name was picked."""
    asked = sa.select(letter.c.inmate_id, letter.c.proposed).where(letter.c.id == item)
    row = tx.execute(asked).first() if item else None
    if row is None:
        return
    owner = (
        roster.inmate_named(tx, row.proposed)
        if row.inmate_id is None
        else roster.inmate_of_row(tx, row.inmate_id)
    )
    if owner is None or owner == whom.inmate:
        return
    if owner.status is CustodyStatus.IN_CUSTODY:
        raise UsageError(
            f"This letter is for {owner.full_name}, {owner.booking_number}, who is in custody "
            "here. Choose them, or deliver it."
        )


def _to_whom(tx: sa.Connection, entry: NewReturn) -> tuple[str, str]:
    """The sender's name, and the lines of the label. Raises UsageError without an address to
    forward to."""
    sender, address = writing.one_line(entry.sender), writing.lines_of(entry.sender_address)
    if entry.correspondent is not None:
        known = records.get(tx, entry.correspondent)
        sender, address = known.name, "\n".join(known.address)
    if entry.done is Done.RETURNED:
        return sender, address
    forward = writing.lines_of(entry.forward_to)
    if not forward:
        raise UsageError("Write the address to which it is forwarded.")
    return sender, forward


def strike(action: Action, number: int) -> None:
    """The entry counts for nothing from now on, and stays to be seen with the reason. Raises
    NotFound, and Conflict where that was done before."""
    found = find(action.tx, number)
    if found.struck is not None:
        raise Conflict("This entry is struck out already.")
    _strike(action, number, action.why)


def _strike(action: Action, number: int, reason: str) -> None:
    this = sa.update(returned_mail).where(returned_mail.c.id == number)
    action.tx.execute(this.values(struck=now()))
    before = {"struck": ""}
    writing.keep_correction(action.tx, _THIS, number, before, reason, action.by.name)
    of = Subject.returned(number)
    papers = queue.spoil_copies(action.tx, str(of), "Its entry was struck out.")
    action.record(Verb.CORRECT_LOGBOOK, of, fields=["struck"], papers=list(papers))


def take_back(action: Action, item: str, since: datetime, reason: str) -> None:
    """The decision by which this letter or scan went away is undone: so is what was recorded with
    it. Raises Conflict where somebody else recorded it: the paper went away by their hands."""
    same = sa.select(returned_mail.c.id, returned_mail.c.by).where(
        returned_mail.c.item == item,
        returned_mail.c.struck.is_(None),
        returned_mail.c.at >= since,
    )
    for row in action.tx.execute(same).all():
        if row.by != action.by.name:
            raise Conflict(f"{row.by} has recorded since that its paper went away: entry {row.id}.")
        _strike(action, row.id, reason)


def find(tx: sa.Connection, number: int) -> Returned:
    """Raises NotFound."""
    for found in look_up(tx, [returned_mail.c.id == number]):
        return found
    raise NotFound(f"There is no entry {number} in the log of returned mail.")


def look_up(
    tx: sa.Connection,
    where: list[sa.ColumnElement[bool]],
    start: int = 0,
    most: int | None = None,
) -> tuple[Returned, ...]:
    """Newest first."""
    rows = writing.entries(tx, returned_mail, where, start, most)
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows} - {None})
    corrected = writing.corrections_of(tx, _THIS, [row.id for row in rows])
    return tuple(
        Returned(
            number=row.id,
            inmate=people.get(row.inmate_id),
            addressed=row.addressed,
            why=Why(row.why),
            note=row.note,
            done=Done(row.done),
            sender=row.sender,
            address=tuple(row.address.splitlines()),
            item=row.item,
            by=row.by,
            at=row.at,
            struck=row.struck,
            corrections=corrected.get(row.id, ()),
        )
        for row in rows
    )


def last_forwarded(tx: sa.Connection, inmate_row: int) -> Returned | None:
    """The last piece of mail of this inmate that was forwarded."""
    table: Any = returned_mail.c
    where = [
        table.inmate_id == inmate_row,
        table.done == str(Done.FORWARDED),
        table.struck.is_(None),
    ]
    return next(iter(look_up(tx, where, most=1)), None)
