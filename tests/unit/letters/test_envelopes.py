"""Which page of a letter looks like its envelope."""

from __future__ import annotations

import pytest

from digitizer.letters.envelopes import PageLook, envelopes_among

SHEET = PageLook(1, 1700, 2200, 200, 120)


@pytest.mark.parametrize(
    ("what", "inches"),
    [("number ten", (9.5, 4.125)), ("DL", (8.66, 4.33)), ("C6", (6.38, 4.49)), ("A2", (5.75, 4.4))],
)
def test_envelopes_are_flat_and_smaller_than_the_letter(
    what: str, inches: tuple[float, float]
) -> None:
    wide, tall = (round(side * 200) for side in inches)
    assert envelopes_among([PageLook(7, wide, tall, 200, 14), SHEET]) == {7}, what


@pytest.mark.parametrize(
    ("what", "page"),
    [
        ("a photograph: nothing is read on it", PageLook(7, 1200, 800, 200, 0)),
        ("a card that stands", PageLook(7, 1000, 1400, 200, 30)),
        ("a sheet lying", PageLook(7, 2200, 1700, 200, 80)),
        ("a sheet of the letter", PageLook(7, 1700, 2200, 200, 80)),
    ],
)
def test_what_is_none(what: str, page: PageLook) -> None:
    assert envelopes_among([SHEET, page]) == set(), what


def test_a_page_alone_may_be_a_card() -> None:
    assert envelopes_among([PageLook(7, 1900, 825, 200, 14)]) == set()
    assert envelopes_among([]) == set()
