"""The label of a box: a hand scanner and people read its code, and no feeder takes it for ours."""

from __future__ import annotations

from datetime import date

from digitizer.engines.printing.sheets.box_label import HEIGHT, WIDTH, BoxLabel, box_label_pdf
from tests.support.pdf_looks import boxes, page_texts

LABEL = BoxLabel("B-K7QM-3XTR-D", "Basement, shelf 3", "Example Jail", date(2026, 3, 5), 30)


def test_it_says_which_box_and_fits() -> None:
    pdf = box_label_pdf(LABEL)
    (text,) = page_texts(pdf)
    for part in (LABEL.code, "Basement, shelf 3", "Example Jail", "2026-03-05", "30 days"):
        assert part in " ".join(text.split())
    left, top, right, bottom = boxes(pdf, 0, LABEL.code)[0]
    assert 0 < left < right < WIDTH
    assert 0 < top < bottom < HEIGHT
