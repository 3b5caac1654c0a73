"""A report on paper, read back."""

from __future__ import annotations

import io
from datetime import date

import pypdfium2
import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.sheets.printed_report import report_sheets
from digitizer.model.figures import Column, Fact, Figure, FigureRow, Report, Unit

_COLUMNS = (Column("Letters"), Column("Scans"), Column("Share", Unit.PERCENT, drawn=False))


def _report(rows: int) -> Report:
    days = tuple(FigureRow(f"row {n:03}", (n, n / 2, 12.5)) for n in range(rows))
    figure = Figure("volume", "Volume a day", "Day", _COLUMNS, days, "What is counted.")
    empty = Figure("held", "Held, by reason", "Reason", _COLUMNS, (), "", named=True)
    facts = (Fact("Scans", 1846), Fact("Half within", 94.0, Unit.SECONDS))
    return Report(date(2026, 11, 1), date(2026, 11, 30), facts, (figure, empty))


def _texts(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(io.BytesIO(content))
    return [page.get_textpage().get_text_range() for page in pdf]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_it_says_what_the_report_says(paper: Paper) -> None:
    (text,) = _texts(report_sheets(_report(3), "Example County", paper))
    for wanted in (
        "Example County",
        "1 November 2026 – 30 November 2026",
        "1,846",
        "1 min 34 s",
        "Volume a day",
        "What is counted.",
        "row 002",
        "12.5 %",
        "There is nothing to count.",
        "Page 1",
    ):
        assert wanted in text


def test_it_is_in_spanish_for_who_reads_spanish() -> None:
    content = report_sheets(_report(3), "Example County", "letter", "es")
    (text,) = _texts(content)
    for wanted in (
        "Informe de la sala de correo",
        "1 de noviembre de 2026 – 30 de noviembre de 2026",
        "No hay nada que contar.",
        "Página 1",
    ):
        assert wanted in text
    assert b"/Lang (es)" in content


def test_every_row_of_a_long_table_is_there_with_its_headings() -> None:
    pages = _texts(report_sheets(_report(150), "Example County", "letter"))
    assert len(pages) > 2
    whole = "\n".join(pages)
    # once in the table, and some once more below the bars
    assert all(f"row {n:03}" in whole for n in range(150))
    assert all("Letters" in page for page in pages[:3])
    assert [f"Page {n}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def test_equal_reports_give_equal_bytes() -> None:
    assert report_sheets(_report(9), "x", "a4") == report_sheets(_report(9), "x", "a4")


def test_its_bars_are_black_and_white() -> None:
    """No colour is needed to read it: what is drawn is a grey."""
    page = pypdfium2.PdfDocument(io.BytesIO(report_sheets(_report(9), "x", "a4")))[0]
    picture = page.render(scale=1).to_pil().convert("RGB")
    colours = picture.getcolors(1 << 24) or []
    assert max(max(c) - min(c) for _, c in colours) <= 40
