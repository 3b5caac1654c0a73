"""Whether a text that another reader gave belongs to a page, and where its words are.

A language model can make up a fluent letter for any page, repeat itself, or do what the page
asks it to. What our own reader saw on the same page is the witness: it knows few words for
sure, but those must be there. Pure arithmetic.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from digitizer.engines.reading.layout.specks import InkShapes
from digitizer.engines.reading.text.plausible import plausibility
from digitizer.engines.reading.text.transcription import transcript
from digitizer.model.paper import Box, Transcript, Word

# A shape of ink is a letter of print or up to a whole written word; some are specks.
_MOST_LETTERS_A_SHAPE = 12
_LETTERS_BESIDES = 40
_LEAST_LETTERS_A_SHAPE = 0.1

_REPEATED_LINES = 4
_REPEATED_PHRASES = 5
_PHRASE = 4  # words
_LOOP = re.compile(r"([^\n]{0,20}?[^\W\d_][^\n]{0,20}?)\1{7,}")
_LEAST_LANGUAGE = 0.08
_WORDS_TO_JUDGE = 20

_WITNESS_LETTERS = 4
_WITNESS_CONFIDENCE = 0.5
_LEAST_WITNESSES = 2.0
_LEAST_FOUND = 0.3

_SAME_LINE = 0.25  # less alike than this, two lines are not the same
_AGREED, _ALONE = 0.9, 0.6
_LEAST_LEFT = 0.01


def why_not(text: str, known: Transcript, ink: InkShapes, languages: tuple[str, ...]) -> str | None:
    """Why ``text`` cannot be this page's, or None. ``known`` is our own reading of the page."""
    letters = sum(not letter.isspace() for letter in text)
    if letters > _MOST_LETTERS_A_SHAPE * ink.count + _LETTERS_BESIDES:
        return "it is longer than the ink on the page"
    if letters < _LEAST_LETTERS_A_SHAPE * ink.count:
        return "it is shorter than the ink on the page"
    if _repeats_itself(text):
        return "it repeats itself"
    if _is_no_language(text, known, languages):
        return "it is no language of this facility"
    return _contradicts(text, known)


def _repeats_itself(text: str) -> bool:
    lines = Counter(line for line in text.splitlines() if len(line) >= 2 * _PHRASE)
    words = text.casefold().split()
    phrases = Counter(zip(*(words[start:] for start in range(_PHRASE)), strict=False))
    return (
        max(lines.values(), default=0) >= _REPEATED_LINES
        or max(phrases.values(), default=0) >= _REPEATED_PHRASES
        or _LOOP.search(text) is not None
    )


def _is_no_language(text: str, known: Transcript, languages: tuple[str, ...]) -> bool:
    if len(text.split()) < _WORDS_TO_JUDGE:
        return False
    familiar = plausibility(text, languages)
    return familiar < _LEAST_LANGUAGE and familiar < plausibility(known.text, languages)


def _contradicts(text: str, known: Transcript) -> str | None:
    """Of the long words that our reader saw, each counting by its confidence, enough are there."""
    has = set(_keys(text.split()))
    witnesses = [
        (key, word.confidence)
        for word in known.words
        for key in _keys([word.text])
        if len(key) >= _WITNESS_LETTERS and word.confidence >= _WITNESS_CONFIDENCE
    ]
    seen = sum(confidence for _, confidence in witnesses)
    if seen < _LEAST_WITNESSES:
        return "too little of the page is known to check it"
    found = sum(confidence for key, confidence in witnesses if key in has)
    return None if found >= _LEAST_FOUND * seen else "it is not what is on the page"


