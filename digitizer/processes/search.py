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

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import sqlalchemy as sa

from digitizer.parts.tables import inmate, letter, page, posting, term, transcript
from digitizer.parts.words import (
    LONGEST_TERM,
    Query,
    index_words,
    likely_variants,
    query_parts,
    similarity,
)
from digitizer.processes.transcripts import newest_correction, transcripts_of
from digitizer.vocabulary.mail import Hit, LetterKind, LetterState
from digitizer.vocabulary.paper import Transcript, Word

if TYPE_CHECKING:
    from digitizer.parts.terms import Terms

#: Similarity (0..1) under which another word is no reading of the one asked for.
_CUTOFF = 0.65
#: The beginning of a word is a good match, but the whole word is a better one.
_PREFIX_SIMILARITY = 0.95
# Measured on handwritten pages: likeness counts steeply, the reader's own doubt hardly.
_LIKENESS_POWER, _DOUBT_POWER = 8, 0.15
#: A page must have something like this share of the query's words, or it is no hit.
_LEAST_SHARE = 0.5
#: More words than people type; a pasted page must not become a query of a thousand joins.
_MOST_WORDS = 32
_MOST_VARIANTS = 1000  # terms looked up for one word
_ENOUGH_PAGES = 1000  # found for one word, the most alike and the newest first
_MOST_COMPLETED = 200
_MOST_LOOKED_AT = 200  # pages in whose text a phrase is looked for …
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
    words = _to_look_up(asked)
    if not words or limit < 1:
        return ()
    owner = None
    if booking_number is not None:
        owner = tx.execute(
            sa.select(inmate.c.id).where(inmate.c.booking_number == booking_number)
        ).scalar()
        if owner is None:
            return ()
    from digitizer.parts.terms import terms_of  # numpy takes longer to load than most commands

    terms = terms_of(tx)
    matches = [_matches(tx, terms, owner, word) for word in words]
    if len(words) > 1:
        _complete(tx, owner, matches)
    standings = _combine([match.pages for match in matches])
    best = sorted(
        standings,
        key=lambda id_: (-round(standings[id_].score, 3), -standings[id_].density, id_),
    )
    return _hits(tx, asked, best, standings, booking_number, limit)


def _to_look_up(asked: Query) -> tuple[str, ...]:
    forms = dict.fromkeys(word[:LONGEST_TERM] for word in asked.all_words)
    return tuple(forms)[:_MOST_WORDS]


@dataclass(slots=True)
class _Match:
    """Where one word was found. ``whole`` if every page that has it is there."""

    variants: dict[int, float]
    pages: dict[int, _Standing]
    whole: bool = True

    def add(self, rows: Iterable[sa.Row[Any]]) -> None:
        for page_id, term_id, weight, density in rows:
            score = self.variants[term_id] ** _LIKENESS_POWER * _BY_WEIGHT[weight]
            known = self.pages.get(page_id)
            if known is None or score > known.score:
                self.pages[page_id] = _Standing(score, density)


def worth(likeness: float, probability: float) -> float:
    """How good a match is (0..1): the likeness of two words, and the reader's probability."""
    return float(likeness**_LIKENESS_POWER * probability**_DOUBT_POWER)


_BY_WEIGHT = tuple(worth(1.0, weight / 1000) for weight in range(1001))


