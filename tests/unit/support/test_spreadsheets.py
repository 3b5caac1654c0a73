"""CSV for spreadsheets: no cell is a formula there."""

from __future__ import annotations

import csv
import io

import pytest

from digitizer.support.spreadsheets import csv_bytes, safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=HYPERLINK("x")'],
)
def test_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "default", "2026-11-01", "a=b", "not in custody", "0.0 to 1"])
def test_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_a_file_begins_with_a_mark_and_keeps_every_cell() -> None:
    rows = [["Name", "Note"], ["a, b", 'They said "x"\r\nand left']]
    content = csv_bytes(rows)
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == rows
