"""Problems of a scan for which a clerk would scan the page again. Words, not codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from digitizer.engines.imaging.ink import Ink, Mask, Reduced
from digitizer.engines.imaging.pixels import Picture, grey

TOO_DARK = "too dark"
TOO_LIGHT = "very faint"
LOW_RESOLUTION = "low resolution"
BLURRED = "blurred"
CUT_OFF = "writing runs off the edge"

_LEAST_DPI = 150
_DARK_PAPER = 110
_FAINT_DEPTH = 45
_BLUR_MILLIMETRES, _BLUR_PIXELS = 0.7, 8.0  # a sharp 300 dpi scan has 0.3 mm, 3.5 pixels
_TILE, _TILES = 256, 6
_INCH = 25.4
_CUT_STROKES = 4
_CUT_DEPTH, _CUT_LENGTH = 1.5, 15.0  # mm into the page, mm along its edge


def find_problems(
    dpi: int, page: Reduced, ink: Ink, blank: bool, edges: float, was_dark: bool = False
) -> tuple[str, ...]:
    """``edges`` is how soft they are, in mm; ``was_dark``: it had to be levelled."""
    problems = (
        (LOW_RESOLUTION, dpi < _LEAST_DPI),
        (TOO_DARK, was_dark or ink.paper < _DARK_PAPER),
        (TOO_LIGHT, not blank and ink.depth < _FAINT_DEPTH),
        (BLURRED, not blank and _is_blurred(dpi, edges)),
        (CUT_OFF, not blank and _runs_off(ink.raw, page)),
    )
    return tuple(name for name, present in problems if present)


def edge_millimetres(image: Picture, dpi: int, ink: Ink) -> float:
    """Over how many mm the sharpest edges of the inked places pass to paper; 0 without ink."""
    widths = [_edge_width(grey(tile)) for tile in _inked_tiles(image, ink.strokes)]
    return float(np.median(widths)) / dpi * _INCH if widths else 0.0


def _is_blurred(dpi: int, edges: float) -> bool:
    return edges / _INCH * dpi > _BLUR_PIXELS and edges > _BLUR_MILLIMETRES


def _edge_width(tile: Picture) -> float:
    """Pixels over which the sharpest edges pass from paper to ink."""
    tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), 1.2), dtype=np.uint8)  # noise is steep, too
    low, high = np.percentile(tile, (0.5, 99.5))
    across = cv2.Sobel(tile, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(tile, cv2.CV_32F, 0, 1, scale=1 / 8)
    steepest = float(np.percentile(cv2.magnitude(across, down), 99.5))
    return float(high - low) / max(steepest, 0.1)


def _inked_tiles(image: Picture, strokes: Mask) -> Iterator[Picture]:
    """The places with most ink, at full resolution."""
    height, width = image.shape[:2]
    rows, columns = max(1, height // _TILE), max(1, width // _TILE)
    spread = cv2.resize(
        strokes.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    ).reshape(rows, columns)
    for place in np.argsort(spread, axis=None)[::-1][:_TILES]:
        row, column = divmod(int(place), columns)
        if spread[row, column] > 0:
            top, left = row * height // rows, column * width // columns
            yield image[top : top + _TILE, left : left + _TILE]


def _runs_off(raw: Mask, page: Reduced) -> bool:
    """Several short strokes that end at one side of the picture: the sheet was larger."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(raw.astype(np.uint8))
    left, top, width, height = (stats[1:, i] for i in range(4))
    sides = (
        (left == 0, width, height),
        (left + width == raw.shape[1], width, height),
        (top == 0, height, width),
        (top + height == raw.shape[0], height, width),
    )
    return any(_strokes_at(*side, page) >= _CUT_STROKES for side in sides)


def _strokes_at(touching: Any, depth: Any, length: Any, page: Reduced) -> int:
    deep, short = depth >= page.pixels(_CUT_DEPTH), length <= page.pixels(_CUT_LENGTH)
    return int((touching & deep & short & (depth <= 4 * page.pixels(_CUT_LENGTH))).sum())
