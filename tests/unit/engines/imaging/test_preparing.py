"""Pages prepared: blank or not, in colour or not, and letters of others where they are at hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitizer.engines.imaging import prepare
from digitizer.engines.opening import OpenedPage, OpeningLimits, open_page
from tests.support.corpus import CORPUS, without_corpus
from tests.support.made_pages import BLANK_INK, HEIGHT, WIDTH, letter, look, paper, write

LETTERS = CORPUS / "letters"


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


# ---- colour and problems


def test_colour_is_kept_and_grey_made_lean() -> None:
    plain = np.dstack([letter()] * 3)
    assert look(plain).image.ndim == 2
    assert not look(plain).colour
    blue = plain.copy()
    blue[..., 2] = np.maximum(blue[..., 2], 200)
    page = look(blue)
    assert page.colour
    assert page.image.ndim == 3


def test_a_good_page_has_no_problem_and_keeps_what_opening_noted() -> None:
    image = np.clip(letter(), 0, 255).astype(np.uint8)
    assert prepare(OpenedPage(7, image, 300, ("noted",)), BLANK_INK).quality == ("noted",)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (1, 4000), (40000, 20), (30, 30, 3)])
def test_strange_shapes_do_no_harm(shape: tuple[int, ...]) -> None:
    for level in (0, 255):
        page = prepare(OpenedPage(1, np.full(shape, level, np.uint8), 300), BLANK_INK)
        assert page.image.shape[:2] == shape[:2]


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
    """On it, print that the scanner's threshold swallowed looks like no print."""
    black_and_white = look(np.full((HEIGHT, WIDTH), 255.0))
    assert black_and_white.blank
    assert black_and_white.two_toned
    assert not look(paper()).two_toned
