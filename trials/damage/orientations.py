"""How a file stores a picture that its orientation tag then rights (TIFF 6.0, tag 274)."""

from __future__ import annotations

import numpy as np

from trials.damage.paper import Pixels


def stored_as(upright: Pixels, orientation: int) -> Pixels:
    """How a file stores a picture that ``orientation`` (TIFF 6.0, tag 274) rights."""
    image = upright
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    return np.ascontiguousarray(image)
