"""What a new staff password must be: long, and none that is guessed first.

After NIST SP 800-63B, 3.1.1: a least length, no rules about kinds of characters, no change without
a cause, and a comparison with what is common, repeated, in sequence, or taken from the context.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from digitizer.model.errors import UsageError

LEAST = 12
MOST = 200
#: A guesser's favourites, as they are left when digits and signs around them are taken away. Those
#: of 12 characters and more are made of these: once more, with a year, with signs.
_WORDS = """
    password passwort passwd passphrase passcode pass secret welcome letmein login logon changeme
    default admin administrator root user guest test testing master manager system security secure
    qwerty qwertyuiop qwertz azerty asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc
    iloveyou loveyou love sunshine princess monkey dragon shadow football baseball basketball
    soccer hockey superman batman starwars pokemon michael jennifer jordan charlie ashley daniel
    trustno mustang whatever computer internet google facebook samsung freedom america flower
    hello hellohello monday tuesday wednesday thursday friday saturday sunday spring summer autumn
    fall winter january february march april may june july august september october november
    december correcthorsebatterystaple correcthorse abc abcd abcdef abcdefg abcdefgh aaaaaa
    mail mailroom jail prison sheriff county officer deputy sergeant inmate corrections detention
    digitizer scanner covers letters clerk supervisor investigator thisismypassword mypassword
    newpassword yourpassword thepassword temppassword temporary letmeinnow openthedoor opensesame
"""
_COMMON = frozenset(_WORDS.split())
_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb",
)
_LOOK_ALIKE = str.maketrans("@40315$7!", "aaoeisstl")
_SHORT_RUN = 4


def normal(password: str) -> str:
    """The same password typed on another keyboard is the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, about: Iterable[str]) -> str:
    """The password as it is hashed. ``about`` are names that a guesser would try: the person's and
    the facility's. Raises UsageError, with what to do, for one that is guessed too easily."""
    password = normal(password)
    if len(password) < LEAST:
        raise UsageError(
            f"A password must have at least {LEAST} characters. Four or five words of a sentence "
            "that only you know are easy to remember."
        )
    if len(password) > MOST:
        raise UsageError(f"A password can have at most {MOST} characters.")
    if _is_common(password, about):
        raise UsageError(
            "That password is among those that are guessed first: a common word or name, a "
            "repetition, a sequence, or digits alone. Choose words that have nothing to do with "
            "each other."
        )
    return password


def _is_common(password: str, about: Iterable[str]) -> bool:
    words = _COMMON | {part for name in about for part in _parts(name)}
    plain = password.casefold()
    return any(_is_guessed(each, words) for each in (plain, plain.translate(_LOOK_ALIKE)))


def _parts(name: str) -> set[str]:
    """A name, its words, and its words without spaces between them."""
    words = re.findall(r"\w+", name.casefold())
    return {word for word in (*words, "".join(words)) if len(word) > 2}


def _is_guessed(password: str, words: Iterable[str]) -> bool:
    """Whether little is left when common words, sequences, digits, signs and repetitions go."""
    if _is_repetition(password):
        return True
    rest = _without_runs(password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    letters = re.sub(r"[\W\d_]+", "", rest)
    return len(set(letters)) < _SHORT_RUN


def _is_repetition(password: str) -> bool:
    """Whether a part of it of at most half its length makes all of it."""
    return any(
        all(letter == password[at % length] for at, letter in enumerate(password))
        for length in range(1, len(password) // 2 + 1)
    )


def _without_runs(password: str) -> str:
    """Without parts of a sequence, forwards or backwards, of four characters and more."""
    for run in (each for forwards in _RUNS for each in (forwards, forwards[::-1])):
        for length in range(len(run), _SHORT_RUN - 1, -1):
            for start in range(len(run) - length + 1):
                password = password.replace(run[start : start + length], " ")
    return password
