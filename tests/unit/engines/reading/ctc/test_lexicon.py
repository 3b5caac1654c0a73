"""How likely a word is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.reading.ctc.lexicon import prior


def test_common_words_come_before_rare_ones_and_those_before_none() -> None:
    assert prior("the") > prior("harbor") > prior("ocelot") > prior("lelter") > 0


def test_case_does_not_matter() -> None:
    assert prior("Letter") == prior("letter") == prior("LETTER")


@pytest.mark.parametrize("text", ["12", "4th", "-", ""])
def test_numbers_and_signs_are_neither_words_nor_mistakes(text: str) -> None:
    assert prior("lelter") < prior(text) < prior("the")


@given(st.text())
def test_it_is_a_probability(text: str) -> None:
    assert 0 < prior(text) < 1
