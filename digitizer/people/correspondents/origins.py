"""What a letter was before it was cut, joined or scanned again: for whom it was, and who sent it.

Where one letter ends is easily taken wrong, by a machine and by a person. So whatever is watched,
or blocked, goes by what is known of each letter whose pages these are, or were together with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.storage.tables import cover, inmate, letter
from digitizer.storage.tables_correspondents import correspondent, cut_part, letter_sender
from digitizer.support.slices import in_slices

_AT_ONCE = 200


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
    return origins_of_many(tx, [letter_id])[letter_id]


def origins_of_many(tx: sa.Connection, letter_ids: Sequence[str]) -> dict[str, Origins]:
    """The same of letters that are known to exist: those that always were one letter, as nearly all
    were, are asked for together."""
    found: dict[str, Origins] = {}
    for some in in_slices(letter_ids, _AT_ONCE):
        parted = set(tx.execute(_were_not_one(some)).scalars())
        of_one: dict[str, list[sa.Row[Any]]] = {each: [] for each in some if each not in parted}
        for row in _facts(tx, of_one):
            of_one[row.id].append(row)
        found |= {each: _origins(tx, rows, {each}, (), ()) for each, rows in of_one.items()}
        found |= {each: _origins_of_parted(tx, each) for each in some if each in parted}
    return found


def _origins_of_parted(tx: sa.Connection, letter_id: str) -> Origins:
    replaced = _replaced_by(tx, {letter_id})
    cut_from = _cut_from(tx, {letter_id, *replaced})
    own = {letter_id, *replaced}
    rows = _facts(tx, {*own, *(part.of_letter for part in cut_from)})
    return _origins(tx, rows, own, replaced, cut_from)


def _origins(
    tx: sa.Connection,
    rows: Iterable[sa.Row[Any]],
    own: Collection[str],
    replaced: Iterable[str],
    cut_from: Collection[sa.Row[Any]],
) -> Origins:
    """By the facts in ``rows`` of the letters that are its ``own``, and that it was cut from."""
    inmates: set[int | None] = {part.inmate_id for part in cut_from}
    named: set[int | None] = {part.correspondent_id for part in cut_from}
    senders: set[str | None] = set()
    for row in rows:
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


def _were_not_one(letter_ids: Sequence[str]) -> sa.Select[Any]:
    """Those of these letters that were cut, joined or scanned again."""
    other = letter.alias()
    return sa.select(letter.c.id).where(
        letter.c.id.in_(letter_ids),
        sa.or_(
            sa.exists().where(cut_part.c.letter_id == letter.c.id),
            sa.exists().where(other.c.replaced_by == letter.c.id),
            sa.exists().where(other.c.replaced_by == letter.c.scan_id),
        ),
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
    if not people:
        return []
    asked = sa.select(correspondent.c.name).where(correspondent.c.id.in_(people))
    return list(tx.execute(asked).scalars())
