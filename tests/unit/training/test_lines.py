"""Text finds its place on a page by what the recogniser reads there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.lines import HEIGHT, LETTERS, Line, align, aligned, read_lines, write_lines

_TRUTHS = ["My dear Sister", "I hope you are well and that the garden grows", "Yours"]


def test_a_reading_takes_the_line_it_is_like() -> None:
    assert align(["Mg deer Sister", "Yovrs"], _TRUTHS) == {0: "My dear Sister", 1: "Yours"}


def test_a_piece_of_a_line_takes_its_words() -> None:
    found = align(["l hope you ane well", "that the gordem grows"], _TRUTHS)
    assert found == {0: "I hope you are well", 1: "that the garden grows"}


def test_no_word_is_given_twice_and_noise_is_given_none() -> None:
    found = align(["My dear Sister", "My dear Sislex", "|||.--", ""], _TRUTHS)
    assert found == {0: "My dear Sister"}


def test_a_line_whose_capitals_were_written_small_is_left_out() -> None:
    picture = np.zeros((HEIGHT, 300, 3), np.uint8)
    readings = ["THE GARDEN SOCIETY", "My dear Sister"]
    truth = "The Garden Society\nMy dear Sister"
    found = list(aligned([picture] * 2, readings, truth, LETTERS, "typed", "page"))
    assert [line.text for line in found] == ["My dear Sister"]


def test_kept_lines_come_back(tmp_path: Path) -> None:
    grey = np.full((HEIGHT, 90), 200, np.uint8)
    grey[20:40, 20:60] = 40
    lines = [
        Line(grey, "one", "print"),
        Line(np.repeat(grey[:, :, None], 3, 2), "two – ñ", "typed", "page-1"),
    ]
    write_lines(lines, tmp_path / "lines.pkl")
    back = read_lines(tmp_path / "lines.pkl")
    assert [(line.text, line.kind, line.page) for line in back] == [
        ("one", "print", ""),
        ("two – ñ", "typed", "page-1"),
    ]
    for line, kept in zip(lines, back, strict=True):
        assert kept.picture.shape == line.picture.shape
        assert np.abs(kept.picture.astype(int) - line.picture).mean() < 4
