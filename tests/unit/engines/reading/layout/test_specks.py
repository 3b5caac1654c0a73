from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.layout.specks import find_specks, ink_shapes

Picture = NDArray[np.uint8]


def test_print_is_even_and_stands_alone(typed_page: Picture, scrawled_page: Picture) -> None:
    typed, scrawled = ink_shapes(find_specks(typed_page)), ink_shapes(find_specks(scrawled_page))
    assert typed.spread < 0.45 < scrawled.spread
    assert typed.lettered > 0.5 > scrawled.lettered


@pytest.mark.parametrize("shape", [(800, 600), (800, 600, 3), (1, 1)])
def test_white_paper_has_no_shapes(shape: tuple[int, ...]) -> None:
    specks = find_specks(np.full(shape, 255, np.uint8))
    assert len(specks) == 0
    assert ink_shapes(specks).count == 0


def test_specks_say_where_they_are_on_a_smaller_copy() -> None:
    page = np.full((3200, 2000), 255, np.uint8)
    page[1000:1060, 400:440] = 0
    specks = find_specks(page)
    assert specks.factor == 0.5
    assert specks.size == (1600, 1000)
    assert (specks.left.item(), specks.bottom.item()) == pytest.approx((200, 530), abs=1)


def test_a_frame_is_a_speck_but_no_letter() -> None:
    page = np.full((800, 800), 255, np.uint8)
    page[50:750, 50:55] = page[50:55, 50:750] = 0
    page[300:330, 300:320] = 0
    specks = find_specks(page)
    assert sorted(specks.letters.tolist()) == [False, True]
    assert ink_shapes(specks).count == 1