def _matches(tx: sa.Connection, terms: Terms, owner: int | None, word: str) -> _Match:
    """The pages that have the word or one like it: the most alike, until there are enough."""
    variants = dict.fromkeys(terms.beginning(word, _MOST_VARIANTS // 3), _PREFIX_SIMILARITY)
    for number, likeness in terms.alike(word, _CUTOFF, _MOST_VARIANTS):
        variants[number] = max(likeness, variants.get(number, 0.0))
    match = _Match(variants, {})
    ranked = sorted(variants, key=lambda number: (-variants[number], number))
    for some in (ranked[:1], *_in_slices(ranked[1:], 250)):
        room = _ENOUGH_PAGES - len(match.pages)
        if room <= 0:
            match.whole = False
            break
        if some:
            rows = tx.execute(_postings(owner, some).limit(room + 1)).all()
            match.whole = match.whole and len(rows) <= room
            match.add(rows)
    return match


def _postings(owner: int | None, term_ids: Sequence[int]) -> sa.Select[Any]:
    """Of one term the newest pages first, which is the order they are stored in."""
    found = sa.select(
        posting.c.page_id, posting.c.term_id, posting.c.weight, posting.c.density
    ).where(posting.c.term_id.in_(term_ids))
    if len(term_ids) == 1:
        found = found.order_by(posting.c.page_id.desc())
    return found if owner is None else found.where(posting.c.inmate_id == owner)


def _complete(tx: sa.Connection, owner: int | None, matches: Sequence[_Match]) -> None:
    """Looks up a common word on the pages that the other words found: among all that have it,
    they were not read."""
    found = _combine([match.pages for match in matches], share=0.0)
    best = sorted(found, key=lambda id_: -found[id_].score)[:_MOST_COMPLETED]
    for match in matches:
        if not match.whole:
            likest = sorted(match.variants, key=lambda number: -match.variants[number])[:5]
            match.add(
                tx.execute(_postings(owner, likest).where(posting.c.page_id.in_(best)).limit(5000))
            )


def _combine(
    per_word: Sequence[Mapping[int, _Standing]], share: float = _LEAST_SHARE
) -> dict[int, _Standing]:
    """The mean over the words, of the pages that have at least ``share`` of them."""
    if len(per_word) == 1:
        return dict(per_word[0])
    found: dict[int, list[float]] = {}
    for pages in per_word:
        for page_id, (score, density) in pages.items():
            sums = found.setdefault(page_id, [0.0, 0, 0])
            sums[0] += score
            sums[1] += density
            sums[2] += 1
    words = len(per_word)
    return {
        page_id: _Standing(score / words, int(density))
        for page_id, (score, density, times) in found.items()
        if times >= share * words
    }


# ---- hits ----------------------------------------------------------------------------------


def _hits(
    tx: sa.Connection,
    asked: Query,
    best: Sequence[int],
    standings: Mapping[int, _Standing],
    booking_number: str | None,
    limit: int,
) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    patience = _MOST_OPENED
    for some in _in_slices(best[:_MOST_LOOKED_AT] if asked.phrases else best, 2 * limit):
        rows = _page_rows(tx, some, booking_number)
        for page_id in some:
            if page_id not in rows:
                continue
            row = rows[page_id]
            stands = all(_side_by_side(row.text, phrase) for phrase in asked.phrases)
            if not stands and patience:
                patience -= 1
                read = transcripts_of(tx, [page_id])[page_id]
                stands = all(phrase_stands(read, phrase) for phrase in asked.phrases)
            if stands:
                score, snippet = standings[page_id].score, _snippet(row.text, asked.all_words)
                hits.append(Hit(row.letter_id, row.position, row.booking_number, score, snippet))
                if len(hits) == limit:
                    return tuple(hits)
    return tuple(hits)


def _page_rows(
    tx: sa.Connection, page_ids: Sequence[int], booking_number: str | None
) -> Mapping[int, sa.Row[Any]]:
    """Those of the pages that are content of a delivered letter, and this inmate's."""
    found = (
        sa.select(
            page.c.id, page.c.letter_id, page.c.position, inmate.c.booking_number,
            sa.func.coalesce(newest_correction(), transcript.c.text, "").label("text"),
        )
        .join(letter, page.c.letter_id == letter.c.id)
        .join(transcript, transcript.c.page_id == page.c.id, isouter=True)
        .join(inmate, letter.c.inmate_id == inmate.c.id)
        .where(
            page.c.id.in_(page_ids),
            page.c.position.is_not(None),
            letter.c.state == LetterState.DELIVERED,
            letter.c.kind == LetterKind.LETTER,
        )
    )  # fmt: skip
    if booking_number is not None:
        found = found.where(inmate.c.booking_number == booking_number)
    return {row.id: row for row in tx.execute(found)}


def _side_by_side(text: str, phrase: Sequence[str]) -> bool:
    """Whether the phrase plainly stands in the text: a quick look, which accents can mislead."""
    words = r"[\W_]+".join(map(re.escape, phrase))
    return re.search(rf"\b{words}\b", text.casefold()) is not None


def phrase_stands(read: Transcript, phrase: Sequence[str]) -> bool:
    """Whether the words of ``phrase`` stand beside each other: in the text as it was read, or
    in what its words may say instead."""
    if f" {' '.join(phrase)} " in f" {' '.join(index_words(read.text))} ":
        return True
    places = [_forms(word) for word in read.words]
    return any(
        all(form in places[start + offset] for offset, form in enumerate(phrase))
        for start in range(len(places) - len(phrase) + 1)
    )


def _forms(word: Word) -> frozenset[str]:
    texts = (word.text, *(text for text, _ in word.alternatives))
    return frozenset("".join(index_words(text)) for text in texts)


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
                likeness = max(likeness, _PREFIX_SIMILARITY)
            if likeness >= _CUTOFF:
                best = max(best, worth(likeness, probability))
    return best


def _snippet(text: str, words: Sequence[str]) -> str:
    """The stretch of text around the most likely word."""
    tokens = text.split()
    forms = [token.casefold().strip(_AROUND_WORDS) for token in tokens]
    ranked = dict(likely_variants(words[0], sorted(set(forms)), 0.0))
    centre = max(range(len(forms)), key=lambda i: ranked.get(forms[i], 0.0), default=0)
    start = max(0, centre - 12)
    cut = " ".join(tokens[start : centre + 14])
    return cut if len(cut) <= _SNIPPET_CHARS else cut[: _SNIPPET_CHARS - 1] + "…"
