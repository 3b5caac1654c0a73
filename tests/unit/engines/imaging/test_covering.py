"""Parts of a page's picture covered, the rest as it was."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitizer.engines.imaging.covering import covered
from digitizer.model.paper import Box

_PART = Box(300, 400, 500, 300)


def _noise(mode: str) -> Image.Image:
    values = np.random.default_rng(7).integers(0, 255, (1100, 850, 3), dtype=np.uint8)
    smooth = Image.fromarray(values).resize((85, 110)).resize((850, 1100))
    return smooth.convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGB", "JPEG"), ("L", "JPEG"), ("1", "PNG"), ("L", "PNG")]
)
def test_the_part_is_gone_and_the_rest_is_as_it_was(mode: str, kind: str) -> None:
    stored = io.BytesIO()
    _noise(mode).save(stored, kind, dpi=(300, 300), **({"quality": 85} if kind == "JPEG" else {}))
    shown = covered(stored.getvalue(), [(_PART, "a photo that is not allowed")])
    with Image.open(io.BytesIO(shown)) as after, Image.open(stored) as before:
        assert (after.format, after.size, after.mode) == (kind, before.size, mode)
        assert round(after.info["dpi"][0]) == 300
        old = np.asarray(before.convert("L"), dtype=int)
        new = np.asarray(after.convert("L"), dtype=int)
    inside = np.zeros(old.shape, dtype=bool)
    inside[_PART.top : _PART.bottom + 1, _PART.left : _PART.right + 1] = True
    # A JPEG's squares of 16 pixels at the edge are of both.
    around = np.zeros(old.shape, dtype=bool)
    around[_PART.top - 16 : _PART.bottom + 17, _PART.left - 16 : _PART.right + 17] = True
    assert np.abs(old - new)[~around].max() <= (6 if kind == "JPEG" else 0)
    # White, but for the frame and the words of the reason.
    share = float((new[inside] > 200).mean())
    assert 0.8 < share < 0.99
    middle = np.s_[_PART.top + 200 : _PART.bottom - 20, _PART.left + 20 : _PART.right - 20]
    assert (new[middle] > 230).all()


def test_a_text_that_does_not_fit_is_left_out_and_the_part_is_covered_all_the_same() -> None:
    stored = io.BytesIO()
    _noise("L").save(stored, "PNG")
    shown = covered(stored.getvalue(), [(Box(10, 10, 40, 20), "a long reason " * 20)])
    with Image.open(io.BytesIO(shown)) as after:
        assert (np.asarray(after)[15:25, 15:45] == 255).all()
