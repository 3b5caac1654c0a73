"""A TIFF file: its pages, each decoded from a TIFF of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import BinaryIO

from digitizer.engines.opening import tiff, tiff_page
from digitizer.engines.opening.page import (
    OpenedPage,
    OpeningLimits,
    is_too_large,
    too_large,
)
from digitizer.engines.opening.pillow_pictures import pixels, refusing, square
from digitizer.engines.opening.tiff_tags import Directory, TiffFile
from digitizer.engines.opening.turning import SIDEWAYS, upright
from digitizer.model.errors import UnopenableFile


class TiffPages:
    """The directories that are pages, in the file's order."""

    def __init__(self, file: TiffFile, pages: tuple[Directory, ...], limits: OpeningLimits) -> None:
        self._file = file
        self._pages = pages
        self._limits = limits

    @property
    def count(self) -> int:
        return len(self._pages)

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        directory = self._pages[number - 1]
        size = directory.width, directory.height
        if is_too_large(*size, self._limits):
            raise UnopenableFile(too_large(*size, self._limits))
        with refusing():
            page = tiff_page.decoded(self._file, directory, pixels)
        across, down = page.across, page.down
        if page.orientation in SIDEWAYS:
            across, down = down, across
        image = upright(page.image, page.orientation)
        return square(number, image, across, down, self._limits, dpi_hint)


@contextlib.contextmanager
def opened(file: BinaryIO, limits: OpeningLimits) -> Iterator[TiffPages]:
    """Raises UnopenableFile where the directories are damaged, or may not be all."""
    tiff_file = TiffFile(file)
    yield TiffPages(tiff_file, tiff.page_directories(tiff_file, limits), limits)
