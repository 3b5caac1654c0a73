"""Every cell of the table of PDFs: all pages as they were written, or a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.engines.opening import (
    OpenedPage,
    OpeningLimits,
    PageProblem,
    count_pages,
    open_pages,
)
from digitizer.model.errors import UnopenableFile
from trials.damage.cell import Cell
from trials.damage.pdf_cells import CELLS

LIMITS = OpeningLimits()
POSSIBLE = [cell for cell in CELLS if cell.impossible is None]


def seen(path: Path) -> list[OpenedPage | PageProblem]:
    """The pages; one problem for a file that is refused."""
    try:
        numbers = range(1, count_pages(path, LIMITS) + 1)
        return list(open_pages(path, numbers, LIMITS, 0))
    except UnopenableFile as error:
        return [PageProblem(0, str(error))]


@pytest.mark.parametrize("cell", POSSIBLE, ids=lambda cell: cell.name)
def test_a_pdf_gives_its_pages_or_a_reason(cell: Cell, tmp_path: Path) -> None:
    assert cell.make is not None
    path = tmp_path / "scan.pdf"
    path.write_bytes(cell.make())
    pages = seen(path)
    problems = [page for page in pages if isinstance(page, PageProblem)]
    if cell.pages == 0:
        assert problems
        assert all(each.reason.endswith(".") for each in problems)
    else:
        assert [*problems, len(pages)] == [cell.pages]
        for page in pages:
            assert isinstance(page, OpenedPage)
            assert cell.looks_right is None or cell.looks_right(page.image)


def test_a_cell_that_is_impossible_says_why() -> None:
    for cell in CELLS:
        assert bool(cell.impossible) == (cell.make is None)
    assert len({cell.name for cell in CELLS}) == len(CELLS)
