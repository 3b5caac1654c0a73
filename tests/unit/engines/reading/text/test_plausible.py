from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.reading.text.plausible import familiar_words, plausibility
from digitizer.model.paper import Box, Word


def test_english_looks_like_english_and_noise_does_not() -> None:
    assert plausibility("We have been to the lake, and it was cold.", ("en",)) > 0.6
    assert plausibility("Wi hse bexn io thp lxke emd uf wes cqld", ("en",)) == 0
    assert plausibility("| ~ — a i e . 12 ~~", ("en",)) == 0
    assert plausibility("", ("en",)) == 0


def test_spanish_counts_where_it_is_asked_for() -> None:
    text = "Querido hermano, todo está muy bien aquí y te quiero"
    assert plausibility(text, ("es",)) > 0.4
    assert plausibility(text, ("en",)) == 0


def test_an_unknown_language_is_judged_as_english() -> None:
    assert plausibility("the end", ("xx",)) == plausibility("the end", ("en",))


@given(st.text(), st.sampled_from([("en",), ("es",), ("en", "es"), ()]))
def test_it_is_a_share(text: str, languages: tuple[str, ...]) -> None:
    assert 0 <= plausibility(text, languages) <= 1


def test_familiar_words_count_by_their_confidence() -> None:
    words = [Word(text, Box(0, 0, 1, 1), 0.5) for text in ("The", "lake,", "and", "I", "-")]
    assert familiar_words(words, ("en",)) == pytest.approx(1.0)
