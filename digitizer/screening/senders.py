"""Who may have sent a held letter: by the cover's words, and by what a machine read in the sender's
corner of an envelope. It is only proposed; a person says who it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.letters.transcripts import whole_transcripts_of
from digitizer.model.errors import NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.model.paper import Transcript
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.people.correspondents import blocks, contacts, records
from digitizer.people.correspondents.records import Correspondent, Entry
from digitizer.policies import marks
from digitizer.storage.tables import letter, page
from digitizer.storage.tables_correspondents import correspondent

#: An envelope is at most so high for its width; its sender stands left of this, and above that.
_ENVELOPE, _CORNER_WIDTH, _CORNER_HEIGHT = 0.75, 0.5, 0.4
#: Pages that are looked at for an envelope, lines of an address, letters of a name.
_MOST_PAGES, _MOST_LINES, _LEAST_LETTERS = 4, 5, 4
#: How much alike a name and what was read must be (0..100) to propose somebody who is known.
_ALIKE = 84
_MOST_PROPOSED = 3
#: People whom a search shows at once: each has a key of its own.
_MOST_FOUND = 9


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who may have sent it. ``known`` is their record; None: they are not noted yet, and
    ``entry`` is what was read of them. ``why`` says where."""

    known: Correspondent | None
    entry: Entry
    why: str


@dataclass(frozen=True, slots=True)
class Senders:
    """``named`` is who sent it as a person said; else ``proposals``, the likeliest first.
    ``blocked`` are sentences about blocks of all these people's mail that are in force."""

    named: Correspondent | None
    proposals: tuple[Proposal, ...]
    blocked: tuple[str, ...]


def look_at_senders(facility: Facility, letter_id: str, by: Actor) -> Senders:
    """Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        on_cover = _sender_on_cover(look.tx, letter_id)
        named = contacts.sender_of(look.tx, letter_id)
        proposed = () if named else tuple(_proposals(look.tx, letter_id, on_cover))
        people = [named] if named else [each.known for each in proposed if each.known]
        return Senders(named, proposed, _blocks_of(look.tx, people))


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whom a person may name as the sender. ``is_approved``: their contact with whose
    letter it is; then it comes into the conversation of the two. ``blocked`` as for Senders."""

    who: Correspondent
    is_approved: bool
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Who may have sent a letter: approved contacts of whose letter it is first. ``inmate`` is
    whose it is, or whom its cover names; None where nobody knows. ``is_delivered``: it is in their
    mailbox. ``named`` is who sent it as a person said."""

    inmate: Inmate | None
    is_delivered: bool
    named: Correspondent | None
    found: tuple[Choice, ...]
    is_all: bool


def look_for_sender(facility: Facility, letter_id: str, text: str, by: Actor) -> Choices:
    """Whose name, address and e-mail have every word of ``text``; of no words, the approved
    contacts of whose letter it is. Raises NotFound, also for what is no letter from outside."""
    with looking(facility, by, Act.LOOK) as look:
        row = _letter_of_somebody(look.tx, letter_id)
        inmate = (
            roster.inmate_named(look.tx, row.proposed)
            if row.inmate_id is None
            else roster.inmate_of_row(look.tx, row.inmate_id)
        )
        theirs = contacts.of_inmate(look.tx, _row_of(look.tx, inmate)) if inmate else ()
        approved = {each.correspondent.id for each in theirs if each.approved}
        found = records.find(look.tx, text, _MOST_FOUND + 1) if text.strip() else ()
        people = list(found) or [each.correspondent for each in theirs if each.approved]
        if text.strip() and not found:
            people = []
        people.sort(key=lambda each: each.id not in approved)
        return Choices(
            inmate=inmate,
            is_delivered=row.state == LetterState.DELIVERED,
            named=contacts.sender_of(look.tx, letter_id),
            found=tuple(
                Choice(each, each.id in approved, _blocks_of(look.tx, [each]))
                for each in people[:_MOST_FOUND]
            ),
            is_all=len(people) <= _MOST_FOUND,
        )


def _row_of(tx: sa.Connection, inmate: Inmate) -> int:
    return roster.inmate_row_id(tx, inmate.booking_number)


def _blocks_of(tx: sa.Connection, people: Iterable[Correspondent]) -> tuple[str, ...]:
    about = (blocks.of_correspondent(tx, each.id) for each in people)
    return tuple(blocks.sentence(b) for each in about for b in each if b.in_force)


def _letter_of_somebody(tx: sa.Connection, letter_id: str) -> sa.Row[Any]:
    is_letter = letter.c.id == letter_id, letter.c.kind == str(LetterKind.LETTER)
    row = tx.execute(sa.select(letter).where(*is_letter)).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    return row


def blocked_for(
    facility: Facility, held_id: str, booking_number: str, by: Actor
) -> Mapping[int, str]:
    """What must be known before the held letter, or scan, is delivered to this inmate: sentences
    about blocks of its senders' mail, and of all mail to them, by number. Raises NotFound."""
    with looking(facility, by, Act.LOOK) as look:
        inmate_id = roster.inmate_row_id(look.tx, booking_number)
        found = blocks.of_letter(look.tx, held_id, inmate_id)
        return {each.id: blocks.sentence(each) for each in found}


