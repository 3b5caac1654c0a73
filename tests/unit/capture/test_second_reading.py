"""Which pages the endpoint on the premises is asked about."""

from __future__ import annotations

import pytest

from digitizer.capture.second_reading import is_worth_asking
from digitizer.engines.reading.readers import tesseract
from digitizer.model.paper import Box, Transcript, Word

_LINES = ("dear son we got your letter and all of us are glad", "come home soon your sister")
_TYPED = tuple(
    Word(word, Box(60 * at, 40 * line, 50, 20), 0.97, line)
    for line, text in enumerate(_LINES)
    for at, word in enumerate(text.split())
)


@pytest.mark.parametrize(("engine", "asked"), [(tesseract.NAME, False), ("pp-ocrv6", True)])
def test_a_typed_page_that_was_read_as_one_is_not_asked_about(engine: str, asked: bool) -> None:
    known = Transcript(engine, "\n".join(_LINES), 0.97, _TYPED)
    assert is_worth_asking(known, ("en",)) is asked


def test_a_page_with_nothing_to_check_an_answer_by_is_not_sent() -> None:
    assert not is_worth_asking(Transcript("pp-ocrv6", "", 0.0), ("en",))
