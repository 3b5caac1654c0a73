"""What a letter was before it was cut, joined or scanned again: for whom it was, and who sent it.

Where one letter ends is easily taken wrong, by a machine and by a person. So whatever is watched,
or blocked, goes by what is known of each letter whose pages these are, or were together with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.storage.tables import cover, inmate, letter
from digitizer.storage.tables_correspondents import correspondent, cut_part, letter_sender


@dataclass(frozen=True, slots=True)
class Origins:
    """``inmates`` are the rows of all whom it is, was or may be for; ``senders`` the names of who
    may have sent it, ``correspondents`` the numbers of those of whom a person said so, or who made
    its cover. ``replaced`` are the letters that were joined to it, or whose paper was scanned again
    as it."""

    inmates: frozenset[int]
    senders: frozenset[str]
    correspondents: frozenset[int]
    replaced: frozenset[str]


def origins_of(tx: sa.Connection, letter_id: str) -> Origins:
    """Of a letter that is known to exist."""
    replaced = _replaced_by(tx, {letter_id})
    cut_from = _cut_from(tx, {letter_id, *replaced})
    inmates: set[int | None] = {part.inmate_id for part in cut_from}
    named: set[int | None] = {part.correspondent_id for part in cut_from}
    senders: set[str | None] = set()
    own = {letter_id, *replaced}
    for row in _facts(tx, {*own, *(part.of_letter for part in cut_from)}):
        senders |= {row.sender, row.printed_for}
        inmates.add(row.proposed_id)
        named.add(row.maker)
        if row.id in own:  # what was said of the other part since is not about this one
            inmates.add(row.inmate_id)
            named.add(row.named)
    people = frozenset(each for each in named if each is not None)
    return Origins(
        inmates=frozenset(each for each in inmates if each is not None),
        senders=frozenset(each for each in (*senders, *_names(tx, people)) if each),
        correspondents=people,
        replaced=frozenset(replaced),
    )


def kin_of(tx: sa.Connection, letter_id: str) -> frozenset[str]:
    """The letter, and all that were one with it: cut from it, or it from them, or joined."""
    found: set[str] = set()
    new = {letter_id}
    while new:
        found |= new
        parts = sa.or_(cut_part.c.letter_id.in_(new), cut_part.c.of_letter.in_(new))
        cuts = tx.execute(sa.select(cut_part.c.letter_id, cut_part.c.of_letter).where(parts))
        joins = tx.execute(
            sa.select(letter.c.id, letter.c.replaced_by).where(
                sa.or_(letter.c.id.in_(new), letter.c.replaced_by.in_(new)),
                letter.c.replaced_by.is_not(None),
            )
        )
        beside = {each for row in (*cuts, *joins) for each in row} - found
        new = set(tx.execute(sa.select(letter.c.id).where(letter.c.id.in_(beside))).scalars())
    return frozenset(found)


def _replaced_by(tx: sa.Connection, ids: set[str]) -> set[str]:
    """The letters that became these, or the scans of these."""
    found: set[str] = set()
    new = ids
    while new:
        scans = sa.select(letter.c.scan_id).where(letter.c.id.in_(new))
        became = {*new, *(part.of_letter for part in _cut_from(tx, new))}
        is_one = sa.or_(letter.c.replaced_by.in_(became), letter.c.replaced_by.in_(scans))
        rows = tx.execute(sa.select(letter.c.id).where(is_one))
        new = set(rows.scalars()) - found - ids
        found |= new
    return found


def _cut_from(tx: sa.Connection, ids: set[str]) -> list[sa.Row[Any]]:
    """The parts that these are, and that what they were cut from is."""
    found: dict[str, sa.Row[Any]] = {}
    new = ids
    while new:
        rows = tx.execute(sa.select(cut_part).where(cut_part.c.letter_id.in_(new))).all()
        new = {row.of_letter for row in rows} - set(found)
        found |= {row.letter_id: row for row in rows}
    return list(found.values())


def _facts(tx: sa.Connection, ids: Iterable[str]) -> list[sa.Row[Any]]:
    asked = (
        sa.select(
            letter.c.id,
            letter.c.inmate_id,
            letter.c.sender,
            inmate.c.id.label("proposed_id"),
            cover.c.sender.label("printed_for"),
            cover.c.correspondent_id.label("maker"),
            letter_sender.c.correspondent_id.label("named"),
        )
        .join(inmate, inmate.c.booking_number == letter.c.proposed, isouter=True)
        .join(cover, cover.c.id == letter.c.cover_id, isouter=True)
        .join(letter_sender, letter_sender.c.letter_id == letter.c.id, isouter=True)
        .where(letter.c.id.in_(list(ids)))
    )
    return list(tx.execute(asked))


def _names(tx: sa.Connection, people: frozenset[int]) -> list[str]:
    asked = sa.select(correspondent.c.name).where(correspondent.c.id.in_(people))
    return list(tx.execute(asked).scalars())
