"""What opening gives: one picture a page, the limits it keeps to, and the words for problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitizer.support.wording import counted

Picture = np.ndarray[Any, np.dtype[np.uint8]]

DEFAULT_DPI = 300
LETTER_WIDTH = 8.5
MOST_STRETCH = 4.0  # of pixels that are not square; beyond it the resolution is nonsense
_PLAUSIBLE_DPI = (50, 4800)
_GUESSES = (50, 600)
_UNSET_DPI = 72  # what programs write where nobody set it: a point for each pixel
_LETTER_SIZE = (8.6, 14.1)  # inches: A4, letter and legal with some slack
_LARGE_SHEETS = ((11.69, 16.54), (11.0, 17.0), (9.84, 13.90))  # inches: A3, tabloid, B4
WIDEST_INCHES = 13.0  # the short side of A3, the largest sheet an office scanner takes, is 11.7

AGAIN = "Ask for it to be scanned again."
CUT_OFF = f"The file is cut off: part of it is missing. {AGAIN}"
DAMAGED = f"The file is damaged, and pages of it may be lost. {AGAIN}"
PAGE_DAMAGED = f"This page is damaged in the file and cannot be shown whole. {AGAIN}"


@dataclass(frozen=True, slots=True)
class OpeningLimits:
    """The most pages a file, and the most megapixels a page, may have."""

    pages: int = 2000
    megapixels: int = 120


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """One page as it was scanned. ``image`` is uint8, HxW grey or HxWx3 RGB, square pixels.

    ``notes`` are problems that only the file can show, in the words of ``SurveyedPage.quality``.
    """

    number: int
    image: Picture
    dpi: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A page that cannot be opened where others of its file can; ``reason`` is for a clerk."""

    number: int
    reason: str


def too_many_pages(limits: OpeningLimits) -> str:
    return (
        f"The file has more than {counted(limits.pages, 'page')}. Scan the stack in smaller parts, "
        "or raise work.pages in config.toml."
    )


def too_large(width: float, height: float, limits: OpeningLimits) -> str:
    return (
        f"A page is {width:.0f} by {height:.0f} pixels, more than the {limits.megapixels} "
        "megapixels allowed. Scan it at a lower resolution, or raise work.page_megapixels "
        "in config.toml."
    )


def is_too_large(width: float, height: float, limits: OpeningLimits) -> bool:
    return width * height > limits.megapixels * 1_000_000


def believable_dpi(width: int, height: int, stated: float, hint: int) -> int:
    """The stated dpi where it gives a sheet of some likely size; else the scanner's; else a guess.

    Files say 72 or 1 where nobody set it: 2,550 pixels at 72 dpi would be a sheet of 35 inches.
    The guess takes the short side for the 8.5 inches of a letter.
    """
    for dpi in (stated, float(hint)):
        if _is_believable(width, height, dpi):
            return round(dpi)
    return min(max(round(min(width, height) / LETTER_WIDTH), _GUESSES[0]), _GUESSES[1])


def _is_believable(width: int, height: int, dpi: float) -> bool:
    if not _PLAUSIBLE_DPI[0] <= dpi <= _PLAUSIBLE_DPI[1]:
        return False
    short, long = min(width, height) / dpi, max(width, height) / dpi
    if abs(dpi - _UNSET_DPI) < 0.5 and not _is_usual_sheet(short, long):
        return False
    return short <= WIDEST_INCHES and (long >= 1.0 or max(width, height) < 600)


def _is_usual_sheet(short: float, long: float) -> bool:
    if short <= _LETTER_SIZE[0] and long <= _LETTER_SIZE[1]:
        return True
    return any(abs(short - s) <= 0.15 and abs(long - h) <= 0.15 for s, h in _LARGE_SHEETS)
