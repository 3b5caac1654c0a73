"""At which resolution a page is drawn: that of its finest pictures, as far as they matter.

A scan may be stored as strips, as layers (a coarse background under fine ink), within forms or
patterns: drawn at less than its finest layer it loses what the scanner saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from digitizer.engines.opening.page import (
    DEFAULT_DPI,
    WIDEST_INCHES,
    OpeningLimits,
    too_large,
)
from digitizer.engines.opening.pdf_contents import PlacedPicture
from digitizer.model.errors import UnopenableFile

_LEAST_DPI, _USUAL_MOST, _MOST_DPI = 100, 600, 1200  # 1,200: the most that document scanners have
_FINEST_SCAN = 2400  # dpi; a finer small picture is a program's, not a scanner's
_READABLE_DPI = 200  # the least at which print and writing are read well
_COARSENED = "drawn at {:.0f} dpi, though scanned at {:.0f}"
# Share of the page from which pictures of a resolution set it: of tones (a photograph, a logo on
# a typed page), and of ink alone (one line of writing covers a hundredth of a page).
_LARGE_TONES, _SMALL_TONES = 0.25, 0.02
_LARGE_INK, _SMALL_INK = 0.01, 0.0005


def scanned_dpi(pictures: Sequence[PlacedPicture], unit: float, has_print: bool) -> float:
    """The finest resolution that pictures of some extent have; 0 for none. ``unit``: UserUnit.

    Beside print a small picture is a logo, whose resolution says nothing of the page.
    """
    tones = [each for each in pictures if not each.bilevel]
    ink = [each for each in pictures if each.bilevel]
    scans = [each for each in ink if each.dpi <= _FINEST_SCAN * unit]
    small = max(0.0 if has_print else _finest(tones, _SMALL_TONES), _finest(scans, _SMALL_INK))
    large = max(
        _finest(tones, _LARGE_TONES), _finest(scans, _LARGE_INK), _finest(ink, _LARGE_TONES)
    )
    return max(min(small / unit, _USUAL_MOST), min(large / unit, _MOST_DPI))


def _finest(pictures: Sequence[PlacedPicture], share: float) -> float:
    """The resolution that so much of the page has, or a finer one."""
    covered = 0.0
    for each in sorted(pictures, key=lambda picture: -picture.dpi):
        covered += each.share
        if covered >= share:
            return each.dpi
    return 0.0


def drawing_dpi(
    scanned: float, has_print: bool, inches: tuple[float, float], hint: int, limits: OpeningLimits
) -> tuple[float, tuple[str, ...]]:
    """The resolution to draw at, and a note where it is less than it was scanned at.

    Print is drawn at the scanner's resolution or finer. Raises UnopenableFile where the page is
    too large to be drawn so that it can be read.
    """
    usual = hint or DEFAULT_DPI
    dpi = scanned if scanned and not has_print else min(max(scanned, usual), _MOST_DPI)
    width, height = inches
    if not scanned or min(inches) <= WIDEST_INCHES:  # a wider one has a point for each pixel
        dpi = max(dpi, _LEAST_DPI)
    most = sqrt(limits.megapixels * 1_000_000 / (width * height)) * 0.999
    least = _READABLE_DPI if scanned else _LEAST_DPI
    if most < min(dpi, least):
        raise UnopenableFile(too_large(width * usual, height * usual, limits))
    coarse = 0 < most < scanned
    return min(dpi, most), (_COARSENED.format(most, scanned),) if coarse else ()
