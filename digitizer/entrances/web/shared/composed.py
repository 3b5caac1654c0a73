"""What the machine composes (why something is held, what a refusal says, what needs care), said in
another language.

It is composed, stored and told to programs in English. Here a text is taken apart again by the
patterns that the catalogue has of it: ``Page %(number)s is blank …`` is both what to recognise and
what to translate, so that what was stored long ago is translated too. What no pattern fits, such as
a reason that a person typed, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import NullTranslations

from babel.messages.catalog import Message

from digitizer.entrances.web.shared.translations import (
    TEMPLATES_LANGUAGE,
    catalogue,
    translation,
)

_HOLE = re.compile(r"%\((\w+)\)s")
#: Where one part of a text may end and the next begin.
_SEAM = re.compile(r"[,;:]\s+|(?<=[.!?)])\s+|\n\s*| and ")
#: The name of the hole of a count, by which one thing is told from more; and others of numbers.
_COUNT = "num"
_NUMBERS = (_COUNT, "high", "low")
#: Holes with what a person or another program named: it is never translated.
_AS_TYPED = re.compile(
    r"(full_name|last_name|actor|by|sender|source|path|folder|typed|read|read_at)\d*"
)
#: Holes that take whole sentences; any other ends where one ends.
_SENTENCES = re.compile(
    r"(AGAIN|advice|before|damage|doubt|error|failed|late|message|more|problem|reason|recall|said"
    r"|shown|too_many|trouble|typed|why)\d*"
)
#: Longer than anything that is composed here: somebody's own text.
_LONGEST, _MOST_PARTS = 4000, 60


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One form of a message. ``mark`` is its longest literal part, without which it cannot fit;
    ``worth`` how many letters of it are literal; ``id`` the message's singular and plural."""

    shape: re.Pattern[str]
    mark: str
    worth: int
    id: tuple[str, ...]


@lru_cache(maxsize=4096)
def said(language: str, text: str) -> str:
    """A composed text in this language, as far as the catalogue knows its parts."""
    if language == TEMPLATES_LANGUAGE or not text.strip() or len(text) > _LONGEST:
        return text
    return _best(language, text)[1]


@lru_cache(maxsize=4096)
def _best(language: str, text: str) -> tuple[int, str]:
    """The reading of a text that leaves the least of it in English: how many of its letters are
    known, and what it says."""
    ends = [*_SEAM.finditer(text)]
    starts = [0, *(each.end() for each in ends)]
    stops = [*(each.start() for each in ends), len(text)]
    if len(starts) > _MOST_PARTS:
        return 0, text
    near = [each for each in _patterns(language) if each.mark in text.lower()]
    #: The best of all up to a part: its worth, its words, and whether its last part is known.
    best: list[tuple[int, str, bool]] = [(0, "", True)]
    for last, stop in enumerate(stops):
        choices = []
        for first in range(last, -1, -1):
            part = text[starts[first] : stop]
            known = _piece(language, part, near)
            if known is None and first < last:
                continue
            worth, words = known or (0, part)
            before, said_before, was_known = best[first]
            seam = text[stops[first - 1] : starts[first]] if first else ""
            if seam == " and " and known and was_known:
                seam = f" {translation(language).gettext('and')} "
            choices.append((before + worth, said_before + seam + words, known is not None))
        best.append(max(choices, key=lambda each: each[0]))
    return best[-1][0], best[-1][1]


def _piece(language: str, text: str, near: list[_Pattern]) -> tuple[int, str] | None:
    """What fits a whole message, with how much of it is known; None where none does."""
    if re.fullmatch(r"[\d ]*", text):
        return 0, text
    exact = translation(language).gettext(text)
    if exact != text:
        return len(text), exact
    low = text.lower()
    found = [(each, each.shape.fullmatch(text)) for each in near if each.mark in low]
    fits = [(each, match) for each, match in found if match is not None]
    if not fits:
        return None
    most = max(each.worth for each, _ in fits)
    filled = [_filled(language, each, match, text) for each, match in fits if each.worth == most]
    return max(filled, key=lambda each: each[0])


def _filled(language: str, pattern: _Pattern, match: re.Match[str], text: str) -> tuple[int, str]:
    words, worth, values = translation(language), pattern.worth, {}
    for name, value in match.groupdict().items():
        known, values[name] = 0, value
        if not _AS_TYPED.fullmatch(name):
            known, values[name] = _within(language, value)
        worth += known
    wording = _in_number(words, pattern, values)
    said_so = _HOLE.sub(lambda hole: values[hole[1]], wording).replace("%%", "%")
    return worth, said_so[:1].upper() + said_so[1:] if text[:1].isupper() else said_so


def _within(language: str, value: str) -> tuple[int, str]:
    """As ``_best``, of a part that brings the space around it along."""
    bare = value.strip()
    known, words = _best(language, bare)
    return known, value.replace(bare, words, 1) if bare else value


def _in_number(words: NullTranslations, pattern: _Pattern, values: dict[str, str]) -> str:
    one, *more = pattern.id
    return words.ngettext(one, more[0], int(values[_COUNT])) if more else words.gettext(one)


@cache
def _patterns(language: str) -> tuple[_Pattern, ...]:
    return tuple(each for message in catalogue(language) for each in _of(message))


def _of(message: Message) -> Iterator[_Pattern]:
    """The patterns of a message that is composed below the pages, not on one of them."""
    below = any(place.startswith("digitizer/") for place, _ in message.locations)
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    if below and not message.context and "%(" in ids[0]:
        for one in ids:
            literal = [part.replace("%%", "%") for part in _HOLE.split(one)[::2]]
            yield _Pattern(
                re.compile(_shape(one), re.DOTALL),
                max(literal, key=len).lower(),
                sum(map(len, literal)),
                ids,
            )


def _taken(hole: str) -> str:
    if hole in _NUMBERS:
        return "[0-9]+"
    return ".*?" if _SENTENCES.fullmatch(hole) else r"(?:(?![.!?]\s).)*?"


def _shape(message: str) -> str:
    """The message as an expression: a hole takes anything; its first letter may be large or small,
    for a text may begin a sentence or go on with one."""
    shape, begun = "", False
    for at, part in enumerate(_HOLE.split(message)):
        if at % 2:
            shape += f"(?P<{part}>{_taken(part)})"
            continue
        literal = re.escape(part.replace("%%", "%"))
        if literal and not begun and part[0].isalpha():
            literal = f"[{part[0].lower()}{part[0].upper()}]{literal[1:]}"
        begun = begun or bool(literal)
        shape += literal
    return shape
