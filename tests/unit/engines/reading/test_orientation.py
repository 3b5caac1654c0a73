"""Which way up a page lies, by a few of its lines."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading import way_up, way_up_mirrored

Picture = NDArray[np.uint8]


@pytest.mark.parametrize("quarters", range(4))
def test_a_page_of_print_tells_how_it_lies(typed_page: Picture, quarters: int) -> None:
    turned = np.ascontiguousarray(np.rot90(typed_page, -quarters))
    assert way_up(turned) == 90 * quarters


@pytest.mark.parametrize("quarters", range(4))
def test_a_mirrored_page_of_print_tells_how_it_lies(typed_page: Picture, quarters: int) -> None:
    turned = np.rot90(typed_page, -quarters)
    assert way_up_mirrored(np.ascontiguousarray(turned)) is None
    assert way_up_mirrored(np.ascontiguousarray(turned[:, ::-1])) == 90 * quarters


def test_colour_makes_no_difference(typed_page: Picture) -> None:
    colour = np.repeat(np.rot90(typed_page, 2)[:, :, None], 3, axis=2)
    assert way_up(np.ascontiguousarray(colour)) == 180


def test_white_paper_lies_as_it_lies() -> None:
    assert way_up(np.full((400, 300), 255, np.uint8)) == 0
    assert way_up_mirrored(np.full((400, 300), 255, np.uint8)) is None