def name_sender(
    facility: Facility, letter_id: str, correspondent_id: int | None, entry: Entry, by: Actor
) -> int:
    """A person says who sent the letter, at first or in place of what was said before: somebody
    known, or with None somebody new, of whom ``entry`` is noted. A delivered letter is in the
    conversation with them from then on, and in no other. Returns their number. Raises NotFound and
    UsageError."""
    naming = acting(facility, by, Act.CONTACTS)
    kept = entry if correspondent_id is not None else records.checked(entry)
    with naming as action:
        _sender_on_cover(action.tx, letter_id)
        number = correspondent_id
        if number is None:
            number = records.add(action.tx, kept)
            action.record(Verb.ADD_CORRESPONDENT, Subject.correspondent(number))
        before = contacts.sender_of(action.tx, letter_id)
        contacts.name_sender(action.tx, letter_id, number)
        marks.mark_open_letters(action.tx, [letter_id])
        was = {"before": before.id} if before and before.id != number else {}
        action.record(Verb.NAME_SENDER, Subject.letter(letter_id), correspondent=number, **was)
    return number


def _sender_on_cover(tx: sa.Connection, letter_id: str) -> str:
    """For whom the letter's cover was printed to send; empty where it does not say."""
    row = tx.execute(sa.select(letter.c.sender).where(letter.c.id == letter_id)).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    return row.sender or ""


def _proposals(tx: sa.Connection, letter_id: str, on_cover: str) -> Iterator[Proposal]:
    """Known people first: those of the cover, then those of the envelope; then who is not noted."""
    texts = [(Entry(on_cover), "named by the cover")] if on_cover else []
    if lines := _on_envelope(tx, letter_id):
        texts.append((Entry(lines[0], "\n".join(lines[1:])), "read on the envelope"))
    if not texts:
        return
    everyone = [(row.id, row.plain_name) for row in tx.execute(_all_names())]
    seen: set[int] = set()
    for entry, why in texts:
        for number in _alike(everyone, entry.name):
            if number not in seen and len(seen) < _MOST_PROPOSED:
                seen.add(number)
                yield Proposal(records.get(tx, number), entry, why)
    for entry, why in texts:
        if not any(True for _ in _alike(everyone, entry.name)):
            yield Proposal(None, entry, why)


def _all_names() -> sa.Select[tuple[int, str]]:
    return sa.select(correspondent.c.id, correspondent.c.plain_name)


def _alike(everyone: Sequence[tuple[int, str]], name: str) -> list[int]:
    """Whose names are much like this one, the likest first."""
    from rapidfuzz import fuzz, process  # takes longer to import than most commands to run

    names = [plain_name for _, plain_name in everyone]
    found = process.extract(
        records.plain(name),
        names,
        scorer=fuzz.ratio,
        score_cutoff=_ALIKE,
        limit=_MOST_PROPOSED,
    )
    return [everyone[place][0] for _, _, place in found]


def _on_envelope(tx: sa.Connection, letter_id: str) -> tuple[str, ...]:
    """The lines in the sender's corner of the first envelope among the letter's first pages."""
    asked = (
        sa.select(page.c.id, page.c.width, page.c.height)
        .where(page.c.letter_id == letter_id, page.c.role == str(PageRole.CONTENT))
        .order_by(page.c.position, page.c.place)
        .limit(_MOST_PAGES)
    )
    rows = tx.execute(asked).all()
    read = whole_transcripts_of(tx, [row.id for row in rows])
    for row in rows:
        if row.id in read and (lines := return_address(read[row.id], row.width, row.height)):
            return lines
    return ()


def return_address(read: Transcript, width: int, height: int) -> tuple[str, ...]:
    """What a machine read in the upper left corner of an envelope, line by line; empty for a page
    of another shape, or where no name stands there."""
    if height >= _ENVELOPE * width:
        return ()
    right, bottom = _CORNER_WIDTH * width, _CORNER_HEIGHT * height
    words = [word for word in read.words if word.box.right <= right and word.box.bottom <= bottom]
    lines = [
        " ".join(word.text for word in line)
        for _, line in groupby(words, key=lambda word: word.line)
    ]
    while lines and sum(c.isalpha() for c in lines[0]) < _LEAST_LETTERS:
        del lines[0]
    return tuple(lines[:_MOST_LINES])
