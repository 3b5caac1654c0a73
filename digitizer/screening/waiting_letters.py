"""Letters that wait for a review, and their pages as a person screens them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.letters import whom_about
from digitizer.letters.pages import withheld_pages
from digitizer.letters.transcripts import whole_transcripts_of, wordings_of
from digitizer.letters.withheld_parts import WithheldPart, parts_of
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import Box, Transcript
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.policies.marks import Mark, frames, marks_of
from digitizer.policies.watch_rules import WatchRule
from digitizer.screening.second_look import first_looks
from digitizer.screening.seen_pages import as_it_stands, changes_of, shown_to
from digitizer.storage.tables import letter, page, scan
from digitizer.storage.tables_screening import first_look

_SHOWN_ROLES = (PageRole.CONTENT, PageRole.WITHHELD)


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A letter that waits for a review. ``content`` are the page numbers of what would be delivered
    and ``unseen`` those of them that were not shown to whoever asks; ``named`` is whom it would go
    to, ``since`` when it was filed. ``marks`` say what watch rules found; ``first_by`` is who has
    released it already, where two must."""

    letter: str
    scan: str
    named: Inmate | None
    sender: str | None
    received: datetime
    since: datetime
    reason: str | None
    content: tuple[int, ...]
    unseen: tuple[int, ...]
    marks: tuple[Mark, ...]
    first_by: str | None

    @property
    def rules(self) -> tuple[WatchRule, ...]:
        """The rules that mark it, each once."""
        return tuple({mark.rule.id: mark.rule for mark in self.marks}.values())


@dataclass(frozen=True, slots=True)
class ScreenedPage:
    """A page of a letter that is screened. ``place`` counts from 1 in the letter, ``withheld`` is
    the reason for which it is withheld, empty where it is not; ``shown``: to whoever asks, as it
    stands; ``look`` are the details of the event by which it is shown.
    ``rules`` mark it, ``frames`` is where on the picture, in its pixels, they found something;
    ``parts`` are what is withheld of it."""

    id: int
    number: int
    place: int
    picture: str | None
    width: int
    height: int
    quality: tuple[str, ...]
    transcript: Transcript | None
    withheld: str
    shown: bool
    look: Mapping[str, int]
    rules: tuple[WatchRule, ...] = ()
    frames: tuple[Box, ...] = ()
    parts: tuple[WithheldPart, ...] = ()

    @property
    def role(self) -> PageRole:
        return PageRole.WITHHELD if self.withheld else PageRole.CONTENT


def waiting_letters(
    tx: sa.Connection, by: Actor, only: str | None = None
) -> tuple[WaitingLetter, ...]:
    """All that wait for this person, oldest first; or only the one with this id. Nothing of a
    sealed scan is among them, and nothing that they have released and a second person must."""
    wanted = (
        sa.select(letter, scan.c.finished)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(letter.c.state == LetterState.AWAITING_REVIEW, scan.c.sealed.is_(False))
    )
    rows: Sequence[sa.Row[Any]] = tx.execute(
        wanted.where(letter.c.id == only) if only else wanted
    ).all()
    hidden = whom_about.about(tx, by)
    rows = [row for row in rows if row.id not in hidden]
    ids = [row.id for row in rows]
    content, shown = _content(tx, only), shown_to(tx, ids, by)
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows if row.inmate_id})
    marked, first = marks_of(tx, ids), first_looks(tx, ids)
    counts = {each: look for each, look in first.items() if look.covers(content[each])}
    found = [
        WaitingLetter(
            letter=row.id,
            scan=row.scan_id,
            named=people.get(row.inmate_id),
            sender=row.sender,
            received=row.received,
            since=row.finished or row.received,
            reason=row.reason,
            content=tuple(content[row.id]),
            unseen=tuple(each for each in content[row.id] if each not in shown[row.id]),
            marks=marked.get(row.id, ()),
            first_by=counts[row.id].by if row.id in counts else None,
        )
        for row in rows
        if row.id not in counts or counts[row.id].by != by.name
    ]
    return tuple(sorted(found, key=lambda each: (each.since, each.received, each.letter)))


def find_waiting(tx: sa.Connection, letter_id: str, by: Actor) -> WaitingLetter:
    """A letter that waits for this person. Raises NotFound."""
    for found in waiting_letters(tx, by, letter_id):
        return found
    raise NotFound(f"No letter {letter_id} waits for a review.")


def waiting_after(tx: sa.Connection, letter_id: str, by: Actor) -> str | None:
    """The id of the letter after this one in the order of ``waiting_letters``, the first after the
    last; None if no other waits. What they have released already is passed over."""
    mine = sa.select(first_look.c.letter_id).where(first_look.c.by == by.name)
    wanted = (
        sa.select(letter.c.id)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(
            letter.c.state == LetterState.AWAITING_REVIEW,
            scan.c.sealed.is_(False),
            sa.or_(letter.c.id == letter_id, letter.c.id.not_in(mine)),
        )
        .order_by(
            sa.func.coalesce(scan.c.finished, letter.c.received), letter.c.received, letter.c.id
        )
    )
    hidden = whom_about.about(tx, by)
    ids = [each for each in tx.execute(wanted).scalars() if each not in hidden]
    place = ids.index(letter_id)
    others = [*ids[place + 1 :], *ids[:place]]
    return others[0] if others else None


def _content(tx: sa.Connection, only: str | None) -> Mapping[str, list[int]]:
    """The content of all letters that wait, by letter: there may be thousands of them."""
    wanted = (
        sa.select(page.c.letter_id, page.c.number)
        .join(letter, page.c.letter_id == letter.c.id)
        .where(letter.c.state == LetterState.AWAITING_REVIEW, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    )
    rows = tx.execute(wanted.where(letter.c.id == only) if only else wanted)
    numbers: dict[str, list[int]] = defaultdict(list)
    for letter_id, number in rows:
        numbers[letter_id].append(number)
    return numbers


def screened_pages(tx: sa.Connection, letter_id: str, by: Actor) -> tuple[ScreenedPage, ...]:
    """The pages of a letter in the order of the paper, withheld ones too; no cover, no blank."""
    rows = tx.execute(
        sa.select(page)
        .where(page.c.letter_id == letter_id, page.c.role.in_(_SHOWN_ROLES))
        .order_by(page.c.place)
    ).all()
    read = whole_transcripts_of(tx, [row.id for row in rows])
    gone = [each for each in withheld_pages(tx, letter_id) if not each.part]
    withheld, parts = (
        {each.number: each.reason for each in gone},
        parts_of(tx, [row.id for row in rows]),
    )
    shown = shown_to(tx, [letter_id], by)[letter_id]
    changes = changes_of(tx, [letter_id]).get(letter_id, {})
    wordings = wordings_of(tx, [row.id for row in rows])
    rules: dict[int | None, list[WatchRule]] = defaultdict(list)
    for each in marks_of(tx, [letter_id]).get(letter_id, ()):
        rules[each.page].append(each.rule)
    return tuple(
        ScreenedPage(
            id=row.id,
            number=row.number,
            place=place,
            picture=row.picture,
            width=row.width,
            height=row.height,
            quality=tuple(row.quality),
            transcript=read.get(row.id),
            withheld=withheld.get(row.number, ""),
            shown=row.number in shown,
            look=as_it_stands(changes, row.number),
            rules=tuple(rules[row.id]),
            frames=frames(rules[row.id], wordings.get(row.id, ())),
            parts=parts[row.id],
        )
        for place, row in enumerate(rows, start=1)
    )
