"""Which pages match the words of a query, best first, by the index alone.

A page is as good for a word as its likeliest posting that is like the word, and as good for a
query as the mean over the query's words. Words of a phrase are looked up only as they are spelled:
other readings of what is on a page are postings too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digitizer.engines.words import (
    CUTOFF,
    DOUBT_POWER,
    LIKENESS_POWER,
    PREFIX_SIMILARITY,
)
from digitizer.letters.search.terms import Alike, Terms, terms_of
from digitizer.storage.sql_arrays import for_each, is_among, listed
from digitizer.storage.tables import posting, term

#: A page is a hit only if it has this share of the query's words, or words like them.
_LEAST_SHARE = 0.5
_ENOUGH_PAGES = 1000  # found for one word, the most alike and the newest first
_MOST_VARIANTS = 1000  # terms looked up for all words of a query together …
_AT_FIRST = 125  # … and this many of them in the first statement
_MOST_COMPLETED = 200  # pages on which a common word is looked up again …
_LIKEST = 5  # … in this many spellings

_FIELD = 1024  # more than any weight, density, or place among the terms of one statement
_BY_WEIGHT = (np.arange(1001) / 1000) ** DOUBT_POWER


@dataclass(frozen=True, slots=True)
class _Standings:
    """Pages, how well each fits (0..1), and the share of its words in thousandths."""

    pages: NDArray[np.int64]
    scores: NDArray[np.float64]
    densities: NDArray[np.int64]

    @staticmethod
    def of(postings: NDArray[np.int64], alike: Alike) -> _Standings:
        """From numbers as ``_number`` makes them, whose places are places in ``alike``."""
        rest, densities = np.divmod(postings, _FIELD)
        rest, weights = np.divmod(rest, _FIELD)
        pages, places = np.divmod(rest, _FIELD)
        scores = alike.likeness[places] ** float(LIKENESS_POWER) * _BY_WEIGHT[weights]
        return _Standings(pages, scores, densities)

    def best_with(self, other: _Standings) -> _Standings:
        """The pages of both, each once: where it fits better, or if it fits equally well, where
        its share is greater."""
        pages = np.concatenate([self.pages, other.pages])
        scores = np.concatenate([self.scores, other.scores])
        densities = np.concatenate([self.densities, other.densities])
        # By one number, since sorting by three is slow.
        fits = (scores * (_FIELD**2 - 1)).astype(np.int64)
        order = np.argsort((pages * _FIELD**2 + fits) * _FIELD + densities)
        best = order[np.diff(pages[order], append=-1) != 0]
        return _Standings(pages[best], scores[best], densities[best])


def _nowhere() -> _Standings:
    return _Standings(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))


@dataclass(slots=True)
class _Match:
    """Where one word was found. ``needed``: a page must have it. ``whole``: ``found`` has every
    page with the word or one of its ``variants``."""

    word: str
    needed: bool
    variants: Alike
    whole: bool = True
    found: _Standings = field(default_factory=_nowhere)

    def add(self, postings: NDArray[np.int64], alike: Alike) -> None:
        self.found = self.found.best_with(_Standings.of(postings, alike))


def ranked_pages(
    tx: sa.Connection,
    owner: int | None,
    words: Sequence[str],
    in_phrases: Sequence[str],
    limit: int,
) -> list[tuple[int, float]]:
    """The pages that have these words or words like them, and the words of phrases as they are
    spelled: best first, each with how well it fits (0..1). One inmate's, or all. Pages that cannot
    be among the first ``limit`` may be missing."""
    matches = [_exact(tx, owner, word, needed=True) for word in in_phrases]
    matches += [_exact(tx, owner, word, needed=False) for word in words]
    _complete(tx, owner, matches)
    vague = [match for match in matches if match.whole and not match.needed]
    if vague and not _enough(matches, max(_most_alike(match.word) for match in vague), limit):
        terms = terms_of(tx)
        for match in vague:
            for some in _alike(terms, match, _MOST_VARIANTS // len(vague)):
                if _enough(matches, some.likeness[0], limit):
                    break
                _find(tx, owner, match, some)
        _complete(tx, owner, matches)
    found = _combined(matches, _LEAST_SHARE)
    best = np.lexsort((found.pages, -found.densities, -found.scores.round(3)))
    return list(zip(found.pages[best].tolist(), found.scores[best].tolist(), strict=True))


def _exact(tx: sa.Connection, owner: int | None, word: str, needed: bool) -> _Match:
    """The newest pages that have the word itself. Where these are enough, and so not ``whole``, no
    other spellings are looked for: they would come after."""
    number = tx.execute(_TERM, {"word": word}).scalar()
    ids = np.array([] if number is None else [number], np.int32)
    itself = Alike(ids, np.ones(len(ids), np.float32))
    match = _Match(word, needed, itself)
    _find(tx, owner, match, itself)
    return match


def _enough(matches: Sequence[_Match], likeness: float, limit: int) -> bool:
    """Whether no page could be among the first ``limit`` that has one of the words only in
    spellings that are at most so much alike. Scores that differ by less than a thousandth are
    equal."""
    at_best = (len(matches) - 1 + likeness**LIKENESS_POWER) / len(matches)
    return int((_combined(matches, _LEAST_SHARE).scores > at_best + 0.001).sum()) >= limit


def _most_alike(word: str) -> float:
    """How much alike another word can be: one with one byte more, or one that begins with it."""
    length = len(word.encode())
    return max(PREFIX_SIMILARITY, 2 * length / (2 * length + 1))


def _alike(terms: Terms, match: _Match, most: int) -> Iterator[Alike]:
    """The ``most`` terms that are most like it, without itself: few at first, which may be enough,
    then three times as many each time."""
    itself = match.variants.ids
    match.variants = terms.alike(match.word, CUTOFF, PREFIX_SIMILARITY, most)
    others = match.variants.where(~np.isin(match.variants.ids, itself))
    start, end = 0, _AT_FIRST
    while start < len(others.ids):
        yield others.where(slice(start, end))
        start, end = end, 3 * end


def _find(tx: sa.Connection, owner: int | None, match: _Match, alike: Alike) -> None:
    room = _ENOUGH_PAGES - len(match.found.pages)
    if room <= 0:
        match.whole = False
    elif len(alike.ids):
        ids, owned = alike.ids.tolist(), owner is not None
        asked = {"owner": owner, "term": ids[0], "terms": ids, "room": room + 1}
        statement = _newest(owned) if len(ids) == 1 else _of_many(owned, among=False)
        postings = _fetched(tx, statement, asked)
        match.whole = match.whole and len(postings) <= room
        match.add(postings, alike)


def _fetched(
    tx: sa.Connection, statement: sa.Select[tuple[str]], asked: Mapping[str, Any]
) -> NDArray[np.int64]:
    return np.fromstring(tx.execute(statement, asked).scalar() or "", np.int64, sep=",")


def _complete(tx: sa.Connection, owner: int | None, matches: Sequence[_Match]) -> None:
    """Looks up a common word on the pages that were found for the other words: not every page
    that has it was read."""
    common = [match for match in matches if not match.whole]
    pages = _to_complete(matches).tolist() if common and len(matches) > 1 else []
    for match in common:
        if pages:
            likest = match.variants.where(slice(_LIKEST))
            asked = {"owner": owner, "terms": likest.ids.tolist(), "pages": pages}
            statement = _of_many(owner is not None, among=True)
            match.add(_fetched(tx, statement, asked), likest)


def _to_complete(matches: Sequence[_Match]) -> NDArray[np.int64]:
    """All pages of the rarest word that a page must have; the best pages if no word is needed."""
    needed = [match.found.pages for match in matches if match.needed]
    if needed:
        return min(needed, key=len)
    found = _combined(matches, 0.0)
    return found.pages[np.argsort(-found.scores, kind="stable")[:_MOST_COMPLETED]]


def _combined(matches: Sequence[_Match], share: float) -> _Standings:
    """The mean over the words, for the pages that have at least ``share`` of them and all that are
    needed."""
    parts = [match.found for match in matches]
    pages, place = np.unique(np.concatenate([part.pages for part in parts]), return_inverse=True)
    scores = np.bincount(place, np.concatenate([part.scores for part in parts]), len(pages))
    densities = np.bincount(place, np.concatenate([part.densities for part in parts]), len(pages))
    kept = np.bincount(place, minlength=len(pages)) >= share * len(matches)
    for match in matches:
        if match.needed:
            kept &= np.isin(pages, match.found.pages)
    return _Standings(pages[kept], scores[kept] / len(matches), densities[kept].astype(np.int64))


# ---- statements, made once since making them takes long --------------------------------------

_TERM = sa.select(term.c.id).where(term.c.text == sa.bindparam("word"))


@cache
def _newest(owned: bool) -> sa.Select[tuple[str]]:
    """The postings of one ``term``, on the newest pages first, which is how they are stored."""
    found = sa.select(_number(sa.literal_column("0"))).where(
        posting.c.term_id == sa.bindparam("term")
    )
    newest = found.order_by(posting.c.page_id.desc()).limit(sa.bindparam("room"))
    return _together(_of(newest, owned))


@cache
def _of_many(owned: bool, among: bool) -> sa.Select[tuple[str]]:
    """The postings of many ``terms`` on any pages, or only ``among`` the given ones."""
    terms = listed("terms")
    found = (
        sa.select(_number(terms.c.place))
        .select_from(for_each(terms, posting))
        .where(posting.c.term_id == terms.c.number)
    )
    if among:
        found = found.where(is_among(posting.c.page_id, "pages"))
    else:
        found = found.limit(sa.bindparam("room"))
    return _together(_of(found, owned))


def _of(found: sa.Select[tuple[int]], owned: bool) -> sa.Select[tuple[int]]:
    return found.where(posting.c.inmate_id == sa.bindparam("owner")) if owned else found


def _number(place: sa.ColumnElement[int]) -> sa.Label[int]:
    """A posting as one number: its page, the ``place`` of its term among those asked for, its
    weight and its density."""
    page = sa.cast(posting.c.page_id, sa.BigInteger)
    packed = ((page * _FIELD + place) * _FIELD + posting.c.weight) * _FIELD + posting.c.density
    return packed.label("number")


def _together(found: sa.Select[tuple[int]]) -> sa.Select[tuple[str]]:
    """The numbers as one text: fetching a thousand rows takes longer than finding them."""
    numbers = found.subquery().c.number
    return sa.select(sa.func.aggregate_strings(sa.cast(numbers, sa.Text), ","))
