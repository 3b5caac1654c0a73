"""Pages that are dark all over are made light."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitizer.engines.imaging.ink import reduced
from digitizer.engines.imaging.levelling import level
from tests.support.dark_pages import DPI, as_picture, between, chance, letter, look, photograph


def on_paper(red: int, green: int, blue: int) -> Any:
    colours = np.array([red, green, blue], np.float32)
    sheet = 12 + letter().astype(np.float32)[..., None] * (colours - 12) / 255
    return as_picture(sheet + chance().normal(0, 1, sheet.shape))


DARK: dict[str, Any] = {
    "negative": lambda: between(8, 245),
    "negative in black and white": lambda: 255 - np.where(letter() < 128, 0, 255).astype(np.uint8),
    "dull negative": lambda: between(60, 150, 5),
    "lamp nearly out": lambda: between(20, 12, 0.6),
    "dark": lambda: between(80, 20),
    "red paper": lambda: on_paper(190, 25, 35),
    "dark blue paper": lambda: on_paper(25, 40, 110),
    "dark paper in grey": lambda: between(45, 14),
}


@pytest.mark.parametrize("page", DARK)
def test_a_dark_letter_is_made_light(page: str) -> None:
    seen = look(DARK[page]())
    assert seen.image.ndim == 2
    assert np.median(seen.image) > 220
    assert (seen.image < 110).mean() > 0.01
    assert not seen.blank
    assert seen.unseen is None
    assert "too dark" in seen.quality


LIGHT: dict[str, Any] = {
    "ordinary": lambda: between(245, 20, 3),
    "grey paper": lambda: between(130, 20, 3),
    "pencil": lambda: between(245, 200, 2),
    "blank": lambda: between(245, 245),
    "photograph": photograph,
    "dark photograph": lambda: as_picture(photograph() * 0.25),
    "black and white": lambda: np.where(letter() < 128, 0, 255).astype(np.uint8),
    "half a sheet on a black lid": lambda: np.vstack([letter()[:600], 0 * letter()[600:]]),
}


@pytest.mark.parametrize("page", LIGHT)
def test_other_pages_are_not_touched(page: str) -> None:
    image = LIGHT[page]()
    assert level(image, reduced(image, DPI)) is image
    assert look(image).unseen is None
