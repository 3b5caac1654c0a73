"""When every page must be seen before one key delivers a letter without a cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.facility import Facility
from digitizer.letters.transcripts import correct
from digitizer.model.mail import PageRole
from digitizer.model.paper import ANOTHER_HAND
from digitizer.screening.exception_queue import ScanPage, scan_pages
from digitizer.screening.two_letters import Sign, find_signs, signs_of_two
from digitizer.storage.database import writing
from digitizer.storage.tables import letter
from tests.support.screened_mail import waiting_letter

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
    assert not signs_of_two(_pages(*sizes))


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
    assert signs_of_two(_pages(*sizes))


@given(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_how_a_scanner_crops_is_no_other_paper(across: float, down: float) -> None:
    cropped = (LETTER[0] * (1 + across), LETTER[1] * (1 + down))
    assert not signs_of_two(_pages(ENVELOPE, LETTER, cropped))


def test_blank_sides_and_covers_do_not_count() -> None:
    pages = _pages(LETTER, LETTER)
    blank = ScanPage(3, 3, PageRole.BLANK, "x", None, 900, 700, (), 200)
    assert not signs_of_two([*pages, blank])


WHITE, YELLOW, CREAM, SHADED = (247, 248, 246), (250, 244, 190), (250, 245, 228), (236, 236, 235)


def _coloured(*papers: Sequence[int]) -> list[ScanPage]:
    pages = _pages(*[LETTER] * len(papers))
    return [replace(page, paper=tuple(paper)) for page, paper in zip(pages, papers, strict=True)]


@pytest.mark.parametrize("other", [YELLOW, CREAM, (200, 200, 199), (225, 235, 250)])
def test_another_colour_of_paper_may_be_another_letter(other: Sequence[int]) -> None:
    assert signs_of_two(_coloured(WHITE, WHITE, other)) == (Sign.COLOUR,)


@pytest.mark.parametrize("other", [WHITE, SHADED, (250, 250, 245), ()])
def test_what_shines_through_and_a_page_without_paper_are_no_other_colour(
    other: Sequence[int],
) -> None:
    assert not signs_of_two(_coloured(WHITE, other, WHITE))
    assert not signs_of_two(_coloured(other, WHITE, WHITE))


def test_an_envelope_may_have_a_colour_of_its_own() -> None:
    envelope, sheet = _coloured(YELLOW, WHITE)
    assert not signs_of_two([replace(envelope, envelope=True), sheet])
    assert signs_of_two([sheet, replace(envelope, envelope=True)]) == (Sign.ENVELOPE,)


def test_a_count_that_is_off_asks_for_a_look_too() -> None:
    pages = _pages(LETTER, LETTER)
    assert signs_of_two(pages, ["sheet_count"]) == (Sign.COUNT,)
    assert signs_of_two(pages, ["letter_count", "separated"]) == (Sign.COUNT,)
    assert not signs_of_two(pages, ["separated"])
    assert not signs_of_two(pages[:1], ["sheet_count"])


def test_a_second_greeting_may_be_a_second_letter() -> None:
    pages = _pages(ENVELOPE, LETTER, LETTER)
    assert not signs_of_two(pages, greeting={2})
    assert not signs_of_two(pages, greeting={1})
    assert signs_of_two(pages, greeting={2, 3}) == (Sign.GREETING,)
    assert signs_of_two(pages, greeting={3}) == (Sign.GREETING,)
    blank = replace(pages[2], role=PageRole.BLANK)
    assert not signs_of_two([*pages[:2], blank], greeting={3})


def test_another_hand_may_be_another_letter() -> None:
    first, second, third = _pages(LETTER, LETTER, LETTER)
    other = replace(second, quality=(ANOTHER_HAND,))
    assert signs_of_two([first, other, third]) == (Sign.HAND,)
    assert not signs_of_two([other, third])


def test_what_was_read_and_corrected_is_looked_at(facility: Facility) -> None:
    texts = {2: "Dear Orson\nall is well", 3: "and the dog\nis dear to us", 4: "Deer Petra"}
    letter_id = waiting_letter(facility, b"two", texts=texts)
    with writing(facility.engine) as tx:
        scan_id = tx.execute(sa.select(letter.c.scan_id).where(letter.c.id == letter_id)).scalar()
        own = [each for each in scan_pages(tx, str(scan_id)) if each.letter == letter_id]
        assert not find_signs(tx, own)
        correct(tx, own[2].id, "Dear Petra", "Ada")
        assert find_signs(tx, own) == (Sign.GREETING,)
