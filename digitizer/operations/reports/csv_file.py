"""A figure as CSV for spreadsheets."""

from __future__ import annotations

from digitizer.model.figures import Figure, Unit
from digitizer.support.spreadsheets import csv_bytes, safe_cell

_UNITS = {Unit.COUNT: "", Unit.SECONDS: " (seconds)", Unit.PERCENT: " (percent)"}


def csv_of(figure: Figure) -> bytes:
    """Its table: a heading, and a line a row; numbers as programs write them."""
    headings = (f"{each.name}{_UNITS[each.unit]}" for each in figure.columns)
    return csv_bytes(
        (
            [safe_cell(each) for each in (figure.label, *headings)],
            *([safe_cell(row.label), *map(_number, row.values)] for row in figure.rows),
        )
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.3f}"
