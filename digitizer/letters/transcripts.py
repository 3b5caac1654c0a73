"""What the pages of a letter say: as a machine read them, and as people put it right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from digitizer.engines.words import BETWEEN_SPELLINGS, BETWEEN_WORDS
from digitizer.model.paper import PERSON, Box, Transcript, Word
from digitizer.storage.sql_arrays import is_among
from digitizer.storage.tables import correction, page, transcript
from digitizer.support.clock import now

_NEXT_WORD = BETWEEN_SPELLINGS + BETWEEN_WORDS + BETWEEN_SPELLINGS


@dataclass(frozen=True, slots=True)
class Correction:
    """That a person put a page's text right. A later correction has a greater ``id``."""

    id: int
    author: str
    made: datetime


def transcripts_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Transcript]:
    """The transcripts of these pages by page id; the newest correction of one counts. A page
    that nobody read is left out."""
    rows = tx.execute(
        sa.select(
            page.c.id, transcript.c.engine, transcript.c.confidence, transcript.c.text,
            transcript.c.words, newest_correction().label("corrected"),
        )
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .where(page.c.id.in_(page_ids))
    )  # fmt: skip
    found = {row.id: _transcript(row) for row in rows}
    return {page_id: read for page_id, read in found.items() if read is not None}


def readings_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Transcript]:
    """What a machine read on these pages by page id, whatever people made of it since."""
    rows = tx.execute(sa.select(transcript).where(transcript.c.page_id.in_(page_ids)))
    return {row.page_id: _as_read(row) for row in rows}


def corrections_of(tx: sa.Connection, page_ids: Sequence[int]) -> dict[int, Correction]:
    """The newest correction of each of these pages by page id; a page without one is left out."""
    rows = tx.execute(
        sa.select(correction).where(correction.c.page_id.in_(page_ids)).order_by(correction.c.id)
    )
    return {row.page_id: Correction(row.id, row.author, row.made) for row in rows}


class Spellings(NamedTuple):
    """What a page says, and its words in all ways that they may be spelled: one text, with
    ``BETWEEN_WORDS`` between words and ``BETWEEN_SPELLINGS`` around what each may be."""

    text: str
    words: str


def spellings_of(tx: sa.Connection, page_ids: Sequence[int]) -> Iterator[tuple[int, Spellings]]:
    """The pages one after the other, as phrases are looked for: lighter than transcripts. A
    corrected page is spelled as the person who corrected it did."""
    rows = tx.execute(_spellings_of(), {"pages": page_ids})
    return ((row.id, _spellings(row)) for row in rows)


@cache
def _spellings_of() -> sa.Select[Any]:
    return (
        sa.select(
            page.c.id, transcript.c.text, sa.cast(transcript.c.words, sa.Text).label("words"),
            newest_correction().label("corrected"),
        )
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .where(is_among(page.c.id, "pages"))
    )  # fmt: skip


def _spellings(row: sa.Row[Any]) -> Spellings:
    if row.corrected is not None:
        return Spellings(row.corrected, "")
    return Spellings(row.text or "", spelled(row.words or "[]"))


def spelled(words: str) -> str:
    """The words of ``Spellings``, of JSON that ``words_to_json`` made: taken from between the
    quotes where nothing in them is escaped, a tenth of the work of parsing it."""
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


def _transcript(row: sa.Row[Any]) -> Transcript | None:
    read = None
    if row.engine is not None:
        read = _as_read(row)
    if row.corrected is None:
        return read
    return corrected(read or Transcript(PERSON, "", 0.0), row.corrected)


def _as_read(row: sa.Row[Any]) -> Transcript:
    return Transcript(row.engine, row.text, row.confidence, words_from_json(row.words))


def corrected(read: Transcript, text: str) -> Transcript:
    """The transcript ``text`` of a person, its words boxed where the machine read them or what
    stands in their place. A word that the machine did not see at all has no box, and is in the
    text alone."""
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
    """Keeps what ``author`` (a member of staff) says the page says. Nothing is overwritten."""
    tx.execute(sa.insert(correction).values(page_id=page_id, text=text, author=author, made=now()))


def words_to_json(words: tuple[Word, ...]) -> list[list[Any]]:
    """Compact: text, left, top, width, height, confidence, line, alternatives."""
    return [
        [
            word.text, word.box.left, word.box.top, word.box.width, word.box.height,
            round(word.confidence, 3), word.line, [list(pair) for pair in word.alternatives],
        ]
        for word in words
    ]  # fmt: skip


def words_from_json(rows: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(
        Word(text, Box(left, top, width, height), confidence, line,
             tuple((other, share) for other, share in alternatives))
        for text, left, top, width, height, confidence, line, alternatives in rows
    )  # fmt: skip
