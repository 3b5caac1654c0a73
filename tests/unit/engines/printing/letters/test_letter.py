"""Printed e-messages: nothing of the message is lost, and each ends with its sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.letters.letter import letter_missing, letter_pdf
from tests.support.pdf_looks import boxes, codes, page_texts
from tests.support.printed_letters import (
    BOTH_PAPERS,
    FROM_INMATE,
    INMATE,
    PAYLOAD,
    TO_INMATE,
    photo,
)


@BOTH_PAPERS
def test_the_last_page_is_the_reply_sheet_and_the_only_one_with_a_code(paper: Paper) -> None:
    pdf = letter_pdf(TO_INMATE, paper)
    assert len(page_texts(pdf)) == 2
    assert codes(pdf, 0) == []
    assert codes(pdf, 1) == [PAYLOAD] * 4


def test_in_duplex_the_reply_sheet_is_nobody_elses_back() -> None:
    pages = page_texts(letter_pdf(TO_INMATE, "letter", duplex=True))
    assert len(pages) == 3
    assert "left blank" in pages[1]
    assert "T-0042" in pages[1]
    two = replace(TO_INMATE, photos=(photo("red"),))
    assert len(page_texts(letter_pdf(two, "letter", duplex=True))) == 3


@pytest.mark.parametrize(
    "words",
    [
        "Füße Łódź naïve çà",
        "Chúng tôi nhớ bạn",
        "Дорогая Мария",
        "σε σκεφτόμαστε",
        "½ € ☺ ♥ ✓",
        "[flag US]",
        "\U0001f34e\U0001f34e \U0001f469\u200d\U0001f467",
    ],
)
def test_every_class_of_character_can_be_copied_out(words: str) -> None:
    text = words.replace("[flag US]", "\U0001f1fa\U0001f1f8")
    first = page_texts(letter_pdf(replace(TO_INMATE, text=text), "a4"))[0]
    for word in words.split():
        assert word in first


@pytest.mark.parametrize("word", ["שלום", "مرحبا"])
def test_right_to_left_words_can_be_copied_out(word: str) -> None:
    pdf = letter_pdf(replace(TO_INMATE, text=word, subject=""), "a4")
    first = page_texts(pdf)[0]
    assert word in first or word[::-1] in first


def test_missing_characters_of_any_part_are_found() -> None:
    assert letter_missing(replace(TO_INMATE, subject="\ue000", sender="\ue001")) == "\ue000\ue001"
    assert letter_missing(replace(FROM_INMATE, address=("\ue000",))) == "\ue000"
    assert letter_missing(TO_INMATE) == ""


@pytest.mark.parametrize("text", ["", "   \r\n \t ", "\x00\x01"])
def test_a_message_without_text_says_so(text: str) -> None:
    pages = page_texts(letter_pdf(replace(TO_INMATE, text=text, subject=" "), "letter"))
    assert "no text" in pages[0]


def test_the_longest_message_is_all_there() -> None:
    words = [f"w{number}" for number in range(5000)]
    texts = page_texts(letter_pdf(replace(TO_INMATE, text=" ".join(words)), "letter"))
    printed = " ".join(texts).split()
    assert [word for word in printed if word in set(words)] == words


def test_a_word_longer_than_a_page_is_all_there() -> None:
    texts = page_texts(letter_pdf(replace(TO_INMATE, text="Ж" * 30_000), "letter"))
    assert sum(text.count("Ж") for text in texts) == 30_000


def test_bare_line_ends_do_not_print_a_ream() -> None:
    assert (
        len(page_texts(letter_pdf(replace(TO_INMATE, text="a" + "\n" * 29_000 + "b"), "a4"))) == 2
    )


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=80))
def test_no_text_stops_the_printing(text: str, name: str) -> None:
    inmate = replace(INMATE, first_name=name, housing_unit=name)
    letter = replace(TO_INMATE, text=text, subject=name, sender=name, inmate=inmate)
    assert page_texts(letter_pdf(letter, "letter"))


@BOTH_PAPERS
@pytest.mark.parametrize("large", [False, True])
def test_text_keeps_to_its_column_and_above_the_footer(paper: Paper, large: bool) -> None:
    width, height = PAPERS[paper]
    pdf = letter_pdf(replace(TO_INMATE, text="word " * 3000, large=large), paper)
    for page in range(len(page_texts(pdf)) - 1):
        for left, _, right, bottom in boxes(pdf, page, "word"):
            assert left >= 24.5
            assert right <= width - 24.5
            assert bottom < height - 20


@BOTH_PAPERS
def test_large_print_loses_nothing_and_keeps_the_reply_sheet(paper: Paper) -> None:
    words = [f"w{number}" for number in range(1500)]
    subject = "A subject of two lines, for which there must be room above what is written"
    letter = replace(TO_INMATE, text=" ".join(words), subject=subject, large=True)
    pdf = letter_pdf(letter, paper)
    texts = page_texts(pdf)
    assert [word for word in " ".join(texts).split() if word in set(words)] == words
    assert len(texts) > len(page_texts(letter_pdf(replace(letter, large=False), paper)))
    assert codes(pdf, len(texts) - 1) == [PAYLOAD] * 4
    (_, top, _, bottom), *_ = boxes(pdf, 0, "w0 ")
    assert bottom - top > 4.5  # millimetres


def test_equal_letters_are_equal_bytes() -> None:
    letter = replace(TO_INMATE, photos=(photo("red"), photo("blue")))
    assert letter_pdf(letter, "letter") == letter_pdf(letter, "letter")
    assert letter_pdf(FROM_INMATE, "a4") == letter_pdf(FROM_INMATE, "a4")


@BOTH_PAPERS
def test_a_letter_from_an_inmate_ends_with_their_cover(paper: Paper) -> None:
    pdf = letter_pdf(FROM_INMATE, paper)
    texts = page_texts(pdf)
    assert len(texts) == 2
    assert "Page 1 of 1" in texts[0]
    assert "Page" not in texts[1]
    assert codes(pdf, 0) == []
    assert codes(pdf, 1) == [PAYLOAD] * 4
