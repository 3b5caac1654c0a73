"""The places on a sheet: nothing overlaps, nothing leaves the paper."""

from __future__ import annotations

from itertools import combinations

import pytest

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area
from digitizer.model.paper import CodeKind

SIZES = list(layout.PAPERS.values())


def _apart(one: Area, other: Area) -> bool:
    return (
        one.right <= other.left
        or other.right <= one.left
        or one.bottom <= other.top
        or other.bottom <= one.top
    )


@pytest.mark.parametrize("size", SIZES)
def test_codes_marks_and_blocks_keep_apart_and_on_the_paper(size: tuple[float, float]) -> None:
    zones = layout.cover_zones(*size)
    areas = [
        *layout.code_areas(*size),
        *layout.mark_areas(*size),
        *(zones.header, zones.person, zones.mail_to, zones.sender, zones.steps, zones.footer),
    ]
    assert all(_apart(one, other) for one, other in combinations(areas, 2))
    width, height = size
    for area in areas:
        assert 0 <= area.left < area.right <= width
        assert 0 <= area.top < area.bottom <= height


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_in_and_drawn_lies_in_the_body(size: tuple[float, float]) -> None:
    body = layout.body_area(*size)
    drawn = (layout.writing_area, layout.count_frame, layout.legal_band)
    for area in (place(*size) for place in drawn):
        assert body.left <= area.left < area.right <= body.right
        assert body.top <= area.top < area.bottom <= body.bottom


def test_every_mark_is_of_one_kind_and_has_a_black_edge() -> None:
    assert len(set(layout.COVER_MARKS)) == 6 * len(CodeKind)
    for kind in CodeKind:
        for mark in layout.mark_ids(kind):
            assert layout.kind_of_mark(mark) is kind
            bits = layout.mark_bits(mark)
            assert len(bits) == layout.MARK_MODULES
            assert all(bits[0]) and all(bits[-1])  # noqa: PT018 (both edges)
            assert all(row[0] and row[-1] for row in bits)


def test_a_mark_that_is_none_of_ours_has_no_kind() -> None:
    with pytest.raises(KeyError):
        layout.kind_of_mark(0)
