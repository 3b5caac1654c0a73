"""What is on the pages of a letter: as the program read them, and as people corrected them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from digitizer.engines.words import BETWEEN_SPELLINGS, BETWEEN_WORDS
from digitizer.letters.withheld_parts import parts_of, text_outside
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import PERSON, Box, Transcript, Word
from digitizer.storage.sql_arrays import is_among
from digitizer.storage.tables import correction, letter, page, transcript
from digitizer.support.clock import now
from digitizer.support.slices import in_slices

_NEXT_WORD = BETWEEN_SPELLINGS + BETWEEN_WORDS + BETWEEN_SPELLINGS
_UNREAD = Transcript(PERSON, "", 0.0)


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's correction of a page's text. A later correction has a greater ``id``."""

    id: int
    author: str
    made: datetime


def transcripts_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Transcript]:
    """The transcripts of these pages by page id, with each page's newest correction, as those read
    them who get the letter: nothing of a part that is withheld. A page that nobody read is left
    out.

    Where a part is withheld no correction counts: a person's words stand where words like them were
    read, which is a guess, and no guess may show what is withheld.
    """
    parts = parts_of(tx, page_ids)
    found = whole_transcripts_of(tx, page_ids)
    covered = [page_id for page_id in found if parts[page_id]]
    read = readings_of(tx, covered) if covered else {}
    for page_id in covered:
        found[page_id] = text_outside(read.get(page_id, _UNREAD), parts[page_id])
    return found


def whole_transcripts_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Transcript]:
    """As ``transcripts_of``, with what is withheld: for those who decide about the letter."""
    rows = tx.execute(
        sa.select(
            page.c.id,
            transcript.c.engine,
            transcript.c.confidence,
            transcript.c.text,
            transcript.c.words,
            transcript.c.unread,
            newest_correction().label("corrected"),
        )
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .where(page.c.id.in_(page_ids))
    )
    found: dict[int, Transcript] = {}
    for row in rows:
        if row.engine is not None:
            found[row.id] = _as_read(row)
        if row.corrected is not None:
            found[row.id] = corrected(found.get(row.id, _UNREAD), row.corrected)
    return found


def readings_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Transcript]:
    """What the program read on these pages by page id, whether or not people corrected it since."""
    rows = tx.execute(sa.select(transcript).where(transcript.c.page_id.in_(page_ids)))
    return {row.page_id: _as_read(row) for row in rows}


def _as_read(row: sa.Row[Any]) -> Transcript:
    words = words_from_json(row.words)
    return Transcript(row.engine, row.text, row.confidence, words, unread=row.unread)


def texts_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, str]:
    """What stands on these pages for staff who have the paper before them, by page id: the newest
    correction, else what the program read. A page that nobody read is left out."""
    asked = (
        sa.select(page.c.id, sa.func.coalesce(newest_correction(), transcript.c.text).label("text"))
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .where(is_among(page.c.id, "pages"))
    )
    rows = tx.execute(asked, {"pages": page_ids})
    return {row.id: row.text for row in rows if row.text is not None}


def delivered_texts(tx: sa.Connection, letter_ids: Sequence[str]) -> dict[str, str]:
    """The text of each of these letters that is delivered, by its id, as those read it who get it:
    nothing of a page or part that is withheld. One on which nothing was read has an empty text; one
    that is not delivered (any more) is left out."""
    is_delivered = letter.c.state == LetterState.DELIVERED
    found: dict[str, str] = {}
    for some in in_slices(letter_ids, 500):
        these = tx.execute(sa.select(letter.c.id).where(letter.c.id.in_(some), is_delivered))
        pages: dict[str, list[int]] = {each: [] for each in these.scalars()}
        content = sa.select(page.c.letter_id, page.c.id).where(
            page.c.letter_id.in_(list(pages)), page.c.role == PageRole.CONTENT
        )
        for letter_id, page_id in tx.execute(content.order_by(page.c.position)):
            pages[letter_id].append(page_id)
        read = transcripts_of(tx, [each for ids in pages.values() for each in ids])
        for letter_id, ids in pages.items():
            texts = (read[each].text for each in ids if each in read)
            found[letter_id] = "\n".join(text for text in texts if text)
    return found


def corrections_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Correction]:
    """The newest correction of each of these pages by page id; a page without one is left out."""
    rows = tx.execute(
        sa.select(correction).where(correction.c.page_id.in_(page_ids)).order_by(correction.c.id)
    )
    return {row.page_id: Correction(row.id, row.author, row.made) for row in rows}


