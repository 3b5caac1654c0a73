"""Which words of a page found are highlighted."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.letters.search.highlighting import matching_words
from digitizer.model.paper import Box, Transcript, Word
from tests.support.made_mail import read


def test_the_most_likely_words_of_a_page_are_highlighted(facility: Facility) -> None:
    found = matching_words(read("my dear hother", mother=0.6), "mother")
    assert max(found, key=lambda pair: pair[1])[0].text == "hother"
    assert matching_words(read("my dear"), "xylophone") == ()


def _marked(text: str, query: str) -> list[int]:
    """The places, from 0, of the words that are highlighted."""
    words = tuple(
        Word(word, Box(10 * place, 0, 9, 9), 0.9) for place, word in enumerate(text.split())
    )
    found = matching_words(Transcript("made-up", text, 0.9, words), query)
    return [word.box.left // 10 for word, _ in found]


def test_of_a_phrase_only_the_words_in_a_row_are_highlighted() -> None:
    text = "the dog sat by the garden house and the cat in the garden"
    assert _marked(text, '"in the garden"') == [10, 11, 12]
    assert _marked(text, '"the gardem house"') == [4, 5, 6]
    assert _marked(text, '"the garden" dog') == [1, 4, 5, 11, 12]


def test_a_phrase_runs_over_dashes_and_words_that_count_twice() -> None:
    assert _marked("a well-known — garden", '"well known garden"') == [1, 3]
    assert _marked("a well known garden", "well-known") == [1, 2]


def test_a_phrase_that_is_nowhere_is_highlighted_word_by_word() -> None:
    assert _marked("garden of the house", '"house garden"') == [0, 3]


def test_each_word_asked_for_is_highlighted_though_another_fits_better() -> None:
    assert _marked("the garden behind the lightbouze", "garden lighthouse") == [1, 4]
    assert _marked("the garden of the warden", "garden") == [1]
