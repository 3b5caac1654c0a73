"""What people type, made printable: every character that means something stays to be seen.

Correspondents paste from phones: emoji, fancy letters, control characters, hidden direction
marks. Paper must show what was meant, and nobody may hide words from a reader by a trick.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from digitizer.support.visible import HIDDEN

TAB_WIDTH = 4
MOST_BLANK_LINES = 2
"""Longer gaps are closed to this: a message of bare line ends must not print a ream of paper."""

_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_GAPS = re.compile(f"\n{{{MOST_BLANK_LINES + 2},}}")

_ASTRAL_PICTURE = "[\U0001f000-\U0001faff]"
_EXTRAS = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_PICTURE = f"(?:{_ASTRAL_PICTURE}|[\u2190-\u2bff\u3030\u303d\u3297\u3299]){_EXTRAS}"
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
_PICTURES = re.compile(f"({_PICTURE}(?:\u200d{_PICTURE})*)\\1*")
_EXTRA = re.compile("[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]")

REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    r"""``text`` as it will be printed: lines end in ``\n``, accents are composed, emoji are named.

    Emoji stand as their name in brackets, ``[red apple]``; styled letters of other planes as
    plain ones; tabs as spaces; what is no character at all as U+FFFD. Control characters and
    hidden direction overrides, which have no look of their own, are left out.
    """
    text = HIDDEN.sub("", "".join(map(_unstyled, _LINE_ENDS.sub("\n", text))))
    lines = (line.expandtabs(TAB_WIDTH) for line in _named_pictures(text).split("\n"))
    shown = ("".join(map(_visible, line)).rstrip() for line in lines)
    composed = unicodedata.normalize("NFC", "\n".join(shown))
    return _GAPS.sub("\n" * (MOST_BLANK_LINES + 1), composed).strip("\n")


def clean_line(text: str) -> str:
    """The same for what stands on one line, as a name or a subject; white space is one blank."""
    return " ".join(clean(text).split())


@cache
def _unstyled(character: str) -> str:
    """Letters of other planes that differ from plain ones in style alone, as the plain ones."""
    if character < "\U0001d400" or character > "\U0001f189":
        return character
    tag = unicodedata.decomposition(character).partition(" ")[0]
    styled = tag in ("<font>", "<circle>", "<square>")
    return unicodedata.normalize("NFKC", character) if styled else character


def _named_pictures(text: str) -> str:
    text = _KEYCAP.sub(r"[\1]", text)
    text = _FLAG.sub(lambda found: f"[flag {_country(found[1])}{_country(found[2])}]", text)
    return _PICTURES.sub(_name_of, text)


def _country(indicator: str) -> str:
    return chr(ord(indicator) - 0x1F1E6 + ord("A"))


def _name_of(found: re.Match[str]) -> str:
    picture = _EXTRA.sub("", found[1])
    if not any(part > "\uffff" for part in picture):
        return found[0]  # old symbols such as hearts and arrows, which fonts have
    name = " + ".join(_name(part) for part in picture.split("\u200d") if part)
    times = len(found[0]) // len(found[1])
    return f"[{name} ×{times}]" if times > 1 else f"[{name}]"


def _name(picture: str) -> str:
    return unicodedata.name(picture[0], "emoji").lower()


@cache
def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc":
            return ""
        case "Cs":
            return REPLACEMENT
        case "Zs" if character != "\u00a0":
            return " "
        case _:
            return "" if _EXTRA.match(character) else character
