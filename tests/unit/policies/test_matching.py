"""Watched words on a page as it was read, with the spellings that the reader holds possible."""

from __future__ import annotations

import pytest

from digitizer.model.paper import Box, Transcript, Word
from digitizer.policies.matching import found_on, phrase_of, same_sender


def _read(*words: str | tuple[str, float, dict[str, float]]) -> Transcript:
    made = []
    for place, each in enumerate(words):
        text, sure, others = (each, 0.95, {}) if isinstance(each, str) else each
        box = Box(10 * place, 0, 9, 9)
        made.append(Word(text, box, sure, 0, tuple(others.items())))
    return Transcript("made-up", " ".join(word.text for word in made), 0.9, tuple(made))


def _found(read: Transcript, *watched: str) -> list[list[str]]:
    found = found_on(read, [phrase_of(each) for each in watched])
    return [[word.text for word in words] for words in found]


@pytest.mark.parametrize(
    ("watched", "on_page", "is_found"),
    [
        ("tunnel", "tunnel", True),
        ("Tunnel", "TUNNEL,", True),
        ("tunnel", "tunnels", True),
        ("tunnel", "turnel", False),  # a word that was read with certainty is another word
        ("escape", "escaped", True),
        ("gun", "gun", True),
        ("gun", "guns", True),
        ("gun", "gum", False),
        ("gun", "gunther", False),
        ("knife", "wife", False),
        ("café", "cafe", True),
        ("don't", "dont", True),
    ],
)
def test_a_word_in_print(watched: str, on_page: str, is_found: bool) -> None:
    assert bool(_found(_read("the", on_page, "is"), watched)[0]) is is_found


def test_a_handwritten_word_counts_that_only_may_be_it() -> None:
    read = _read("the", ("turret", 0.5, {"tunnel": 0.3}), "is")
    assert _found(read, "tunnel", "fence") == [["turret"], []]


def test_a_spelling_that_is_hardly_possible_does_not_count() -> None:
    read = _read(("turret", 0.9, {"tunnel": 0.0005}))
    assert _found(read, "tunnel") == [[]]


def test_words_of_a_phrase_must_stand_side_by_side() -> None:
    read = _read("over", "the", "north", "fence", "the", "fence", "north")
    assert _found(read, "north fence", "north") == [["north", "fence"], ["north", "north"]]


def test_a_hyphenated_word_is_two() -> None:
    assert _found(_read("a", "well-known", "place"), "well known", "known place") == [
        ["well-known"],
        ["well-known", "place"],
    ]


def test_a_text_without_places_is_read_too() -> None:
    read = Transcript("a person", "meet me\nat the river", 1.0)
    (found,) = found_on(read, [phrase_of("the river")])
    assert [(word.text, word.box.width) for word in found] == [("the", 0), ("river", 0)]


def test_an_empty_page_or_rule_has_nothing() -> None:
    assert _found(Transcript("made-up", "", 0.0), "river") == [[]]
    assert found_on(_read("river"), []) == []
    assert found_on(_read("river"), [()]) == [()]


@pytest.mark.parametrize(
    ("watched", "named", "same"),
    [
        ("Ida Marsh", "Ida Marsh", True),
        ("Marsh, Ida", "ida marsh", True),
        ("Ida Marsh", "Ida Marshe", True),
        ("Ida Marsh", "Nuria Marsh", False),
        ("Ida Marsh", None, False),
        ("Ida Marsh", "", False),
    ],
)
def test_senders_are_the_same_as_far_as_names_tell(
    watched: str, named: str | None, same: bool
) -> None:
    assert same_sender(watched, named) is same
