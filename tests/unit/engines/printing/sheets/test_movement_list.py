"""Movement lists and passes, of none and of many."""

from __future__ import annotations

from datetime import date

import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.sheets.movement_list import movement_list_pdf, passes_pdf
from digitizer.model.visits import Move
from tests.support.pdf_looks import page_texts

DAY = date(2026, 12, 3)


def moves(number: int, unit: str = "B-1") -> list[Move]:
    return [
        Move(unit, "10:00", "11:00", f"Orson Testvale {each}", f"A-{each}", "Hall", "in person")
        for each in range(number)
    ]


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_everybody_is_on_it_once(paper: Paper) -> None:
    made = movement_list_pdf("Jail", DAY, [*moves(60), *moves(1, "C-2")], paper)
    words = " ".join(page_texts(made)).split()
    assert [words.count(f"A-{each}") for each in range(1, 60)] == [1] * 59
    assert words.count("A-0") == 2


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_four_passes_are_on_a_page(paper: Paper) -> None:
    pages = page_texts(passes_pdf("Jail", DAY, moves(5), paper))
    assert [page.count("Visit pass") for page in pages] == [4, 1]


def test_a_day_without_visits_says_so() -> None:
    (page,) = page_texts(passes_pdf("Jail", DAY, [], "letter"))
    assert "No visits on 2026-12-03" in page
    (page,) = page_texts(movement_list_pdf("Jail", DAY, [], "letter"))
    assert "2026-12-03" in page
