"""PNGs of sixteen bits a colour."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.opening.deep_png import decoded, is_deep_colour
from digitizer.model.errors import UnopenableFile


def _png(pixels: np.ndarray[Any, Any]) -> bytes:
    good, data = cv2.imencode(".png", pixels)
    assert good
    return bytes(data)


def test_only_sixteen_bits_of_more_than_one_sample_are_deep_colour() -> None:
    shapes = [
        (np.uint16, (4, 5, 3)),
        (np.uint16, (4, 5, 4)),
        (np.uint16, (4, 5)),
        (np.uint8, (4, 5, 3)),
    ]
    heads = [_png(np.zeros(shape, kind))[:26] for kind, shape in shapes]
    assert [is_deep_colour(head) for head in heads] == [True, True, False, False]
    assert not is_deep_colour(heads[0][:25])


def test_colours_keep_their_order_and_become_eight_bits() -> None:
    blue_green_red = np.zeros((2, 3, 3), np.uint16)
    blue_green_red[..., 0], blue_green_red[..., 2] = 0x8000, 0xFFFF
    assert decoded(_png(blue_green_red))[0, 0].tolist() == [255, 0, 127]


def test_what_alpha_leaves_free_is_white_paper() -> None:
    pixels = np.zeros((1, 2, 4), np.uint16)
    pixels[0, 0, 3] = 0xFFFF
    assert decoded(_png(pixels))[0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_an_alpha_that_would_hide_everything_hides_nothing() -> None:
    pixels = np.zeros((1, 1, 4), np.uint16)
    assert decoded(_png(pixels))[0].tolist() == [[0, 0, 0]]


def test_what_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(UnopenableFile):
        decoded(b"\x89PNG\r\n\x1a\n")
