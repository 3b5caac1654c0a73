"""Batch headers and legal markers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.sheets.cover_sheet import cover_pdf
from digitizer.model.paper import CodeKind
from tests.support.cover_sheets import made_cover, text_of


@pytest.mark.parametrize(
    ("letters", "words"),
    [(27, "27 letters in this batch"), (1, "1 letter in this batch"), (None, "not counted")],
)
def test_a_batch_header_says_how_many_letters(letters: int | None, words: str) -> None:
    text = text_of(cover_pdf(replace(made_cover(CodeKind.BATCH), letters=letters), "letter"))
    assert "BATCH HEADER" in text
    assert words in text


def test_a_legal_marker_is_unmistakable() -> None:
    text = text_of(cover_pdf(made_cover(CodeKind.LEGAL), "a4"))
    assert "LEGAL MAIL" in text
    assert "CORREO LEGAL" in text
