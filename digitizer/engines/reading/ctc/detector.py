"""Where on a page something is written: PP-OCRv6's detector, which comes in rapidocr's wheel.

The network gives for each pixel how likely it is the core of a line of text (Liao et al.,
"Real-time scene text detection with differentiable binarization", 2020). A core becomes the
smallest rectangle around it, and that is grown to the line by the paper's formula: by its area,
times a ratio, over its length around. rapidocr itself is not loaded: it takes a second, and
cuts every line out of the picture besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.reading.ctc.networks import FIX, network
from digitizer.engines.reading.layout.pictures import Picture, resize
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box

Quad = NDArray[np.float32]

_MODEL = "PP-OCRv6_det_small.onnx"
_SIDE = 1280  # pixels of the longer side; 2000 costs twice the time and reads no better
_NARROWEST, _LONGEST = 736, 2560  # pixels; narrow pictures are looked at larger
_STEP = 32  # pixels; both sides are multiples of it
_FLATTEST = 8  # times as wide as high; a flatter strip is shown with room above and below
# Of all pixels so many are darker than the darkest that count, than ink, than paper, and than
# nearly all paper; the levels that ink and paper become; the least difference of theirs that is
# not the paper's own unevenness, and the most by which one paper's lightest parts are lighter.
_DARKEST, _INK, _PAPER, _LIGHTEST = 0.003, 0.02, 0.6, 0.98
_DARK, _LIGHT = 20, 235
_LEAST_CONTRAST, _ONE_PAPER = 40, 60
# As PP-OCRv6's own settings have them.
_CORE = 0.3  # probability of a pixel that is of a core
_LIKELY = 0.5  # mean probability of a line
_GROWN_BY = 1.6
_MOST_LINES = 1000
_SMALLEST_CORE, _SMALLEST_LINE = 3, 5  # pixels of the lesser side
_THINNEST = 4  # pixels of the page: what is left of a line at its edge would be read very long
_UPRIGHT_RATIO = 1.5  # a piece this much taller than wide is writing along the margin


def find_lines(image: Picture) -> list[Quad]:
    """The corners of each stretch of text, clockwise from where its reading begins.

    Raises EngineError if the network is missing.
    """
    height, width = image.shape[:2]
    factor = min(1.0, _SIDE / max(height, width))
    enough = min(_NARROWEST / min(height, width), _LONGEST / max(height, width))
    return _find(image, max(factor, enough))


def find_lines_within(image: Picture, box: Box) -> list[Quad]:
    """As ``find_lines``, in a box of the page, which is seen as large as the whole page was."""
    factor = min(1.0, _SIDE / max(image.shape[:2]))
    cut = np.ascontiguousarray(image[box.top : box.bottom, box.left : box.right])
    corner = np.array([box.left, box.top], dtype=np.float32)
    return [corners + corner for corners in _find(cut, factor)] if cut.size else []


def _find(image: Picture, factor: float) -> list[Quad]:
    sized = resize(image, factor)
    room = max(0, sized.shape[1] // _FLATTEST - sized.shape[0] // 2)
    seen = cv2.copyMakeBorder(sized, room, room, 0, 0, cv2.BORDER_REPLICATE)
    height, width = seen.shape[:2]
    shown = cv2.resize(seen, (_rounded(width), _rounded(height)))
    likely = network(_model())(_brought_out(np.asarray(shown, dtype=np.uint8)))[0]
    scale = np.array([width / likely.shape[1], height / likely.shape[0]], dtype=np.float32)
    down = np.array([0, room], dtype=np.float32)
    most = np.array([image.shape[1], image.shape[0]], dtype=np.float32) - 1
    found = (np.clip((corners * scale - down) / factor, 0, most) for corners in _lines(likely))
    return [_turned(quad) for quad in found if min(_sides(quad)) > _THINNEST]


def _brought_out(picture: Picture) -> Picture:
    """Ink as dark and paper as light as the network knows them: faint lines are found so. A
    picture of which much is far lighter than most, a letter on a dark lid, stays as it is."""
    counts = np.bincount(picture[::4, ::4].ravel(), minlength=256).cumsum()
    darkest, ink, paper, lightest = (
        int(np.searchsorted(counts, counts[-1] * share))
        for share in (_DARKEST, _INK, _PAPER, _LIGHTEST)
    )
    if lightest - paper > _ONE_PAPER:
        return picture
    # Of a page with a few words the share called ink is still paper, but not its darkest.
    contrast = max(paper - ink, (paper - darkest) / 2, _LEAST_CONTRAST)
    levels = _LIGHT + (np.arange(256) - paper) * ((_LIGHT - _DARK) / contrast)
    return np.asarray(cv2.LUT(picture, np.clip(levels, 0, 255).astype(np.uint8)), dtype=np.uint8)


def _rounded(side: int) -> int:
    return max(1, round(side / _STEP)) * _STEP


def _lines(likely: NDArray[np.float32]) -> Iterator[Quad]:
    """The lines of an (H, W) map of probabilities, in its pixels."""
    core = cv2.dilate((likely > _CORE).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines[:_MOST_LINES]:
        centre, (across, down), angle = cv2.minAreaRect(outline)
        if min(across, down) < _SMALLEST_CORE:
            continue
        if _mean_within(likely, _corners(centre, across, down, angle)) < _LIKELY:
            continue
        more = _GROWN_BY * across * down / (across + down)  # at both sides together
        if min(across, down) + more >= _SMALLEST_LINE:
            yield _clockwise(_corners(centre, across + more, down + more, angle))


def _corners(centre: Sequence[float], across: float, down: float, angle: float) -> Quad:
    return np.asarray(cv2.boxPoints((centre, (across, down), angle)), dtype=np.float32)


def _mean_within(likely: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    most = np.array(likely.shape[::-1]) - 1
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, most)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, most)
    mask = np.zeros((bottom - top + 1, right - left + 1), dtype=np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(likely[top : bottom + 1, left : right + 1], mask)[0])


def _clockwise(corners: NDArray[np.float32]) -> Quad:
    """From the top left: the two leftmost are the left side."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (side[np.argsort(side[:, 1], kind="stable")] for side in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)


def _sides(quad: Quad) -> tuple[float, float]:
    """How long it is, in its direction of reading, and how high."""
    return float(np.linalg.norm(quad[0] - quad[1])), float(np.linalg.norm(quad[0] - quad[3]))


def _turned(quad: Quad) -> Quad:
    """A piece that stands upright is read from its top right corner down to the left."""
    wide, high = _sides(quad)
    return np.roll(quad, -1, axis=0) if high >= _UPRIGHT_RATIO * wide else quad


def _model() -> Path:
    """The network inside rapidocr's wheel. Raises EngineError."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise EngineError(f"rapidocr is not installed. {FIX}")
    return Path(spec.origin).parent / "models" / _MODEL


def ready() -> bool:
    """Whether the network is where it is loaded from; does not load it."""
    spec = find_spec("rapidocr")
    return spec is not None and spec.origin is not None and _model().is_file()


def version() -> str | None:
    """rapidocr's version, None if it is not installed."""
    try:
        return package_version("rapidocr")
    except PackageNotFoundError:
        return None
