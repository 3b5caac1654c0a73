"""Whether a page with a reply sheet's code is the reply sheet that we printed.

The limits were measured on reply sheets printed, written on, worn and scanned (levels 0 to 3 of
``trials.covers``) and on forgeries made from copies: ``python -m trials.reply_sheets``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digitizer.engines.codes.cover_code import KeyRing, verify
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    ReplyLook,
    SurveyedPage,
)

_CODE_FITS, _LEAST_CODES = 0.85, 2
"""Two of the four copies fit almost perfectly (0.99 or more): scribbles, stains and torn corners
spoil at most two. Another sheet's code fits no better than nothing (0.12 at most)."""

_MARK_FITS, _LEAST_MARKS = 0.7, 5
"""On worn sheets the second worst mark still fits with 0.84. Half a sheet has three of the six
marks, and nothing else looks like one."""

_LINE_DRAWN, _LEAST_LINES = 0.85, 3
"""A fold along one side of the frame destroys that side; 0.87 of each other is left. Where there is
no frame, lines of writing look like at most 0.85 of a side, and on one side only."""

_LEAST_NUMBER = 0.7
"""The printed number fits with 0.88 on worn sheets; another number, or a handwritten one, with at
most 0.54."""

_SIZES = (0.85, 1.12)
"""Home and office printers print at 92 to 104 %; the glass may be larger than the sheet."""


def doubt_reply(page: SurveyedPage, codes: Sequence[CoverCode], keys: KeyRing) -> Doubt | None:
    """Why a page with a verified reply code does not count as that reply sheet, if it does not."""
    replies = [code for code in codes if code.kind is CodeKind.REPLY]
    if not replies:
        return None
    look = page.reply
    if look is None or verify(look.text, keys) not in replies:
        missing = ["the sheet around it"]
    else:
        missing = list(_missing(look))
    return _not_as_printed(page.number, missing) if missing else None


def _missing(look: ReplyLook) -> Iterator[str]:
    """The parts of the printed sheet that are not there, or not in their places."""
    if look.beside or _fitting(look.codes, _CODE_FITS) < _LEAST_CODES:
        yield "the copies of its code in their places"
    if _fitting(look.marks, _MARK_FITS) < _LEAST_MARKS:
        yield "the marks at the sides"
    if _fitting(look.frame, _LINE_DRAWN) < _LEAST_LINES:
        yield "the frame"
    if look.number < _LEAST_NUMBER:
        yield "the printed sheet number"
    if not _SIZES[0] <= look.size <= _SIZES[1]:
        yield "its original size"


def _fitting(fits: Sequence[float], least: float) -> int:
    return sum(fit >= least for fit in fits)


def _not_as_printed(number: int, missing: Sequence[str]) -> Doubt:
    listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
    return Doubt(
        DoubtReason.REPLY_NOT_AS_PRINTED,
        f"Page {number} carries a reply sheet's code but is not that sheet as it was printed: "
        f"{listed} cannot be found, so the code may have been cut from another inmate's sheet.",
        "Look at the paper of {pages}, ask who wrote it, and assign or reject it.",
        look=(number, number),
    )
