"""Finding words on pages, tolerant of what a reader got wrong.

Every page has its words as postings with a probability. A query word scores on a page by the
most similar word there: an exact word 1, a variant its similarity times its probability. Pages
where all words are found come first. Every query is limited by owner inside the SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from digitizer.parts.tables import inmate, letter, page, posting, transcript
from digitizer.parts.words import Query, index_words, likely_variants, query_parts
from digitizer.vocabulary.mail import Hit, LetterKind, LetterState
from digitizer.vocabulary.paper import Transcript

#: Similarity (0..1) under which another word is no reading of the one asked for.
_CUTOFF = 0.65
#: A page must answer at least this share of the query, or it is no hit.
_LEAST_SCORE = 0.5
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
        tx.execute(sa.text("DELETE FROM page_text WHERE rowid = :id"), {"id": page_id})
        tx.execute(
            sa.text("INSERT INTO page_text (rowid, text) VALUES (:id, :text)"),
            {"id": page_id, "text": read.text},
        )


def _weights(read: Transcript) -> dict[str, float]:
    weights = {word[:_LONGEST_WORD]: 1.0 for word in index_words(read.text)}
    for word in read.words:
        for text, probability in word.alternatives:
            for form in index_words(text):
                weights.setdefault(form[:_LONGEST_WORD], probability)
    return weights


def search_pages(
    tx: sa.Connection, query: str, booking_number: str | None = None, limit: int = 20
) -> tuple[Hit, ...]:
    """The delivered pages that answer ``query``, best first; one inmate's, or all."""
    asked = query_parts(query)
    words = asked.all_words
    if not words:
        return ()
    scope = _scope(booking_number)
    vocabulary = tx.execute(
        sa.select(posting.c.word).distinct().select_from(_joined()).where(scope)
    ).scalars().all()  # fmt: skip
    per_word = [_page_scores(tx, scope, word, vocabulary) for word in words]
    scores = _combine(per_word)
    best = sorted(scores, key=lambda page_id: (-scores[page_id], page_id))
    return _hits(tx, asked, best, scores, limit)


def _joined() -> sa.FromClause:
    return (
        posting.join(page, posting.c.page_id == page.c.id)
        .join(letter, page.c.letter_id == letter.c.id)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
    )


def _scope(booking_number: str | None) -> sa.ColumnElement[bool]:
    delivered = (letter.c.state == LetterState.DELIVERED) & (letter.c.kind == LetterKind.LETTER)
    if booking_number is None:
        return delivered
    return delivered & (inmate.c.booking_number == booking_number)


def _page_scores(
    tx: sa.Connection, scope: sa.ColumnElement[bool], word: str, vocabulary: Sequence[str]
) -> Mapping[int, float]:
    variants = dict(likely_variants(word, vocabulary, _CUTOFF))
    variants.update({w: 0.95 for w in vocabulary if w.startswith(word) and w != word})
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
    for scores in per_word:
        for page_id, score in scores.items():
            total[page_id] += score / len(per_word)
    return {page_id: score for page_id, score in total.items() if score >= _LEAST_SCORE}


def _hits(
    tx: sa.Connection,
    asked: Query,
    best: Sequence[int],
    scores: Mapping[int, float],
    limit: int,
) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    for page_id in best:
        if len(hits) == limit:
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
