from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.reading.text.transcription import mean_confidence, transcript
from digitizer.model.paper import Box, Word

words = st.builds(
    Word,
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=9),
    st.just(Box(0, 0, 1, 1)),
    st.floats(0, 1),
    st.integers(0, 4),
)


@given(st.lists(words).map(lambda some: sorted(some, key=lambda word: word.line)))
def test_the_text_holds_every_word_in_its_order_a_line_a_line(some: list[Word]) -> None:
    made = transcript("engine", some)
    assert made.text.split() == [word.text for word in some]
    assert len(made.text.splitlines()) == len({word.line for word in some})
    assert 0 <= made.confidence <= 1 + 1e-9


def test_long_words_count_for_more() -> None:
    some = [Word("a", Box(0, 0, 1, 1), 0.0), Word("bcd", Box(0, 0, 1, 1), 1.0)]
    assert mean_confidence(some) == pytest.approx(0.75)
    assert mean_confidence([]) == 0
