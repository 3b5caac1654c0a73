"""Whether a text looks like language: how many of its words are among the commonest.

The commonest hundred words make up about half of any running English or Spanish text, and a
reading gone wrong hits them hardly ever. It needs no dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from digitizer.model.paper import Word

_COMMON = {
    "en": """
        the of and to a in that is was he for it with as his on be at by i this had not are but
        from or have an they which one you were her all she there would their we him been has
        when who will more no if out so said what up its about into than them can only other new
        some could time these two may then do first any my now such like our over man me even
        most made after also did many before must through back years where much your way well
        down should because each just those people mr how too little state good very make see
        men work long get here between both life being under never day same another know while
        last might us great old year off come since against go came right used take dear love
        sincerely letter write hope street yours truly
    """,
    "es": """
        de la que el en y a los se del las un por con no una su para es al lo como más o pero sus
        le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era
        muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte
        tiene él uno donde bien tiempo mismo ese ahora cada vida otro después te otros aunque esa
        eso hace otra tan durante siempre día tanto ella tres sí dijo querido querida amor carta
    """,
}
_WORD = re.compile(r"[^\W\d_]+")


def plausibility(text: str, languages: tuple[str, ...]) -> float:
    """The share (0..1) of familiar words among all strings of ``text`` that hold letters."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return sum(_is_familiar(word, languages) for word in words) / len(words) if words else 0.0


def familiar_words(words: Sequence[Word], languages: tuple[str, ...]) -> float:
    """How many familiar words may be expected to have been read rightly: their confidences'
    sum. It compares readings of one page, whatever engine made them."""
    return sum(word.confidence for word in words if _is_familiar(word.text, languages))


def _is_familiar(text: str, languages: tuple[str, ...]) -> bool:
    """Single letters, which noise is full of, are not."""
    found = _WORD.findall(text.casefold())
    return len(found) == 1 and len(found[0]) > 1 and found[0] in _common(languages)


def common_words(language: str) -> tuple[str, ...]:
    """The commonest words of ``language`` (ISO 639-1), in no order; none for one not known."""
    return tuple(_COMMON.get(language, "").split())


@cache
def _common(languages: tuple[str, ...]) -> frozenset[str]:
    known = [language for language in languages if language in _COMMON] or ["en"]
    return frozenset(word for language in known for word in _COMMON[language].split())
