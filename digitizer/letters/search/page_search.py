"""Finding words on pages, tolerant of what a reader got wrong.

Every word that may stand on a delivered page is a posting, with the reader's probability: what
it read, and what it might have read instead. A query word scores on a page by the likeliest
posting that is like it; a page scores the mean of its words, and must have half of them. So an
exact word comes before an alternative, and that before a word that only looks alike. Among
equals the page wins where the word is the larger part of what it says.

The same tables and statements serve SQLite and PostgreSQL. Every query is limited by owner
inside the SQL, and what it found is held against the letters themselves before it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from digitizer.engines.words import (
    BETWEEN_SPELLINGS,
    BETWEEN_WORDS,
    CUTOFF,
    LONGEST_TERM,
    PREFIX_SIMILARITY,
    Query,
    index_words,
    letters_of,
    most_alike,
    query_parts,
    side_by_side,
    similarity,
    worth,
)
from digitizer.letters.transcripts import (
    Spellings,
    newest_correction,
    spellings_of,
    transcripts_of,
)
from digitizer.model.mail import Hit, LetterKind, LetterState
from digitizer.model.paper import Transcript, Word
from digitizer.storage.sql_arrays import is_among
from digitizer.storage.tables import (
    inmate,
    letter,
    page,
    posting,
    shelf,
    term,
    transcript,
)

#: Terms shelved at a time: few enough not to be felt by who files their page.
_SHELVED_TOGETHER = 20_000
#: More words than people type; a pasted page must not become a query of a thousand joins.
_MOST_WORDS = 32
_MOST_LOOKED_AT = 200  # pages in whose text a phrase is looked for, …
_LOOKED_AT_ONCE = 50
_MOST_OPENED = 8  # … and of those without it, in whose words' other spellings
_SNIPPET_CHARS = 160
_WORTH_SHOWING = 0.5  # of the best match on a page
_AROUND_WORDS = ".,;:!?\"'()[]-"


_T = TypeVar("_T")


class _Standing(NamedTuple):
    """How well a word fits on a page (0..1), and its share there in thousandths."""

    score: float
    density: int


# ---- indexing ------------------------------------------------------------------------------


def index_letter(tx: sa.Connection, letter_id: str) -> None:
    """Indexes a letter that was just delivered; any other is left out, since only delivered
    mail is found."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    if row.state == LetterState.DELIVERED and row.kind == LetterKind.LETTER:
        content = sa.select(page.c.id).where(
            page.c.letter_id == letter_id, page.c.position.is_not(None)
        )
        pages = tx.execute(content).scalars().all()
        for page_id, read in transcripts_of(tx, pages).items():
            _post(tx, row.inmate_id, page_id, read)
        _shelve_many(tx)


def _shelve_many(tx: sa.Connection) -> None:
    """Shelves terms if many are not: else nothing is loaded that does it."""
    if (tx.execute(_NOT_SHELVED).scalar() or 0) >= _SHELVED_TOGETHER:
        from digitizer.letters.search.terms import (
            shelve_terms,  # numpy takes longer than most commands
        )

        shelve_terms(tx, _SHELVED_TOGETHER)


_LAST_SHELVED = sa.select(sa.func.max(shelf.c.last_term)).scalar_subquery()
_NOT_SHELVED = sa.select(sa.func.max(term.c.id) - sa.func.coalesce(_LAST_SHELVED, 0))


def index_again(tx: sa.Connection, page_id: int) -> None:
    """Indexes a page anew, after its transcript was corrected."""
    row = tx.execute(
        sa.select(letter).join(page, page.c.letter_id == letter.c.id).where(page.c.id == page_id)
    ).one()
    if row.inmate_id is not None:
        tx.execute(
            sa.delete(posting).where(
                posting.c.inmate_id == row.inmate_id, posting.c.page_id == page_id
            )
        )
    if row.state == LetterState.DELIVERED and row.kind == LetterKind.LETTER:
        _post(tx, row.inmate_id, page_id, transcripts_of(tx, [page_id])[page_id])


