"""Whose a letter is: what the register says of its cover, and whether he is in custody here.

Only ``settle`` names a destination, and only from a verified cover. ``suggest`` reads names
and numbers for staff who look at a held letter; nothing of it ever decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from rapidfuzz import fuzz, process

from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SplitLetter,
)
from digitizer.model.people import CustodyStatus, Inmate


class CoverState(StrEnum):
    """What the register says of a verified code, worst first."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SPENT = "spent"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Standing:
    """A cover's state, and for whom it was printed (None only where that is not known)."""

    state: CoverState
    inmate: Inmate | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a letter goes. ``booking_number`` is None whenever there is any doubt."""

    booking_number: str | None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An inmate who may be meant: ``score`` 0..1, ``reasons`` in words, the strongest first."""

    booking_number: str
    score: float
    reasons: tuple[str, ...]


#: The id is of no code that this facility ever printed.
UNKNOWN = Standing(CoverState.UNKNOWN)


def standing_of(
    inmate: Inmate | None,
    *,
    at: datetime,
    expires: datetime | None = None,
    revoked: datetime | None = None,
    once: bool = False,
    used_elsewhere: bool = False,
    repeated: bool = False,
    overdrawn: bool = False,
) -> Standing:
    """A registered cover's standing at the time ``at`` (aware, as ``expires`` and ``revoked``).

    A single-use cover (``once``) is spent if another scan used it (``used_elsewhere``; a retry
    of the same scan is none), or if it begins more than one letter of this scan (``repeated``):
    it cannot be told which of them it was printed for, so both are held. ``overdrawn``: with this
    scan's, more letters came than the cover was printed for.
    """
    if inmate is None:
        return UNKNOWN
    if revoked is not None:
        return Standing(CoverState.REVOKED, inmate)
    if expires is not None and expires <= at:
        return Standing(CoverState.EXPIRED, inmate)
    if overdrawn or (once and (used_elsewhere or repeated)):
        return Standing(CoverState.SPENT, inmate)
    return Standing(CoverState.GOOD, inmate)


def settle(letter: SplitLetter, standing: Standing) -> Destination:
    """Names the inmate if the letter has no doubt and its cover is good; else the doubts.

    A letter whose cover is unknown has no destination, whatever ``standing`` says.
    """
    doubts = letter.doubts + tuple(_doubts_of(letter, standing))
    if doubts or standing.inmate is None:
        return Destination(None, doubts)
    return Destination(standing.inmate.booking_number)


def _doubts_of(letter: SplitLetter, standing: Standing) -> list[Doubt]:
    if letter.cover is None:
        # Splitting has said why already; without a word from it this still must not pass.
        return [] if letter.doubts else [_doubt(DoubtReason.COVER_UNKNOWN, "No cover is known.")]
    if letter.cover.kind not in (CodeKind.INMATE, CodeKind.REPLY) or standing.inmate is None:
        return [_COVER_DOUBTS[CoverState.UNKNOWN]]
    doubts = [] if standing.state is CoverState.GOOD else [_cover_doubt(letter.cover, standing)]
    if standing.inmate.status is not CustodyStatus.IN_CUSTODY:
        doubts.append(_not_in_custody(standing.inmate))
    return doubts


def _cover_doubt(cover: CoverCode, standing: Standing) -> Doubt:
    if cover.kind is CodeKind.REPLY and standing.state is CoverState.SPENT:
        return _REPLY_USED
    return _COVER_DOUBTS[standing.state]


def _doubt(reason: DoubtReason, says: str) -> Doubt:
    return Doubt(reason, says, "Find out for whom the letter is, and assign or reject it.")


_COVER_DOUBTS = {
    CoverState.UNKNOWN: _doubt(
        DoubtReason.COVER_UNKNOWN, "The cover sheet's code is not in this facility's register."
    ),
    CoverState.REVOKED: _doubt(DoubtReason.COVER_REVOKED, "The cover sheet was revoked."),
    CoverState.EXPIRED: _doubt(DoubtReason.COVER_EXPIRED, "The cover sheet has expired."),
    CoverState.SPENT: _doubt(
        DoubtReason.COVER_SPENT,
        "The cover sheet was good for one letter, or a set number, and was used more often.",
    ),
}
_REPLY_USED = Doubt(
    DoubtReason.REPLY_USED,
    "This reply sheet was used already, or its sheets do not lie together: a copy of it may speak "
    "in the inmate's name.",
    "Compare the replies under that name, ask the inmate, and assign or reject it.",
)


