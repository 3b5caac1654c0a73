"""Ink of which no word was read: lines that vanish from a transcript."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.engines.reading import read_page
from digitizer.engines.reading.layout.specks import find_specks
from digitizer.engines.reading.layout.unread import unread_share
from digitizer.letters.doubtful_words import is_read_in_part
from digitizer.model.paper import Box, Transcript, Word

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def read(typed_page: Picture) -> Transcript:
    return read_page(typed_page, 300, ("en",))


def _share(page: Picture, words: tuple[Word, ...]) -> float:
    return unread_share(find_specks(page), words)


def test_of_a_page_that_was_read_nothing_is_left(read: Transcript) -> None:
    assert read.words
    assert read.unread == 0
    assert not is_read_in_part(read)


def test_each_line_that_is_not_read_shows(typed_page: Picture, read: Transcript) -> None:
    lines = {word.line for word in read.words}
    assert len(lines) == 5
    for gone in lines:
        rest = tuple(word for word in read.words if word.line != gone)
        share = _share(typed_page, rest)
        assert 0.05 < share < 0.5
        assert is_read_in_part(replace(read, unread=share))


def test_of_a_page_that_was_not_read_all_is_left(typed_page: Picture) -> None:
    assert _share(typed_page, ()) == pytest.approx(1, abs=0.02)


def test_an_empty_page_has_lost_nothing() -> None:
    page = np.full((2200, 1700), 240, np.uint8)
    assert _share(page, (Word("ghost", Box(0, 0, 9, 9), 0.1),)) == 0


def test_a_stroke_by_itself_is_no_lost_line(typed_page: Picture, read: Transcript) -> None:
    page = typed_page.copy()
    page[-60:-50, 100:112] = 0
    assert _share(page, read.words) == 0


def test_boxes_beyond_the_page_do_no_harm(typed_page: Picture) -> None:
    height, width = typed_page.shape
    over = Word("all", Box(-50, -50, width + 100, height + 100), 0.9)
    assert _share(typed_page, (over,)) == 0
