"""Text finds its place on a page by what the recogniser reads there."""

from __future__ import annotations

from training.lines import align

_TRUTHS = ["My dear Sister", "I hope you are well and that the garden grows", "Yours"]


def test_a_reading_takes_the_line_it_is_like() -> None:
    assert align(["Mg deer Sister", "Yovrs"], _TRUTHS) == {0: "My dear Sister", 1: "Yours"}


def test_a_piece_of_a_line_takes_its_words() -> None:
    found = align(["l hope you ane well", "that the gordem grows"], _TRUTHS)
    assert found == {0: "I hope you are well", 1: "that the garden grows"}


def test_no_word_is_given_twice_and_noise_is_given_none() -> None:
    found = align(["My dear Sister", "My dear Sislex", "|||.--", ""], _TRUTHS)
    assert found == {0: "My dear Sister"}
