"""Bars are as long as their numbers, and stay inside."""

from __future__ import annotations

from itertools import pairwise

import pytest

from digitizer.engines.plots.layout import Bar, Pattern, Plot, plot
from digitizer.model.figures import Column, Figure, FigureRow, Unit

TWO = (Column("Letters"), Column("Scans"), Column("Pages", drawn=False))


def _figure(values: list[tuple[float | None, ...]], named: bool = False) -> Figure:
    rows = tuple(FigureRow(f"row {n}", each) for n, each in enumerate(values))
    return Figure("x", "X", "Day", TWO, rows, "", named)


def _bars(made: Plot) -> list[Bar]:
    """Without the keys to the patterns, which are squares at the top."""
    return [each for each in made.bars if each.top > 15]


def test_standing_bars_have_the_height_of_their_numbers() -> None:
    made = plot(_figure([(100, 50, 999), (25, 0, 0), (None, 100, 0)]), 900, 240)
    heights = [round(each.height, 3) for each in _bars(made)]
    assert heights == [190.0, 95.0, 47.5, 190.0]  # of the frame from 0 to 100; 0 has no bar
    assert [each.pattern for each in _bars(made)][:2] == [Pattern.SOLID, Pattern.LINES]
    bottoms = {round(each.top + each.height, 3) for each in _bars(made)}
    assert bottoms == {216.0}


def test_lying_bars_have_the_length_of_their_numbers() -> None:
    made = plot(_figure([(100, 50, 0), (20, 10, 0)], named=True), 900, 240)
    lengths = [each.width for each in _bars(made)]
    assert lengths[0] == pytest.approx(2 * lengths[1])
    assert lengths[0] == pytest.approx(5 * lengths[2])


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("rows", [0, 1, 24, 92])
def test_everything_is_inside(named: bool, rows: int) -> None:
    made = plot(_figure([(n * 7.0, 3.0, 0) for n in range(rows)], named), 900, 240)
    for bar in made.bars:
        assert 0 <= bar.left <= bar.left + bar.width <= made.width
        assert 0 <= bar.top <= bar.top + bar.height <= made.height
    for rule in made.rules:
        assert 0 <= min(rule.x1, rule.x2) <= max(rule.x1, rule.x2) <= made.width
        assert 0 <= min(rule.y1, rule.y2) <= max(rule.y1, rule.y2) <= made.height
    for words in made.words:
        assert 0 <= words.x <= made.width
        assert 0 <= words.y <= made.height


def test_labels_do_not_run_into_each_other() -> None:
    made = plot(_figure([(1, 1, 0)] * 92), 900, 240)
    below = sorted(each.x for each in made.words if each.text.startswith("row"))
    assert min(b - a for a, b in pairwise(below)) > 35


def test_a_long_name_is_cut() -> None:
    long = Figure("x", "X", "Name", TWO, (FigureRow("n" * 300, (1, 1, 1)),), "", named=True)
    (name,) = (each.text for each in plot(long, 900, 240).words if each.text.startswith("n"))
    assert name.endswith("…")
    assert len(name) < 50


def test_one_pattern_needs_no_key() -> None:
    one = Figure("x", "X", "Day", (Column("Pages"),), (FigureRow("a", (1,)),), "")
    words = [each.text for each in plot(one, 900, 240).words]
    assert "Pages" not in words
    time = Figure("x", "X", "Day", (Column("p50", Unit.SECONDS),), (FigureRow("a", (90,)),), "")
    assert "1 min" in [each.text for each in plot(time, 900, 240).words]
