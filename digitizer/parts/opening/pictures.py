"""Pictures: TIFF, JPEG, PNG, GIF, BMP, WebP and JPEG 2000 through Pillow."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageFile, ImageOps

from digitizer.parts.opening import png, tiff
from digitizer.parts.opening.page import (
    AGAIN,
    CUT_OFF,
    MOST_STRETCH,
    PAGE_DAMAGED,
    OpenedPage,
    OpeningLimits,
    Picture,
    believable_dpi,
    is_too_large,
    too_large,
    too_many_pages,
)
from digitizer.vocabulary.errors import UnopenableFile

Image.MAX_IMAGE_PIXELS = None  # our own limit is kept before a picture is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = False

_UNREADABLE = f"The picture is damaged and cannot be opened. {AGAIN}"
_STRANGE = "The picture is of a kind that no scanner writes ({}). Save it as PDF, TIFF or JPEG."
_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ZeroDivisionError,
    OverflowError,
    NotImplementedError,
)
_RESOLUTION_UNIT, _X_RESOLUTION, _Y_RESOLUTION, _CENTIMETRE = 296, 282, 283, 3
_BITS_PER_SAMPLE = 258
_ORIENTATION, _SIDEWAYS = 0x0112, (5, 6, 7, 8)
_END_WITHIN = 64
_GREY_FILL, _FILL_ROWS = 128, 16


class Pictures:
    """The pictures of one file; each frame of a TIFF, GIF or WebP is a page."""

    def __init__(
        self, picture: Image.Image, frames: tuple[int, ...], limits: OpeningLimits
    ) -> None:
        self._picture = picture
        self._frames = frames
        self._limits = limits

    @property
    def count(self) -> int:
        return len(self._frames)

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        picture = self._picture
        _seek(picture, self._frames[number - 1], self._limits)
        if is_too_large(*picture.size, self._limits):
            raise UnopenableFile(too_large(*picture.size, self._limits))
        across, down = _stated_dpi(picture)
        image, sideways = _decoded(picture)
        if sideways:
            across, down = down, across
        return square(number, image, across, down, self._limits, dpi_hint)


@contextlib.contextmanager
def opened(file: BinaryIO, kind: str, limits: OpeningLimits) -> Iterator[Pictures]:
    """``kind`` is Pillow's name for the format. Raises UnopenableFile."""
    if kind == "TIFF":
        frames = tiff.page_frames(file, limits)
    if kind == "PNG":
        png.refuse_damaged(file)
    if kind == "JPEG2000" and not _ends_properly(file):
        raise UnopenableFile(CUT_OFF)
    file.seek(0)
    try:
        with _quietly():
            picture = Image.open(file, formats=(kind,))
    except _FAULTS as error:
        raise UnopenableFile(_UNREADABLE) from error
    with picture:
        if kind != "TIFF":
            frames = _frames(picture, limits)
        yield Pictures(picture, frames, limits)


def _frames(picture: Image.Image, limits: OpeningLimits) -> tuple[int, ...]:
    if picture.format in ("JPEG", "MPO"):
        return (0,)  # further pictures in a JPEG are previews and depth maps of the first
    try:
        with _quietly():
            count = getattr(picture, "n_frames", 1)
    except _FAULTS as error:
        raise UnopenableFile(_UNREADABLE) from error
    if count > limits.pages:
        raise UnopenableFile(too_many_pages(limits))
    return tuple(range(count))


def _ends_properly(file: BinaryIO) -> bool:
    """Whether a JPEG 2000 file has its codestream's end mark; its decoder would not miss it."""
    file.seek(-min(_END_WITHIN, file.seek(0, 2)), 2)
    return b"\xff\xd9" in file.read()


def _seek(picture: Image.Image, frame: int, limits: OpeningLimits) -> None:
    """A GIF decodes every frame that it passes: it stops at one that is too large."""
    try:
        with _quietly():
            here = picture.tell()
            first = here + 1 if picture.format == "GIF" and here < frame else frame
            for each in range(first, frame + 1) if here != frame else ():
                if picture.format == "GIF" and is_too_large(*picture.size, limits):
                    return
                picture.seek(each)
    except _FAULTS as error:
        raise UnopenableFile(PAGE_DAMAGED) from error


