"""Pages as long as a feeder draws them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitizer.engines.reading.layout.long_pages import joined, parts_of
from digitizer.engines.reading.layout.pictures import Picture
from digitizer.engines.reading.router import read_page
from digitizer.model.paper import Box, PageKind, Transcript, Word

DPI = 100


def strip(inches: float, colour: bool = False) -> Picture:
    """A letter's width of numbered lines, four an inch; none in its first half inch."""
    height = round(inches * DPI)
    page = Image.new("RGB" if colour else "L", (850, height), "white")
    pen = ImageDraw.Draw(page)
    for number, top in enumerate(range(50, height - 50, 25)):
        pen.text((80, top), f"Dear Aunt, this is line {number} of it", "black", font_size=16)
    return np.asarray(page)


@pytest.mark.parametrize("inches", [1, 11, 14, 17])
def test_a_usual_sheet_is_read_whole(inches: int) -> None:
    assert parts_of(strip(inches), DPI) == [(0, inches * DPI)]


def test_a_receipt_is_read_whole() -> None:
    assert parts_of(np.full((3600, 900), 255, np.uint8), 300) == [(0, 3600)]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("inches", [24, 60, 200])
def test_no_part_ends_within_a_line(inches: int, colour: bool) -> None:
    page = strip(inches, colour)
    parts = parts_of(page, DPI)
    assert len(parts) > 1
    assert [top for top, _ in parts[1:]] == [bottom for _, bottom in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (0, len(page))
    for top, bottom in parts:
        assert (page[top] == 255).all()
        assert bottom - top <= 1.8 * page.shape[1]


def test_a_page_without_an_empty_row_is_parted_too() -> None:
    page = np.random.default_rng(1).integers(0, 255, (6000, 850), dtype=np.uint8)
    assert len(parts_of(page, DPI)) >= 4


def test_words_keep_their_places_and_lines_are_counted_through() -> None:
    word = Word("Aunt", Box(5, 6, 7, 8), 0.5, line=1)
    one = Transcript("tesseract", "Aunt", 0.5, (word,), PageKind.TYPED)
    none = Transcript("none", "", 0.0, (), PageKind.BLANK)
    whole = joined([(0, one), (100, none), (200, one)])
    assert whole.text == "Aunt\nAunt"
    assert [(each.box.top, each.line) for each in whole.words] == [(6, 1), (206, 3)]
    assert (whole.engine, whole.kind, whole.confidence) == ("tesseract", PageKind.TYPED, 0.5)
    assert joined([(0, none), (9, none)]) == none


def test_every_line_of_a_long_page_is_read() -> None:
    read = read_page(strip(30), DPI, ("en",))
    found = {each.text for each in read.words}
    numbers = {str(number) for number in range(116)}
    assert len(numbers & found) >= 0.9 * len(numbers)
    assert max(word.box.bottom for word in read.words) > 28 * DPI
