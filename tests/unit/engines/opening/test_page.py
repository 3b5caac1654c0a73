"""A page's resolution, believed or guessed."""

from __future__ import annotations

import pytest

from digitizer.engines.opening.page import believable_dpi


@pytest.mark.parametrize(
    ("width", "height", "stated", "hint", "dpi"),
    [
        (2550, 3300, 300, 0, 300),
        (2550, 3300, 72, 300, 300),  # nobody set it
        (2550, 3300, 72, 0, 300),
        (3300, 2550, 1, 0, 300),
        (2550, 3300, 0, 200, 200),
        (1700, 2200, 0, 0, 200),
        (612, 792, 72, 0, 72),  # really scanned so
        (1728, 2200, 204, 300, 204),
        (3508, 4961, 300, 0, 300),  # A3
        (40, 40, 0, 0, 50),
        (2550, 3300, 99999, 0, 300),
    ],
)
def test_believable_resolution(width: int, height: int, stated: float, hint: int, dpi: int) -> None:
    assert believable_dpi(width, height, stated, hint) == dpi
