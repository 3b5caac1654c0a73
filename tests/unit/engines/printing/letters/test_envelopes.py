"""What shows in the window of an envelope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.letters.envelopes import WINDOWS, address_problem
from digitizer.engines.printing.letters.letter import letter_pdf
from digitizer.model.errors import UsageError
from tests.support.pdf_looks import boxes
from tests.support.printed_letters import ADDRESS, BOTH_PAPERS, FROM_INMATE, MAIL_ADDRESS


def _inside(box: tuple[float, float, float, float], paper: Paper, part: str) -> bool:
    area = getattr(WINDOWS[paper], part)
    left, top, right, bottom = box
    return bool(
        area.left <= left and right <= area.right and area.top <= top and bottom <= area.bottom
    )


@BOTH_PAPERS
def test_the_address_shows_in_the_window_and_nothing_else_does(paper: Paper) -> None:
    pdf = letter_pdf(FROM_INMATE, paper)
    for line in ADDRESS:
        assert any(_inside(box, paper, "address") for box in boxes(pdf, 0, line)), line
    for line in (*MAIL_ADDRESS, "Zoë Sampler-Núñez, T-0042"):
        assert any(_inside(box, paper, "sender") for box in boxes(pdf, 0, line)), line
    for line in ("Dear friend", "Thanks", "M-18", "Page 1"):
        for _, top, *_ in boxes(pdf, 0, line):
            left = boxes(pdf, 0, line)[0][0]
            assert top > WINDOWS[paper].folds[0] or left >= WINDOWS[paper].free_from - 0.5


def test_the_us_window_keeps_an_eighth_of_an_inch_clear_wherever_the_sheet_slides() -> None:
    place = WINDOWS["letter"]
    assert place.address_print.top - place.address.top == pytest.approx(25.4 / 8)
    assert place.address.height == pytest.approx(0.875 * 25.4)
    assert place.address.width == pytest.approx(3.0 * 25.4)


@BOTH_PAPERS
def test_an_address_that_cannot_show_is_refused_with_the_fix(paper: Paper) -> None:
    long = tuple(f"line {number}" for number in range(12))
    assert address_problem(ADDRESS, paper) is None
    assert "lines at most" in (address_problem(long, paper) or "")
    assert "lines at most" in (address_problem(("x" * 200,), paper) or "")
    assert "empty" in (address_problem(("", " "), paper) or "")
    with pytest.raises(UsageError, match="lines at most"):
        letter_pdf(replace(FROM_INMATE, address=long), paper)
