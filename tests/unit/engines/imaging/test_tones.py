"""Broad and pale things on a side."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_backs import HEIGHT, WIDTH, look, paper, patch


@pytest.mark.parametrize("tone", [(0, 2, 60), (2, 14, 8), (25, 10, 3)])
def test_pale_colours_are_not_hidden(tone: tuple[int, ...]) -> None:
    page = paper(colour=True)
    patch(page, 50, 100, 40, 5, np.array(tone, np.float32))
    assert not look(page).blank


def test_a_lamp_that_falls_off_at_two_corners_is_no_tone() -> None:
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j].astype(np.float32)
    assert look(paper(noise=1) - 4.5 * x * y).blank
