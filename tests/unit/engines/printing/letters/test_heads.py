"""The head of each page: whose it is, and which of how many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.pdf_looks import boxes, page_texts
from tests.support.printed_letters import BOTH_PAPERS, INMATE, TO_INMATE, photo


@BOTH_PAPERS
def test_the_first_page_is_sorted_by_name_number_and_unit(paper: Paper) -> None:
    pdf = letter_pdf(TO_INMATE, paper)
    first = page_texts(pdf)[0]
    for words in ("Sampler-Núñez, Zoë", "T-0042", "C-3", "Invented Person", "Hello", "2025-03-04"):
        assert words in first
    assert max(bottom - top for _, top, _, bottom in boxes(pdf, 0, "C-3")) > 6
    assert max(bottom - top for _, top, _, bottom in boxes(pdf, 0, "Sampler")) > 4


@pytest.mark.parametrize("name", [*("Maximiliana " * times for times in (1, 3, 30)), "M" * 300])
def test_a_long_name_never_costs_the_number(name: str) -> None:
    inmate = replace(INMATE, first_name=name, housing_unit="North Tower / Pod 14 / Cell 233B")
    pdf = letter_pdf(replace(TO_INMATE, inmate=inmate), "letter")
    assert [text.count("T-0042") for text in page_texts(pdf)] == [2, 2]
    assert "North Tower / Pod 14 / Cell 233B" in page_texts(pdf)[0]
    unit = boxes(pdf, 0, "North Tower")[0]
    for box in (*boxes(pdf, 0, "Sampler")[:1], *boxes(pdf, 0, "T-0042")[:1]):
        assert box[2] < unit[0]


@BOTH_PAPERS
def test_every_page_says_whose_it_is_and_which_of_how_many(paper: Paper) -> None:
    letter = replace(
        TO_INMATE, text="Some words to fill a page. " * 400, photos=(photo("red"),) * 5
    )
    texts = page_texts(letter_pdf(letter, paper))
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert f"Página {number} de {len(texts)}" in text
        assert "T-0042" in text
        assert "Sampler-Núñez" in text
