"""A sheet for the protected line: both sides carry the code, and how to fold and seal it."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from digitizer.engines.codes.cover_code import KeyRing, new_key
from digitizer.engines.codes.item_code import new_item_code
from digitizer.engines.codes.marks import find_marks, kinds
from digitizer.engines.codes.protected_code import protected_payload
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.sheets.protected_sheet import (
    ProtectedSheet,
    protected_sheets_pdf,
)
from digitizer.model.paper import CodeKind
from tests.support.pdf_looks import page_texts, picture

KEYS = KeyRing({1: new_key()}, 1)
CODES = [new_item_code(KEYS) for _ in range(2)]
SHEETS = [
    ProtectedSheet(
        text=protected_payload(code, KEYS),
        short_id=code.short_id,
        to=("PREA line", "Línea PREA"),
        address=("1 Invented Street", "Nowhere, EX 00000"),
        facility="North County Jail",
    )
    for code in CODES
]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_each_side_has_its_code_and_the_marks_that_seal(paper: Paper) -> None:
    content = protected_sheets_pdf(SHEETS, paper)
    assert len(page_texts(content)) == 4
    for number in range(4):
        page = np.ascontiguousarray(picture(content, number, 200))
        seen = zxingcpp.read_barcodes(page)
        assert {each.text for each in seen} == {SHEETS[number // 2].text}
        marks = find_marks(page, 200)
        assert (len(marks), kinds(mark.id for mark in marks)) == (6, (CodeKind.LEGAL,))


def test_folded_a_code_and_the_address_are_outside() -> None:
    page = picture(protected_sheets_pdf(SHEETS[:1], "letter"), 0, 200)
    third = page.shape[0] // 3
    top = np.ascontiguousarray(page[:third])
    assert {each.text for each in zxingcpp.read_barcodes(top)} == {SHEETS[0].text}
    outside, inside = (" ".join(each.split()) for each in page_texts(_one()))
    for part in ("PREA line", "Línea PREA", "1 Invented Street", "do not open", "no abra"):
        assert part in outside
    assert "Nobody here reads it" in inside
    assert "1 Invented Street" not in inside


def _one() -> bytes:
    return protected_sheets_pdf(SHEETS[:1], "letter")
