"""Plain paper and paper with a pattern."""

from __future__ import annotations

import numpy as np

from digitizer.engines.imaging.ink import reduced
from digitizer.engines.imaging.patterned import is_patterned, without_ink
from digitizer.engines.imaging.pixels import Picture

_DPI = 100


def _sheet(level: int = 240) -> Picture:
    return np.full((1100, 850), level, np.uint8)


def test_lines_of_print_make_no_pattern_and_wide_stripes_do() -> None:
    written = _sheet()
    written[100:1000:20, 100:750] = 20
    assert not is_patterned(reduced(written, _DPI))
    striped = _sheet()
    for top in range(0, 1100, 120):
        striped[top : top + 60] = 120
    assert is_patterned(reduced(striped, _DPI))


def test_light_that_falls_off_slowly_makes_none() -> None:
    fading = np.tile(np.linspace(250, 190, 850).astype(np.uint8), (1100, 1))
    assert not is_patterned(reduced(fading, _DPI))


def test_a_scrap_is_too_small_to_tell() -> None:
    assert not is_patterned(reduced(_sheet()[:20, :20], _DPI))


def test_only_what_is_thin_and_dark_is_taken_out() -> None:
    page = _sheet()
    page[100:103] = 0
    page[500:600] = 0
    bare = without_ink(page, _DPI, 2.0)
    assert int(bare[101, 400]) == 240
    assert int(bare[550, 400]) == 0
