"""What the reading engines do to a picture before they read it: grey, sized, cut out."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.model.paper import Box

Picture = NDArray[np.uint8]


def grey(image: Picture) -> Picture:
    """(H, W) of an (H, W) or RGB (H, W, 3) picture."""
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def shrink(image: Picture, factor: float) -> Picture:
    """The picture at ``factor`` of its size; never larger than it was."""
    return resize(image, min(1.0, factor))


def resize(image: Picture, across: float, down: float | None = None) -> Picture:
    """The picture at ``across`` of its width and ``down`` (``across`` if not given) of its
    height."""
    down = across if down is None else down
    if across == down == 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * across)), max(1, round(height * down)))
    way = cv2.INTER_AREA if min(across, down) < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)


def cut_out(image: Picture, corners: NDArray[np.float32], height: int) -> Picture:
    """The quadrilateral ``corners`` (4, 2; clockwise from top left), straightened to ``height``."""
    across = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))
    down = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    full = max(1, round(float(across))), max(1, round(float(down)))
    target = np.array([[0, 0], [full[0], 0], [full[0], full[1]], [0, full[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    line = cv2.warpPerspective(
        image, matrix, full, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    width = max(1, round(full[0] * height / full[1]))
    return np.asarray(cv2.resize(line, (width, height)), dtype=np.uint8)


def share_of(image: Picture, boxes: Iterable[Box]) -> float:
    """How much of the picture the boxes are, 0..1."""
    return sum(box.width * box.height for box in boxes) / float(image.shape[0] * image.shape[1])
