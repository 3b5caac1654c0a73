"""HEIF pictures (HEIC, as telephones take them) through libheif and libde265, which pi-heif brings
along; of the wheels that do, it is the one without an encoder under the GPL.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import pi_heif

from digitizer.engines.opening.boxes import refuse_damaged_heif
from digitizer.engines.opening.page import (
    AGAIN,
    PAGE_DAMAGED,
    OpenedPage,
    OpeningLimits,
    believable_dpi,
    is_too_large,
    too_large,
    too_many_pages,
)
from digitizer.engines.opening.pillow_pictures import pixels
from digitizer.model.errors import UnopenableFile

_UNREADABLE = f"The picture is damaged and cannot be opened. {AGAIN}"
_PROBLEMS = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, KeyError)


class HeifPages:
    """The pictures of one file that stand for themselves: no thumbnail, depth or gain map."""

    def __init__(self, heif: Any, limits: OpeningLimits) -> None:
        self._heif = heif
        self._limits = limits

    @property
    def count(self) -> int:
        return len(self._heif)

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        picture = self._heif[number - 1]
        width, height = picture.size
        if is_too_large(width, height, self._limits):
            raise UnopenableFile(too_large(width, height, self._limits))
        try:
            image = pixels(picture.to_pillow())  # a copy, turned by the decoder as the file says
        except _PROBLEMS as error:
            raise UnopenableFile(PAGE_DAMAGED) from error
        height, width = image.shape[:2]
        return OpenedPage(number, image, believable_dpi(width, height, 0, dpi_hint))


@contextlib.contextmanager
def opened(file: BinaryIO, limits: OpeningLimits) -> Iterator[HeifPages]:
    """Raises UnopenableFile."""
    file.seek(0)
    data = file.read()
    refuse_damaged_heif(data)
    try:
        heif = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    except _PROBLEMS as error:
        raise UnopenableFile(_UNREADABLE) from error
    if len(heif) > limits.pages:
        raise UnopenableFile(too_many_pages(limits))
    yield HeifPages(heif, limits)
