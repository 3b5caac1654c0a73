"""Whether each strip or tile of a TIFF page holds all its rows, whatever packed them.

libtiff fills rows that are missing with white, or leaves them as they were, and only warns.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from PIL import Image

from digitizer.engines.opening import tiff_tags as tags
from digitizer.engines.opening.fax import FaxCoding, check_fax_strips
from digitizer.engines.opening.jpeg import check_jpeg
from digitizer.engines.opening.lzw import check_lzw
from digitizer.engines.opening.page import CUT_OFF, PAGE_DAMAGED
from digitizer.engines.opening.tiff_tags import Directory, TiffFile
from digitizer.model.errors import UnopenableFile

RAW, FAX_ROWS, GROUP3, GROUP4, LZW, OLD_JPEG, JPEG, DEFLATE = 1, 2, 3, 4, 5, 6, 7, 8
OLD_DEFLATE, PACKBITS = 32946, 32773
FAX = (FAX_ROWS, GROUP3, GROUP4)
_SUBSAMPLED = 6  # photometric YCbCr: fewer bytes a pixel
_MOST_WALKED = 3_000_000  # bytes of LZW; it takes half a second a million, and libtiff itself
# refuses a strip that ends too early: of larger pages only data left over are not seen
_MORE_ROWS = 8  # behind a raw strip's own, which are no padding if they differ
_MOST_LEFT = 8  # bytes that a packer's padding may have, whatever they hold


@dataclass(frozen=True, slots=True)
class Strips:
    """The data of one page. ``rows`` a strip or tile, ``stride`` bytes a row, ``last`` rows of
    the last strip (tiles are all whole), ``planes`` that are stored one after the other."""

    data: tuple[bytes, ...]
    offsets: tuple[int, ...]
    width: int
    rows: int
    last: int
    stride: int
    planes: int
    tiled: bool

    def rows_of(self, number: int) -> int:
        a_plane = len(self.data) // self.planes
        return self.last if not self.tiled and (number + 1) % a_plane == 0 else self.rows


def read_strips(file: TiffFile, page: Directory) -> Strips:
    """Raises UnopenableFile where one is missing, outside the file, or not as long as it must."""
    tiled = tags.TILE_OFFSETS in page.entries
    width = page.first(tags.TILE_WIDTH) if tiled else page.width
    rows = page.first(tags.TILE_HEIGHT) if tiled else page.first(tags.ROWS, page.height)
    rows = min(rows or page.height, page.height) if not tiled else rows
    if min(width, rows, page.width, page.height) <= 0:
        raise UnopenableFile(PAGE_DAMAGED)
    across = -(-page.width // width) if tiled else 1
    down = -(-page.height // rows)
    samples, bits = page.first(tags.SAMPLES, 1), page.first(tags.BITS, 1)
    planes = samples if page.first(tags.PLANAR, 1) == 2 else 1
    stride = (width * bits * (samples // planes) + 7) // 8
    offsets = page.values(tags.TILE_OFFSETS if tiled else tags.STRIP_OFFSETS)
    counts = page.values(tags.TILE_COUNTS if tiled else tags.STRIP_COUNTS)
    strips = Strips(
        (), offsets, width, rows, page.height - (down - 1) * rows, stride, planes, tiled
    )
    counts = _counts(file, page, strips, counts)
    needed = across * down * planes
    if len(offsets) < needed or len(counts) < needed:
        raise UnopenableFile(CUT_OFF)
    if any(counts[needed:]):
        raise UnopenableFile(PAGE_DAMAGED)  # there is more than the height says
    places = tuple(zip(offsets[:needed], counts[:needed], strict=True))
    if any(offset == 0 or count == 0 for offset, count in places):
        raise UnopenableFile(CUT_OFF)
    data = tuple(file.read(offset, count) for offset, count in places)
    return Strips(data, offsets[:needed], width, rows, strips.last, stride, planes, tiled)


def _counts(
    file: TiffFile, page: Directory, strips: Strips, counts: tuple[int, ...]
) -> tuple[int, ...]:
    """Of a page in one raw strip the count may be missing, or wrong: its rows say it too."""
    if len(strips.offsets) == 1 and not strips.tiled and page.first(tags.COMPRESSION, 1) == RAW:
        whole = strips.stride * page.height
        if page.first(tags.PHOTOMETRIC) != _SUBSAMPLED:
            return (max(whole, sum(counts)) if strips.offsets[0] + whole <= file.size else whole,)
    return counts


def check_strips(page: Directory, strips: Strips) -> None:
    """All but fax data, which are checked with the picture that was made of them.

    Raises UnopenableFile where a strip's data are cut off or damaged.
    """
    packing = page.first(tags.COMPRESSION, 1)
    subsampled = page.first(tags.PHOTOMETRIC) == _SUBSAMPLED and packing != JPEG
    if subsampled or packing in FAX:
        return
    tables = page.entries[tags.JPEG_TABLES].data if tags.JPEG_TABLES in page.entries else b""
    for number, data in enumerate(strips.data):
        rows = strips.rows_of(number)
        if packing == RAW:
            _check_raw(data, rows, strips)
        elif packing in (DEFLATE, OLD_DEFLATE):
            _check_deflate(data, rows * strips.stride, strips.rows * strips.stride)
        elif packing == PACKBITS:
            _check_packbits(data, rows, strips.stride)
        elif packing == LZW:
            if sum(map(len, strips.data)) <= _MOST_WALKED:
                check_lzw(data, rows * strips.stride, strips.rows * strips.stride)
        elif packing == JPEG:
            _check_jpeg(tables, data, rows)


def check_fax_page(page: Directory, strips: Strips, picture: Image.Image) -> None:
    """``picture`` is the page in mode 1 as libtiff made it, with 1 for what the codes call black.

    Raises UnopenableFile where rows are missing or damaged.
    """
    packing = page.first(tags.COMPRESSION)
    options = page.first(tags.FAX_OPTIONS)
    k = -1 if packing == GROUP4 else options & 1 if packing == GROUP3 else 0
    coding = FaxCoding(strips.width, k, packing == FAX_ROWS, page.first(tags.FILL_ORDER, 1) == 2)
    if strips.tiled or strips.planes > 1:
        for number, tile in enumerate(strips.data):
            check_fax_strips((tile,), strips.rows_of(number), strips.rows, coding)
    else:
        check_fax_strips(strips.data, page.height, strips.rows, coding, picture)


def _check_raw(data: bytes, rows: int, strips: Strips) -> None:
    more = data[rows * strips.stride :]
    if len(data) < rows * strips.stride:
        raise UnopenableFile(PAGE_DAMAGED)
    if rows == strips.rows and len(more) > _MORE_ROWS * strips.stride and more.strip(more[:1]):
        raise UnopenableFile(PAGE_DAMAGED)  # rows beyond the stated height


def _check_deflate(data: bytes, needed: int, most: int) -> None:
    stream = zlib.decompressobj()
    try:
        made = len(stream.decompress(data, most + 1))
    except zlib.error as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    if made < needed:
        raise UnopenableFile(PAGE_DAMAGED)
    if made > most:
        raise UnopenableFile(PAGE_DAMAGED)


def _check_packbits(data: bytes, rows: int, stride: int) -> None:
    """A run ends where its row does; where that is lost, bytes are missing or damaged."""
    at, made, needed, size = 0, 0, rows * stride, len(data)
    row_ends = 0
    while made < needed and at < size:
        run = data[at]
        if run < 128:
            at += run + 2
            made += run + 1
        elif run > 128:
            at += 2
            made += 257 - run
        else:
            at += 1
            continue
        row_ends += made % stride == 0
    if made < needed or at > size:
        raise UnopenableFile(PAGE_DAMAGED)
    is_by_rows = row_ends > rows // 8  # as all writers but a few very old ones do it
    if (is_by_rows and row_ends < rows) or len(data[at:].rstrip(b"\0")) > _MOST_LEFT:
        raise UnopenableFile(PAGE_DAMAGED)


def _check_jpeg(tables: bytes, data: bytes, rows: int) -> None:
    whole = tables[:-2] + data[2:] if tables.startswith(b"\xff\xd8") else data
    if check_jpeg(whole).height < rows:
        raise UnopenableFile(PAGE_DAMAGED)
