"""Finding words on pages, tolerant of what a reader got wrong.

Every page has its words as postings with a probability. A query word scores on a page by the
most similar word there: an exact word 1, a variant its similarity times its probability; a page
scores the mean of its words, and must have half of them. Among equals, on SQLite, FTS5's bm25
decides. Every query is limited by owner inside the SQL.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from digitizer.parts.tables import inmate, letter, page, page_text, posting, transcript
from digitizer.parts.words import Query, index_words, likely_variants, query_parts
from digitizer.vocabulary.mail import Hit, LetterKind, LetterState
from digitizer.vocabulary.paper import Transcript

#: Similarity (0..1) under which another word is no reading of the one asked for.
_CUTOFF = 0.65
#: A page must have something like this share of the query's words, or it is no hit.
_LEAST_SHARE = 0.5
#: The beginning of a word is a good match, but the whole word is a better one.
_PREFIX_SCORE = 0.95
#: More words than people type; a pasted page must not become a query of a thousand joins.
_MOST_WORDS = 32
_SNIPPET_CHARS = 160
_LONGEST_WORD = 64


def index_page(tx: sa.Connection, page_id: int, read: Transcript) -> None:
    """(Re)indexes one page: its postings and, on SQLite, its full text."""
    tx.execute(sa.delete(posting).where(posting.c.page_id == page_id))
    weights = _weights(read)
    if weights:
        tx.execute(
            sa.insert(posting),
            [{"word": w, "page_id": page_id, "weight": p} for w, p in weights.items()],
        )
    if tx.dialect.name == "sqlite":
        tx.execute(sa.delete(page_text).where(page_text.c.rowid == page_id))
        words = " ".join(index_words(read.text))
        tx.execute(sa.insert(page_text).values(rowid=page_id, text=words))


def _weights(read: Transcript) -> dict[str, float]:
    weights = {word[:_LONGEST_WORD]: 1.0 for word in index_words(read.text)}
    for word in read.words:
        for text, probability in word.alternatives:
            for form in index_words(text):
                short = form[:_LONGEST_WORD]
                weights[short] = max(weights.get(short, 0.0), probability)
    return weights


def search_pages(
    tx: sa.Connection, query: str, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that answer ``query``, best first; one inmate's, or all."""
    asked = query_parts(query)
    words = _to_look_up(asked)
    if not words or limit < 1:
        return ()
    scope = _scope(booking_number)
    vocabulary = tx.execute(
        sa.select(posting.c.word).distinct().select_from(_joined()).where(scope)
    ).scalars().all()  # fmt: skip
    per_word = [_page_scores(tx, scope, word, vocabulary) for word in words]
    scores = _combine(per_word)
    ranks = _bm25(tx, scope, words)
    best = sorted(scores, key=lambda id_: (-round(scores[id_], 6), ranks.get(id_, 0.0), id_))
    return _hits(tx, asked, best, scores, limit)


def _to_look_up(asked: Query) -> tuple[str, ...]:
    forms = dict.fromkeys(word[:_LONGEST_WORD] for word in asked.all_words)
    return tuple(forms)[:_MOST_WORDS]


def _bm25(
    tx: sa.Connection, scope: sa.ColumnElement[bool], words: Sequence[str]
) -> Mapping[int, float]:
    """FTS5's rank of the pages that have a word exactly: the lower, the better. SQLite only."""
    if tx.dialect.name != "sqlite":
        return {}
    asked = " OR ".join(f'"{word}"' for word in words)  # words are letters and digits only
    rows = tx.execute(
        sa.select(page_text.c.rowid, sa.literal_column("bm25(page_text)", sa.Float))
        .select_from(_owned(page_text, page_text.c.rowid))
        .where(scope, sa.literal_column("page_text").op("MATCH")(asked))
    )
    return dict(row._tuple() for row in rows)


def _joined() -> sa.FromClause:
    return _owned(posting, posting.c.page_id)


