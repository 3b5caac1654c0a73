"""Each key of a scanner profile: what a value must be, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import StrEnum

from digitizer.model.scanner_profile import ColourMode, Origin, Sides, Stack

# A page with a few typed lines carries about a hundredth of ink: blank must stay well below.
MOST_BLANK_INK = 0.01


class Unfit(ValueError):
    """A value does not fit its key. The message goes on from the key: "must be …"."""


def _words(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit('must be words in quotes, as in "Front desk".')
    return value.strip()


def _folder(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit('must be a path in quotes, as in "/srv/scans/front-desk".')
    if re.match(r"(?i)\\\\|[a-z]:|[a-z]+://", value):
        raise Unfit("must be a folder of this machine. Mount the share and give the mount's path.")
    if not value.startswith("/") or "\0" in value:
        raise Unfit(f"must begin at the root, as in {'/srv/scans/' + value.strip('/')!r}.")
    return value


def _texts(value: object, example: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unfit(f"must be a list of words in quotes, as in {example}.")
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    patterns = _texts(value, '["*.pdf"] (or [] for any file)')
    for each in patterns:
        if not each.strip() or "/" in each:
            raise Unfit(f'holds {each!r}, which fits no file name. Write it like "*.pdf".')
    return patterns


def _languages(value: object) -> tuple[str, ...]:
    languages = _texts(value, '["en", "es"]')
    if not languages:
        raise Unfit('must name a language at least, as in ["en"].')
    for each in languages:
        if not re.fullmatch(r"[a-z]{2}", each):
            raise Unfit(f'holds {each!r}. Use the two small letters of ISO 639-1: "en", "es".')
    if len(set(languages)) < len(languages):
        raise Unfit("names a language twice. Remove one.")
    return languages


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"must be a number from {least:g} to {most:g}, without quotes.")
    if not least <= value <= most:
        raise Unfit(f"is {value:g}, but must be from {least:g} to {most:g}.")
    return float(value)


def _dpi(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit("must be a whole number, as in 300 (0: any), without quotes.")
    if value:
        _number(value, 75, 1200)
    return value


def _settle(value: object) -> float:
    return _number(value, 0.5, 3600)


def _blank_ink(value: object) -> float:
    return _number(value, 0, MOST_BLANK_INK)


def _region(value: object) -> tuple[float, float, float, float]:
    if not isinstance(value, list) or len(value) != 4:
        raise Unfit("must be four fractions: left, top, right, bottom, as in [0.0, 0.0, 1.0, 0.5].")
    left, top, right, bottom = (_fraction(each) for each in value)
    if left >= right or top >= bottom:
        raise Unfit("is empty: left must be less than right, and top less than bottom.")
    return left, top, right, bottom


def _fraction(value: object) -> float:
    try:
        return _number(value, 0, 1)
    except Unfit as error:
        raise Unfit(f"holds a number that {error}") from None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false, in small letters and without quotes.")
    return value


def _one_of(choices: type[StrEnum]) -> Callable[[object], StrEnum]:
    def check(value: object) -> StrEnum:
        known = [str(each) for each in choices]
        if isinstance(value, str) and value in known:
            return choices(value)
        near = get_close_matches(str(value).casefold(), known, 1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        choices_shown = ", ".join(f'"{each}"' for each in known)
        raise Unfit(f"must be one of {choices_shown}.{hint}")

    return check


CHECKS: Mapping[str, Callable[[object], object]] = {
    "title": _words,
    "folder": _folder,
    "patterns": _patterns,
    "dpi": _dpi,
    "sides": _one_of(Sides),
    "stack": _one_of(Stack),
    "colour": _one_of(ColourMode),
    "settle_seconds": _settle,
    "polling": _flag,
    "languages": _languages,
    "blank_ink": _blank_ink,
    "code_region": _region,
    "batch_header_required": _flag,
    "from": _one_of(Origin),
}
