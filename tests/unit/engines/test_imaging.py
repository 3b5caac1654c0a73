"""Pages drawn here, with the noise of a scanner, and letters of others where they are at hand."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.imaging import (
    PreparedPage,
    encode,
    grey,
    load,
    prepare,
    turn,
)
from digitizer.engines.imaging.skew import straighten
from digitizer.engines.opening import OpenedPage, OpeningLimits, open_page
from digitizer.model.errors import EngineError
from tests.support.corpus import CORPUS, without_corpus

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Levels = np.ndarray[Any, np.dtype[np.float32]]

LETTERS = CORPUS / "letters"
BLANK_INK = 0.0002
DPI, WIDTH, HEIGHT = 300, 2550, 3300


def paper(noise: float = 5, level: float = 245, seed: int = 1) -> Levels:
    """A blank Letter sheet at 300 dpi with a scanner's noise (a standard deviation)."""
    random = np.random.default_rng(seed)
    return random.normal(level, noise, (HEIGHT, WIDTH)).astype(np.float32)


def write(
    page: Levels,
    text: str,
    at: tuple[int, int],
    contrast: float,
    size: float = 2.75,
    thick: int = 5,
    blur: float = 0,
) -> Levels:
    """Text in strokes; ``contrast`` is the share of full black, ``blur`` in pixels."""
    mask = np.zeros(page.shape, np.uint8)
    cv2.putText(mask, text, at, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    if blur:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), blur), np.uint8)
    return page - mask.astype(np.float32) * contrast


def letter(contrast: float = 0.7, **how: Any) -> Levels:
    page = paper()
    for line in range(24):
        text = "We all miss you and hope to see you soon"[line % 7 :]
        page = write(page, text, (250, 350 + line * 115), contrast, 1.5, 4, **how)
    return page


def look(page: Levels | Pixels, dpi: int = DPI) -> PreparedPage:
    return prepare(OpenedPage(1, np.clip(page, 0, 255).astype(np.uint8), dpi), BLANK_INK)


# ---- blank or not


@pytest.mark.parametrize("noise", [0, 3, 6, 10])
def test_an_empty_sheet_is_blank(noise: float) -> None:
    page = look(paper(noise))
    assert page.blank
    assert page.ink < 0.00005
    assert page.quality == ()


@pytest.mark.parametrize("noise", [3, 6, 10])
@pytest.mark.parametrize("contrast", [0.08, 0.10])
@pytest.mark.parametrize("text", ["See you on Sunday", "Mom"])
def test_faint_pencil_is_not_blank(noise: float, contrast: float, text: str) -> None:
    assert not look(write(paper(noise), text, (400, 800), contrast)).blank


def test_coloured_and_shaded_sheets_are_blank() -> None:
    assert look(paper(level=170)).blank
    assert look(paper() - np.linspace(0, 25, HEIGHT, dtype=np.float32)[:, None]).blank
    yellow = np.dstack([paper(), paper(seed=2), paper(level=150, seed=3)])
    assert look(yellow).blank


def test_borders_holes_dust_and_creases_are_no_ink() -> None:
    borders = paper()
    borders[:60] = 20
    borders[:, -50:] = 15
    wedge = np.array([[0, 0], [90, 0], [0, HEIGHT - 1]], np.int32)
    cv2.fillPoly(borders, [wedge], 20.0)
    holes = paper()
    for y in (900, 2400):
        cv2.circle(holes, (140, y), 42, 30.0, -1)
    dust = paper()
    random = np.random.default_rng(1)
    for x, y in random.integers(0, (WIDTH, HEIGHT), (150, 2)):
        cv2.circle(dust, (int(x), int(y)), 2, 90.0, -1)
    creases = paper()
    for y in (1100, 2200):
        creases[y : y + 4] -= 14
    for page in (borders, holes, dust, creases):
        assert look(page).blank


@pytest.mark.parametrize("contrast", [0.08, 0.15])
def test_the_other_sides_writing_shining_through_is_no_ink(contrast: float) -> None:
    page = paper()
    for line in range(15):
        text = "ghost of the other side"
        page = write(page, text, (200, 400 + line * 180), contrast, 2, 6, blur=6)
    assert look(page).blank


@pytest.mark.parametrize("blur", [3, 5, 9])
def test_a_letter_out_of_focus_is_not_blank(blur: float) -> None:
    assert not look(letter(blur=blur)).blank


def test_a_photograph_and_a_black_page_are_not_blank() -> None:
    x, y = np.meshgrid(np.linspace(0, 3, WIDTH), np.linspace(0, 4, HEIGHT))
    photograph = (128 + 90 * np.sin(x) * np.cos(y)).astype(np.float32)
    assert not look(photograph).blank
    assert not look(paper(level=12)).blank


def test_a_drawing_from_edge_to_edge_is_not_blank() -> None:
    page = paper()
    cv2.line(page, (0, 100), (WIDTH - 1, HEIGHT - 100), 60.0, 8)
    assert not look(page).blank


def test_a_yellow_marker_is_ink() -> None:
    page = np.dstack([paper(), paper(seed=2), paper(seed=3)])
    page[800:840, 500:1500, 2] = 120
    assert not look(page).blank


