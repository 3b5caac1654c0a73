"""The table's cells of PDF files."""

from __future__ import annotations

from benchmarks.damage.cell import Cell

CELLS: tuple[Cell, ...] = ()
