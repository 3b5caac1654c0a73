"""White lines that a clogged printer leaves in its print are filled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitizer.engines.codes.marks import find_marks
from digitizer.engines.codes.unclogged import unclogged
from digitizer.model.paper import CodeKind


def clog(image: Any, thick_mm: float, every_mm: float, down: bool) -> Any:
    view = image.T if down else image
    for at in np.arange(1, len(view) * 25.4 / 200, every_mm):
        view[round(at * 200 / 25.4) : round((at + thick_mm) * 200 / 25.4)] = 255
    return image


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize(("thick", "every"), [(0.4, 1.5), (0.7, 2.5), (1.0, 5.0)])
def test_white_lines_through_the_print_are_filled(
    cover_scan: Any, thick: float, every: float, down: bool
) -> None:
    clogged = clog(cover_scan(CodeKind.LEGAL).image, thick, every, down)
    before = len(find_marks(clogged, 200))
    fixed = [len(find_marks(page, round(200 * scale))) for page, scale in unclogged(clogged, 200)]
    assert max(fixed) >= 4 > before


def test_a_plain_sheet_has_no_gaps_to_fill() -> None:
    assert list(unclogged(np.full((400, 300), 240, np.uint8), 100)) == []
