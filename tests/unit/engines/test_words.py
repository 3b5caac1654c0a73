from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.words import (
    Query,
    index_words,
    letters_of,
    most_alike,
    query_parts,
    side_by_side,
    similarity,
)

words = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  —  !? ", []),
        ("Dear Mother,", ["dear", "mother"]),
        ("CAFÉ naïve Ñandú", ["cafe", "naive", "nandu"]),
        ("cafe\u0301", ["cafe"]),
        ("Straße Œuvre", ["strasse", "oeuvre"]),
        ("\ufb01ne x\u00b2", ["fine", "x2"]),
        ("don't rock ’n’ roll", ["dont", "rock", "n", "roll"]),
        ("O’Brien's", ["obriens"]),
        ("well-known", ["well", "known"]),
        ("to-\nmorrow", ["tomorrow"]),
        ("to- \r\n  morrow", ["tomorrow"]),
        ("some=\none", ["someone"]),
        ("so\u00adft", ["soft"]),
        ("- one\n- two", ["one", "two"]),
        ("1918-\n1920", ["1918", "1920"]),
        ("$1,200.50 B-204", ["1", "200", "50", "b", "204"]),
        ("snake_case", ["snake", "case"]),
        ("Привет Ёлка", ["привет", "елка"]),
    ],
)
def test_index_words(text: str, expected: list[str]) -> None:
    assert index_words(text) == expected


@given(st.text())
def test_normal_forms_are_stable(text: str) -> None:
    once = index_words(text)
    assert index_words(" ".join(once)) == once


@given(st.text())
def test_normal_forms_are_words_of_letters_and_digits(text: str) -> None:
    assert all(word and word == word.casefold() and word.isalnum() for word in index_words(text))


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_the_letters_of_a_text_are_those_of_its_words(text: str) -> None:
    plain = text.replace("\x1e", "").replace("\x1f", "")
    assert letters_of(plain) == "".join(index_words(plain))


def test_what_keeps_words_apart_stays() -> None:
    assert (
        letters_of("\x1fDon't\x1fDont,\x1f\x1e\x1fgo.\x1f") == "\x1fdont\x1fdont\x1f\x1e\x1fgo\x1f"
    )
    assert letters_of("\x1fÉté!\x1f\x1e") == "\x1fete\x1f\x1e"


@given(words)
def test_case_does_not_matter(word: str) -> None:
    assert index_words(word.upper().lower()) == index_words(word.upper().lower().casefold())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Query((), ())),
        ("Lake  house", Query(("lake", "house"), ())),
        ('"lake house" dear', Query(("dear",), (("lake", "house"),))),
        ("“the Lake”", Query((), (("the", "lake"),))),
        ('"lake"', Query(("lake",), ())),
        ('""', Query((), ())),
        ('cold "lake hou', Query(("cold",), (("lake", "hou"),))),
        ("well-known", Query((), (("well", "known"),))),
        ("lake AND -house* (x:y)", Query(("lake", "and", "house"), (("x", "y"),))),
    ],
)
def test_query_parts(query: str, expected: Query) -> None:
    assert query_parts(query) == expected


@given(st.text())
def test_a_query_is_cut_as_the_text_is(text: str) -> None:
    quoteless = text.translate({ord(mark): " " for mark in '"“”„«»'})
    wanted = [word for piece in quoteless.split() for word in index_words(piece)]
    assert sorted(query_parts(quoteless).all_words) == sorted(wanted)


@given(st.text("ab_ .é"), st.lists(st.text("abé", min_size=1, max_size=2), min_size=1, max_size=3))
def test_words_stand_side_by_side_between_edges_of_words(text: str, phrase: list[str]) -> None:
    between = r"[\W_]+"
    plainly = re.search(rf"\b{between.join(phrase)}\b", text)
    assert (side_by_side(phrase).search(text) is None) == (plainly is None)


@given(words, words)
def test_similarity_is_a_symmetric_share(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == pytest.approx(similarity(other, one))
    assert similarity(one, one) == 1


def test_the_first_of_the_most_alike_is_taken() -> None:
    assert most_alike("mother", ["father", "mothen", "motber", "zebra"]) == 1
    assert most_alike("mother", ["zebra", "mother", "mother"]) == 1


def test_where_nothing_is_alike_the_beginning_is_taken() -> None:
    assert most_alike("mother", ["xyz", "a"]) == 0
    assert most_alike("mother", []) == 0


@given(words, st.lists(words, min_size=1, max_size=20))
def test_nothing_is_more_alike(word: str, forms: list[str]) -> None:
    best = similarity(word, forms[most_alike(word, forms)])
    assert best == pytest.approx(max(similarity(word, form) for form in forms))
