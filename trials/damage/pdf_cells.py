"""The table's cells of PDF files."""

from __future__ import annotations

from trials.damage import pdf_codec_cells, pdf_file_cells, pdf_layout_cells
from trials.damage.cell import Cell

CELLS: tuple[Cell, ...] = (
    *pdf_codec_cells.cells(),
    *pdf_file_cells.cells(),
    *pdf_layout_cells.cells(),
)
