"""Which pages answer the words of a query, best first, by the index alone.

A page is as good for a word as the likeliest of its postings that is like it, and as good for a
query as the mean over its words. Words of a phrase are looked up only as they are spelled: what
a page may say instead of what was read are postings too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from digitizer.parts.number_lists import is_among
from digitizer.parts.tables import posting, term
from digitizer.parts.terms import Alike, Terms, terms_of
from digitizer.parts.words import CUTOFF, DOUBT_POWER, LIKENESS_POWER, PREFIX_SIMILARITY

#: A page must have something like this share of the query's words, or it is no hit.
_LEAST_SHARE = 0.5
_ENOUGH_PAGES = 1000  # found for one word, the most alike and the newest first
_MOST_VARIANTS = 1000  # terms looked up for a query's words together, …
_AT_ONCE = 250  # … so many in one statement
_MOST_COMPLETED = 200  # pages on which a common word is looked up again, …
_LIKEST = 5  # … in so many spellings

_BY_WEIGHT = (np.arange(1001) / 1000) ** DOUBT_POWER


@dataclass(frozen=True, slots=True)
class _Standings:
    """Pages, each once, how well they fit (0..1), and the words' share there in thousandths."""

    pages: NDArray[np.int64]
    scores: NDArray[np.float64]
    densities: NDArray[np.int64]


@dataclass(slots=True)
class _Match:
    """Where one word was found. ``needed`` if a page must have it; ``whole`` if every page that
    has it, or one of its ``variants``, is there."""

    word: str
    needed: bool
    variants: Alike
    whole: bool = True
    postings: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 4), np.int64))

    @property
    def pages(self) -> NDArray[np.int64]:
        return np.unique(self.postings[:, 0])

    def add(self, rows: Sequence[sa.Row[Any]]) -> None:
        flat = np.fromiter(chain.from_iterable(rows), np.int64, 4 * len(rows))
        self.postings = np.concatenate([self.postings, flat.reshape(-1, 4)])

    def at_best(self, term_id: np.int32) -> float:
        """The score of a page where the reader is sure of this variant; all that follow it are
        less alike. Scores that differ by less than a thousandth are equal."""
        likeness = self.variants.likeness[self.variants.ids == term_id][0]
        return float(likeness**LIKENESS_POWER) + 0.001

    def standings(self) -> _Standings:
        """Each page by the likeliest posting."""
        pages, terms, weights, densities = self.postings.T
        by_id = np.argsort(self.variants.ids)
        place = by_id[np.searchsorted(self.variants.ids, terms, sorter=by_id)]
        scores = self.variants.likeness[place] ** float(LIKENESS_POWER) * _BY_WEIGHT[weights]
        order = np.lexsort((-scores, pages))
        _, first = np.unique(pages[order], return_index=True)
        best = order[first]
        return _Standings(pages[best], scores[best], densities[best])


