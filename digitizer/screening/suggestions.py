"""Whom a held letter may be for: names and numbers on its pages, to help staff. Never decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from digitizer.model.paper import Transcript
from digitizer.model.people import Inmate


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An inmate who may be meant: ``score`` 0..1, ``reasons`` in words, the strongest first."""

    booking_number: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read on one page of the letter, whose picture is so wide and high, in pixels."""

    transcript: Transcript
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the facility knows of letters, by booking number: ``senders`` are the names that an
    inmate's cover sheets were printed for, ``wrote`` those of people who wrote to them before, and
    ``by_sheet`` is a sheet number for them that a person wrote on the letter."""

    senders: Mapping[str, Sequence[str]]
    by_sheet: Mapping[str, str]
    wrote: Mapping[str, Sequence[str]] = field(default_factory=dict)


NOTHING_KNOWN = Known({}, {})

#: What a perfect match of each kind is worth. Names are shared, mistyped and mentioned in passing,
#: so even a perfect one counts well below a booking number.
_SHEET_WORTH, _NUMBER_WORTH, _ALIKE_NUMBER_WORTH = 0.97, 0.98, 0.93
_FULL_NAME_WORTH, _LAST_NAME_WORTH, _SENDER_WORTH = 0.8, 0.5, 0.45
#: Characters of a sender's name that are enough to look for it.
_LEAST_SENDER = 6
#: By how many characters a number may differ, as read: from what length on, and what it is worth.
_MISREAD = ((1, 6, 0.75), (2, 9, 0.55))
#: A likeness of names (0..1) that is worth showing; of a last name alone.
_NAME_CUTOFF, _LAST_CUTOFF = 0.7, 0.9
#: Between a first and a last name one word more may stand: a middle name, or its letter.
_APART = 0.95
#: In the sender's corner of an envelope a name is rather the sender's.
_CORNER = 0.35
#: An envelope is at most so high for its width; its sender stands left of this, and above that.
_ENVELOPE, _CORNER_WIDTH, _CORNER_HEIGHT = 0.75, 0.4, 0.4
#: Letters that are read for digits, and digits for letters, in people's handwriting.
_LOOKALIKES = str.maketrans("oqdcilzsgbta", "000011259874")

_Shares = NDArray[np.float32]


def suggest(
    pages: Sequence[ReadPage],
    inmates: Sequence[Inmate],
    most: int = 5,
    known: Known = NOTHING_KNOWN,
) -> tuple[Suggestion, ...]:
    """At most ``most`` inmates whom words on ``pages`` may mean, best first.

    Looks for booking numbers, also as handwriting is misread, and for first and last name near
    each other in either order, in any of the spellings that the reader left open. For a person's
    eyes only. Evidence of different kinds adds up as independent chances do: 1 - (1 - a)(1 - b).
    """
    words = [word for page in pages for word in _words_of(page)]
    if not words or not inmates:
        return ()
    lines = _lines(words)
    kinds = (
        _by_sheet(inmates, known),
        _by_number(lines, inmates),
        _by_name(words, inmates),
        _by_sender(lines, inmates, known),
    )
    missed = np.prod([1.0 - scores for scores, _ in kinds], axis=0)
    order = np.lexsort(([each.booking_number for each in inmates], missed))
    found = []
    for place in order[:most]:
        reasons = sorted((-scores[place], says[place]) for scores, says in kinds if place in says)
        if reasons:
            score = round(float(1.0 - missed[place]), 3)
            texts = tuple(text for _, text in reasons)
            found.append(Suggestion(inmates[place].booking_number, score, texts))
    return tuple(found)


def named_on(pages: Sequence[ReadPage]) -> Callable[[str], bool]:
    """Tells of a sender's name whether it stands on the pages, or something very like it."""
    written = _Lines(_lines([word for page in pages for word in _words_of(page)]))
    return lambda name: written.likeness(name) >= _LAST_CUTOFF


# ---- what was read ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in its spellings, each with how sure the reader was (0..1), the one it chose first.
    ``line`` is its line's number on all pages, ``weight`` what a name is worth where it stands."""

    spellings: tuple[tuple[str, float], ...]
    line: tuple[int, int]
    weight: float


def _words_of(page: ReadPage) -> list[_Word]:
    if not page.transcript.words:  # a reader that knows no places, or a person's correction
        return [
            _Word(((plain(word), 1.0),), (id(page), number), 1.0)
            for number, line in enumerate(page.transcript.text.splitlines())
            for word in line.split()
        ]
    is_envelope = page.height < _ENVELOPE * page.width
    found = []
    for word in page.transcript.words:
        others = [each for each in word.alternatives if each[0] != word.text]
        left, top = _CORNER_WIDTH * page.width, _CORNER_HEIGHT * page.height
        in_corner = is_envelope and word.box.right <= left and word.box.bottom <= top
        spellings = tuple((plain(text), share) for text, share in ((word.text, 1.0), *others))
        weight = _CORNER if in_corner else 1.0
        found.append(_Word(spellings, (id(page), word.line), weight))
    return found