def _post(tx: sa.Connection, inmate_id: int, page_id: int, read: Transcript) -> None:
    found = page_words(read)
    if not found:
        return
    ids = _term_ids(tx, sorted(found))
    tx.execute(
        sa.insert(posting),
        [
            {"inmate_id": inmate_id, "page_id": page_id, "term_id": ids[word],
             "weight": round(1000 * standing.score), "density": standing.density}
            for word, standing in found.items()
        ],
    )  # fmt: skip


def page_words(read: Transcript) -> dict[str, _Standing]:
    """Each word that stands, or may stand, on a page, with its probability."""
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
    """The ids of ``words``, which are sorted: writers who add terms in one order do not wait
    for each other in a ring."""
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
    for some in _in_slices(words, 500):
        rows = tx.execute(sa.select(term.c.text, term.c.id).where(term.c.text.in_(some)))
        found.update((text, number) for text, number in rows)
    return found


def _in_slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


# ---- searching -----------------------------------------------------------------------------


def search_pages(
    tx: sa.Connection, query: str, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that answer ``query``, best first; one inmate's, or all."""
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
    return list(dict.fromkeys(word[:LONGEST_TERM] for word in words))[:_MOST_WORDS]


# ---- hits ----------------------------------------------------------------------------------


def _hits(
    tx: sa.Connection,
    asked: Query,
    ranked: Sequence[tuple[int, float]],
    booking_number: str | None,
    limit: int,
) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    for some in _in_slices(ranked, limit):
        rows = _page_rows(tx, [page_id for page_id, _ in some], booking_number)
        hits += [_hit(rows[page_id], score, asked) for page_id, score in some if page_id in rows]
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
    """Pages whose text has the phrases; if they are too few, pages that may say them too."""
    found: dict[int, sa.Row[Any]] = {}
    doubtful: dict[int, sa.Row[Any]] = {}
    plainly = [side_by_side(phrase) for phrase in asked.phrases]
    for some in _in_slices(ranked, _LOOKED_AT_ONCE):
        for page_id, row in _page_rows(tx, [one for one, _ in some], booking_number).items():
            folded = row.text.casefold()
            stands = all(plain.search(folded) for plain in plainly)
            (found if stands else doubtful)[page_id] = row
        if len(found) >= limit:
            break
    if len(found) < limit:
        likeliest = [page_id for page_id, _ in ranked if page_id in doubtful][:_MOST_OPENED]
        for page_id, spellings in spellings_of(tx, likeliest):
            if all(phrase_stands(spellings, phrase) for phrase in asked.phrases):
                found[page_id] = doubtful[page_id]
    best = [(page_id, score) for page_id, score in ranked if page_id in found][:limit]
    return tuple(_hit(found[page_id], score, asked) for page_id, score in best)


def _hit(row: sa.Row[Any], score: float, asked: Query) -> Hit:
    snippet = _snippet(row.text, asked.all_words)
    return Hit(row.letter_id, row.position, row.booking_number, score, snippet)


def _page_rows(
    tx: sa.Connection, page_ids: Sequence[int], booking_number: str | None
) -> Mapping[int, sa.Row[Any]]:
    """Those of the pages that are content of a delivered letter, and this inmate's."""
    asked = {"pages": page_ids, "booking_number": booking_number}
    rows = tx.execute(_pages(booking_number is not None), asked)
    return {row.id: row for row in rows}


@cache
def _pages(owned: bool) -> sa.Select[Any]:
    found = (
        sa.select(
            page.c.id, page.c.letter_id, page.c.position, inmate.c.booking_number,
            sa.func.coalesce(newest_correction(), transcript.c.text, "").label("text"),
        )
        .join(letter, page.c.letter_id == letter.c.id)
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            is_among(page.c.id, "pages"),
            page.c.position.is_not(None),
            _unsought(letter.c.state) == LetterState.DELIVERED,
            letter.c.kind == LetterKind.LETTER,
        )
    )  # fmt: skip
    if owned:
        found = found.where(_unsought(inmate.c.booking_number) == sa.bindparam("booking_number"))
    return found


