"""Every cell of the table of files: its pages come out as they were written, or it is held."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from trials.damage.cell import Cell
from trials.damage.table import CELLS, as_markdown, outcome


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.make], ids=lambda cell: cell.name)
def test_what_a_file_gives(tmp_path: Path, cell: Cell) -> None:
    found = outcome(cell, tmp_path)
    assert found.right, found.message


def test_no_two_cells_are_one_and_what_cannot_be_says_why() -> None:
    assert not [name for name, times in Counter(cell.name for cell in CELLS).items() if times > 1]
    assert all(cell.make or cell.impossible for cell in CELLS)


def test_a_wrong_cell_is_shown(tmp_path: Path) -> None:
    whole = next(cell for cell in CELLS if cell.damage == "whole")
    lost = Cell("TIFF", "raw", "a page too many", 2, whole.make)
    unlike = Cell("TIFF", "raw", "another letter", 1, whole.make, looks_right=lambda image: False)
    held = Cell("TIFF", "raw", "should be held", 0, whole.make)
    unexplained = Cell("TIFF", "raw", "impossible without a reason")
    wrong = [outcome(each, tmp_path) for each in (lost, unlike, held, unexplained)]
    assert not any(each.right for each in wrong)
    assert as_markdown(wrong).count("**WRONG**") == len(wrong)
