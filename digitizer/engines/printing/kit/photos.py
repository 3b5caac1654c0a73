"""Photos on paper: upright, sharp at 300 dpi, and drawn again so that nothing hides in them.

What families attach is decoded here, so callers run the printing of such letters where a crash
or a picture made to exhaust memory harms nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageOps

from digitizer.model.errors import UnopenableFile

PRINT_DPI = 300
LEAST_DPI = 100
"""A small picture is not blown up beyond this: it would only show its squares."""

MOST_PIXELS = 80_000_000
"""Checked before decoding; below the size at which Pillow itself warns."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_QUALITY = 90
_QUARTER_TURNS = (5, 6, 7, 8)
_POINTS_AN_INCH = 72


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture ready to print: a JPEG without metadata, and its upright size in pixels."""

    jpeg: bytes
    width: int
    height: int

    def placed(self, width: float, height: float) -> tuple[float, float]:
        """Its size in points, in proportion, within a frame of that many points."""
        return placed((self.width, self.height), width, height)


def placed(pixels: tuple[int, int], width: float, height: float) -> tuple[float, float]:
    """The size in points of a picture of so many pixels within a frame of that many points."""
    scale = min(width / pixels[0], height / pixels[1], _POINTS_AN_INCH / LEAST_DPI)
    return pixels[0] * scale, pixels[1] * scale


def photo_problem(data: bytes) -> str | None:
    """Why this photo could not be printed, in words for its sender; None if it can."""
    try:
        open_photo(data, 100, 100)
    except UnopenableFile as problem:
        return str(problem)
    return None


def upright_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels as it will stand, by its header alone; raises UnopenableFile."""
    with _opened(data) as picture:
        sideways = picture.getexif().get(ExifTags.Base.Orientation) in _QUARTER_TURNS
        return (picture.height, picture.width) if sideways else picture.size


def open_photo(data: bytes, width: float, height: float) -> Photo:
    """The picture for a frame of that many points; raises UnopenableFile.

    It is turned as its EXIF orientation says and made no finer than PRINT_DPI in that frame.
    """
    pixels = max(1, round(width * PRINT_DPI / 72)), max(1, round(height * PRINT_DPI / 72))
    with _opened(data) as picture:
        # A quarter turn may follow: keep enough of the picture for either way.
        picture.draft("RGB", (max(pixels), max(pixels)))
        upright = _on_white(ImageOps.exif_transpose(picture))
    upright.thumbnail(pixels, Image.Resampling.LANCZOS)
    upright.info.clear()  # Pillow would write the comment of the file that was sent
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY)
    return Photo(out.getvalue(), *upright.size)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            _refuse_giants(picture)
            yield picture
    except UnopenableFile:
        raise
    except Exception as error:  # a decoder may raise anything; whatever it is, there is no picture
        raise UnopenableFile(
            "This photo cannot be opened. Send it again as a JPEG or PNG picture."
        ) from error


def _refuse_giants(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise UnopenableFile(
            f"This photo has {picture.width} by {picture.height} pixels. "
            "Make it smaller and send it again."
        )


def _on_white(picture: Image.Image) -> Image.Image:
    """Grey or RGB; what is transparent becomes white, like the paper."""
    if picture.mode in ("L", "1"):
        return picture.convert("L")
    if picture.mode.startswith("I;16") or picture.mode == "I":
        return picture.point(lambda value: value / 256).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    paper = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(paper, layers).convert("RGB")
