"""PNG of sixteen bits a colour, which Pillow would cut to the upper eight: those of a scanner that
uses twelve would be almost black. OpenCV reads all sixteen.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.engines.opening.levels import eight_bits
from digitizer.engines.opening.page import PAGE_DAMAGED, Picture
from digitizer.model.errors import UnopenableFile

_COLOUR_TYPES = (2, 4, 6)  # RGB; grey with alpha; RGB with alpha


def is_deep_colour(head: bytes) -> bool:
    """Whether a PNG's first 26 bytes say sixteen bits and more than one sample a pixel."""
    return len(head) >= 26 and head[24] == 16 and head[25] in _COLOUR_TYPES


def decoded(data: bytes) -> Picture:
    """Its pixels in eight bits, RGB. Raises UnopenableFile."""
    try:
        deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    if deep is None or deep.ndim != 3:
        raise UnopenableFile(PAGE_DAMAGED)
    return _on_paper(deep)


def _on_paper(deep: np.ndarray[Any, Any]) -> Picture:
    """RGB of blue, green, red and perhaps alpha; what alpha leaves free is white."""
    colours = eight_bits(deep[..., 2::-1])
    alpha = deep[..., 3:].astype(np.float32) / max(int(deep[..., 3:].max(initial=0)), 1)
    if not alpha.any():  # no alpha at all, or one that would hide everything
        return np.ascontiguousarray(colours)
    shown = colours * alpha + 255 * (1 - alpha)
    return shown.round().astype(np.uint8)
