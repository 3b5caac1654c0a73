"""Whether somebody is in custody, from a status word, a release date, or both.

Only words with one meaning are known here. A facility's own words (a classification, a weekend
sentence, a hospital) mean what a person says once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from digitizer.model.people import CustodyStatus
from digitizer.people.roster_file.layout import Words, plain_word

_IN, _OUT = CustodyStatus.IN_CUSTODY, CustodyStatus.RELEASED
_AWAY, _OTHER = CustodyStatus.TRANSFERRED, CustodyStatus.OTHER
_MEANINGS: Mapping[CustodyStatus, str] = {
    _IN: "incustody custody active incarcerated confined detained housed current injail "
    "currentlyincustody infacility",
    _OUT: "released release discharged bonded bondedout bailed timeserved ror releasedfromcustody",
    _AWAY: "transferred transfer transferredout transferout transferredtodoc "
    "transferredtootherfacility",
    _OTHER: "other escaped escape escapee absconded walkaway awol deceased died weekenderout "
    "housearrest inhousearrest homedetention notincustody droppedoffroster",
}
_KNOWN: Words = {word: status for status, words in _MEANINGS.items() for word in words.split()}
#: In a column of release dates: nobody was released then.
_NO_DATE = {"", "null", "none", "nil", "na", "no", "n", "false", "120000am", "tbd"}
_YES = {"yes", "y", "true", "released"}
_FIRST_YEAR = 1950


class UnknownWord(ValueError):
    """A status that only a person can explain."""

    def __init__(self, word: str) -> None:
        super().__init__(f"status {word!r} is not known: say what it means")
        self.word = word


def in_words(yes_or_no: str) -> str:
    """The cell of a column that asks whether somebody is in custody, as a status."""
    plain = plain_word(yes_or_no)
    if plain in ("yes", "y", "true", "1"):
        return str(_IN)
    return "not in custody" if plain in ("no", "n", "false", "0") else yes_or_no


def custody(
    word: str | None, released: str | None, place: str, words: Words, today: date
) -> CustodyStatus:
    """``word`` and ``released`` are the cells, None where the file has no such column. Raises
    ValueError (UnknownWord for a word) where it is not certain."""
    gone = released is not None and _was_released(released, today)
    if word is None or (word == "" and released):
        if gone:
            return _OUT
        where = {**_KNOWN, **words}.get(plain_word(place))  # ESCAPED in place of a cell
        return _OTHER if where is _OTHER else _IN
    status = _meant(word, words)
    if status is _IN and gone:
        raise ValueError(f"status {word!r} is in custody, but the release date is {released!r}")
    return status


def _meant(word: str, words: Words) -> CustodyStatus:
    plain = plain_word(word)
    if not word:
        raise ValueError("it has no status")
    if plain in words:
        return words[plain]
    if plain not in _KNOWN:
        raise UnknownWord(word)
    return _KNOWN[plain]


def _was_released(cell: str, today: date) -> bool:
    plain = plain_word(cell)
    if plain in _NO_DATE:
        return False
    return plain in _YES or _is_past(cell, today)


def _is_past(cell: str, today: date) -> bool:
    """Years before people who live now are a system's way to say that there is no date."""
    year, month, day = _date_in(cell.strip(), today)
    if year < _FIRST_YEAR:
        return False
    try:
        return date(year, month, day) <= today
    except ValueError:
        raise ValueError(f"release date {cell!r} is not a date (month/day/year)") from None


def _date_in(cell: str, today: date) -> tuple[int, int, int]:
    """Of ``6/28/2026 10:22:44 AM`` (month first) or ``2026-06-28T10:22:44-05``."""
    if iso := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", cell):
        return int(iso[1]), int(iso[2]), int(iso[3])
    found = re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?!\d)", cell)
    if found is None:
        raise ValueError(f"release date {cell!r} is not a date")
    year = int(found[3])
    if len(found[3]) == 2:
        year += 2000 if year <= today.year % 100 + 1 else 1900
    return year, int(found[1]), int(found[2])
