"""Whether a letter is delivered, and to whom, or held: its doubts, its cover, the inmate's custody.

Only ``destination_of`` names a destination, and only from a verified cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digitizer.model.mail import LetterState
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SplitLetter,
)
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.settings import Release
from digitizer.people.whereabouts import Whereabouts


class CoverState(StrEnum):
    """The state of a verified code in the register, worst first."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SPENT = "spent"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Standing:
    """A cover's state, and for whom it was printed (None only where that is not known). ``went`` is
    where they are now, if another facility took them over."""

    state: CoverState
    inmate: Inmate | None = None
    went: Whereabouts | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a letter goes. ``booking_number`` is None whenever there is any doubt."""

    booking_number: str | None
    doubts: tuple[Doubt, ...] = ()


#: The id is not that of any code that this facility printed.
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
    of the same scan does not count), or if it begins more than one letter of this scan
    (``repeated``): there is no way to know which of them it was printed for, so all are held.
    ``overdrawn``: including this scan's, more letters came than the cover was printed for.
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


def destination_of(letter: SplitLetter, standing: Standing) -> Destination:
    """The inmate if the letter has no doubt and its cover is good; else the doubts.

    A letter whose cover is unknown has no destination, whatever its ``standing``.
    """
    doubts = letter.doubts + tuple(_doubts_of(letter, standing))
    if doubts or standing.inmate is None:
        return Destination(None, doubts)
    return Destination(standing.inmate.booking_number)


def state_of(destination: Destination, release: Release) -> LetterState:
    """HELD with any doubt; else what the facility does with letters that have none."""
    if destination.doubts or destination.booking_number is None:
        return LetterState.HELD
    if release is Release.AFTER_REVIEW:
        return LetterState.AWAITING_REVIEW
    return LetterState.DELIVERED


def _doubts_of(letter: SplitLetter, standing: Standing) -> list[Doubt]:
    if letter.cover is None:
        # Splitting gave its reason already; even if it gave none, the letter must not pass.
        message = "No cover sheet is known for this letter."
        return [] if letter.doubts else [_doubt(DoubtReason.COVER_UNKNOWN, message)]
    if letter.cover.kind not in (CodeKind.INMATE, CodeKind.REPLY) or standing.inmate is None:
        return [_COVER_DOUBTS[CoverState.UNKNOWN]]
    doubts = [] if standing.state is CoverState.GOOD else [_cover_doubt(letter.cover, standing)]
    if standing.inmate.status is not CustodyStatus.IN_CUSTODY:
        doubts.append(_not_in_custody(standing.inmate, standing.went))
    return [*doubts, _LABELLED] if letter.cover.label else doubts


def _cover_doubt(cover: CoverCode, standing: Standing) -> Doubt:
    if cover.kind is CodeKind.REPLY and standing.state is CoverState.SPENT:
        return _REPLY_USED
    return _COVER_DOUBTS[standing.state]


def _doubt(reason: DoubtReason, message: str) -> Doubt:
    return Doubt(reason, message, "Find out who the letter is for, and assign or reject it.")


_COVER_DOUBTS = {
    CoverState.UNKNOWN: _doubt(
        DoubtReason.COVER_UNKNOWN, "The cover sheet's code is not in this facility's register."
    ),
    CoverState.REVOKED: _doubt(DoubtReason.COVER_REVOKED, "The cover sheet was revoked."),
    CoverState.EXPIRED: _doubt(DoubtReason.COVER_EXPIRED, "The cover sheet has expired."),
    CoverState.SPENT: _doubt(
        DoubtReason.COVER_SPENT,
        "The cover sheet was good for one letter, or a set number of them, and has been used more "
        "often.",
    ),
}
#: A label is no form whose look could be checked, and it can come off one letter and onto another.
_LABELLED = Doubt(
    DoubtReason.LABELLED,
    "A label on it says whose it is: a label delivers nothing by itself.",
    "Look at the pages, and confirm the inmate.",
)
_REPLY_USED = Doubt(
    DoubtReason.REPLY_USED,
    "This reply sheet has been used already, or its sheets are not together: someone may be using "
    "a copy of it to write in the inmate's name.",
    "Compare the replies under that name, ask the inmate, and assign or reject this one.",
)


def _not_in_custody(inmate: Inmate, went: Whereabouts | None) -> Doubt:
    message = f"{inmate.full_name} ({inmate.booking_number}) is {inmate.absence}."
    if went is not None:
        taker, there = went.facility, went.booking_number
        message = (
            f"{inmate.full_name} ({inmate.booking_number}) is {inmate.absence}. {taker} took them "
            f"over, under the number {there}: forward it to there."
        )
    return Doubt(DoubtReason.NOT_IN_CUSTODY, message, "Forward or reject the letter.")
