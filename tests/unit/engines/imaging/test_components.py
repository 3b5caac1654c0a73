"""Connected parts measured on their own pixels agree with what measuring the whole picture says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging.components import components


def spots(share: float, seed: int = 1, shape: tuple[int, int] = (97, 61)) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


@pytest.mark.parametrize("share", [0.01, 0.2, 0.6, 1.0])
def test_boxes_and_areas_are_those_of_the_whole_picture(share: float) -> None:
    mask = spots(share)
    found = components(mask)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    assert found.count == count
    assert np.array_equal(found.labels, labels)
    sides = (found.left, found.top, found.width, found.height, found.area)
    for column, side in enumerate(sides):
        assert np.array_equal(side[1:], stats[1:, column])


def test_the_ground_has_nothing() -> None:
    found = components(spots(0.3))
    assert [each[0] for each in (found.left, found.top, found.width, found.height)] == [0] * 4
    assert found.area[0] == 0


def test_an_empty_mask_has_only_the_ground() -> None:
    found = components(np.zeros((20, 30), np.bool_))
    assert found.count == 1
    assert found.area.tolist() == [0]
    assert not found.mask(np.array([True])).any()


def test_the_mask_of_chosen_parts_is_theirs_alone_and_of_all_the_whole() -> None:
    mask = spots(0.15)
    found = components(mask)
    odd = np.arange(found.count) % 2 == 1
    assert np.array_equal(found.mask(odd), mask & (found.labels % 2 == 1))
    assert np.array_equal(found.mask(np.ones(found.count, np.bool_)), mask)


def test_the_most_is_the_greatest_level_of_each_part() -> None:
    mask = spots(0.3)
    levels = np.random.default_rng(2).integers(0, 255, mask.shape)
    found = components(mask)
    most = found.most(levels.ravel()[found.places])
    for number in range(1, found.count):
        assert most[number] == levels[found.labels == number].max()
    assert most[0] == 0


def test_more_parts_than_short_labels_can_count_are_all_found() -> None:
    mask = np.zeros((620, 620), np.bool_)
    mask[::2, ::2] = True  # 96,100 pixels, none touching another
    assert components(mask).count == 310 * 310 + 1
