"""Text that runs to the left, and both ways in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.printing.kit import bidi
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.text_runs import wrap
from tests.support.set_lines import seen, shapes


def test_hebrew_reads_from_the_right_with_its_numbers_intact() -> None:
    (line,) = wrap("שלום abc 12:30 (כן)", REGULAR, 10, 400)
    assert line.rtl
    assert seen(line) == "(ןכ) abc 12:30 םולש"
    assert line.text == "שלום abc 12:30 (כן)"


def test_brackets_are_mirrored_where_the_text_runs_to_the_left() -> None:
    opening, closing = shapes("(")[0], shapes(")")[0]
    assert [shape for shape in shapes("א(ב)") if shape in (opening, closing)] == [
        opening,
        closing,
    ]


@pytest.mark.parametrize(
    ("text", "looks"),
    [("(bב)א", "(bב)א"), ("אב (Ann) גד", "דג (Ann) בא"), ("[a א]מ", "[a א]מ")],
)
def test_both_brackets_of_a_pair_go_the_same_way(text: str, looks: str) -> None:
    """The rule of Unicode's algorithm that names in brackets need (N0)."""
    (line,) = wrap(text, REGULAR, 10, 400)
    assert seen(line) == looks


def test_hebrew_within_english_stays_in_place() -> None:
    (line,) = wrap("say שלום twice", REGULAR, 10, 400)
    assert not line.rtl
    assert seen(line) == "say םולש twice"


@given(st.lists(st.integers(0, 4), max_size=30))
def test_every_character_has_one_place(levels: list[int]) -> None:
    assert sorted(bidi.visual_order(levels)) == list(range(len(levels)))
