"""Pages of photos: up to four on each, as large as they go."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import PAGE_SIZES
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.page_frame import (
    FOOT,
    GREY,
    MARGIN,
    RULE,
    TOP,
    Page,
    draw_label,
)
from digitizer.engines.printing.kit.photos import Photo, open_photo, placed, upright_size
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import draw_line, wrap
from digitizer.engines.printing.kit.wording import Wording, both
from digitizer.model.errors import UnopenableFile

MOST_A_PAGE = 4
_GRIDS = {1: ((1, 1),), 2: ((1, 2), (2, 1)), 3: ((2, 2), (1, 3)), 4: ((2, 2),)}
"""Columns and rows to choose from, for that many photos."""

Says = Callable[..., str]
"""The words of a key in both languages."""

_SPACE = 16.0
_CAPTION = 14.0


class _JpegReader(ImageReader):
    """Distinguishes pictures by their JPEG bytes, where ReportLab would decode each for that."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(io.BytesIO(jpeg))
        self._jpeg = jpeg
        self._dataA = None  # no transparency; the canvas asks for it

    def getRGBData(self) -> bytes:  # noqa: N802 (ReportLab's name)
        return self._jpeg


def photo_pages(
    photos: Sequence[bytes],
    paper: Paper,
    words: Wording,
    *,
    most: int = MOST_A_PAGE,
    caption: str = "photo",
) -> list[Page]:
    """A page for each group of photos, ``most`` of them at the most. One that cannot be opened
    leaves a frame that says so. ``caption`` is the key of the words below each."""
    pages = -(-len(photos) // most)
    edges = [round(part * len(photos) / pages) for part in range(pages + 1)] if pages else []
    return [
        _page(photos, first, last, paper, partial(both, words), caption)
        for first, last in pairwise(edges)
    ]


def _page(
    photos: Sequence[bytes], first: int, last: int, paper: Paper, says: Says, caption: str
) -> Page:
    def draw(canvas: Canvas) -> None:
        frame = _frame(paper)
        columns, rows = _grid([_size(data) for data in photos[first:last]], frame)
        cell = _cell(frame, columns, rows)
        for place, data in enumerate(photos[first:last]):
            x = MARGIN + place % columns * (cell[0] + _SPACE)
            top = PAGE_SIZES[paper][1] - TOP - place // columns * (cell[1] + _SPACE)
            photo = _opened(data, cell[0], cell[1] - _CAPTION)
            _draw(canvas, photo, (x, top), cell, (first + place + 1, len(photos)), says, caption)

    return draw


def _frame(paper: Paper) -> tuple[float, float]:
    width, height = PAGE_SIZES[paper]
    return width - 2 * MARGIN, height - TOP - FOOT


def _cell(frame: tuple[float, float], columns: int, rows: int) -> tuple[float, float]:
    """Width and height in points of one place of the grid, its caption included."""
    return (frame[0] - _SPACE * (columns - 1)) / columns, (frame[1] - _SPACE * (rows - 1)) / rows


def _size(data: bytes) -> tuple[int, int] | None:
    try:
        return upright_size(data)
    except UnopenableFile:
        return None


def _opened(data: bytes, width: float, height: float) -> Photo | None:
    try:
        return open_photo(data, width, height)
    except UnopenableFile:
        return None


def _grid(sizes: Sequence[tuple[int, int] | None], frame: tuple[float, float]) -> tuple[int, int]:
    """The grid in which pictures of these sizes cover most paper."""

    def covered(grid: tuple[int, int]) -> float:
        width, height = _cell(frame, *grid)
        sides = (placed(size, width, height - _CAPTION) for size in sizes if size)
        return sum(across * down for across, down in sides)

    return max(_GRIDS[len(sizes)], key=covered)


def _draw(
    canvas: Canvas,
    photo: Photo | None,
    corner: tuple[float, float],
    cell: tuple[float, float],
    number: tuple[int, int],
    says: Says,
    caption: str,
) -> None:
    x, top = corner
    if photo is None:
        _draw_lost(canvas, corner, cell, says("photo_lost", number=number[0]))
        return
    width, height = photo.placed(cell[0], cell[1] - _CAPTION)
    below = says(caption, number=number[0], total=number[1])
    with tagged(canvas, "Figure", below):
        canvas.drawImage(_JpegReader(photo.jpeg), x, top - height, width, height)
    with tagged(canvas, "Caption"):
        draw_label(canvas, below, x, top - height - 11, cell[0])


def _draw_lost(
    canvas: Canvas, corner: tuple[float, float], cell: tuple[float, float], message: str
) -> None:
    x, top = corner
    height = min(cell[1] - _CAPTION, cell[0] * 0.6)
    canvas.setStrokeColorRGB(*RULE)
    canvas.setDash(3, 3)
    canvas.rect(x, top - height, cell[0], height)
    canvas.setDash()
    canvas.setFillColorRGB(*GREY)
    with tagged(canvas, "P"):
        for row, line in enumerate(wrap(message, REGULAR, 9.5, cell[0] - 24)):
            draw_line(canvas, line, x + 12, top - 22 - row * 14)
