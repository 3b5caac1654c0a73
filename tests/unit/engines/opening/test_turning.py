"""Pages turned as their file says."""

from __future__ import annotations

import numpy as np

from digitizer.engines.opening.turning import upright


def test_what_is_turned_twice_is_as_it_was() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for orientation, back in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)):
        assert np.array_equal(upright(upright(picture, orientation), back), picture)
    assert np.array_equal(upright(picture, 77), picture)