def _decoded(picture: Image.Image) -> tuple[Picture, bool]:
    """Its pixels as they are to be seen, and whether they were stored sideways."""
    try:
        with _quietly():
            sideways = picture.getexif().get(_ORIENTATION, 1) in _SIDEWAYS
            image = _pixels(_upright(picture))
    except _FAULTS as error:
        raise UnopenableFile(CUT_OFF if "truncated" in str(error) else PAGE_DAMAGED) from error
    if picture.format in ("JPEG", "MPO", "TIFF") and has_unfilled_rows(image):
        raise UnopenableFile(PAGE_DAMAGED)
    return image, sideways


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Pillow warns of odd metadata; of what matters here it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def square(
    number: int,
    image: Picture,
    across: float,
    down: float,
    limits: OpeningLimits,
    dpi_hint: int,
    notes: tuple[str, ...] = (),
) -> OpenedPage:
    """The page with square pixels: a fax of 204 by 98 dpi is drawn out to 204 by 204."""
    height, width = image.shape[:2]
    if across > 0 and down > 0 and 1.02 < max(across, down) / min(across, down) <= MOST_STRETCH:
        most = max(across, down)
        size = round(width * most / across), round(height * most / down)
        if is_too_large(*size, limits):
            raise UnopenableFile(too_large(*size, limits))
        stretched = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
        image, across = np.asarray(stretched), most
        width, height = size
    return OpenedPage(number, image, believable_dpi(width, height, across, dpi_hint), notes)


def has_unfilled_rows(image: Picture) -> bool:
    """Whether a JPEG decoder ran out of data: it fills what is missing with an even 128."""
    rows = image.reshape(image.shape[0], -1)
    even = (rows[:, 0] == _GREY_FILL) & (rows[:, -1] == _GREY_FILL)
    candidates = np.flatnonzero(even)
    if len(candidates) < _FILL_ROWS:
        return False
    filled = np.zeros(len(rows), dtype=bool)
    filled[candidates] = (rows[candidates] == _GREY_FILL).all(axis=1)
    return longest_run(filled) >= _FILL_ROWS


def longest_run(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()  # which turns a TIFF; of other kinds it does not heed the orientation
    if picture.format == "TIFF" or picture.getexif().get(_ORIENTATION, 1) == 1:
        return picture  # no copy: a large page has half a gigabyte
    return ImageOps.exif_transpose(picture)


def _pixels(picture: Image.Image) -> Picture:
    """8-bit grey or RGB. See-through parts show white paper."""
    mode = picture.mode
    if mode in ("L", "RGB") and "transparency" not in picture.info:
        return np.asarray(picture)
    if mode == "1":
        return np.asarray(picture.convert("L"))
    if mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        return _eight_bits(picture)
    if mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        solid = picture.convert("RGBA")
        paper = Image.new("RGBA", solid.size, "white")
        return np.asarray(Image.alpha_composite(paper, solid).convert("RGB"))
    if mode in ("P", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"):
        return np.asarray(picture.convert("RGB"))
    raise UnopenableFile(_STRANGE.format(mode))


def _eight_bits(picture: Image.Image) -> Picture:
    deep = np.asarray(picture).astype(np.int64)
    tags = getattr(picture, "tag_v2", {})
    bits = tags.get(_BITS_PER_SAMPLE, (16,))[0]
    if deep.min() < 0 or bits > 16:
        raise UnopenableFile(_STRANGE.format(f"{bits} bits"))
    # Twelve bits a pixel come as such, or in sixteen, or shifted up to fill the sixteen.
    usual = min((1 << bits) - 1, 4095)
    top = usual if deep.max() <= usual else 65535
    return (deep * 255 // top).astype(np.uint8)


def _stated_dpi(picture: Image.Image) -> tuple[float, float]:
    """Dots per inch across and down; 0 where the file does not say or says nonsense."""
    tags = getattr(picture, "tag_v2", None)
    try:
        if tags is not None:
            scale = 2.54 if tags.get(_RESOLUTION_UNIT) == _CENTIMETRE else 1.0
            across, down = (float(tags.get(t, 0)) * scale for t in (_X_RESOLUTION, _Y_RESOLUTION))
        else:
            across, down = (float(each) for each in picture.info.get("dpi", (0, 0)))
    except _FAULTS:
        return 0.0, 0.0
    good = np.isfinite(across) and np.isfinite(down) and min(across, down) >= 0
    return (across, down) if good else (0.0, 0.0)
