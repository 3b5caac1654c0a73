"""CSV for spreadsheets: with a byte order mark, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A spreadsheet takes a cell that begins so for a formula, which may send what stands beside it
#: elsewhere. A quote before it makes it text.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text, so that no spreadsheet reckons with it."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) or text[:1].isspace() else text


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """A file of these rows, the first of which are its headings. Cells are written as they are:
    what somebody typed goes through ``safe_cell`` first."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")
