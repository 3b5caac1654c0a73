"""Files made by Pillow and pikepdf, to be opened."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from digitizer.engines.opening import (
    OpenedPage,
    OpeningLimits,
    PageProblem,
    count_pages,
    open_page,
    open_pages,
)
from digitizer.model.errors import UnopenableFile
from tests.support.corpus import CORPUS

LIMITS = OpeningLimits(pages=50, megapixels=20)
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def drawing(width: int = 170, height: int = 220, seed: int = 1) -> Pixels:
    """A page with something different in every corner; black and white."""
    page = np.full((height, width), 255, np.uint8)
    page[10:30, 10:60] = 0
    page[height - 40 : height - 20, width - 30 : width - 10] = 0
    random = np.random.default_rng(seed)
    page[60:80, 40:100] = random.choice(np.array([0, 255], np.uint8), (20, 60))
    return page


def colourful(seed: int = 1) -> Pixels:
    grey = drawing(seed=seed)
    return np.dstack([grey, np.roll(grey, 5, axis=0), np.full_like(grey, 200)])


def save(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def pages_of(path: Path, limits: OpeningLimits = LIMITS) -> list[OpenedPage | PageProblem]:
    return list(open_pages(path, range(1, count_pages(path, limits) + 1), limits, 0))


def refusal(path: Path, limits: OpeningLimits = LIMITS) -> str:
    """The reason for which the file, or its first page, is refused."""
    with pytest.raises(UnopenableFile) as caught:
        open_page(path, 1, limits, 0)
    return str(caught.value)


def endless_tiff(pages: int, loop: bool = False) -> bytes:
    """Directories of one 8 by 1 pixel each, all of the same strip."""
    entries = ((256, 8), (257, 1), (258, 1), (259, 1), (262, 1), (273, 8), (278, 1), (279, 1))
    body = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries
    )
    size = len(body) + 4
    directories = b""
    for number in range(pages):
        last = number == pages - 1
        following = (16 if loop else 0) if last else 16 + (number + 1) * size
        directories += body + struct.pack("<I", following)
    return b"II*\0" + struct.pack("<I", 16) + bytes(8) + directories


def jpeg(pixels: Pixels, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **options)
    return stream.getvalue()


def image_stream(pdf: pikepdf.Pdf, pixels: Pixels, **more: Any) -> pikepdf.Stream:
    height, width = pixels.shape[:2]
    space = pikepdf.Name.DeviceRGB if pixels.ndim == 3 else pikepdf.Name.DeviceGray
    entries = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": width,
        "Height": height,
        "ColorSpace": space,
        "BitsPerComponent": 8,
    }
    return pikepdf.Stream(pdf, pixels.tobytes(), **(entries | more))


def add_page(
    pdf: pikepdf.Pdf, image: pikepdf.Stream, size: tuple[float, float], draw: str = "", **more: Any
) -> None:
    drawn = draw or f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q"
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    pdf.pages.append(
        pikepdf.Page(
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page,
                    MediaBox=[0, 0, *size],
                    Resources=pikepdf.Dictionary(
                        XObject=pikepdf.Dictionary(Im0=image),
                        Font=pikepdf.Dictionary(F1=font),
                    ),
                    Contents=pikepdf.Stream(pdf, drawn.encode()),
                    **more,
                )
            )
        )
    )


def one_page_pdf(path: Path, pixels: Pixels, draw: str = "", **more: Any) -> Path:
    with pikepdf.new() as pdf:
        image_more = {key: more.pop(key) for key in tuple(more) if key in IMAGE_KEYS}
        image = image_stream(pdf, pixels, **image_more)
        size = pixels.shape[1] * 0.72, pixels.shape[0] * 0.72
        add_page(pdf, pdf.make_indirect(image), size, draw, **more)
        pdf.save(path)
    return path


IMAGE_KEYS = ("Decode", "SMask", "ImageMask")
ODD_FILES = CORPUS / "odd-files"


def scanned_pdf(path: Path, pages: int = 3, dpi: int = 100, **save_options: Any) -> Path:
    with pikepdf.new() as pdf:
        for number in range(pages):
            pixels = drawing(seed=number)
            size = pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi
            add_page(pdf, pdf.make_indirect(image_stream(pdf, pixels)), size)
        pdf.save(path, **save_options)
    return path


OBJECTS_PLAIN = pikepdf.ObjectStreamMode.disable