# ---- straight


@pytest.mark.parametrize("degrees", [-6.0, -2.5, -0.7, 0.0, 0.5, 1.3, 4.0])
def test_a_letter_lying_askew_is_straightened(degrees: float) -> None:
    askew = straighten(np.clip(letter(), 0, 255).astype(np.uint8), -degrees, (245,))
    page = look(askew)
    assert page.skew == pytest.approx(degrees, abs=0.15)
    assert abs(look(page.image).skew) < 0.3


def test_a_page_on_its_side_is_straightened_too() -> None:
    upright = np.clip(letter(), 0, 255).astype(np.uint8)
    askew = straighten(turn(upright, 1), -2.0, (245,))
    assert look(askew).skew == pytest.approx(2.0, abs=0.3)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(40, 200),
    st.integers(40, 200),
    st.floats(-7, 7, allow_nan=False),
    st.sampled_from([1, 3]),
)
def test_straightening_loses_no_corner(
    height: int, width: int, degrees: float, channels: int
) -> None:
    page = np.full((height, width) if channels == 1 else (height, width, 3), 255, np.uint8)
    for y in (0, height - 6):
        for x in (0, width - 6):
            page[y : y + 6, x : x + 6] = 0
    turned = straighten(page, degrees, (255,) * channels)
    ink = [(255.0 - grey(each)).sum() for each in (page, turned)]
    assert ink[1] == pytest.approx(ink[0], rel=0.03)


def test_noise_is_not_turned() -> None:
    random = np.random.default_rng(3)
    blots = paper()
    for x, y in random.integers(200, 2300, (300, 2)):
        cv2.circle(blots, (int(x), int(y)), 9, 40.0, -1)
    assert look(blots).skew == 0


# ---- colour and faults


def test_colour_is_kept_and_grey_made_lean() -> None:
    plain = np.dstack([letter()] * 3)
    assert look(plain).image.ndim == 2
    assert not look(plain).colour
    blue = plain.copy()
    blue[..., 2] = np.maximum(blue[..., 2], 200)
    page = look(blue)
    assert page.colour
    assert page.image.ndim == 3


@pytest.mark.parametrize(
    ("page", "dpi", "fault"),
    [
        (letter() * 0.35, 300, "too dark"),
        (letter(contrast=0.1), 300, "very faint"),
        (letter(blur=9), 300, "blurred"),
        (letter()[::3, ::3], 100, "low resolution"),
        (letter()[:, 500:], 300, "writing runs off the edge"),
    ],
)
def test_faults_are_named(page: Levels, dpi: int, fault: str) -> None:
    assert fault in look(page, dpi).quality


def test_a_good_page_has_no_fault_and_keeps_what_opening_noted() -> None:
    image = np.clip(letter(), 0, 255).astype(np.uint8)
    assert prepare(OpenedPage(7, image, 300, ("noted",)), BLANK_INK).quality == ("noted",)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (1, 4000), (40000, 20), (30, 30, 3)])
def test_strange_shapes_do_no_harm(shape: tuple[int, ...]) -> None:
    for level in (0, 255):
        page = prepare(OpenedPage(1, np.full(shape, level, np.uint8), 300), BLANK_INK)
        assert page.image.shape[:2] == shape[:2]


# ---- bytes


def test_pictures_come_back() -> None:
    bilevel = np.where(letter() > 128, 255, 0).astype(np.uint8)
    assert encode(bilevel).startswith(b"\x89PNG")
    assert np.array_equal(load(encode(bilevel)), bilevel)
    colour = np.dstack([np.full((90, 80), level, np.uint8) for level in (200, 100, 20)])
    assert encode(colour).startswith(b"\xff\xd8")
    assert np.abs(load(encode(colour)).astype(int) - colour).max() < 6
    assert load(encode(colour[..., 0])).shape == (90, 80)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_told(data: bytes) -> None:
    with pytest.raises(EngineError):
        load(data)


@given(st.integers(-9, 9))
def test_quarter_turns_are_clockwise(turns: int) -> None:
    page = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(turn(turn(page, turns), -turns), page)
    assert turn(page, 1).tolist() == [[3, 0], [4, 1], [5, 2]]
    assert np.array_equal(turn(page, turns + 4), turn(page, turns))


# ---- real letters


def test_no_letter_is_blank_and_none_is_turned_far() -> None:
    letters = sorted(LETTERS.glob("*/*.jpg"))[::12]
    if not letters:
        without_corpus("the letters")
    for path in letters:
        opened = open_page(path, 1, OpeningLimits(), 0)
        page = prepare(opened, BLANK_INK)
        assert not page.blank, path.name
        again = prepare(OpenedPage(1, page.image, page.dpi), BLANK_INK)
        assert abs(again.skew) < 1.0, path.name


def test_a_blank_side_in_black_and_white_is_known_as_such() -> None:
    """On it, print that the scanner's threshold swallowed cannot be told from no print."""
    black_and_white = look(np.full((HEIGHT, WIDTH), 255.0))
    assert black_and_white.blank
    assert black_and_white.two_toned
    assert not look(paper()).two_toned
