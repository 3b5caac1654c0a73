"""How likely a word is before its ink is looked at.

Handwriting leaves many readings open; that ``letter`` is a word and ``lelter`` is none settles
most of them. The words come from SCOWL, whose sizes say how common a word is; they are inside
the package (see models/NOTICE).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from digitizer.engines.reading.text.plausible import common_words
from digitizer.engines.words import index_words

# The share of running English text that the words of each of SCOWL's sizes make up, counted
# with the word frequencies of a large sample of books; the commonest hundred are half of it.
_COMMON_SHARE = 0.45
_SHARES = {
    "10": 0.27,
    "20": 0.12,
    "35": 0.075,
    "40": 0.013,
    "50": 0.05,
    "55": 0.0025,
    "60": 0.0025,
    "70": 0.005,
}
#: Of a string that is no word: a name, an error in writing, or a reading gone wrong.
_NO_WORD = 1e-9
#: Of a number or a sign, for which words say nothing: as likely as a middling word.
_NUMBER = 1e-6


def prior(text: str) -> float:
    """The probability (0..1) of ``text`` as the next word of an English letter."""
    form = "".join(index_words(text))
    if not form or any(letter.isdigit() for letter in form):
        return _NUMBER
    return _english().get(form, _NO_WORD)


@cache
def _english() -> Mapping[str, float]:
    packed = files("digitizer.engines.reading.ctc").joinpath("models/english.txt.gz").read_bytes()
    priors: dict[str, float] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        size, *words = line.split(" ")
        priors.update(dict.fromkeys(words, _SHARES[size] / len(words)))
    common = [word for word in common_words("en") if word in priors]
    priors.update(dict.fromkeys(common, _COMMON_SHARE / len(common)))
    return priors