def ranked_pages(
    tx: sa.Connection,
    owner: int | None,
    words: Sequence[str],
    in_phrases: Sequence[str],
    limit: int,
) -> list[tuple[int, float]]:
    """The pages that have these words or ones like them, and those of phrases as they are
    spelled: best first, each with how well it fits (0..1). One inmate's, or all. What cannot be
    among the first ``limit`` need not be there."""
    matches = [_exact(tx, owner, word, needed=True) for word in in_phrases]
    matches += [_exact(tx, owner, word, needed=False) for word in words]
    _complete(tx, owner, matches)
    vague = [match for match in matches if match.whole and not match.needed]
    if vague and not _enough(matches, vague, limit):
        alone = limit if len(matches) == 1 else None
        for match in vague:
            _find_alike(tx, owner, match, _MOST_VARIANTS // len(vague), alone)
        _complete(tx, owner, matches)
    found = _combined(matches, _LEAST_SHARE)
    best = np.lexsort((found.pages, -found.densities, -found.scores.round(3)))
    return list(zip(found.pages[best].tolist(), found.scores[best].tolist(), strict=True))


def _exact(tx: sa.Connection, owner: int | None, word: str, needed: bool) -> _Match:
    """The newest pages that have the word itself. Where they are enough, and so not ``whole``, it
    is not looked for in other spellings: they would come after."""
    number = tx.execute(_TERM, {"word": word}).scalar()
    ids = np.array([] if number is None else [number], np.int32)
    match = _Match(word, needed, Alike(ids, np.ones(len(ids), np.float32)))
    _find(tx, owner, match, ids)
    return match


def _enough(matches: Sequence[_Match], vague: Sequence[_Match], limit: int) -> bool:
    """Whether no page that has one of the ``vague`` words only in another spelling could be
    among the first ``limit``."""
    other = max(_most_alike(match.word) for match in vague) ** LIKENESS_POWER
    at_best = (len(matches) - 1 + other) / len(matches)
    return int((_combined(matches, _LEAST_SHARE).scores > at_best + 0.001).sum()) >= limit


def _most_alike(word: str) -> float:
    """How alike another word can be: it has one byte more, or begins with this one."""
    length = len(word.encode())
    return max(PREFIX_SIMILARITY, 2 * length / (2 * length + 1))


def _find_alike(
    tx: sa.Connection, owner: int | None, match: _Match, most: int, wanted: int | None
) -> None:
    """Adds the pages that have one of the ``most`` words like it: the most alike, until there
    are enough, or ``wanted`` pages on which it stands better than any further word could."""
    known, match.variants = match.variants.ids, _variants(terms_of(tx), match.word, most)
    new = match.variants.ids[~np.isin(match.variants.ids, known)]
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        if wanted and int((match.standings().scores > match.at_best(some[0])).sum()) >= wanted:
            break
        _find(tx, owner, match, some)


def _variants(terms: Terms, word: str, most: int) -> Alike:
    alike = terms.alike(word, CUTOFF, most)
    begun = terms.beginning(word, most // 3)
    return Alike.of(
        np.concatenate([alike.ids, begun]),
        np.concatenate([alike.likeness, np.full(len(begun), PREFIX_SIMILARITY, np.float32)]),
    )


def _find(tx: sa.Connection, owner: int | None, match: _Match, ids: NDArray[np.int32]) -> None:
    room = _ENOUGH_PAGES - len(match.pages)
    if room <= 0:
        match.whole = False
    elif len(ids):
        newest = len(ids) == 1
        terms = {"term": int(ids[0])} if newest else {"terms": ids.tolist()}
        asked = {"owner": owner, "room": room + 1, **terms}
        rows = tx.execute(_postings(owner is not None, newest), asked).all()
        match.whole = match.whole and len(rows) <= room
        match.add(rows)


def _complete(tx: sa.Connection, owner: int | None, matches: Sequence[_Match]) -> None:
    """Looks up a common word on the pages that the other words found: among all that have it,
    they were not read."""
    common = [match for match in matches if not match.whole]
    pages = _to_complete(matches).tolist() if common and len(matches) > 1 else []
    for match in common:
        if pages:
            likest = match.variants.ids[:_LIKEST].tolist()
            asked = {"owner": owner, "terms": likest, "pages": pages}
            match.add(tx.execute(_postings(owner is not None, among=True), asked).all())


def _to_complete(matches: Sequence[_Match]) -> NDArray[np.int64]:
    """All pages of the rarest word that a page must have; if none must, the best pages."""
    needed = [match.pages for match in matches if match.needed]
    if needed:
        return min(needed, key=len)
    found = _combined(matches, 0.0)
    return found.pages[np.argsort(-found.scores, kind="stable")[:_MOST_COMPLETED]]


def _combined(matches: Sequence[_Match], share: float) -> _Standings:
    """The mean over the words, of the pages that have at least ``share`` of them, and all that
    are needed."""
    parts = [match.standings() for match in matches]
    pages, place = np.unique(np.concatenate([part.pages for part in parts]), return_inverse=True)
    scores = np.bincount(place, np.concatenate([part.scores for part in parts]), len(pages))
    densities = np.bincount(place, np.concatenate([part.densities for part in parts]), len(pages))
    kept = np.bincount(place, minlength=len(pages)) >= share * len(matches)
    for match in matches:
        if match.needed:
            kept &= np.isin(pages, match.pages)
    return _Standings(pages[kept], scores[kept] / len(matches), densities[kept].astype(np.int64))


# ---- statements, made once since they are long to make ---------------------------------------

_TERM = sa.select(term.c.id).where(term.c.text == sa.bindparam("word"))


@cache
def _postings(owned: bool, newest: bool = False, among: bool = False) -> sa.Select[Any]:
    """Of one term the newest pages first, which is the order they are stored in."""
    found = sa.select(
        posting.c.page_id, posting.c.term_id, posting.c.weight, posting.c.density
    ).where(
        posting.c.term_id == sa.bindparam("term")
        if newest
        else is_among(posting.c.term_id, "terms")
    )
    if owned:
        found = found.where(posting.c.inmate_id == sa.bindparam("owner"))
    if newest:
        found = found.order_by(posting.c.page_id.desc())
    if among:
        return found.where(is_among(posting.c.page_id, "pages"))
    return found.limit(sa.bindparam("room"))
