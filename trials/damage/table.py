"""Opens the file of each cell and says what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.engines.opening import (
    OpeningLimits,
    PageProblem,
    count_pages,
    open_pages,
)
from digitizer.model.errors import UnopenableFile
from trials.damage import heif_cells, jpeg_cells, pdf_cells, plain_cells, tiff_cells
from trials.damage.cell import Cell

CELLS: tuple[Cell, ...] = (
    *tiff_cells.CELLS,
    *jpeg_cells.CELLS,
    *plain_cells.CELLS,
    *heif_cells.CELLS,
    *pdf_cells.CELLS,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a cell's file, in words, and whether it is right."""

    cell: Cell
    message: str
    right: bool


def outcome(cell: Cell, folder: Path) -> Outcome:
    """Makes the file in ``folder`` and opens it. A cell that cannot be is right."""
    if cell.make is None:
        return Outcome(cell, f"impossible: {cell.impossible}", bool(cell.impossible))
    path = folder / "scan"
    path.write_bytes(cell.make())
    limits = OpeningLimits()
    try:
        count = count_pages(path, limits)
        pages = list(open_pages(path, range(1, count + 1), limits, 0))
    except UnopenableFile as error:
        return Outcome(cell, f"held: {error}", cell.pages == 0)
    problems = [page.reason for page in pages if isinstance(page, PageProblem)]
    if problems:
        return Outcome(cell, f"page held: {problems[0]}", cell.pages == 0)
    pictures = [page.image for page in pages if not isinstance(page, PageProblem)]
    looks = cell.looks_right is None or all(map(cell.looks_right, pictures))
    message = f"{count} page{'s' * (count != 1)}" + ("" if looks else ", not as written")
    return Outcome(cell, message, count == cell.pages and looks)


def outcomes(cells: Sequence[Cell]) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        return [outcome(cell, Path(folder)) for cell in cells]


def as_markdown(found: Sequence[Outcome]) -> str:
    lines = [
        "| container | codec | damage | right outcome | what happened |",
        "|---|---|---|---|---|",
    ]
    for each in found:
        cell = each.cell
        due = f"{cell.pages} page{'s' * (cell.pages != 1)}" if cell.pages else "held"
        due = "impossible" if cell.make is None else due
        message = each.message if each.right else f"**WRONG** {each.message}"
        lines.append(f"| {cell.container} | {cell.codec} | {cell.damage} | {due} | {message} |")
    return "\n".join(lines)
