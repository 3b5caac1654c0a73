"""CSV for spreadsheets: no cell is a formula there."""

from __future__ import annotations

import csv
import io

from digitizer.model.figures import Column, Figure, FigureRow, Unit
from digitizer.operations.reports.csv_file import csv_of


def test_a_figure_as_a_spreadsheet_reads_it() -> None:
    columns = (Column("=Held"), Column("Half within", Unit.SECONDS), Column("Share", Unit.PERCENT))
    rows = (
        FigureRow('=cmd|"/c calc"!A1', (3, 90.0, 12.3456)),
        FigureRow("a, b\r\n+1", (0, None, 50.0)),
    )
    content = csv_of(Figure("x", "X", "Name", columns, rows, ""))
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == [
        ["Name", "'=Held", "Half within (seconds)", "Share (percent)"],
        ['\'=cmd|"/c calc"!A1', "3", "90", "12.346"],
        ["a, b\r\n+1", "0", "", "50"],
    ]
