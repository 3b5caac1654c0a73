"""Boxes, and scans of one file or many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.paper import Box, Original, Scan, SurveyedPage
from digitizer.support.clock import now

_PIXELS = st.integers(0, 10_000)


@given(_PIXELS, _PIXELS, _PIXELS, _PIXELS)
def test_a_box_ends_its_width_and_height_further(
    left: int, top: int, width: int, height: int
) -> None:
    box = Box(left, top, width, height)
    assert (box.right - box.left, box.bottom - box.top) == (width, height)


def test_a_scan_is_named_by_the_first_of_its_files() -> None:
    files = tuple(Original("0" * 64, name, 1) for name in ("1.tif", "2.tif"))
    assert Scan("s", files, "default", now()).source == "1.tif"


def test_megapixels_are_of_the_whole_page() -> None:
    assert SurveyedPage(1, "page", 2500, 4000, 300, blank=False, ink=0.1).megapixels == 10
