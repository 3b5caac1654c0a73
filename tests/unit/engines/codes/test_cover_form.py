"""The printed form of a sheet as tones."""

from __future__ import annotations

import numpy as np
import pytest

from digitizer.engines.codes.cover_form import block_form, whole_form
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.model.paper import CodeKind

CELL = 2.0  # mm


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_every_kind_has_a_form_of_the_papers_size_and_no_two_are_alike(paper: Paper) -> None:
    forms = [whole_form(kind, paper, CELL) for kind in CodeKind]
    width, height = PAPERS[paper]
    for form in forms:
        assert form.shape == pytest.approx((height / CELL, width / CELL), abs=1)
        assert float(form.min()) >= 0
        assert float(form.max()) <= 1
    apart = [
        float(np.abs(one - other).max()) for one in forms for other in forms if one is not other
    ]
    assert min(apart) > 0.2


def test_codes_and_marks_are_dark_where_the_layout_has_them() -> None:
    width, height = PAPERS["letter"]
    form = whole_form(CodeKind.INMATE, "letter", 1.0)
    for area in (*layout.code_areas(width, height), *layout.mark_areas(width, height)):
        middle = form[round(area.top + area.height / 2), round(area.left + area.width / 2)]
        assert middle > 0.4


def test_a_block_is_dark_in_its_middle_and_white_around() -> None:
    form = block_form(13, 3, 1.0)
    side = form.shape[0]
    assert side % 2 == 1
    assert form[side // 2, side // 2] == 1
    assert float(form[0].max()) < 0.1
