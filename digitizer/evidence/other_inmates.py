"""Whether a text names an inmate whose letter it is not: by number, or by last name.

It closes too much sooner than too little: a word that is somebody's last name counts as the name,
in small letters, too. Only the program's own words, by which what is noted has its place, are not
names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from digitizer.people import roster
from digitizer.people.earlier_numbers import all_earlier

_WORDS = re.compile(r"\w+")
_NUMBERS = re.compile(r"[\w-]+")


class OtherInmates:
    """All on the roster but one; ``own`` is that one's booking number, None: nobody's."""

    def __init__(self, tx: sa.Connection, own: str | None) -> None:
        people = roster.all_inmates(tx)
        mine = [each for each in people if each.booking_number == own]
        others = [each for each in people if each.booking_number != own]
        earlier = all_earlier(tx)
        self._numbers = {each.booking_number.casefold() for each in others}
        self._numbers |= {number.casefold() for number, now in earlier.items() if now != own}
        own_words = {word for each in mine for word in _words(each.last_name, each.first_name)}
        self._names = {
            words
            for each in others
            for words in (frozenset(_words(each.last_name)),)
            if words and not words <= own_words
        }
        self._first_words = {min(each) for each in self._names}

    def has_number(self, booking_number: str) -> bool:
        """Whether it is another inmate's."""
        return booking_number.casefold() in self._numbers

    def shown(self, text: str | None) -> str:
        """The text, or three dots in place of one that names another inmate."""
        return "" if text is None else "…" if self.are_named_in(text) else text

    def are_named_in(self, value: Any) -> bool:
        """In a text, or in any text within what JSON can hold."""
        if isinstance(value, str):
            return self._is_named_in(value)
        if isinstance(value, dict):
            keys = any(self._is_named_in(str(key), own_word=True) for key in value)
            return keys or self.are_named_in([*value.values()])
        return isinstance(value, list) and any(map(self.are_named_in, value))

    def _is_named_in(self, text: str, *, own_word: bool = False) -> bool:
        text += f" {text.replace('_', ' ')}"  # as names of files are written
        tokens = {each.casefold() for each in (*_NUMBERS.findall(text), *_WORDS.findall(text))}
        if self._numbers & tokens:
            return True
        names = set(_words(text)) if not (own_word and text.islower()) else set()
        return bool(self._first_words & names) and any(each <= names for each in self._names)


def _words(*texts: str) -> Collection[str]:
    return {word.casefold() for text in texts for word in _found(text)}


def _found(text: str) -> Iterable[str]:
    return (word for word in _WORDS.findall(text) if len(word) > 1)
