"""The page on top of a housing unit's letters."""

from __future__ import annotations

from digitizer.engines.printing.sheets.delivery_list import Delivery, delivery_list_pdf
from tests.support.pdf_looks import codes, page_texts


def _given(count: int) -> list[Delivery]:
    return [
        Delivery(number, f"Pell{number:02}, Orson", f"A-{number}", "Letter from Aunt Ida", 2)
        for number in range(1, count + 1)
    ]


def test_every_letter_is_on_it_with_its_number_and_sheets() -> None:
    (page,) = page_texts(delivery_list_pdf("Pine County Jail", "B-1", _given(3), "letter"))
    for each in ("Pine County Jail", "Delivery list: B-1", "3 to hand out", "Handed out by"):
        assert each in page
    for number in (1, 2, 3):
        assert f"Pell{number:02}, Orson" in page
        assert f"2 sheets, № {number}" in page


def test_a_long_list_goes_on_and_nothing_of_it_is_a_code() -> None:
    pdf = delivery_list_pdf("Pine County Jail", "", _given(60), "a4")
    pages = page_texts(pdf)
    assert len(pages) == 3
    assert "no housing unit" in pages[0]
    assert sum(page.count("Letter from Aunt Ida") for page in pages) == 60
    assert [codes(pdf, page) for page in range(3)] == [[], [], []]
