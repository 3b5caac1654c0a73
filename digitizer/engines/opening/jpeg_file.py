"""A JPEG file: one page. The smaller pictures that a telephone appends to it are not pages."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from digitizer.engines.opening import jpeg
from digitizer.engines.opening.page import (
    OpenedPage,
    OpeningLimits,
    is_too_large,
    too_large,
)
from digitizer.engines.opening.pillow_pictures import (
    PILLOW_ERRORS,
    pixels,
    quietly,
    refusing,
    square,
    stated_dpi,
)
from digitizer.engines.opening.turning import ORIENTATION, SIDEWAYS, upright
from digitizer.model.errors import UnopenableFile


class JpegPage:
    """The one page of a JPEG file."""

    count = 1

    def __init__(self, data: bytes, limits: OpeningLimits) -> None:
        self._data = data
        self._limits = limits

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """Raises UnopenableFile where it cannot be shown whole."""
        size = jpeg.jpeg_size(self._data)
        if is_too_large(*size, self._limits):
            raise UnopenableFile(too_large(*size, self._limits))
        image = jpeg.checked_pixels(self._data)
        if image is None:  # CMYK and the like
            plain = io.BytesIO(jpeg.plain(self._data))
            with refusing(), Image.open(plain, formats=("JPEG",)) as picture:
                picture.load()
                image = pixels(picture)
        across, down, orientation = _what_it_declares(self._data)
        if orientation in SIDEWAYS:
            across, down = down, across
        image = upright(image, orientation)
        return square(number, image, across, down, self._limits, dpi_hint)


def _what_it_declares(data: bytes) -> tuple[float, float, int]:
    """Dots per inch and orientation; nothing where its metadata are damaged."""
    with contextlib.suppress(*PILLOW_ERRORS), quietly():
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            across, down = stated_dpi(picture)
            orientation = picture.getexif().get(ORIENTATION, 1)
        return across, down, orientation if isinstance(orientation, int) else 1
    return 0.0, 0.0, 1


@contextlib.contextmanager
def opened(file: BinaryIO, limits: OpeningLimits) -> Iterator[JpegPage]:
    """Raises UnopenableFile where it is no whole JPEG; its data are looked at with its page."""
    file.seek(0)
    data = file.read()
    jpeg.jpeg_size(data)
    yield JpegPage(data, limits)
