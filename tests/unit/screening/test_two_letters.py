"""When every page must be seen before one key delivers a letter without a cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.mail import PageRole
from digitizer.screening.exception_queue import ScanPage
from digitizer.screening.two_letters import may_be_two

LETTER, A4, ENVELOPE, CARD = (8.5, 11.0), (8.27, 11.69), (9.5, 4.1), (5.0, 7.0)


def _pages(*sizes: tuple[float, float], dpi: int = 200) -> list[ScanPage]:
    return [
        ScanPage(n, n, PageRole.CONTENT, "x", None, round(w * dpi), round(h * dpi), (), dpi)
        for n, (w, h) in enumerate(sizes, start=1)
    ]


@pytest.mark.parametrize(
    "sizes",
    [
        (),
        (LETTER,),
        (ENVELOPE,),
        (LETTER, LETTER, LETTER),
        (ENVELOPE, LETTER, LETTER),
        (CARD,),
    ],
)
def test_one_envelope_and_one_paper_are_one_letter(sizes: tuple[tuple[float, float], ...]) -> None:
    assert not may_be_two(_pages(*sizes))


@pytest.mark.parametrize(
    "sizes",
    [
        (ENVELOPE, LETTER, ENVELOPE, LETTER),
        (LETTER, ENVELOPE),
        (LETTER, LETTER, A4),
        (ENVELOPE, ENVELOPE, LETTER),
        (LETTER, CARD),
    ],
)
def test_a_second_envelope_or_another_paper_may_be_two(
    sizes: tuple[tuple[float, float], ...],
) -> None:
    assert may_be_two(_pages(*sizes))


@given(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_how_a_scanner_crops_is_no_other_paper(across: float, down: float) -> None:
    cropped = (LETTER[0] * (1 + across), LETTER[1] * (1 + down))
    assert not may_be_two(_pages(ENVELOPE, LETTER, cropped))


def test_blank_sides_and_covers_do_not_count() -> None:
    pages = _pages(LETTER, LETTER)
    blank = ScanPage(3, 3, PageRole.BLANK, "x", None, 900, 700, (), 200)
    assert not may_be_two([*pages, blank])
