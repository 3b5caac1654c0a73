"""What people type, made printable: every character that means something stays to be seen.

Correspondents paste from phones: emoji, fancy letters, control characters, hidden direction
marks. Paper must show what was meant, and nobody may hide words from a reader by a trick.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from digitizer.engines.printing.kit.emoji import is_drawn
from digitizer.support.visible import HIDDEN

TAB_WIDTH = 4
MOST_BLANK_LINES = 2
"""Longer gaps are closed to this: a message of bare line ends must not print a ream of paper."""

_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_GAPS = re.compile(f"\n{{{MOST_BLANK_LINES + 2},}}")

_PICTURE = "[\U0001f000-\U0001faff\u2190-\u2bff\u3030\u303d\u3297\u3299]"
_PICTURES = re.compile(f"({_PICTURE}(?:\u200d{_PICTURE})*)\\1*")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])?")
_FLAG_OF_A_PART = re.compile("\U0001f3f4([\U000e0030-\U000e007a]+)\U000e007f")
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
_EXTRA = re.compile("[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]")
"""Which look a picture has, the colour of skin among them: black ink has but one."""

REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    r"""``text`` as it will be printed: lines end in ``\n``, accents are composed, emoji are kept.

    Emoji stay where our font draws them, without colour of skin; of several joined that it does not
    draw as one picture, each stays by itself. Any other stands as its name in brackets, a flag as
    ``[flag MX]``; styled letters of other planes stand as plain ones; tabs as spaces; what is no
    character at all as U+FFFD. Control characters and hidden direction overrides, which have no
    look of their own, are left out.
    """
    text = HIDDEN.sub("", "".join(map(_unstyled, _LINE_ENDS.sub("\n", text))))
    text = _without_extras("".join(map(_visible, text)))
    text = _PICTURES.sub(_drawn_or_named, unicodedata.normalize("NFC", text))
    lines = (line.expandtabs(TAB_WIDTH).rstrip() for line in text.split("\n"))
    return _GAPS.sub("\n" * (MOST_BLANK_LINES + 1), "\n".join(lines)).strip("\n")


@lru_cache(maxsize=4096)
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


def _without_extras(text: str) -> str:
    text = _KEYCAP.sub(r"[\1]", text)
    text = _FLAG_OF_A_PART.sub(lambda found: f"[flag {_region(found[1])}]", text)
    text = _FLAG.sub(_flag, text)
    return _EXTRA.sub("", text)


def _flag(found: re.Match[str]) -> str:
    """In black and white most flags look alike, so a flag is its country's two letters."""
    country = "".join(chr(ord(each) - 0x1F1E6 + ord("A")) for each in found[0])
    return f"[flag {country}]" if found[2] else country


def _region(tags: str) -> str:
    """England's ``GB-ENG`` of its five tags."""
    letters = "".join(chr(ord(tag) - 0xE0000) for tag in tags).upper()
    return f"{letters[:2]}-{letters[2:]}"


def _drawn_or_named(found: re.Match[str]) -> str:
    picture = found[1]
    if not any(part > "\uffff" for part in picture):
        return found[0]  # old symbols such as hearts and arrows, which fonts of text have
    times = len(found[0]) // len(picture)
    if is_drawn(picture):
        return found[0]
    parts = picture.split("\u200d")
    if all(map(is_drawn, parts)):
        return "".join(parts) * times
    name = " + ".join(map(_name, parts))
    return f"[{name} ×{times}]" if times > 1 else f"[{name}]"


def _name(picture: str) -> str:
    return unicodedata.name(picture, "emoji").lower()


@cache
def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" if character not in "\n\t":
            return ""
        case "Cs":
            return REPLACEMENT
        case "Zs" if character != "\u00a0":
            return " "
        case _:
            return character
