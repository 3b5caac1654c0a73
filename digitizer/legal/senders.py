"""The registry of those whose mail is protected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.legal import NewSender, ProtectedSender, SenderKind, SenderState
from digitizer.people.correspondents.records import plain
from digitizer.storage.tables_legal import protected_sender
from digitizer.support.clock import now
from digitizer.support.visible import as_name

LONGEST_NAME, LONGEST_REFERENCE, _LONGEST_ADDRESS = 120, 80, 400
_MOST_LINES = 6
_LAST_DAY = date(2199, 12, 31)


def checked(new: NewSender) -> NewSender:
    """As it is kept. Raises UsageError for what cannot be."""
    name, organisation = as_name(new.name), as_name(new.organisation)
    lines = [line for line in map(as_name, new.address.splitlines()) if line]
    reference = as_name(new.reference)
    if not name and not organisation:
        raise UsageError("Give the sender's name, or that of the organisation.")
    if max(len(name), len(organisation)) > LONGEST_NAME or len(reference) > LONGEST_REFERENCE:
        raise UsageError("A name has at most 120 characters, a number 80. Shorten it.")
    address = "\n".join(lines)
    if len(lines) > _MOST_LINES or len(address) > _LONGEST_ADDRESS:
        raise UsageError("A sender's address has at most 6 lines, together 400 characters.")
    if new.expires is not None and new.expires > _LAST_DAY:
        raise UsageError("That day is too far away. Leave it empty if there is none.")
    return NewSender(new.kind, name, organisation, address, reference, new.expires)


def add(action: Action, new: NewSender) -> int:
    """Raises UsageError, and Conflict for one that is in the registry already."""
    entry = checked(new)
    known = same_as(action.tx, entry)
    if known is not None:
        raise Conflict(f"This sender is in the registry already: entry {known.number}.")
    number = insert(action, entry)
    action.record(Verb.ADD_PROTECTED_SENDER, Subject.protected_sender(number), as_=str(entry.kind))
    return number


def insert(action: Action, entry: NewSender) -> int:
    values = {"by": action.by.name, "added": now(), "revoked_why": ""}
    made = sa.insert(protected_sender).values(**_values(entry), **values)
    number: int = action.tx.execute(made.returning(protected_sender.c.id)).scalar_one()
    return number


def change(action: Action, number: int, new: NewSender) -> None:
    """Raises NotFound, UsageError, and Conflict where nothing is different, or another entry is the
    same."""
    known, entry = get(action.tx, number), checked(new)
    fields = rewrite(action.tx, known, entry)
    if not fields:
        raise Conflict("Nothing is different.")
    other = same_as(action.tx, entry, besides=number)
    if other is not None:
        raise Conflict(f"Entry {other.number} is the same sender.")
    about = Subject.protected_sender(number)
    action.record(Verb.CHANGE_PROTECTED_SENDER, about, fields=list(fields))


def rewrite(tx: sa.Connection, known: ProtectedSender, entry: NewSender) -> tuple[str, ...]:
    """Writes what is different, and returns the names of these fields."""
    fields = differences(known, entry)
    if fields:
        this = sa.update(protected_sender).where(protected_sender.c.id == known.number)
        tx.execute(this.values(**_values(entry)))
    return fields


def differences(known: ProtectedSender, entry: NewSender) -> tuple[str, ...]:
    """The names of the fields that would change; ``entry`` is checked."""
    before = {
        "kind": known.kind,
        "name": known.name,
        "organisation": known.organisation,
        "address": "\n".join(known.address),
        "reference": known.reference,
        "expires": known.expires,
    }
    return tuple(name for name, value in before.items() if getattr(entry, name) != value)


def revoke(action: Action, number: int) -> None:
    """From now on nothing from this sender passes. Raises NotFound and Conflict."""
    known = get(action.tx, number)
    if known.revoked is not None:
        raise Conflict("This sender is revoked already.")
    _set(action.tx, number, revoked=now(), revoked_why=action.why)
    action.record(Verb.REVOKE_PROTECTED_SENDER, Subject.protected_sender(number))


def reactivate(action: Action, number: int) -> None:
    """Raises NotFound and Conflict."""
    if get(action.tx, number).revoked is None:
        raise Conflict("This sender is not revoked.")
    _set(action.tx, number, revoked=None, revoked_why="")
    action.record(Verb.REACTIVATE_PROTECTED_SENDER, Subject.protected_sender(number))


def _set(tx: sa.Connection, number: int, **values: Any) -> None:
    this = sa.update(protected_sender).where(protected_sender.c.id == number)
    tx.execute(this.values(**values))


def get(tx: sa.Connection, number: int) -> ProtectedSender:
    """Raises NotFound."""
    for found in look_up(tx, [protected_sender.c.id == number]):
        return found
    raise NotFound(f"There is no protected sender {number}.")


def need_active(sender: ProtectedSender) -> None:
    """Raises Conflict for a sender for whom no code may be made."""
    state = sender.state_at(now())
    if state is not SenderState.ACTIVE:
        raise Conflict(f"The registration of {sender.whole_name} is {state}: no code is made.")


def find(tx: sa.Connection, text: str, start: int, most: int | None) -> tuple[ProtectedSender, ...]:
    """The entries that have every word of the text, by name."""
    has = [protected_sender.c.plain.contains(word, autoescape=True) for word in plain(text).split()]
    return look_up(tx, has, start, most)


def look_up(
    tx: sa.Connection,
    where: Iterable[sa.ColumnElement[bool]] = (),
    start: int = 0,
    most: int | None = None,
) -> tuple[ProtectedSender, ...]:
    asked = sa.select(protected_sender).where(*where)
    by_name = asked.order_by(protected_sender.c.plain, protected_sender.c.id)
    return tuple(map(_of, tx.execute(by_name.offset(start).limit(most))))


def of_numbers(tx: sa.Connection, numbers: set[int]) -> dict[int, ProtectedSender]:
    found = look_up(tx, [protected_sender.c.id.in_(sorted(numbers))])
    return {each.number: each for each in found}


def same_as(
    tx: sa.Connection, entry: NewSender, besides: int | None = None
) -> ProtectedSender | None:
    """The entry of the same kind that has its reference; of a sender without one, its names."""
    for each in look_up(tx, [protected_sender.c.kind == str(entry.kind)]):
        if each.number != besides and identity(each) == identity(entry):
            return each
    return None


def identity(sender: NewSender | ProtectedSender) -> tuple[str, str]:
    """What makes two entries the same sender."""
    if sender.reference:
        return str(sender.kind), "#" + plain(sender.reference)
    return str(sender.kind), plain(f"{sender.name} / {sender.organisation}")


def _values(entry: NewSender) -> dict[str, Any]:
    words = (entry.name, entry.organisation, entry.reference, entry.address)
    return {
        "kind": str(entry.kind),
        "name": entry.name,
        "organisation": entry.organisation,
        "address": entry.address,
        "reference": entry.reference,
        "expires": entry.expires,
        "plain": plain(" ".join(words)),
    }


def _of(row: sa.Row[Any]) -> ProtectedSender:
    return ProtectedSender(
        number=row.id,
        kind=SenderKind(row.kind),
        name=row.name,
        organisation=row.organisation,
        address=tuple(row.address.splitlines()),
        reference=row.reference,
        expires=row.expires,
        revoked=row.revoked,
        revoked_why=row.revoked_why,
        by=row.by,
        added=row.added,
    )
