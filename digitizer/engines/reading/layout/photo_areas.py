"""Where a page is a photograph or another picture in tones, and not paper with strokes on it.

Strokes vanish when dark lines narrower than three millimetres are filled with what is beside
them; a photograph keeps its tones. Paper, however grey, and the dark around it stay flat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.reading.layout.pictures import Picture, grey, shrink
from digitizer.model.paper import Box

_LONG_SIDE = 800  # pixels: a letter page at 73 dpi
_STROKE = 9  # pixels: what is narrower is filled
_BLOCK = 8  # pixels
_TONES = 3.0  # standard deviation of a block that is not flat
_UNLIKE_PAPER = 18  # grey levels between a block and the paper
_DARKEST_PAPER = 90
_COLOURED = 24  # chroma
_TONED = 0.3  # share of a picture's blocks that are not flat
_FILLED = 0.6  # share of its box; the dark around an open book is a ring
_LEAST = 0.02  # of the page: a smaller picture is a stamp or a seal

# A picture that fills the page leaves no paper to compare it with. Of 122 letters the most
# toned one is so on a fifth of it.
_COARSE, _STRONG, _FULL = 16, 5.0, 0.4

Blocks = NDArray[Any]


def photos(image: Picture) -> tuple[Box, ...]:
    """Boxes around the pictures on a page, (H, W) grey or (H, W, 3) RGB, in its pixels.

    Takes 15 ms. Pale pictures may be missed; a letter's own ink is not taken for one.
    """
    factor = min(1.0, _LONG_SIDE / max(image.shape[:2]))
    small = shrink(image, factor)
    if min(small.shape[:2]) < 3 * _COARSE:
        return ()
    smooth = _without_strokes(grey(small))
    if _fills_the_page(smooth):
        return (Box(0, 0, image.shape[1], image.shape[0]),)
    return tuple(_box(found, factor) for found in _pictures(small, smooth))


def _without_strokes(page: Picture) -> Picture:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_STROKE, _STROKE))
    filled = cv2.morphologyEx(page, cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.GaussianBlur(filled, (0, 0), 1.0), dtype=np.uint8)


def _fills_the_page(smooth: Picture) -> bool:
    toned = _blocks(smooth, _COARSE).std(axis=(1, 3)) > _STRONG
    return bool(_opened(toned).mean() >= _FULL)


def _pictures(small: Picture, smooth: Picture) -> Iterator[Sequence[int]]:
    """The left, top, width and height in blocks of each picture on the page."""
    blocks = _blocks(smooth, _BLOCK)
    level, tones = blocks.mean(axis=(1, 3)), blocks.std(axis=(1, 3))
    unlike = (np.abs(level - _paper(smooth)) > _UNLIKE_PAPER) | (tones > 2 * _TONES)
    if small.ndim == 3:
        unlike |= _blocks(_chroma(small), _BLOCK).mean(axis=(1, 3)) > _COLOURED
    areas = _opened(unlike)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(areas, connectivity=4)
    for number in range(1, count):
        *box, area = stats[number].tolist()
        filled = area >= max(_LEAST * areas.size, _FILLED * box[2] * box[3])
        if filled and (tones[labels == number] > _TONES).mean() >= _TONED:
            yield box


def _box(blocks: Sequence[int], factor: float) -> Box:
    left, top, width, height = (round(edge * _BLOCK / factor) for edge in blocks)
    return Box(left, top, width, height)


def _blocks(picture: Picture, side: int) -> Blocks:
    """(rows, side, columns, side): the picture in squares, what is over at two edges left out."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    whole = picture[: rows * side, : columns * side].astype(np.float32)
    return whole.reshape(rows, side, columns, side)


def _opened(blocks: Blocks) -> NDArray[np.uint8]:
    """Without what is narrower than three blocks: edges of the sheet, folds."""
    around = np.pad(blocks.astype(np.uint8), 1)
    opened = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(opened[1:-1, 1:-1], dtype=np.uint8)


def _paper(smooth: Picture) -> int:
    """The level that most of the page has."""
    counts = np.bincount(smooth.ravel(), minlength=256).astype(float)
    near = np.convolve(counts, np.ones(9), "same")
    return int(near[_DARKEST_PAPER:].argmax()) + _DARKEST_PAPER


def _chroma(picture: Picture) -> Picture:
    """How far the colour around each pixel is from the page's own tint, 0..255."""
    wide = picture.astype(np.int16)
    tints = (wide[..., 0] - wide[..., 2], wide[..., 0] - wide[..., 1])
    apart = [np.abs(tint - np.int16(np.median(tint))) for tint in tints]
    most = np.minimum(np.maximum(*apart), 255).astype(np.uint8)
    return np.asarray(cv2.blur(most, (_STROKE, _STROKE)), dtype=np.uint8)
