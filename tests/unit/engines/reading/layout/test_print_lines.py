from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading.layout.print_lines import Print, find_print
from digitizer.engines.reading.layout.specks import find_specks

Picture = NDArray[np.uint8]


def printed(page: Picture) -> Print:
    return find_print(find_specks(page))


def tilted(page: Picture, degrees: float) -> Picture:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (width, height), borderValue=255), np.uint8)


def test_every_line_of_print_is_one_line(typed_page: Picture) -> None:
    found = printed(typed_page)
    assert len(found.lines) == 5
    assert found.cover > 0.97
    assert found.elsewhere == ()
    inked = np.flatnonzero((typed_page < 128).any(axis=0))
    for line in (one.corners for one in found.lines):
        assert line[:, 0].min() < inked[0] + 2
        assert line[0, 1] < line[3, 1]
    assert max(line.corners[:, 0].max() for line in found.lines) > inked[-1]


@pytest.mark.parametrize("degrees", [-2.0, -0.7, 0.7, 2.0])
def test_lines_that_fall_or_rise_are_followed(typed_page: Picture, degrees: float) -> None:
    found = printed(tilted(typed_page, degrees))
    assert len(found.lines) == 5
    for line in (one.corners for one in found.lines):
        rise = np.degrees(np.arctan2(line[0, 1] - line[1, 1], line[1, 0] - line[0, 0]))
        assert rise == pytest.approx(degrees, abs=0.3)


def test_writing_is_no_print(scrawled_page: Picture) -> None:
    assert printed(scrawled_page).cover < 0.1


def test_a_signature_below_print_is_reported(typed_page: Picture, scrawled_page: Picture) -> None:
    page = np.vstack([typed_page, np.full((300, 1275), 255, np.uint8)])
    top = len(typed_page)
    page[top + 60 : top + 240, 300:900] = scrawled_page[140:320, 120:720]
    found = printed(page)
    assert sum(line.corners[:, 1].max() < top for line in found.lines) == 5
    assert found.elsewhere
    middle = [(box.left + box.width / 2, box.top + box.height / 2) for box in found.elsewhere]
    assert all(x < 1000 and y > top for x, y in middle)


def test_rules_and_shadows_are_no_ink_to_read(typed_page: Picture) -> None:
    page = typed_page.copy()
    page[700:704, 100:1100] = 0
    page[:, :6] = 60
    found = printed(page)
    assert found.elsewhere == ()
    assert found.cover > 0.9


def test_nothing_has_no_print() -> None:
    assert printed(np.full((500, 500), 255, np.uint8)) == Print()


def test_noise_never_raises() -> None:
    chance = np.random.default_rng(2)
    for _ in range(5):
        blots = (chance.random((60, 40)) > 0.8).astype(np.uint8) * 255
        page = cv2.resize(255 - blots, (800, 1200), interpolation=cv2.INTER_NEAREST)
        found = printed(np.asarray(page, np.uint8))
        assert 0 <= found.cover <= 1
        assert all(box.width > 0 and box.height > 0 for box in found.elsewhere)
