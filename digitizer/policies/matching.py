"""Where on a page the words of a watch rule are, or may be, in what the program read.

The words are looked for among all spellings that the reader holds possible, as a search does: a
handwritten word counts that only may be the one that is watched for. Nothing here decides anything.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from digitizer.engines.words import PREFIX_SIMILARITY, index_words, worth
from digitizer.model.paper import Box, Transcript, Word

#: What fits less well (0..1) is no mark. It is where a search's finds become likely.
_MARKED = 0.35
#: Less alike than this (0..1), even a word that was read with certainty is none.
_ALIKE = 0.877
_LAST = "\U0010ffff"  # comes after every letter
#: Letters that a word may have after the watched one: an ending, and not another word.
_ENDING = 2
#: In a short word each letter counts: it must be the very word.
_SHORT = 3
#: The names of one sender differ by less than this, 0..100, in order or spelling.
_SAME_NAME = 88.0


#: By place in the row, how well the word there fits (0..1); what does not fit is left out.
_Fits = Mapping[int, float]


def phrase_of(words: str) -> tuple[str, ...]:
    """The words of a rule in normal form."""
    return tuple(index_words(words))


def found_on(read: Transcript, phrases: Sequence[tuple[str, ...]]) -> list[tuple[Word, ...]]:
    """For each phrase the words of the page that are, or may be, it; none where it is not there. A
    word without a place on the picture has an empty box."""
    words = read.words or tuple(_without_places(read))
    row = _row_of(words)
    fits = _fits(row.spelled, {form for phrase in phrases for form in phrase})
    found = (_places(phrase, fits) for phrase in phrases)
    return [
        tuple(words[each] for each in dict.fromkeys(row.word_at[place] for place in places))
        for places in found
    ]


def same_sender(watched: str, named: str | None) -> bool:
    """Whether a cover was printed for the watched sender, as far as names tell."""
    if not named:
        return False
    one, other = (" ".join(index_words(each)) for each in (watched, named))
    return bool(one) and fuzz.token_sort_ratio(one, other) >= _SAME_NAME


def _without_places(read: Transcript) -> list[Word]:
    return [Word(each, Box(0, 0, 0, 0), read.confidence) for each in read.text.split()]


@dataclass(frozen=True, slots=True)
class _Row:
    """The words of a page one after the other; what is two words ("well-known") has two places.
    ``word_at`` is the word of the page at each place; ``spelled`` are, by normal form, the places
    at which a word may be spelled so, each with the reader's probability (0..1)."""

    word_at: list[int]
    spelled: Mapping[str, list[tuple[int, float]]]


def _row_of(words: Sequence[Word]) -> _Row:
    word_at: list[int] = []
    spelled: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, word in enumerate(words):
        first = len(word_at)
        spellings = ((word.text, word.confidence), *word.alternatives)
        split = [(index_words(text), probability) for text, probability in spellings]
        for forms, probability in split:
            for part, form in enumerate(forms):
                spelled[form].append((first + part, probability))
        word_at += [number] * max((len(forms) for forms, _ in split), default=0)
    return _Row(word_at, spelled)


def _fits(
    spelled: Mapping[str, list[tuple[int, float]]], asked: Collection[str]
) -> Mapping[str, _Fits]:
    """By watched word, the places of the row that fit it."""
    texts, wanted = sorted(spelled), sorted(asked)
    found: dict[str, dict[int, float]] = {each: {} for each in wanted}
    if not texts or not wanted:
        return found
    alike = process.cdist(wanted, texts, scorer=Indel.normalized_similarity, score_cutoff=_ALIKE)
    for row, word in enumerate(wanted):
        near = {texts[column]: float(alike[row, column]) for column in alike[row].nonzero()[0]}
        endings = texts[bisect_left(texts, word) : bisect_right(texts, word + _LAST)]
        for text in {*near, *endings}:
            for place, probability in spelled[text]:
                fit = _fit(word, text, near.get(text, 0.0), probability)
                if fit > found[word].get(place, 0.0):
                    found[word][place] = fit
    return found


def _fit(word: str, text: str, likeness: float, probability: float) -> float:
    if text != word:
        if len(word) <= _SHORT:
            likeness = 0.0
        if text.startswith(word) and len(text) - len(word) <= _ENDING:
            likeness = max(likeness, PREFIX_SIMILARITY)
    fit = worth(likeness, probability) if likeness else 0.0
    return fit if fit >= _MARKED else 0.0


def _places(phrase: tuple[str, ...], fits: Mapping[str, _Fits]) -> list[int]:
    """The places of words in a row that read like the phrase."""
    found: list[int] = []
    for start in sorted(fits[phrase[0]]) if phrase else ():
        places = range(start, start + len(phrase))
        if all(place in fits[word] for word, place in zip(phrase, places, strict=True)):
            found += places
    return found