def wordings_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, tuple[Transcript, ...]]:
    """All that was ever held to stand on each of these pages, by page id: what the program read,
    and every correction. A page that nobody read is left out."""
    read = readings_of(tx, page_ids)
    found = {page_id: [each] for page_id, each in read.items()}
    rows = tx.execute(
        sa.select(correction).where(correction.c.page_id.in_(page_ids)).order_by(correction.c.id)
    )
    for row in rows:
        wording = corrected(read.get(row.page_id, _UNREAD), row.text)
        found.setdefault(row.page_id, []).append(wording)
    return {page_id: tuple(each) for page_id, each in found.items()}


class Spellings(NamedTuple):
    """A page's text, and its words in every way that they may be spelled: one text, with
    ``BETWEEN_WORDS`` between the words and ``BETWEEN_SPELLINGS`` around each spelling."""

    text: str
    words: str


def spellings_of(tx: sa.Connection, page_ids: Sequence[int]) -> Iterator[tuple[int, Spellings]]:
    """The pages one after the other, in the form in which phrases are looked for: lighter than
    transcripts. A corrected page has only the spelling of the person who corrected it; of a page of
    which a part is withheld, the words outside of it have only the likeliest one."""
    in_part = list(parts_of(tx, page_ids))
    outside = transcripts_of(tx, in_part) if in_part else {}
    for page_id, text, words, correct_text in tx.execute(_spellings_of(), {"pages": page_ids}):
        if page_id in outside:
            yield page_id, Spellings(outside[page_id].text, "")
        elif correct_text is not None:
            yield page_id, Spellings(correct_text, "")
        else:
            yield page_id, Spellings(text or "", spelled(words or "[]"))


@cache
def _spellings_of() -> sa.Select[Any]:
    return (
        sa.select(
            page.c.id,
            transcript.c.text,
            sa.cast(transcript.c.words, sa.Text).label("words"),
            newest_correction().label("corrected"),
        )
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .where(is_among(page.c.id, "pages"))
    )


def spelled(words: str) -> str:
    """The words of ``Spellings``, from JSON that ``words_to_json`` made. Where nothing in it is
    escaped, they are taken from between the quotes, which is a tenth of the work of parsing it."""
    if "\\" in words:
        return BETWEEN_WORDS.join(
            BETWEEN_SPELLINGS.join(["", text, *[other for other, _ in alternatives], ""])
            for text, *_, alternatives in json.loads(words)
        )
    pieces = words.split('"')
    pieces[::2] = [
        _NEXT_WORD if "]], [" in between else BETWEEN_SPELLINGS for between in pieces[::2]
    ]
    return "".join(pieces)


def newest_correction() -> sa.ScalarSelect[str]:
    """The text of a page's newest correction, as a column of a statement over ``page``."""
    return (
        sa.select(correction.c.text)
        .where(correction.c.page_id == page.c.id)
        .order_by(correction.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def corrected(read: Transcript, text: str) -> Transcript:
    """A person's transcript ``text``. Its words have the boxes of the words that the program read
    in their place. A word that the program did not see at all has no box, and is only in the text.
    """
    from rapidfuzz.distance import Levenshtein

    lines = [line.split() for line in text.split("\n")]
    new = [(token, number) for number, line in enumerate(lines) for token in line]
    old = read.words
    placed: list[Word] = []
    changes = Levenshtein.opcodes([word.text for word in old], [token for token, _ in new])
    for change in changes:
        pairs = zip(
            old[change.src_start : change.src_end],
            new[change.dest_start : change.dest_end],
            strict=False,
        )
        placed += [
            replace(word, text=token, line=line, confidence=1.0, alternatives=())
            for word, (token, line) in pairs
        ]
    return Transcript(PERSON, text, 1.0, tuple(placed))


def correct(tx: sa.Connection, page_id: int, text: str, author: str) -> None:
    """Keeps the text of the page as ``author`` wrote it. Nothing is overwritten."""
    tx.execute(sa.insert(correction).values(page_id=page_id, text=text, author=author, made=now()))


def words_to_json(words: tuple[Word, ...]) -> list[list[Any]]:
    """In a compact form: text, left, top, width, height, confidence, line, alternatives."""
    return [
        [
            word.text,
            word.box.left,
            word.box.top,
            word.box.width,
            word.box.height,
            round(word.confidence, 3),
            word.line,
            [list(pair) for pair in word.alternatives],
        ]
        for word in words
    ]


def words_from_json(rows: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(
        Word(
            text,
            Box(left, top, width, height),
            confidence,
            line,
            tuple((other, probability) for other, probability in alternatives),
        )
        for text, left, top, width, height, confidence, line, alternatives in rows
    )
