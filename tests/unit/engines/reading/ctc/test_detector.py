"""Lines are found where the ink is, in the pixels of the picture that was given."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.ctc import detector, networks
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box

Picture = NDArray[np.uint8]


def _ink(page: Picture, quad: detector.Quad) -> int:
    left, top = quad.min(axis=0).astype(int)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 1
    return int((page[top:bottom, left:right] < 128).sum())


def test_all_ink_is_in_the_lines_and_each_is_one_line_high(typed_page: Picture) -> None:
    found = detector.find_lines(typed_page)
    heights = [quad[:, 1].max() - quad[:, 1].min() for quad in found]
    rows = np.flatnonzero((typed_page < 128).any(axis=1))
    lines = 1 + int((np.diff(rows) > 3).sum())
    assert max(heights) < 2 * (np.ptp(rows) / lines)
    assert sum(_ink(typed_page, quad) for quad in found) >= 0.97 * (typed_page < 128).sum()


def test_corners_go_clockwise_from_where_reading_begins(typed_page: Picture) -> None:
    for first, second, third, fourth in detector.find_lines(typed_page):
        assert first[0] < second[0]
        assert second[1] < third[1]
        assert third[0] > fourth[0]
    beside = np.ascontiguousarray(np.rot90(typed_page, k=3))
    for first, second, *_ in detector.find_lines(beside):
        assert first[1] < second[1], "it is read downwards"


def test_what_is_found_lies_within_the_picture(typed_page: Picture) -> None:
    close = typed_page[70:, 130:]
    for quad in detector.find_lines(np.ascontiguousarray(close)):
        assert (quad >= 0).all()
        assert (quad.max(axis=0) < close.shape[::-1]).all()


def test_a_box_is_looked_at_where_it_is(typed_page: Picture) -> None:
    whole = detector.find_lines(typed_page)
    height, width = typed_page.shape
    top = int(min(quad[:, 1].min() for quad in whole))
    found = detector.find_lines_within(typed_page, Box(0, top + 100, width, height - top - 100))
    assert found
    assert all(quad[:, 1].min() >= top + 99 for quad in found)
    assert detector.find_lines_within(typed_page, Box(0, 0, 0, 0)) == []


def test_a_flat_strip_of_one_line_is_found(typed_page: Picture) -> None:
    rows = np.flatnonzero((typed_page < 128).any(axis=1))
    end = rows[np.flatnonzero(np.diff(rows) > 3)[0]]
    strip = np.ascontiguousarray(typed_page[rows[0] - 2 : end + 3])
    found = detector.find_lines_within(strip, Box(0, 0, strip.shape[1], strip.shape[0]))
    assert sum(_ink(strip, quad) for quad in found) >= 0.9 * (strip < 128).sum()


def test_a_narrow_strip_is_looked_at_larger_but_not_without_end() -> None:
    assert detector.find_lines(np.full((30, 6000), 255, np.uint8)) == []


def test_the_edge_of_a_line_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pixels high and hundreds wide, it would be read as if it were thousands of letters."""
    thin = np.array([[0, 0], [300, 0], [300, 2], [0, 2]], dtype=np.float32)
    tall = thin + np.array([[0, 0], [0, 0], [0, 18], [0, 18]], dtype=np.float32)
    monkeypatch.setattr(detector, "_lines", lambda _: [thin, tall])
    (found,) = detector.find_lines_within(np.full((320, 640), 255, np.uint8), Box(0, 0, 640, 320))
    assert found[2][1] == pytest.approx(20, abs=1)


def test_rapidocr_is_not_loaded() -> None:
    """It takes a second of each sandbox's start."""
    code = (
        "import sys, numpy as np; from digitizer.engines.reading.ctc import detector; "
        "detector.find_lines(np.full((800, 800), 255, np.uint8)); "
        "sys.exit('rapidocr' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_grey_is_shown_to_a_network_as_its_colours_would_be(typed_page: Picture) -> None:
    net = networks.network(detector._model())
    grey = typed_page[:320, :640]
    assert np.array_equal(net(grey), net(np.repeat(grey[:, :, None], 3, axis=2)))


def test_without_rapidocr_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "find_spec", lambda _: None)
    assert not detector.ready()
    with pytest.raises(EngineError, match="pip install rapidocr"):
        detector.find_lines(np.full((800, 800), 255, np.uint8))


def _found(page: Picture) -> list[detector.Quad]:
    return sorted(detector.find_lines(page), key=lambda quad: float(quad[0, 1]))


@pytest.mark.parametrize(("contrast", "paper"), [(30, 220), (8, 200)])
def test_faint_lines_are_found_as_dark_ones_are(
    typed_page: Picture, contrast: int, paper: int
) -> None:
    faint = (typed_page / 255.0 * contrast + paper - contrast).astype(np.uint8)
    dark, light = _found(typed_page), _found(faint)
    assert len(dark) == len(light) == 5
    for one, other in zip(dark, light, strict=True):
        assert np.abs(one - other).max() < 12


def test_a_few_words_on_a_large_sheet_are_found(typed_page: Picture) -> None:
    sheet = np.full((2200, 1700), 240, np.uint8)
    words = cv2.resize(typed_page[70:105, 140:420], None, fx=2, fy=2)
    sheet[300 : 300 + len(words), 300 : 300 + words.shape[1]] = np.minimum(words, 240)
    (quad,) = detector.find_lines(sheet)
    assert _ink(sheet, quad) == (sheet < 128).sum() > 0


def test_a_letter_on_a_dark_lid_is_found_where_it_lies(typed_page: Picture) -> None:
    height, width = typed_page.shape
    lid = np.full((2 * height, 2 * width), 15, np.uint8)
    lid[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = typed_page
    found = [quad - (width // 2, height // 2) for quad in _found(lid)]
    assert len(found) == 5
    assert sum(_ink(typed_page, quad) for quad in found) >= 0.97 * (typed_page < 128).sum()


def test_light_writing_on_dark_paper_is_found(typed_page: Picture) -> None:
    assert len(_found(255 - typed_page)) == 5


def test_the_papers_own_unevenness_is_no_ink() -> None:
    noise = np.random.default_rng(4).normal(225, 3, (900, 700)).clip(0, 255).astype(np.uint8)
    assert detector.find_lines(noise) == []
