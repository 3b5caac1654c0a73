"""Words as the index knows them, and how alike two of them are.

A page's text and a query go through the same function, so that what a person types finds what
was written whatever its case, accents or line breaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: Characters; the index cuts longer words.
LONGEST_TERM = 64
#: Similarity (0..1) under which another word is no reading of the one asked for.
CUTOFF = 0.65
#: The beginning of a word is a good match, but the whole word is a better one.
PREFIX_SIMILARITY = 0.95
# Measured on handwritten pages: likeness counts steeply, the reader's own doubt hardly.
LIKENESS_POWER, DOUBT_POWER = 8, 0.15

#: Control characters that keep words, and the spellings of one, apart in one text.
BETWEEN_WORDS, BETWEEN_SPELLINGS = "\x1e", "\x1f"

_HYPHENS = "-\u00ad\u2010\u2011\u00ac="  # '=' and '¬' are old hands' hyphens at a line's end
_LINE_END_HYPHEN = re.compile(rf"(?<=[^\W\d_])[{_HYPHENS}][ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u2018\u02bc`\u00b4](?=\w)")
_WORD = re.compile(r"[^\W_]+")
_BETWEEN_LETTERS = re.compile(rf"[^\w{BETWEEN_WORDS}{BETWEEN_SPELLINGS}]+|_+")
_ASCII_BETWEEN_LETTERS = {
    code: None
    for code in range(128)
    if not chr(code).isalnum() and chr(code) not in BETWEEN_WORDS + BETWEEN_SPELLINGS
}
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "\u00ad": ""}
)
_QUOTES = re.compile(r'["\u201c\u201d\u201e\u00ab\u00bb]')


def index_words(text: str) -> list[str]:
    """The words of ``text`` in their order, in normal form.

    A word broken by a hyphen at a line's end is one word; a hyphen within a line parts two;
    an apostrophe falls away (``don't`` is ``dont``). Case, accents and the forms of letters and
    digits (``ﬁ``, ``²``) do not matter.
    """
    joined = _LINE_END_HYPHEN.sub("", text)
    return _WORD.findall(_plain(_APOSTROPHE.sub("", joined)))


def letters_of(text: str) -> str:
    """Normal form of a text without what parts its words, but for our own control characters."""
    if text.isascii():
        return text.lower().translate(_ASCII_BETWEEN_LETTERS)
    return _BETWEEN_LETTERS.sub("", _plain(text))


def _plain(text: str) -> str:
    """Casefolded, without marks. Folding can bring marks back (``İ``), hence fold first."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return bare.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: single words, and phrases of words that stand side by side."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    @property
    def all_words(self) -> tuple[str, ...]:
        return self.words + tuple(word for phrase in self.phrases for word in phrase)


def query_parts(query: str) -> Query:
    """Words and quoted phrases of a query; no other syntax. A quote left open ends at the end.

    What the index takes for several words (``well-known``) is a phrase of them, as is a quoted
    text; a quoted single word is a word.
    """
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    for number, part in enumerate(_QUOTES.split(query)):
        for piece in [part] if number % 2 else part.split():
            found = tuple(index_words(piece))
            if len(found) > 1:
                phrases.append(found)
            else:
                words.extend(found)
    return Query(tuple(words), tuple(phrases))


def side_by_side(words: Sequence[str]) -> re.Pattern[str]:
    """Matches a casefolded text where these words plainly stand beside each other; accents can
    mislead it. A pattern that begins with a letter is found ten times as fast as one that begins
    with a word's edge, so the edge is looked for behind the first word."""
    first = re.escape(words[0])
    further = "".join(rf"[\W_]+{re.escape(word)}" for word in words[1:])
    return re.compile(rf"{first}(?<!\w{first}){further}\b")


def similarity(one: str, other: str) -> float:
    """How alike two normal forms are, 0 to 1: twice their longest common subsequence over the
    sum of their lengths (one minus the normalised indel distance)."""
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(one, other))


def worth(likeness: float, probability: float) -> float:
    """How good a match is (0..1): the likeness of two words, and the reader's probability."""
    return float(likeness**LIKENESS_POWER * probability**DOUBT_POWER)


def most_alike(word: str, forms: Sequence[str]) -> int:
    """The place among ``forms`` of the first that is most like ``word``; 0 if there are none."""
    from rapidfuzz import process  # takes longer to import than most commands to run
    from rapidfuzz.distance import Indel

    best = process.extractOne(word, forms, scorer=Indel.normalized_similarity)
    return best[2] if best is not None else 0
