"""The places on a label: nothing overlaps, and each code keeps its quiet zone on the label."""

from __future__ import annotations

from itertools import combinations

import pytest

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.label_layout import LABELS, LabelLayout
from digitizer.model.paper import CodeKind
from digitizer.model.prints import LABEL_PAPERS


@pytest.mark.parametrize("place", LABELS.values())
def test_codes_marks_and_words_keep_apart_and_on_the_label(place: LabelLayout) -> None:
    quiet = layout.QUIET_MODULES / layout.CODE_MODULES
    codes = [each.grown(each.width * quiet) for each in place.codes]
    marks = [each.grown(each.width / layout.MARK_MODULES) for each in place.marks.values()]
    words = [place.title, place.name, place.facts, place.order]
    for one, other in combinations([*codes, *marks, *words], 2):
        beside = one.right <= other.left + 0.01 or other.right <= one.left + 0.01
        assert beside or one.bottom <= other.top + 0.01 or other.bottom <= one.top + 0.01
    for area in (*codes, *marks, *words):
        assert 0 <= area.left < area.right <= place.width
        assert 0 <= area.top < area.bottom <= place.height


@pytest.mark.parametrize("place", LABELS.values())
def test_its_marks_are_those_of_an_inmates_cover(place: LabelLayout) -> None:
    assert set(place.marks) <= set(layout.mark_ids(CodeKind.INMATE))
    assert len(place.marks) >= 3
    assert min(each.width for each in place.codes) >= 24


def test_each_label_has_a_layout() -> None:
    assert set(LABELS) == set(LABEL_PAPERS)
