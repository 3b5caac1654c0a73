"""Pictures through Pillow: PNG, GIF, BMP, WebP and JPEG 2000 whole; of TIFF and JPEG what it
decodes. Here too are Pillow's pixels made those of a page.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

from digitizer.engines.opening import deep_png, kinds, png
from digitizer.engines.opening.levels import eight_bits, without_alpha
from digitizer.engines.opening.page import (
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
from digitizer.engines.opening.turning import ORIENTATION, SIDEWAYS, upright
from digitizer.model.errors import UnopenableFile

Image.MAX_IMAGE_PIXELS = None  # our own limit is kept before a picture is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = False

_UNREADABLE = f"The picture is damaged and cannot be opened. {AGAIN}"
_STRANGE = "The picture is of a kind that no scanner writes ({kind}). Save it as PDF, TIFF or JPEG."
PILLOW_ERRORS = (
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
_BITS_PER_SAMPLE = 258


class Pictures:
    """The pictures of one file; each frame of a GIF, WebP or animated PNG is a page."""

    def __init__(
        self, picture: Image.Image, count: int, limits: OpeningLimits, deep: bytes | None
    ) -> None:
        self._picture = picture
        self._deep = deep
        self._limits = limits
        self.count = count

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        picture = self._picture
        _seek(picture, number - 1, self._limits)
        if is_too_large(*picture.size, self._limits):
            raise UnopenableFile(too_large(*picture.size, self._limits))
        across, down = stated_dpi(picture)
        with refusing():
            picture.load()
            orientation = picture.getexif().get(ORIENTATION, 1)
            image = upright(self._pixels(), orientation)
        if orientation in SIDEWAYS:
            across, down = down, across
        return square(number, image, across, down, self._limits, dpi_hint)

    def _pixels(self) -> Picture:
        return pixels(self._picture) if self._deep is None else deep_png.decoded(self._deep)


@contextlib.contextmanager
def opened(file: BinaryIO, limits: OpeningLimits, kind: str) -> Iterator[Pictures]:
    """``kind`` is Pillow's name for the format. Raises UnopenableFile."""
    deep = None
    if kind == kinds.PNG:
        png.refuse_damaged(file)
        deep = _deep_png(file)
    file.seek(0)
    try:
        with quietly():
            picture = Image.open(file, formats=(kind,))
    except PILLOW_ERRORS as error:
        raise UnopenableFile(_UNREADABLE) from error
    with picture:
        yield Pictures(picture, _frames(picture, limits), limits, deep)


def _deep_png(file: BinaryIO) -> bytes | None:
    file.seek(0)
    head = file.read(26)
    return head + file.read() if deep_png.is_deep_colour(head) else None


def _frames(picture: Image.Image, limits: OpeningLimits) -> int:
    try:
        with quietly():
            count = int(getattr(picture, "n_frames", 1))
    except PILLOW_ERRORS as error:
        raise UnopenableFile(_UNREADABLE) from error
    if count > limits.pages:
        raise UnopenableFile(too_many_pages(limits))
    return count


def _seek(picture: Image.Image, frame: int, limits: OpeningLimits) -> None:
    """A GIF decodes every frame that it passes: it stops at one that is too large."""
    try:
        with quietly():
            here = picture.tell()
            first = here + 1 if picture.format == "GIF" and here < frame else frame
            for each in range(first, frame + 1) if here != frame else ():
                if picture.format == "GIF" and is_too_large(*picture.size, limits):
                    return
                picture.seek(each)
    except PILLOW_ERRORS as error:
        raise UnopenableFile(PAGE_DAMAGED) from error


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What a decoder raises over a page, as a reason for a clerk."""
    try:
        with quietly():
            yield
    except PILLOW_ERRORS as error:
        raise UnopenableFile(CUT_OFF if "truncated" in str(error) else PAGE_DAMAGED) from error


@contextlib.contextmanager
def quietly() -> Iterator[None]:
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


def pixels(picture: Image.Image) -> Picture:
    """8-bit grey or RGB. See-through parts show white paper."""
    mode = picture.mode
    if mode in ("L", "RGB") and "transparency" not in picture.info:
        return np.asarray(picture)
    if mode == "1":
        return np.asarray(picture.convert("L"))
    if mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        return _from_deep(picture)
    if mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        return _on_paper(picture)
    if mode in ("P", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"):
        return np.asarray(picture.convert("RGB"))
    raise UnopenableFile(_STRANGE.format(kind=mode))


def _on_paper(picture: Image.Image) -> Picture:
    if picture.mode in ("LA", "RGBA"):
        is_declared = picture.format not in (
            "BMP",
            "TIFF",
        )  # whose fourth channel is often just there
        colours = without_alpha(np.asarray(picture), is_declared)
        if colours is not None:
            return colours
    solid = picture.convert("RGBA")
    paper = Image.new("RGBA", solid.size, "white")
    return np.asarray(Image.alpha_composite(paper, solid).convert("RGB"))


def _from_deep(picture: Image.Image) -> Picture:
    deep = np.asarray(picture).astype(np.int64)
    bits = getattr(picture, "tag_v2", {}).get(_BITS_PER_SAMPLE, (16,))[0]
    if deep.min() < 0 or bits > 16 or deep.max() > 65535:
        raise UnopenableFile(_STRANGE.format(kind=f"{bits} bits"))
    return eight_bits(deep, bits)


def stated_dpi(picture: Image.Image) -> tuple[float, float]:
    """Dots per inch across and down; 0 where the file does not say or says nonsense."""
    try:
        across, down = (float(each) for each in picture.info.get("dpi", (0, 0)))
    except PILLOW_ERRORS:
        return 0.0, 0.0
    good = np.isfinite(across) and np.isfinite(down) and min(across, down) >= 0
    return (across, down) if good else (0.0, 0.0)