def _unsought(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column, so that no index of it is used: for fifty pages SQLite would go through all
    delivered letters, or all of an inmate's."""
    return sa.func.coalesce(column, "")


def phrase_stands(page: Spellings, phrase: Sequence[str]) -> bool:
    """Whether the words of ``phrase`` stand beside each other: in the text as it was read, or
    in what its words may say instead."""
    if f" {' '.join(phrase)} " in f" {' '.join(index_words(page.text))} ":
        return True
    places = letters_of(page.words).split(BETWEEN_WORDS)
    forms = [f"{BETWEEN_SPELLINGS}{form}{BETWEEN_SPELLINGS}" for form in phrase]
    first = (place for place, spellings in enumerate(places) if forms[0] in spellings)
    return any(
        len(beside := places[place : place + len(forms)]) == len(forms)
        and all(form in spellings for form, spellings in zip(forms, beside, strict=True))
        for place in first
    )


def matching_words(read: Transcript, query: str) -> tuple[tuple[Word, float], ...]:
    """The words of a page that answer ``query``, each with how good a match it is (0..1): what
    to highlight on its picture. Of a phrase only those that stand side by side, if any do."""
    asked = query_parts(query)
    found: dict[int, float] = {}
    for part in (*((word,) for word in asked.words), *asked.phrases)[:_MOST_WORDS]:
        for place, score in _likely_places(read.words, part[:_MOST_WORDS]).items():
            found[place] = max(score, found.get(place, 0.0))
    return tuple((read.words[place], found[place]) for place in sorted(found))


def _likely_places(words: Sequence[Word], phrase: Sequence[str]) -> dict[int, float]:
    """Where the phrase, or else any of its words, stands; without what fits much worse than the
    best place, which is hardly what was asked for."""
    places = _places(words, phrase)
    if not places:
        for form in phrase:
            for place, score in _places(words, (form,)).items():
                places[place] = max(score, places.get(place, 0.0))
    best = max(places.values(), default=0.0)
    return {place: score for place, score in places.items() if score >= _WORTH_SHOWING * best}


def _places(words: Sequence[Word], phrase: Sequence[str]) -> dict[int, float]:
    """The places of words that read like the phrase in a row, each with the row's mean fit."""
    # What the index takes for two words ("well-known") has two places in a row, a dash none.
    line = [place for place, word in enumerate(words) for _ in index_words(word.text)]
    found: dict[int, float] = {}
    for start in range(len(line) - len(phrase) + 1):
        row = line[start : start + len(phrase)]
        fits = [_fit(words[place], form) for place, form in zip(row, phrase, strict=True)]
        if all(fits):
            score = sum(fits) / len(fits)
            found.update((place, max(score, found.get(place, 0.0))) for place in row)
    return found


def _fit(word: Word, asked: str) -> float:
    best = 0.0
    for text, probability in ((word.text, word.confidence), *word.alternatives):
        for form in index_words(text):
            likeness = similarity(form, asked)
            if form.startswith(asked) and form != asked:
                likeness = max(likeness, PREFIX_SIMILARITY)
            if likeness >= CUTOFF:
                best = max(best, worth(likeness, probability))
    return best


def _snippet(text: str, words: Sequence[str]) -> str:
    """The stretch of text around the most likely word."""
    centre = _place(text, words[0])
    tokens = text.split()
    start = max(0, centre - 12)
    cut = " ".join(tokens[start : centre + 14])
    return cut if len(cut) <= _SNIPPET_CHARS else cut[: _SNIPPET_CHARS - 1] + "…"


def _place(text: str, word: str) -> int:
    """How many words stand before the first that is ``word``, or most like it."""
    folded = text.casefold()
    if found := side_by_side([word]).search(folded):
        return max(0, len(folded[: found.end()].split()) - 1)
    return most_alike(word, [token.strip(_AROUND_WORDS) for token in folded.split()])
