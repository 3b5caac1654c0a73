"""Dots that somebody set are seen among dust."""

from __future__ import annotations

import numpy as np

from tests.support.made_backs import disc, look, paper


def test_five_dots_in_a_row_are_seen_among_much_dust() -> None:
    page = paper()
    random = np.random.default_rng(8)
    for x, y in random.uniform((2, 2), (214, 277), (110, 2)):
        disc(page, float(x), float(y), float(random.uniform(0.1, 0.3)), 120)
    assert look(page).blank
    for column in range(5):
        disc(page, 60 + column * 7, 140, 0.25, 120)
    assert look(page).perhaps_blank
