"""Pictures as they are to be seen: EXIF's and TIFF's orientation (tag 274, TIFF 6.0)."""

from __future__ import annotations

import numpy as np

from digitizer.engines.opening.page import Picture

ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)


def upright(image: Picture, orientation: int) -> Picture:
    """The picture turned and mirrored as ``orientation`` says; as it is where that is nonsense."""
    if orientation in SIDEWAYS:
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)
