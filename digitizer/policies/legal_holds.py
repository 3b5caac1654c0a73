"""Legal holds: what they are on, and which mail they therefore keep.

In doubt mail is held: a hold on a letter keeps all that was ever one with it; a hold on a
correspondent keeps what bears their name, and, of an inmate with whom they write, all that no
record says is from somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.people import Actor
from digitizer.model.retention import HoldOn, LegalHold
from digitizer.people import roster
from digitizer.people.correspondents import records
from digitizer.people.correspondents.origins import Origins, kin_of, origins_of, origins_of_many
from digitizer.storage.tables import inmate, letter, message
from digitizer.storage.tables_correspondents import contact, correspondent, earlier_name
from digitizer.storage.tables_retention import legal_hold
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class _Held:
    """All that active holds are on. ``names`` are what the correspondents among them are called, as
    ``records.plain``; ``near`` the inmates with whom they write."""

    letters: frozenset[str]
    messages: frozenset[str]
    inmates: frozenset[int]
    correspondents: frozenset[int]
    names: frozenset[str]
    near: frozenset[int]

    def has(
        self, inmates: Collection[int], people: Collection[int], senders: Collection[str]
    ) -> bool:
        if self.inmates & set(inmates) or self.correspondents & set(people):
            return True
        if self.names & {records.plain(each) for each in senders}:
            return True
        return not people and bool(self.near & set(inmates))  # any name may be another of theirs


def add(
    tx: sa.Connection, on: HoldOn, of: str, reason: str, case: str, until: date | None, by: Actor
) -> int:
    """Raises NotFound for nothing that is known by ``of``: a letter's or message's id, a booking
    number, or a correspondent's number."""
    done = tx.execute(
        sa.insert(legal_hold).values(
            **_target(tx, on, of),
            reason=reason,
            case=case,
            by=by.name,
            since=now(),
            until=until,
            lifted_by="",
            lifted_why="",
        )
    )
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def _target(tx: sa.Connection, on: HoldOn, of: str) -> dict[str, Any]:
    if on is HoldOn.INMATE:
        return {"inmate_id": roster.inmate_row_id(tx, of)}
    if on is HoldOn.CORRESPONDENT:
        number = int(of[:9]) if of.isdecimal() else 0  # nobody has 0
        return {"correspondent_id": records.get(tx, number).id}
    table = letter if on is HoldOn.LETTER else message
    if tx.execute(sa.select(table.c.id).where(table.c.id == of)).first() is None:
        raise NotFound(f"There is no {on} {of}.")
    return {str(on): of}


def lift(tx: sa.Connection, number: int, why: str, by: Actor) -> None:
    """Raises NotFound for no hold that counts."""
    this = sa.update(legal_hold).where(legal_hold.c.id == number, legal_hold.c.lifted.is_(None))
    done = tx.execute(this.values(lifted=now(), lifted_by=by.name, lifted_why=why))
    if done.rowcount == 0:
        raise NotFound(f"There is no legal hold {number} that could be lifted.")


def all_holds(tx: sa.Connection) -> tuple[LegalHold, ...]:
    """Those that were not lifted first, the newest first."""
    rows = tx.execute(
        sa.select(
            legal_hold,
            inmate.c.booking_number,
            inmate.c.first_name,
            inmate.c.last_name,
            correspondent.c.name,
        )
        .outerjoin(inmate, inmate.c.id == legal_hold.c.inmate_id)
        .outerjoin(correspondent, correspondent.c.id == legal_hold.c.correspondent_id)
        .order_by(legal_hold.c.lifted.is_not(None), legal_hold.c.id.desc())
    )
    return tuple(_hold(row) for row in rows)


def _hold(row: sa.Row[Any]) -> LegalHold:
    if row.inmate_id is not None:
        on, named = HoldOn.INMATE, f"{row.first_name} {row.last_name} ({row.booking_number})"
    elif row.correspondent_id is not None:
        on, named = HoldOn.CORRESPONDENT, f"{row.name} ({row.correspondent_id})"
    elif row.letter is not None:
        on, named = HoldOn.LETTER, row.letter
    else:
        on, named = HoldOn.MESSAGE, row.message
    return LegalHold(
        number=row.id,
        on=on,
        named=named,
        reason=row.reason,
        case=row.case,
        by=row.by,
        since=row.since,
        until=row.until,
        lifted=row.lifted,
        lifted_by=row.lifted_by,
        lifted_why=row.lifted_why,
    )


