"""One page of a TIFF as pixels. It is given to Pillow as a TIFF of its own, with the tags that
matter and no others: so Pillow's and libtiff's bugs with big-endian BigTIFF, sub-directories,
deep samples and odd metadata do not matter.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from digitizer.engines.opening import tiff_tags as tags
from digitizer.engines.opening.levels import eight_bits
from digitizer.engines.opening.page import PAGE_DAMAGED, Picture
from digitizer.engines.opening.tiff_strips import (
    DEFLATE,
    FAX,
    LZW,
    OLD_DEFLATE,
    PACKBITS,
    RAW,
    Strips,
    check_fax_page,
    check_strips,
    read_strips,
)
from digitizer.engines.opening.tiff_tags import Directory, Entry, TiffFile
from digitizer.model.errors import UnopenableFile

_KEPT = (
    tags.WIDTH,
    tags.HEIGHT,
    tags.BITS,
    tags.COMPRESSION,
    tags.PHOTOMETRIC,
    tags.FILL_ORDER,
    tags.SAMPLES,
    tags.ROWS,
    tags.PLANAR,
    tags.FAX_OPTIONS,
    293,
    tags.PREDICTOR,
    320,
    tags.TILE_WIDTH,
    tags.TILE_HEIGHT,
    332,
    tags.EXTRA_SAMPLES,
    tags.SAMPLE_FORMAT,
    tags.JPEG_TABLES,
    529,
    530,
    531,
    532,
)
_LOSSLESS = (RAW, LZW, DEFLATE, OLD_DEFLATE, PACKBITS)
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK = 0, 1, 2, 5
_CENTIMETRE = 3
_SHORT, _LONG = 3, 4
_ASSOCIATED, _UNASSOCIATED = 1, 2  # extra samples: alpha that is multiplied in, or is not
_HORIZONTAL = 2  # predictor: each sample less the one before it


@dataclass(frozen=True, slots=True)
class TiffPage:
    """``image`` as stored; ``across`` and ``down`` in dots per inch, 0 where not stated."""

    image: Picture
    across: float
    down: float
    orientation: int


def decoded(file: TiffFile, page: Directory, pixels: Callable[[Image.Image], Picture]) -> TiffPage:
    """``pixels`` makes 8-bit grey or RGB of Pillow's picture. Raises UnopenableFile where the page
    is not whole, and what Pillow raises."""
    strips = read_strips(file, page)
    check_strips(page, strips)
    if page.first(tags.COMPRESSION) in FAX:
        image = _fax(page, strips)
    elif page.first(tags.BITS, 1) == 16 and page.first(tags.COMPRESSION, 1) in _LOSSLESS:
        image = _deep(page, strips)
    elif page.first(tags.EXTRA_SAMPLES) == _ASSOCIATED and page.first(tags.BITS) == 8:
        image = _on_paper(page, strips, pixels)
    else:
        image = pixels(_opened(page, strips))
    across, down = _resolution(page)
    return TiffPage(image, across, down, page.first(tags.ORIENTATION, 1))


def _on_paper(page: Directory, strips: Strips, pixels: Callable[[Image.Image], Picture]) -> Picture:
    """Colours that are multiplied by their alpha already: what they leave free is white paper."""
    with _opened(_changed(page, {tags.EXTRA_SAMPLES: _UNASSOCIATED}), strips) as picture:
        if picture.mode not in ("RGBA", "LA") or picture.getextrema()[-1] == (0, 0):
            return pixels(picture)
        samples = np.asarray(picture)
    shown = samples[..., :-1].astype(np.uint16) + (255 - samples[..., -1:])
    image = shown.clip(0, 255).astype(np.uint8)
    return image if image.shape[2] == 3 else np.ascontiguousarray(image[..., 0])


def _fax(page: Directory, strips: Strips) -> Picture:
    with _opened(_changed(page, {tags.PHOTOMETRIC: _BLACK_IS_ZERO}), strips) as picture:
        picture.load()
        check_fax_page(page, strips, picture)
        image = np.asarray(picture.convert("L"))
    return image if page.first(tags.PHOTOMETRIC) == _BLACK_IS_ZERO else 255 - image


def _deep(page: Directory, strips: Strips) -> Picture:
    """Sixteen bits a sample, all samples of a row taken as grey of one long row."""
    samples = page.first(tags.SAMPLES, 1)
    in_a_row = samples if strips.planes == 1 else 1
    plain = {
        tags.WIDTH: page.width * in_a_row,
        tags.BITS: 16,
        tags.SAMPLES: 1,
        tags.PLANAR: 1,
        tags.PHOTOMETRIC: _BLACK_IS_ZERO,
        tags.PREDICTOR: 1,
    }
    if strips.tiled:
        plain[tags.TILE_WIDTH] = strips.width * in_a_row
    grey = _changed(page, plain, without=(tags.EXTRA_SAMPLES, tags.SAMPLE_FORMAT, 320))
    a_plane = len(strips.data) // strips.planes
    planes = []
    for first in range(0, len(strips.data), a_plane):
        with _opened(grey, replace(strips, data=strips.data[first : first + a_plane])) as picture:
            plane = np.asarray(picture).astype(np.uint16)
        planes.append(plane.reshape(page.height, page.width, in_a_row))
    deep = np.concatenate(planes, axis=2)
    if page.first(tags.PREDICTOR, 1) == _HORIZONTAL:
        deep = _added_up(deep, strips)
    return _colours(page, eight_bits(deep))


def _added_up(deep: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], strips: Strips):  # type: ignore[no-untyped-def]
    if not strips.tiled:
        return np.cumsum(deep, axis=1, dtype=np.uint16)
    tiles = range(0, deep.shape[1], strips.width)
    parts = [deep[:, left : left + strips.width] for left in tiles]
    return np.concatenate([np.cumsum(each, axis=1, dtype=np.uint16) for each in parts], axis=1)


def _colours(page: Directory, samples: Picture) -> Picture:
    """HxW grey or HxWx3 RGB of all samples of a pixel; those that are no colour are left out."""
    photometric = page.first(tags.PHOTOMETRIC, _BLACK_IS_ZERO)
    if photometric == _CMYK and samples.shape[2] >= 4:
        ink = Image.fromarray(np.ascontiguousarray(samples[:, :, :4]), "CMYK")
        return np.asarray(ink.convert("RGB"))
    if photometric == _RGB and samples.shape[2] >= 3:
        return np.ascontiguousarray(samples[:, :, :3])
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO):
        raise UnopenableFile(PAGE_DAMAGED)
    grey = np.ascontiguousarray(samples[:, :, 0])
    return 255 - grey if photometric == _WHITE_IS_ZERO else grey


def _resolution(page: Directory) -> tuple[float, float]:
    scale = 2.54 if page.first(tags.RESOLUTION_UNIT, 2) == _CENTIMETRE else 1.0
    across, down = (
        scale * _ratio(page.values(tag)) for tag in (tags.X_RESOLUTION, tags.Y_RESOLUTION)
    )
    return across, down


def _ratio(values: tuple[int, ...]) -> float:
    if len(values) == 1:
        return float(values[0])  # a whole number, as some write it
    return values[0] / values[1] if len(values) >= 2 and values[1] else 0.0


def _changed(page: Directory, numbers: dict[int, int], without: Sequence[int] = ()) -> Directory:
    entries = {tag: each for tag, each in page.entries.items() if tag not in without}
    for tag, number in numbers.items():
        entries[tag] = Entry(_LONG, 1, struct.pack(page.order + "I", number))
    return replace(page, entries=entries)


def _opened(page: Directory, strips: Strips) -> Image.Image:
    return Image.open(io.BytesIO(_written(page, strips)), formats=("TIFF",))


def _written(page: Directory, strips: Strips) -> bytes:
    """A TIFF of this page alone: head, strips, directory, and what does not fit into it."""
    order, at = page.order, 8
    starts = []
    for data in strips.data:
        starts.append(at)
        at += len(data) + len(data) % 2
    entries = {tag: page.entries[tag] for tag in _KEPT if tag in page.entries}
    places, counts = (
        (tags.TILE_OFFSETS, tags.TILE_COUNTS)
        if strips.tiled
        else (tags.STRIP_OFFSETS, tags.STRIP_COUNTS)
    )
    entries[places] = _longs(order, starts)
    entries[counts] = _longs(order, [len(data) for data in strips.data])
    if not strips.tiled:
        entries[tags.ROWS] = _longs(order, [strips.rows])
    body, more = b"", b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, entry in sorted(entries.items()):
        value = entry.data.ljust(4, b"\0")
        if len(entry.data) > 4:
            value = struct.pack(order + "I", behind + len(more))
            more += entry.data + b"\0" * (len(entry.data) % 2)
        body += struct.pack(order + "HHI", tag, entry.type, entry.count) + value
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, at)
    padded = (data + b"\0" * (len(data) % 2) for data in strips.data)
    directory = struct.pack(order + "H", len(entries)) + body + bytes(4)
    return b"".join((head, *padded, directory, more))


def _longs(order: str, numbers: Sequence[int]) -> Entry:
    return Entry(_LONG, len(numbers), struct.pack(f"{order}{len(numbers)}I", *numbers))
