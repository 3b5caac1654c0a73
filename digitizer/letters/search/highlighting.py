"""Where on one page the words of a query are: what to highlight, and what to show as a snippet."""

from __future__ import annotations

from collections.abc import Sequence

from digitizer.engines.words import (
    BETWEEN_SPELLINGS,
    BETWEEN_WORDS,
    CUTOFF,
    PREFIX_SIMILARITY,
    index_words,
    letters_of,
    most_alike,
    query_parts,
    side_by_side,
    similarity,
    worth,
)
from digitizer.letters.transcripts import Spellings
from digitizer.model.paper import Transcript, Word

#: More words than people type; a pasted page must not become a query of a thousand joins.
MOST_WORDS = 32
_SNIPPET_CHARS = 160
_WORTH_SHOWING = 0.5  # of the best match on a page
_AROUND_WORDS = ".,;:!?\"'()[]-"


def has_phrase(page: Spellings, phrase: Sequence[str]) -> bool:
    """Whether the words of ``phrase`` are next to each other: in the text as it was read, or in
    other spellings of its words."""
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
    """The words of a page that match ``query``, each with how well it does (0..1): what to
    highlight on its picture. Of a phrase, only the words that are side by side, if any are."""
    asked = query_parts(query)
    found: dict[int, float] = {}
    for part in (*((word,) for word in asked.words), *asked.phrases)[:MOST_WORDS]:
        for place, score in _likely_places(read.words, part[:MOST_WORDS]).items():
            found[place] = max(score, found.get(place, 0.0))
    return tuple((read.words[place], found[place]) for place in sorted(found))


def _likely_places(words: Sequence[Word], phrase: Sequence[str]) -> dict[int, float]:
    """Where the phrase is, or else any of its words; without places that fit much worse than the
    best one, which are hardly what was asked for."""
    places = _places(words, phrase)
    if not places:
        for form in phrase:
            for place, score in _places(words, (form,)).items():
                places[place] = max(score, places.get(place, 0.0))
    best = max(places.values(), default=0.0)
    return {place: score for place, score in places.items() if score >= _WORTH_SHOWING * best}


def _places(words: Sequence[Word], phrase: Sequence[str]) -> dict[int, float]:
    """The places of words in a row that read like the phrase, each with the row's mean fit."""
    # What is two words in the index ("well-known") has two places in a row, a dash has none.
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


def snippet(text: str, words: Sequence[str]) -> str:
    """The part of the text around the most likely word."""
    centre = _place(text, words[0])
    tokens = text.split()
    start = max(0, centre - 12)
    cut = " ".join(tokens[start : centre + 14])
    return cut if len(cut) <= _SNIPPET_CHARS else cut[: _SNIPPET_CHARS - 1] + "…"


def _place(text: str, word: str) -> int:
    """How many words come before the first one that is ``word``, or else is most like it."""
    folded = text.casefold()
    if found := side_by_side([word]).search(folded):
        return max(0, len(folded[: found.end()].split()) - 1)
    return most_alike(word, [token.strip(_AROUND_WORDS) for token in folded.split()])