def any_counts(tx: sa.Connection, today: date) -> bool:
    return bool(_active(tx, today))


def held_letters(tx: sa.Connection, ids: Sequence[str], today: date) -> frozenset[str]:
    """Which of these letters are under a legal hold."""
    held = _held(tx, today)
    if held is None:
        return frozenset()
    facts = _facts_of_messages(tx, ids)
    return frozenset(
        each
        for each, origins in origins_of_many(tx, list(ids)).items()
        if held.letters & {each, *origins.replaced} or _is_held(held, origins, facts.get(each))
    )


def is_scan_held(tx: sa.Connection, scan_id: str, today: date) -> bool:
    """Whether a letter in it is under a legal hold, or what was one with it; or, where nobody knows
    what is in it, whether anything is."""
    letters = tx.execute(sa.select(letter.c.id).where(letter.c.scan_id == scan_id)).scalars().all()
    if not letters:
        return any_counts(tx, today)
    return bool(held_letters(tx, letters, today))


def _is_held(held: _Held, origins: Origins, of_message: sa.Row[Any] | None) -> bool:
    people, senders = set(origins.correspondents), set(origins.senders)
    if of_message is not None:
        if of_message.message_id in held.messages:
            return True
        senders.add(of_message.correspondent)
        people |= {of_message.correspondent_id} - {None}
    return held.has(origins.inmates, people, senders)


def _facts_of_messages(tx: sa.Connection, ids: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """By the reply, the message that it answers."""
    rows = tx.execute(
        sa.select(
            letter.c.id, letter.c.message_id, message.c.correspondent, message.c.correspondent_id
        )
        .join(message, message.c.id == letter.c.message_id)
        .where(letter.c.id.in_(ids))
    )
    return {row.id: row for row in rows}


def held_messages(tx: sa.Connection, ids: Sequence[str], today: date) -> frozenset[str]:
    """Which of these e-messages are under a legal hold; also where a reply sheet to one is."""
    held = _held(tx, today)
    if held is None:
        return frozenset()
    rows = tx.execute(sa.select(message).where(message.c.id.in_(ids)))
    replies = sa.select(letter.c.message_id).where(letter.c.id.in_(held.letters))
    answered = set(tx.execute(replies).scalars())
    return frozenset(
        row.id
        for row in rows
        if row.id in held.messages
        or row.id in answered
        or held.has(
            [row.inmate_id],
            [] if row.correspondent_id is None else [row.correspondent_id],
            [row.correspondent],
        )
    )


def held_people(
    tx: sa.Connection,
    inmates: Collection[int],
    people: Collection[int],
    names: Collection[str],
    today: date,
) -> bool:
    """Whether what these people did together is under a legal hold: ``people`` are correspondents,
    ``names`` of any who came."""
    held = _held(tx, today)
    return held is not None and held.has(inmates, people, names)


def _active(tx: sa.Connection, today: date) -> list[sa.Row[Any]]:
    counts = sa.or_(legal_hold.c.until.is_(None), legal_hold.c.until >= today)
    asked = sa.select(legal_hold).where(legal_hold.c.lifted.is_(None), counts)
    return list(tx.execute(asked))


def _held(tx: sa.Connection, today: date) -> _Held | None:
    """None: nothing is held."""
    rows = _active(tx, today)
    if not rows:
        return None
    people = frozenset(row.correspondent_id for row in rows if row.correspondent_id is not None)
    names = (
        sa.select(each.c.plain_name).where(key.in_(people))
        for each, key in (
            (correspondent, correspondent.c.id),
            (earlier_name, earlier_name.c.correspondent_id),
        )
    )
    near = sa.select(contact.c.inmate_id).where(contact.c.correspondent_id.in_(people))
    return _Held(
        letters=frozenset().union(*(_one_with(tx, row.letter) for row in rows if row.letter)),
        messages=frozenset(row.message for row in rows if row.message),
        inmates=frozenset(row.inmate_id for row in rows if row.inmate_id is not None),
        correspondents=people,
        names=frozenset(each for asked in names for each in tx.execute(asked).scalars()),
        near=frozenset(tx.execute(near).scalars()),
    )


def _one_with(tx: sa.Connection, letter_id: str) -> frozenset[str]:
    """The letter, all that were one with it, and the earlier scans of its paper."""
    if tx.execute(sa.select(letter.c.id).where(letter.c.id == letter_id)).first() is None:
        return frozenset({letter_id})
    return kin_of(tx, letter_id) | origins_of(tx, letter_id).replaced
