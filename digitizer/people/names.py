"""Whether two names on the roster may be one person's, written in two ways.

A booking number that comes with another person's name would open one person's mail to another, so
only what is certainly a way of writing is let pass: capitals, accents, punctuation, a suffix
(Jr., III), a middle name. All else is a person's to decide: a married name, a nickname, first and
last name swapped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from digitizer.model.people import Inmate

#: What stands behind a last name, without capitals and dots.
SUFFIXES = frozenset(
    {
        "jr",
        "jnr",
        "junior",
        "sr",
        "snr",
        "senior",
        "esq",
        "esquire",
        "ii",
        "iii",
        "iv",
        "v",
        "vi",
        "2nd",
        "3rd",
        "4th",
        "5th",
    }
)
#: So many words may be written as one.
_MOST_JOINED = 5
#: Letters that have no accent to take away, and how they are written without them.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
#: The other way to write them.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def may_be_same(known: Inmate, listed: Inmate) -> bool:
    """Whether the two names differ in nothing but how they are written."""
    if _whole(known) == _whole(listed):
        return True
    return _same_last(known.last_name, listed.last_name) and _same_first(
        known.first_name, listed.first_name
    )


def _whole(person: Inmate) -> tuple[str, str]:
    return (
        " ".join(person.last_name.casefold().split()),
        " ".join(person.first_name.casefold().split()),
    )


def _same_last(known: str, listed: str) -> bool:
    """Spaces and hyphens within a last name are a way of writing: De La Cruz, Delacruz."""
    return _one_of("".join(_parts(known)), "".join(_parts(listed)))


def _same_first(known: str, listed: str) -> bool:
    """The first of the given names; the others are middle names. Mary Ann and Maryann are one."""
    one, other = _parts(known), _parts(listed)
    if not one or not other:
        return one == other
    return _one_of(one[0], other[0]) or _one_of("".join(one), "".join(other))


def _parts(name: str) -> list[str]:
    """The words of a name, without its suffix and punctuation."""
    words = [_letters(word) for word in name.replace(",", " ").split()]
    words = [word for word in words if word]
    while len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    return words


def _letters(word: str) -> str:
    composed = unicodedata.normalize("NFKC", word.casefold())
    return "".join(c for c in composed if c.isalnum() or unicodedata.combining(c))


def _one_of(known: str, listed: str) -> bool:
    """Whether one spelling of the one is one of the other. What has no letter is nobody's name."""
    return bool(_spellings(known) & _spellings(listed) - {""})


def _spellings(word: str) -> set[str]:
    return {_without_accents(word.translate(table)) for table in ({}, _SPELT_OUT)}


def _without_accents(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_PLAIN)


def is_named(person: Inmate, typed: str) -> bool:
    """Whether a whole name, as somebody outside types it, is a way of writing this person's:
    "First Last" or "Last, First", with or without middle names."""
    last, comma, first = typed.partition(",")
    words = f"{first} {last}".split() if comma and first.strip() else typed.split()
    return any(
        may_be_same(
            person,
            replace(person, first_name=" ".join(words[:at]), last_name=" ".join(words[at:])),
        )
        for at in range(len(words))
    )


def is_meant(said: str, name: str) -> bool:
    """Whether somebody of the staff of this name may be meant by what was ``said``, in whatever
    words: the whole name is in it, or any word of it but the first, or words in a row written as
    one. Titles, suffixes, hyphens, accents and a possessive 's are no matter. In doubt they are."""
    words = _runs(name)
    whole = _spellings("".join(words))
    # Of "Brookwater, Ana" the first word is no first name.
    lasts = words if "," in name else words[1:] or words
    # "Ana Maria De La Cruz" is called De La Cruz, Delacruz, Cruz or Maria.
    called = set().union(*map(_spellings, lasts), *map(_spellings, _joined(lasts)), whole)
    heard = _runs(said)
    spoken = set().union(*map(_spellings, heard), *map(_spellings, _joined(heard)))
    within = one_name(name)
    return bool(called & spoken - {""}) or (bool(within) and within in one_name(said))


def _runs(text: str) -> list[str]:
    """The words of what may be a name, split at whatever is no letter, without suffixes."""
    composed = unicodedata.normalize("NFC", text).casefold()
    owned = re.sub(r"['’ʼ`´]s?(?=\W|$)", " ", composed)
    words = re.sub(r"['’ʼ`´]", "", owned)
    split = re.split(r"[\W_]+", words)
    kept = [each for each in split if each and each not in SUFFIXES]
    return kept or [each for each in split if each]


def _joined(words: list[str]) -> list[str]:
    """Each run of neighbouring words as one word."""
    return [
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 2, min(len(words), start + _MOST_JOINED) + 1)
    ]


def one_name(name: str) -> str:
    """How names of staff are compared: whatever their capitals, spaces and accents, for one person
    may have been typed in two ways."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(each for each in folded if each.isalnum())
