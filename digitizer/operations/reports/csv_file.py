"""A figure as CSV for spreadsheets: with a byte order mark, and no cell that is a formula."""

from __future__ import annotations

import csv
import io

from digitizer.model.figures import Figure, Unit

#: A spreadsheet takes a cell that begins so for a formula, which may send what stands beside it
#: elsewhere. A quote before it makes it text.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNITS = {Unit.COUNT: "", Unit.SECONDS: " (seconds)", Unit.PERCENT: " (percent)"}


def csv_of(figure: Figure) -> bytes:
    """Its table: a heading, and a line a row; numbers as programs write them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    headings = (f"{each.name}{_UNITS[each.unit]}" for each in figure.columns)
    writer.writerow([safe_cell(each) for each in (figure.label, *headings)])
    for row in figure.rows:
        writer.writerow([safe_cell(row.label), *(_number(each) for each in row.values)])
    return out.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """The text, so that no spreadsheet reckons with it."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) or text[:1].isspace() else text


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.3f}"
