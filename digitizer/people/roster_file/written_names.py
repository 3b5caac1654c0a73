"""The names of a person as a roster writes them, in one column or in several."""

from __future__ import annotations

import re

from digitizer.people.names import SUFFIXES

_NO_MIDDLE = {"nmi", "nmn", "nmi.", "none", "null", "n/a", "-"}
_APOSTROPHES = str.maketrans({"`": "'", "´": "'", "‘": "'", "’": "'"})


def names_of(last: str, first: str, middle: str, suffix: str) -> tuple[str, str]:
    """Last name with its suffix, and given names. Raises ValueError where there is none."""
    last, first = _plain(last), _plain(first)
    given = " ".join(each for each in (first, _middle(middle)) if each)
    name = " ".join(each for each in (last, _suffix(suffix)) if each)
    if not last and not given:
        raise ValueError("it has no name")
    return name, given


def split_name(whole: str) -> tuple[str, str]:
    """``LAST, FIRST MIDDLE SUFFIX``, with the suffix behind either name or between commas. Raises
    ValueError where it is not certain which is the last name."""
    parts = [_plain(each) for each in whole.split(",")]
    parts = [each for each in parts if each]
    if not parts:
        raise ValueError("it has no name")
    suffix = [each for each in parts[1:] if _is_suffix(each)]
    last, *given = [each for each in parts if each not in suffix]
    if len(given) > 1 or len(suffix) > 1:
        raise ValueError(f"name {whole!r} has more parts than LAST, FIRST MIDDLE")
    if not given and len(last.split()) > 1:
        raise ValueError(f"name {whole!r} does not show which is the last name: no comma")
    first = given[0].split() if given else []
    if len(first) > 1 and _is_suffix(first[-1]):
        suffix.append(first.pop())
    first = [word for word in first if not _is_no_middle(word)]
    return names_of(last, " ".join(first), "", " ".join(suffix))


def _plain(name: str) -> str:
    return " ".join(name.translate(_APOSTROPHES).split())


def _middle(middle: str) -> str:
    return "" if _is_no_middle(middle) else _plain(middle)


def _suffix(suffix: str) -> str:
    return "" if _is_no_middle(suffix) else _plain(suffix)


def _is_no_middle(word: str) -> bool:
    return re.sub(r"[()\s]", "", word.casefold()) in _NO_MIDDLE


def _is_suffix(word: str) -> bool:
    """A single letter is an initial: DAVID V is no fifth David."""
    plain = word.casefold().rstrip(".")
    return len(plain) > 1 and plain in SUFFIXES
