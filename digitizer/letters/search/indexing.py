"""Putting the words of delivered pages into the search index (see ``page_search``).

The same statements serve SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from digitizer.engines.words import LONGEST_TERM, index_words
from digitizer.letters.transcripts import transcripts_of
from digitizer.model.mail import LetterKind, LetterState
from digitizer.model.paper import Transcript
from digitizer.storage.tables import letter, page, posting, shelf, term
from digitizer.support.slices import in_slices

#: Terms that are shelved together: few enough that filing a page does not noticeably take longer.
_SHELVED_TOGETHER = 20_000


class _Standing(NamedTuple):
    """How well a word fits on a page (0..1), and its share of the page's words in thousandths."""

    score: float
    density: int


def index_letter(tx: sa.Connection, letter_id: str) -> None:
    """Indexes a letter that was just delivered. Any other is left out: only delivered mail is
    found."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    if row.state == LetterState.DELIVERED and row.kind == LetterKind.LETTER:
        content = sa.select(page.c.id).where(
            page.c.letter_id == letter_id, page.c.position.is_not(None)
        )
        pages = tx.execute(content).scalars().all()
        for page_id, read in transcripts_of(tx, pages).items():
            _post(tx, row.inmate_id, page_id, read)
        _shelve_many(tx)


def unindex_letter(tx: sa.Connection, letter_id: str) -> None:
    """Takes every page of a letter out of the index: it is delivered no longer."""
    own = sa.select(page.c.id).where(page.c.letter_id == letter_id)
    owner = sa.select(letter.c.inmate_id).where(letter.c.id == letter_id).scalar_subquery()
    tx.execute(sa.delete(posting).where(posting.c.inmate_id == owner, posting.c.page_id.in_(own)))


def forget_words(tx: sa.Connection, page_ids: Sequence[int]) -> None:
    """Takes pages out of the index, and with them the words that are on no other page."""
    words: set[int] = set()
    for some in in_slices(page_ids, 500):
        owners = sa.select(letter.c.inmate_id).join(page, page.c.letter_id == letter.c.id)
        of_owners = posting.c.inmate_id.in_(owners.where(page.c.id.in_(some)))
        of_pages = of_owners & posting.c.page_id.in_(some)
        words |= set(tx.execute(sa.select(posting.c.term_id).where(of_pages).distinct()).scalars())
        tx.execute(sa.delete(posting).where(of_pages))
    gone: set[int] = set()
    for some in in_slices(sorted(words), 500):
        still = sa.select(posting.c.term_id).where(posting.c.term_id.in_(some)).distinct()
        gone |= set(some) - set(tx.execute(still).scalars())
    if not gone:
        return
    newest = tx.execute(sa.select(sa.func.max(term.c.id))).scalar_one()
    shelved = tx.execute(sa.select(_LAST_SHELVED)).scalar()
    for some in in_slices(sorted(gone - {newest}), 500):
        tx.execute(sa.delete(term).where(term.c.id.in_(some)))
    if newest in gone:  # its number must not be given again: other processes know it as this word
        tx.execute(sa.update(term).where(term.c.id == newest).values(text=f"#{newest}"))
    if shelved and min(gone) <= shelved:
        tx.execute(sa.delete(shelf))
        for _ in range(1 + newest // _SHELVED_TOGETHER):
            _shelve_many(tx)


def _shelve_many(tx: sa.Connection) -> None:
    """Shelves terms, if many are not shelved yet; else the code for it is not even loaded."""
    if (tx.execute(_NOT_SHELVED).scalar() or 0) >= _SHELVED_TOGETHER:
        from digitizer.letters.search.terms import (
            shelve_terms,  # numpy takes longer than most commands
        )

        shelve_terms(tx, _SHELVED_TOGETHER)


_LAST_SHELVED = sa.select(sa.func.max(shelf.c.last_term)).scalar_subquery()
_NOT_SHELVED = sa.select(sa.func.max(term.c.id) - sa.func.coalesce(_LAST_SHELVED, 0))


def index_again(tx: sa.Connection, page_id: int) -> None:
    """Indexes a page again, after its transcript was corrected."""
    row = tx.execute(
        sa.select(letter, page.c.position)
        .join(page, page.c.letter_id == letter.c.id)
        .where(page.c.id == page_id)
    ).one()
    if row.inmate_id is not None:
        tx.execute(
            sa.delete(posting).where(
                posting.c.inmate_id == row.inmate_id, posting.c.page_id == page_id
            )
        )
    found = row.position is not None  # it is no cover, no blank and not withheld
    if found and row.state == LetterState.DELIVERED and row.kind == LetterKind.LETTER:
        _post(tx, row.inmate_id, page_id, transcripts_of(tx, [page_id])[page_id])


def _post(tx: sa.Connection, inmate_id: int, page_id: int, read: Transcript) -> None:
    found = page_words(read)
    if not found:
        return
    ids = _term_ids(tx, sorted(found))
    tx.execute(
        sa.insert(posting),
        [
            {
                "inmate_id": inmate_id,
                "page_id": page_id,
                "term_id": ids[word],
                "weight": round(1000 * standing.score),
                "density": standing.density,
            }
            for word, standing in found.items()
        ],
    )


def page_words(read: Transcript) -> dict[str, _Standing]:
    """Each word that is, or may be, on a page, with its probability."""
    plain = index_words(read.text)
    chances: defaultdict[str, list[float]] = defaultdict(list)
    for word in read.words:
        for text, probability in ((word.text, word.confidence), *word.alternatives):
            for form in index_words(text):
                chances[form].append(probability)
    for form in plain:  # a word over a line's end, or a transcript without its words
        chances.setdefault(form, []).append(read.confidence if read.words else 1.0)
    return {
        form[:LONGEST_TERM]: _Standing(max(found), min(1000, round(1000 * sum(found) / length)))
        for length in [max(1, len(plain))]
        for form, found in chances.items()
    }


def _term_ids(tx: sa.Connection, words: Sequence[str]) -> Mapping[str, int]:
    """The ids of ``words``, which are sorted: writers that add terms in the same order do not
    deadlock."""
    known = _known_ids(tx, words)
    new = [word for word in words if word not in known]
    if not new:
        return known
    tx.execute(_insert_if_new(tx), [{"text": word} for word in new])
    return {**known, **_known_ids(tx, new)}


def _insert_if_new(tx: sa.Connection) -> sa.Insert:
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        return postgres_insert(term).on_conflict_do_nothing()
    return sa.insert(term).prefix_with("OR IGNORE")


def _known_ids(tx: sa.Connection, words: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in in_slices(words, 500):
        rows = tx.execute(sa.select(term.c.text, term.c.id).where(term.c.text.in_(some)))
        found.update((text, number) for text, number in rows)
    return found
