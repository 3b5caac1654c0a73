"""Characters that paper cannot show, found before it is printed and named for a person."""

from __future__ import annotations

from collections.abc import Iterable

from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.plain_text import clean
from digitizer.engines.printing.kit.shaping import is_missing

_MOST_NAMED = 8

_OF_EACH_SCRIPT = {
    "Arabic": "م",
    "Hebrew": "ש",
    "Thai": "ก",
    "Hindi": "क",
    "Chinese": "王",
    "Japanese": "あ",
    "Korean": "김",
}


def missing_characters(text: str) -> str:
    """Each character of ``text`` that no font here has, once, in order; "" if all is well.

    Emoji do not count: what our font does not draw is printed by its name.
    """
    seen = dict.fromkeys(c for c in clean(text) if c != "\n")
    return "".join(c for c in seen if is_missing(c, REGULAR))


def missing_scripts() -> list[str]:
    """Those of the world's larger scripts for which this machine has no font, in English."""
    return [name for name, sample in _OF_EACH_SCRIPT.items() if missing_characters(sample)]


def missing_in(texts: Iterable[str | None]) -> str:
    """The same of several texts together."""
    return missing_characters("\n".join(text for text in texts if text))


def named(characters: str) -> str:
    """``characters`` for a person to find again: themselves, and their numbers in Unicode."""
    shown = ", ".join(_named(each) for each in characters[:_MOST_NAMED])
    more = len(characters) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _named(character: str) -> str:
    number = f"U+{ord(character):04X}"
    return f"“{character}” ({number})" if character.isprintable() else number


def warning(characters: str) -> str | None:
    """The warning for whoever printed boxes for ``characters``; None if there are none."""
    if not characters:
        return None
    return f"No font here has {named(characters)}: an empty box is printed instead."