def plain(text: str) -> str:
    """Without capitals, accents and punctuation, to be compared."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isalnum())


@lru_cache(maxsize=16_384)
def _plain_name(name: str) -> str:
    """As ``plain``, kept: the roster's names and numbers are asked for with each letter."""
    return plain(name)


def _lines(words: Sequence[_Word]) -> list[str]:
    """As they were read, each line in one, without spaces."""
    return [
        "".join(word.spellings[0][0] for word in line)
        for _, line in groupby(words, key=lambda word: word.line)
    ]


# ---- the kinds of evidence: by inmate, its worth (0..1), and a sentence about it ---------------

_Evidence = tuple[_Shares, dict[int, str]]


def _nothing(inmates: Sequence[Inmate]) -> _Evidence:
    return np.zeros(len(inmates), np.float32), {}


def _by_sheet(inmates: Sequence[Inmate], known: Known) -> _Evidence:
    scores, says = _nothing(inmates)
    for place, person in enumerate(inmates):
        if sheet := known.by_sheet.get(person.booking_number):
            scores[place] = _SHEET_WORTH
            says[place] = f"sheet number {sheet} is on the page, and its check character fits"
    return scores, says


def _by_number(lines: Sequence[str], inmates: Sequence[Inmate]) -> _Evidence:
    scores, says = _nothing(inmates)
    written = list(dict.fromkeys(line for line in lines if _digits(line)))
    if not written:
        return scores, says
    alike = [line.translate(_LOOKALIKES) for line in written]
    numbers = [_plain_name(each.booking_number) for each in inmates]
    folded = [number.translate(_LOOKALIKES) for number in numbers]
    fits = process.cdist(folded, alike, scorer=fuzz.partial_ratio, dtype=np.float32)
    # A part of the number in a short line is none, nor are words in which few letters are digits.
    long_enough = _counts(len, numbers)[:, None] - 1 <= _counts(len, written)
    half = _counts(_digits, numbers)[:, None] <= 2 * _counts(_digits, written)
    fits = np.where(long_enough & half, fits, 0.0).max(axis=1)
    for place, (person, number) in enumerate(zip(inmates, numbers, strict=True)):
        shown = person.booking_number
        if not number or not re.search(r"\d", number):
            continue
        if _stands_in(number, written):
            scores[place], says[place] = _NUMBER_WORTH, f"booking number {shown} is on the page"
        elif _stands_in(folded[place], alike):
            worth, text = _ALIKE_NUMBER_WORTH, f"a number that reads like {shown} is on the page"
            scores[place], says[place] = worth, text
        else:
            worth = _worth_of_misread(len(number), float(fits[place]))
            if worth:
                scores[place], says[place] = worth, f"a number much like {shown} is on the page"
    return scores, says


def _counts(count: Callable[[str], int], texts: Sequence[str]) -> NDArray[np.intp]:
    return np.array([count(text) for text in texts], np.intp)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _stands_in(number: str, lines: Sequence[str]) -> bool:
    """Whether it is a line, or part of one with no digit beside it: short ones are in many."""
    # Most stand in no line at all: only for the others is it worth making a pattern.
    return any(
        number in line and re.search(rf"(?<!\d){re.escape(number)}(?!\d)", line) for line in lines
    )


def _worth_of_misread(length: int, fit: float) -> float:
    """``fit`` is the likeness to the best part of a line, 0..100."""
    for wrong, least, worth in _MISREAD:
        if length >= least and fit >= 100.0 * (1 - wrong / length) - 0.01:
            return worth
    return 0.0


def _by_name(words: Sequence[_Word], inmates: Sequence[Inmate]) -> _Evidence:
    """First and last name side by side, in either order, or the last name alone."""
    scores, says = _nothing(inmates)
    first = _likeness([_plain_name(each.first_name) for each in inmates], words, initials=True)
    last = _likeness([_plain_name(each.last_name) for each in inmates], words)
    weights = np.array([word.weight for word in words], np.float32)
    pairs, place_of = _best_pairs(first, last, words, weights)
    alone = last * weights
    for place, person in enumerate(inmates):
        at, like = int(place_of[place]), float(pairs[place])
        lone = int(alone[place].argmax())
        if like >= _NAME_CUTOFF * weights[at]:
            scores[place] = _FULL_NAME_WORTH * like**2
            says[place] = f"“{_read_at(words, at)}” looks like {person.full_name}"
        elif last[place, lone] >= _LAST_CUTOFF and len(_plain_name(person.last_name)) >= 4:
            scores[place] = _LAST_NAME_WORTH * alone[place, lone]
            read = words[lone].spellings[0][0]
            says[place] = f"“{read}” looks like the last name {person.last_name}"
    return scores, says