def _owned(table: sa.FromClause, page_id: sa.ColumnElement[int]) -> sa.FromClause:
    """A table of pages joined to their letter and its inmate, by whom it is then limited."""
    return (
        table.join(page, page_id == page.c.id)
        .join(letter, page.c.letter_id == letter.c.id)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
    )


def _scope(booking_number: str | None) -> sa.ColumnElement[bool]:
    """Pages of delivered letters' content; covers and hidden blanks have no position."""
    delivered = (
        (letter.c.state == LetterState.DELIVERED)
        & (letter.c.kind == LetterKind.LETTER)
        & page.c.position.is_not(None)
    )
    if booking_number is None:
        return delivered
    return delivered & (inmate.c.booking_number == booking_number)


def _page_scores(
    tx: sa.Connection, scope: sa.ColumnElement[bool], word: str, vocabulary: Sequence[str]
) -> Mapping[int, float]:
    variants = dict(likely_variants(word, vocabulary, _CUTOFF))
    variants.update({w: _PREFIX_SCORE for w in vocabulary if w.startswith(word) and w != word})
    if word in vocabulary:
        variants[word] = 1.0
    scores: dict[int, float] = {}
    for some in _in_slices(sorted(variants), 500):
        rows = tx.execute(
            sa.select(posting.c.page_id, posting.c.word, posting.c.weight)
            .select_from(_joined())
            .where(scope, posting.c.word.in_(some))
        )
        for page_id, found, weight in rows:
            scores[page_id] = max(scores.get(page_id, 0.0), variants[found] * weight)
    return scores


def _in_slices(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _combine(per_word: Sequence[Mapping[int, float]]) -> dict[int, float]:
    total: dict[int, float] = defaultdict(float)
    found: Counter[int] = Counter()
    for scores in per_word:
        found.update(scores.keys())
        for page_id, score in scores.items():
            total[page_id] += score / len(per_word)
    enough = _LEAST_SHARE * len(per_word)
    return {page_id: score for page_id, score in total.items() if found[page_id] >= enough}


def _hits(
    tx: sa.Connection,
    asked: Query,
    best: Sequence[int],
    scores: Mapping[int, float],
    limit: int,
) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    for page_id in best:
        if len(hits) >= limit:
            break
        row = _page_row(tx, page_id)
        if _has_phrases(row.text, asked):
            snippet = _snippet(row.text, asked.all_words)
            hits.append(
                Hit(row.letter_id, row.position, row.booking_number, scores[page_id], snippet)
            )
    return tuple(hits)


def _has_phrases(text: str, asked: Query) -> bool:
    """Whether every quoted phrase stands in the text as it was read, word beside word."""
    if not asked.phrases:
        return True
    plain = f" {' '.join(index_words(text))} "
    return all(f" {' '.join(phrase)} " in plain for phrase in asked.phrases)


def _page_row(tx: sa.Connection, page_id: int) -> sa.Row[Any]:
    return tx.execute(
        sa.select(page.c.letter_id, page.c.position, inmate.c.booking_number, transcript.c.text)
        .select_from(
            page.join(letter, page.c.letter_id == letter.c.id)
            .join(inmate, letter.c.inmate_id == inmate.c.id)
            .join(transcript, transcript.c.page_id == page.c.id)
        )
        .where(page.c.id == page_id)
    ).one()


def _snippet(text: str, words: Sequence[str]) -> str:
    """The stretch of text around the most likely word."""
    tokens = text.split()
    forms = ["".join(index_words(token)) for token in tokens]
    ranked = dict(likely_variants(words[0], sorted(set(forms)), 0.0))
    centre = max(range(len(forms)), key=lambda i: ranked.get(forms[i], 0.0), default=0)
    start = max(0, centre - 12)
    cut = " ".join(tokens[start : centre + 14])
    return cut if len(cut) <= _SNIPPET_CHARS else cut[: _SNIPPET_CHARS - 1] + "…"