def _keys(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        key = _key(word)
        if key:
            yield key


def _key(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


# ---- where the words stand -----------------------------------------------------------------


def placed(engine: str, text: str, known: Transcript) -> Transcript:
    """``text`` as a transcript: each word in the box where our reader saw its line.

    A word on which both agree is surer than one on which they do not; there, what our reader
    saw, and all its spellings, stay as alternatives for searches. ``known`` must hold words.
    """
    ours = [tuple(line) for _, line in groupby(known.words, key=lambda word: word.line)]
    theirs = [line.split() for line in text.splitlines() if line.strip()]
    pairs = _same_lines([" ".join(line) for line in theirs], [_text(line) for line in ours])
    words = [
        word
        for number, line in enumerate(theirs)
        for word in _placed_line(line, number, ours, pairs)
    ]
    return transcript(engine, words)


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)


def _same_lines(theirs: Sequence[str], ours: Sequence[str]) -> dict[int, int]:
    """Which of our lines each of theirs is: the pairing, in the order of both, most alike."""
    grams = [_bigrams(line) for line in ours]
    likeness = [[_alike(_bigrams(line), gram) for gram in grams] for line in theirs]
    best = [[0.0] * (len(ours) + 1) for _ in range(len(theirs) + 1)]
    for row in reversed(range(len(theirs))):
        for column in reversed(range(len(ours))):
            alike = likeness[row][column]
            paired = best[row + 1][column + 1] + alike if alike >= _SAME_LINE else 0.0
            best[row][column] = max(best[row + 1][column], best[row][column + 1], paired)
    pairs: dict[int, int] = {}
    row = column = 0
    while row < len(theirs) and column < len(ours):
        if best[row][column] == best[row + 1][column]:
            row += 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            pairs[row] = column
            row, column = row + 1, column + 1
    return pairs


def _bigrams(line: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(f" {line.casefold()} "))


def _alike(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> float:
    """Dice's coefficient of the letter pairs, 0..1."""
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0


def _placed_line(
    line: Sequence[str], number: int, ours: Sequence[Sequence[Word]], pairs: dict[int, int]
) -> Iterator[Word]:
    at = pairs.get(number)
    if at is None:
        nearest = min(pairs, key=lambda row: abs(row - number), default=None)
        beside = ours[pairs[nearest] if nearest is not None else 0]
        yield from _spread(line, number, _around(beside), beside=())
        return
    yield from _spread(line, number, _around(ours[at]), beside=ours[at])


def _around(line: Sequence[Word]) -> Box:
    left, top = min(word.box.left for word in line), min(word.box.top for word in line)
    right, bottom = max(word.box.right for word in line), max(word.box.bottom for word in line)
    return Box(left, top, right - left, bottom - top)


def _spread(
    line: Sequence[str], number: int, box: Box, *, beside: Sequence[Word]
) -> Iterator[Word]:
    """The line's words over its box, each as wide as its letters are many; a word that our
    reader saw too stands where it saw it."""
    letters = max(1, sum(len(word) + 1 for word in line) - 1)
    unused = list(beside)
    begun = 0
    for text in line:
        left = box.left + box.width * begun // letters
        right = box.left + box.width * (begun + len(text)) // letters
        begun += len(text) + 1
        guess = Box(left, box.top, max(1, right - left), box.height)
        same = [word for word in unused if _key(word.text) == _key(text)]
        if same:
            seen = min(same, key=lambda word: abs(word.box.left - left))
            unused.remove(seen)
            yield Word(text, seen.box, max(_AGREED, seen.confidence), number, seen.alternatives)
        else:
            yield Word(text, guess, _ALONE, number, tuple(_left_over(guess, unused)))


def _left_over(guess: Box, unused: Sequence[Word]) -> Iterator[tuple[str, float]]:
    """What our reader saw at that place, with what the other reading leaves to it."""
    middle = guess.left + guess.width / 2
    for seen in unused:
        if seen.box.left <= middle < seen.box.right:
            spellings = ((seen.text, seen.confidence), *seen.alternatives)
            shares = [(text, round((1 - _ALONE) * share, 3)) for text, share in spellings]
            yield from ((text, share) for text, share in shares if share >= _LEAST_LEFT)
            return
