"""A label: as large as its paper, read by its codes, known by its marks, never a whole sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from digitizer.capture.cover_evidence import reads_like_cover
from digitizer.engines.codes.barcodes import find_our_symbols
from digitizer.engines.codes.marks import find_marks, ink_outside_print, register
from digitizer.engines.printing.kit.label_layout import LABELS
from digitizer.engines.printing.sheets.label_cover import label_cover_pdf
from digitizer.model.paper import CodeKind
from digitizer.model.prints import LABEL_PAPERS, LabelPaper
from tests.support.cover_sheets import SOMEBODY, made_cover, text_of

_DPI = 200


def _on_paper(pdf: bytes, left: int = 300, top: int = 500) -> NDArray[np.uint8]:
    """The label stuck on a sheet of letter paper, grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        label = np.asarray(document[0].render(scale=_DPI / 72).to_pil().convert("L"))
    finally:
        document.close()
    sheet = np.full((11 * _DPI, 17 * _DPI // 2), 250, np.uint8)
    sheet[top : top + label.shape[0], left : left + label.shape[1]] = label
    return sheet


@pytest.mark.parametrize("paper", LABEL_PAPERS)
def test_one_page_of_the_labels_size_with_its_codes_and_marks(paper: LabelPaper) -> None:
    cover, place = made_cover(CodeKind.INMATE), LABELS[paper]
    pdf = label_cover_pdf(cover, paper)
    document = pypdfium2.PdfDocument(pdf)
    try:
        size = (place.width * 72 / 25.4, place.height * 72 / 25.4)
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx(size, abs=0.1)
    finally:
        document.close()
    page = _on_paper(pdf)
    seen = find_our_symbols(page, _DPI)
    assert [each.text for each in seen.symbols] == [cover.payload] * len(place.codes)
    assert seen.trouble is None
    assert set(seen.marks) == set(place.marks)
    text = text_of(pdf)
    for word in ("MAILROOM LABEL", SOMEBODY.full_name, SOMEBODY.booking_number, cover.short_id):
        assert word in text


@pytest.mark.parametrize("paper", LABEL_PAPERS)
def test_its_sheet_is_never_taken_for_a_whole_cover_so_it_is_a_page_of_the_letter(
    paper: LabelPaper,
) -> None:
    page = _on_paper(label_cover_pdf(made_cover(CodeKind.INMATE), paper))
    marks = find_marks(page, _DPI)
    assert register(marks) is None
    for left in range(len(marks)):
        few = [mark for at, mark in enumerate(marks) if at != left]
        assert register(few) is None
    assert ink_outside_print(page, _DPI, marks)


@pytest.mark.parametrize("title", ["MAILROOM LABEL", "ETIQUETA DE CORRESPONDENCIA"])
def test_without_code_and_mark_its_title_still_reads_like_a_cover(title: str) -> None:
    assert reads_like_cover(f"Dear friend,\n{title}\nAda Invented\n")


@pytest.mark.parametrize("paper", LABEL_PAPERS)
def test_a_long_name_stays_off_codes_and_marks(paper: LabelPaper) -> None:
    name = "Maximiliana Guadalupe " * 4
    person = replace(SOMEBODY, first_name=name, last_name=name, housing_unit="Tower " * 9)
    cover = replace(made_cover(CodeKind.INMATE), inmate=person)
    page, place = _on_paper(label_cover_pdf(cover, paper)), LABELS[paper]
    seen = find_our_symbols(page, _DPI)
    assert len(seen.symbols) == len(place.codes)
    assert set(seen.marks) == set(place.marks)