def _not_in_custody(inmate: Inmate) -> Doubt:
    return Doubt(
        DoubtReason.NOT_IN_CUSTODY,
        f"{inmate.full_name} ({inmate.booking_number}) is {inmate.absence}.",
        "Forward or reject the letter.",
    )


#: A word pair this like a full name (0..100) is worth showing; rapidfuzz's own scale.
_NAME_CUTOFF = 75.0
#: What a perfect match of each kind is worth. Names are shared, mistyped and mentioned in
#: passing, so even a perfect one stays well under a booking number.
_FULL_NAME_WORTH = 0.8
_LAST_NAME_WORTH = 0.5
_NEAR_NUMBER_WORTH = 0.7
#: Booking numbers shorter than this are too easily met by chance to match with an error.
_NEAR_NUMBER_LENGTH = 6


def suggest(text: str, inmates: Sequence[Inmate], most: int = 5) -> tuple[Suggestion, ...]:
    """At most ``most`` inmates that words of ``text`` (as read from pages) may mean, best first.

    Looks for booking numbers, also with one misread character, and for first and last name
    side by side in either order, tolerant of misreadings. For a person's eyes only.
    """
    read = _Read.of(text)
    found = (each for inmate in inmates if (each := _suggestion(read, inmate)) is not None)
    return tuple(sorted(found, key=lambda each: (-each.score, each.booking_number))[:most])


@dataclass(frozen=True, slots=True)
class _Read:
    """The text's words made comparable: for numbers, for last names, and as pairs for names."""

    tokens: tuple[str, ...]
    words: tuple[str, ...]
    pairs: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Read:
        folded = text.casefold()
        tokens = dict.fromkeys(_bare(each) for each in folded.split())
        words = re.findall(r"[^\W\d_]+", folded)
        pairs = dict.fromkeys(f"{one} {two}" for one, two in pairwise(words))
        return cls(tuple(tokens), tuple(dict.fromkeys(words)), tuple(pairs))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _suggestion(read: _Read, inmate: Inmate) -> Suggestion | None:
    """Evidence of different kinds adds up as independent chances do: 1 - (1 - a)(1 - b)."""
    evidence = [each for each in (_by_number(read, inmate), _by_name(read, inmate)) if each]
    if not evidence:
        return None
    missed = 1.0
    for score, _ in evidence:
        missed *= 1.0 - score
    reasons = tuple(reason for _, reason in sorted(evidence, reverse=True))
    return Suggestion(inmate.booking_number, round(1.0 - missed, 3), reasons)


def _by_number(read: _Read, inmate: Inmate) -> tuple[float, str] | None:
    number = _bare(inmate.booking_number)
    if not number:
        return None
    if number in read.tokens:
        return 0.98, f"booking number {inmate.booking_number} is on the page"
    best = _closest(number, read.tokens, 100.0 * (1 - 1 / len(number)) - 0.01)
    if best is None or len(number) < _NEAR_NUMBER_LENGTH:
        return None
    return _NEAR_NUMBER_WORTH * best[1], f"“{best[0]}” is like {inmate.booking_number}"


def _by_name(read: _Read, inmate: Inmate) -> tuple[float, str] | None:
    first, last = inmate.first_name.casefold(), inmate.last_name.casefold()
    likes = [
        like
        for name in (f"{first} {last}", f"{last} {first}")
        if first and last and (like := _closest(name, read.pairs, _NAME_CUTOFF))
    ]
    if likes:
        seen, likeness = max(likes, key=lambda each: each[1])
        return _FULL_NAME_WORTH * likeness, f"“{seen}” is like {inmate.full_name}"
    alone = _closest(last, read.words, 90.0)
    if alone is None or len(last) < 4:
        return None
    return _LAST_NAME_WORTH * alone[1], f"“{alone[0]}” is like the last name {inmate.last_name}"


def _closest(name: str, among: Sequence[str], cutoff: float) -> tuple[str, float] | None:
    """The most similar of ``among`` and its similarity 0..1, if it reaches ``cutoff`` (0..100)."""
    scorer: Callable[..., float] = fuzz.ratio
    best = process.extractOne(name, among, scorer=scorer, score_cutoff=cutoff)
    return None if best is None else (str(best[0]), float(best[1]) / 100.0)