def _likeness(names: Sequence[str], words: Sequence[_Word], *, initials: bool = False) -> _Shares:
    """How much alike each name (a row) and each word (a column) are, 0..1, in the spelling of the
    word that fits best; ``initials``: a name's first letter alone counts in part."""
    distinct = list(dict.fromkeys(names))
    spellings = list(dict.fromkeys(text for word in words for text, _ in word.spellings))
    fits = process.cdist(distinct, spellings, scorer=fuzz.ratio, dtype=np.float32) / 100.0
    fits[[not name for name in distinct]] = 0.0
    if initials:
        for column, text in enumerate(spellings):
            if len(text) == 1:
                fits[[name[:1] == text for name in distinct], column] = 0.7
    column_of = {text: column for column, text in enumerate(spellings)}
    by_word = np.zeros((len(distinct), len(words)), np.float32)
    for place, word in enumerate(words):
        for text, share in word.spellings:
            fit = fits[:, column_of[text]] * np.float32(share**0.15)
            np.maximum(by_word[:, place], fit, out=by_word[:, place])
    row_of = {name: row for row, name in enumerate(distinct)}
    return by_word[[row_of[name] for name in names]]


def _best_pairs(
    first: _Shares, last: _Shares, words: Sequence[_Word], weights: _Shares
) -> tuple[_Shares, NDArray[np.intp]]:
    """By inmate, the likeness of the best pair of words to both names, and where it begins."""
    size, count = first.shape
    best, at = np.zeros(size, np.float32), np.zeros(size, np.intp)
    for apart, worth in ((1, 1.0), (2, _APART)):
        if count <= apart:
            break
        between = _mean(first[:, :-apart], last[:, apart:])
        turned = _mean(last[:, :-apart], first[:, apart:])
        near = np.array([a.line == b.line for a, b in zip(words, words[apart:], strict=False)])
        pairs = np.maximum(between, turned) * (worth * weights[:-apart]) * np.where(near, 1.0, 0.9)
        place = pairs.argmax(axis=1)
        value = pairs[np.arange(size), place].astype(np.float32)
        better = value > best
        best[better], at[better] = value[better], place[better]
    return best, at


def _mean(one: _Shares, other: _Shares) -> _Shares:
    """Both names must be alike: where one of them is not, little is left of the other."""
    mean = (one + other) / 2 * np.minimum(1.0, np.minimum(one, other) / 0.4)
    return mean.astype(np.float32)


def _read_at(words: Sequence[_Word], place: int) -> str:
    return " ".join(word.spellings[0][0] for word in words[place : place + 2])


@lru_cache(maxsize=65_536)  # each held letter asks for all the names that are known
def _sender_name(name: str) -> tuple[str, tuple[str, ...]]:
    """As ``plain``, and each three characters that follow each other in it."""
    text = plain(name)
    return text, tuple({text[at : at + 3] for at in range(len(text) - 2)})


class _Lines:
    """Lines in which a name is looked for: tens of thousands are, and few are worth a comparison.
    Of a name that stands in a line, but for a letter in ten, half of its threes do so too."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        grams = [{line[at : at + 3] for at in range(len(line) - 2)} for line in lines]
        self._row = {gram: row for row, gram in enumerate(sorted(set().union(*grams)))}
        self._stands = np.zeros((len(self._row), len(lines)), np.uint8)
        for column, own in enumerate(grams):
            self._stands[[self._row[gram] for gram in own], column] = 1

    def likeness(self, name: str) -> float:
        """How much alike a name and the best part of a line are, 0..1."""
        text, grams = _sender_name(name)
        rows = [self._row[gram] for gram in grams if gram in self._row]
        if len(text) < _LEAST_SENDER or 2 * len(rows) < len(grams):
            return 0.0
        likely = np.flatnonzero(2 * self._stands[rows].sum(axis=0) >= len(grams))
        fits = (fuzz.partial_ratio(text, self._lines[int(line)]) for line in likely)
        return max(fits, default=0.0) / 100.0


def _by_sender(lines: Sequence[str], inmates: Sequence[Inmate], known: Known) -> _Evidence:
    """The name of somebody who wrote to this inmate before, or for whom a cover sheet of theirs was
    printed."""
    scores, says = _nothing(inmates)
    kinds = ((known.wrote, "wrote to them before"), (known.senders, "has a cover sheet for them"))
    written = _Lines(lines)
    for place, person in enumerate(inmates):
        for names, what in kinds:
            for sender in names.get(person.booking_number, ()):
                fit = written.likeness(sender)
                if fit >= _LAST_CUTOFF and _SENDER_WORTH * fit > scores[place]:
                    scores[place] = _SENDER_WORTH * fit
                    says[place] = f"{sender} is on the page, who {what}"
    return scores, says
