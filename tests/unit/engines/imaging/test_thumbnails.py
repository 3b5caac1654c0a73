"""Small pictures show the whole page, whatever its kind, and are far smaller."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitizer.engines.imaging.pixels import Picture, encode
from digitizer.engines.imaging.thumbnails import thumbnail


def _page(kind: str) -> Picture:
    """1,700 by 2,200 pixels: white, its lower right quarter black."""
    grey = np.full((2200, 1700), 255, np.uint8)
    grey[1100:, 850:] = 0
    if kind == "grey":
        grey[:50, :50] = 128
    return np.dstack([grey] * 3) if kind == "colour" else grey


@pytest.mark.parametrize("kind", ["grey", "colour", "black and white"])
def test_it_shows_the_whole_page(kind: str) -> None:
    with Image.open(io.BytesIO(thumbnail(encode(_page(kind))))) as small:
        assert (small.format, small.size) == ("JPEG", (220, 285))
        shown = np.asarray(small.convert("L"))
    assert shown[20:120, 20:200].mean() > 240
    assert shown[160:270, 120:210].mean() < 15


def test_a_long_narrow_page_keeps_its_shape() -> None:
    with Image.open(io.BytesIO(thumbnail(encode(np.full((6000, 600), 200, np.uint8))))) as small:
        assert small.size == (30, 300)
