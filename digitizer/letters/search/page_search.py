"""Finding words on pages, tolerant of what a reader got wrong.

Every word that may be on a delivered page is a posting, with the reader's probability: what it
read, and what it might have read instead. A word of the query scores on a page by the likeliest
posting that is like it. A page scores the mean over the words of the query, and must have half of
them. So an exact word comes before an alternative, and an alternative before a word that only looks
similar. Among equals, the page comes first on which the word is the larger part of the text.

The same tables and statements serve SQLite and PostgreSQL. Every query is limited by owner
inside the SQL, and what it finds is checked against the letters themselves before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from digitizer.engines.words import LONGEST_TERM, Query, query_parts, side_by_side
from digitizer.letters.search.highlighting import MOST_WORDS, has_phrase, snippet
from digitizer.letters.transcripts import newest_correction, spellings_of, transcripts_of
from digitizer.letters.withheld_parts import parts_of
from digitizer.model.mail import Hit, LetterKind, LetterState
from digitizer.storage.sql_arrays import is_among
from digitizer.storage.tables import inmate, letter, page, transcript
from digitizer.support.slices import in_slices

_MOST_LOOKED_AT = 200  # pages in whose text a phrase is looked for …
_LOOKED_AT_ONCE = 50
_MOST_OPENED = 8  # … and those without it in which other spellings of the words are looked for


@dataclass(frozen=True, slots=True)
class _FoundPage:
    """A page that may be shown as a hit. ``position`` counts from 1 in its letter."""

    letter: str
    position: int
    booking_number: str
    text: str


def search_pages(
    tx: sa.Connection, query: str, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that match ``query``, best first; one inmate's, or all."""
    asked = query_parts(query)
    in_phrases = _to_look_up(word for phrase in asked.phrases for word in phrase)
    words = [word for word in _to_look_up(asked.words) if word not in in_phrases]
    if not (words or in_phrases) or limit < 1:
        return ()
    owner = None
    if booking_number is not None:
        owner = tx.execute(
            sa.select(inmate.c.id).where(inmate.c.booking_number == booking_number)
        ).scalar()
        if owner is None:
            return ()
    from digitizer.letters.search.ranking import (
        ranked_pages,  # numpy takes longer than most commands
    )

    looked_at = max(limit, _MOST_LOOKED_AT) if asked.phrases else limit
    ranked = ranked_pages(tx, owner, words, in_phrases, looked_at)
    if asked.phrases:
        return _hits_of_phrases(tx, asked, ranked[:_MOST_LOOKED_AT], booking_number, limit)
    return _hits(tx, asked, ranked, booking_number, limit)


def _to_look_up(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word[:LONGEST_TERM] for word in words))[:MOST_WORDS]


# ---- hits ----------------------------------------------------------------------------------


def _hits(
    tx: sa.Connection,
    asked: Query,
    ranked: Sequence[tuple[int, float]],
    booking_number: str | None,
    limit: int,
) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    for some in in_slices(ranked, limit):
        found = _found_pages(tx, [page_id for page_id, _ in some], booking_number)
        hits += [_hit(found[page_id], score, asked) for page_id, score in some if page_id in found]
        if len(hits) >= limit:
            break
    return tuple(hits[:limit])


def _hits_of_phrases(
    tx: sa.Connection,
    asked: Query,
    ranked: Sequence[tuple[int, float]],
    booking_number: str | None,
    limit: int,
) -> tuple[Hit, ...]:
    """Pages whose text has the phrases; if they are too few, also pages that may have them."""
    found: dict[int, _FoundPage] = {}
    doubtful: dict[int, _FoundPage] = {}
    plainly = [side_by_side(phrase) for phrase in asked.phrases]
    for some in in_slices(ranked, _LOOKED_AT_ONCE):
        for page_id, each in _found_pages(tx, [one for one, _ in some], booking_number).items():
            folded = each.text.casefold()
            has_all = all(plain.search(folded) for plain in plainly)
            (found if has_all else doubtful)[page_id] = each
        if len(found) >= limit:
            break
    if len(found) < limit:
        likeliest = [page_id for page_id, _ in ranked if page_id in doubtful][:_MOST_OPENED]
        for page_id, spellings in spellings_of(tx, likeliest):
            if all(has_phrase(spellings, phrase) for phrase in asked.phrases):
                found[page_id] = doubtful[page_id]
    best = [(page_id, score) for page_id, score in ranked if page_id in found][:limit]
    return tuple(_hit(found[page_id], score, asked) for page_id, score in best)


def _hit(found: _FoundPage, score: float, asked: Query) -> Hit:
    return Hit(
        letter=found.letter,
        page=found.position,
        booking_number=found.booking_number,
        score=score,
        snippet=snippet(found.text, asked.all_words),
    )


def _found_pages(
    tx: sa.Connection, page_ids: Sequence[int], booking_number: str | None
) -> Mapping[int, _FoundPage]:
    """Those of the pages that are content of a delivered letter, and this inmate's, by page id."""
    asked = {"pages": page_ids, "booking_number": booking_number}
    in_part = list(parts_of(tx, page_ids))
    outside = transcripts_of(tx, in_part) if in_part else {}
    return {
        page_id: _FoundPage(
            letter_id, position, number, outside[page_id].text if page_id in outside else text
        )
        for page_id, letter_id, position, number, text in tx.execute(
            _pages(booking_number is not None), asked
        )
    }


@cache
def _pages(owned: bool) -> sa.Select[Any]:
    found = (
        sa.select(
            page.c.id,
            page.c.letter_id,
            page.c.position,
            inmate.c.booking_number,
            sa.func.coalesce(newest_correction(), transcript.c.text, "").label("text"),
        )
        .join(letter, page.c.letter_id == letter.c.id)
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            is_among(page.c.id, "pages"),
            page.c.position.is_not(None),
            _unindexed(letter.c.state) == LetterState.DELIVERED,
            letter.c.kind == LetterKind.LETTER,
        )
    )
    if owned:
        found = found.where(_unindexed(inmate.c.booking_number) == sa.bindparam("booking_number"))
    return found


def _unindexed(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column, in a form for which no index is used: else, for fifty pages, SQLite would go
    through all delivered letters, or all of an inmate's."""
    return sa.func.coalesce(column, "")
