"""Two files one after the other in one file, as ``cat`` or a scanner's batch to one stream
writes them. A reader stops at the end of the first: the second would never be seen.

What is no second file of a scan: padding, a web form's lines, and what phones hang behind a
picture (the pictures of its multi-picture index, a gain map, a video). A picture that comes after
other bytes is a doubt, which holds the file.
"""

from __future__ import annotations

import io
import mmap
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from digitizer.engines.opening import boxes, jpeg, kinds
from digitizer.engines.opening.page import AGAIN, CUT_OFF
from digitizer.engines.opening.tiff_tags import TiffFile
from digitizer.model.errors import UnopenableFile

_MOST_PARTS = 2000
_PADDING = re.compile(rb"\xff\xd8\xff|\xff\x4f\xff\x51|\0\0[^\0]|[^\0\xff\s\x1a]")
_SECOND = (
    "Behind the picture the file holds what looks like another one, with other data between "
    f"them. Set the scanner to write a file for each, or a PDF or TIFF of all. {AGAIN}"
)
_GAIN_MAPS = (b"hdrgm:", b"hdr-gain-map", b"hdrgainmap", b"depthmap", b"GDepth")
_VIDEOS = (b"mp4", b"iso", b"qt ", b"3gp", b"avc")
_SAMSUNG = b"SEFT"  # at the end of what its phones hang behind a picture


@dataclass(frozen=True, slots=True)
class Part:
    """One whole file within a file: its kind, and the offsets of its bytes."""

    kind: str
    begin: int
    end: int


def split(file: BinaryIO, kind: str) -> tuple[Part, ...]:
    """The files in the file, of which the first is of ``kind``. Raises UnopenableFile."""
    size = file.seek(0, io.SEEK_END)
    if kind == kinds.PDF:
        return (Part(kind, 0, size),)  # what stands behind a PDF, its own parser looks for
    found: list[Part] = []
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = 0
        while begin < size:
            end = size if kind == kinds.PDF else begin + _ENDS[kind](view(file, begin, size))
            found.append(Part(kind, begin, end))
            following = _next(data, kind, begin, end)
            if following is None or len(found) > _MOST_PARTS:
                break
            begin, kind = following
    return tuple(found)


def view(file: BinaryIO, begin: int, end: int) -> BinaryIO:
    """A part of a file as a file of its own, read-only, without a descriptor."""
    return io.BufferedReader(_View(file, begin, end))


class _View(io.RawIOBase):
    def __init__(self, file: BinaryIO, begin: int, end: int) -> None:
        self._file, self._begin, self._size, self._at = file, begin, end - begin, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = (0, self._at, self._size)[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._begin + self._at)
        got = self._file.read(wanted)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)


def _next(data: mmap.mmap, kind: str, begin: int, end: int) -> tuple[int, str] | None:
    """Where another file begins behind one that ends at ``end``, and of which kind."""
    if kind == kinds.JPEG:
        end = _behind_a_phones_pictures(data, begin, end)
    start = _PADDING.search(data, end)
    if start is None or (kind == kinds.JPEG and _is_a_phones(data, start.start())):
        return None
    sign = kinds.ANYWHERE.search(data, end)
    while sign and not _is_likely(data, sign.start()):
        sign = kinds.ANYWHERE.search(data, sign.start() + 1)
    if sign is None:
        return None
    if data[end : sign.start()].strip(b"\0\xff \t\r\n\x1a\x0b\x0c"):
        raise UnopenableFile(_SECOND)
    at = sign.start()
    found = kinds.kind_of(data[at : at + kinds.HEAD_BYTES])
    if found is None:
        raise UnopenableFile(_SECOND)
    return at, found


def _is_likely(data: mmap.mmap, at: int) -> bool:
    """A TIFF's four bytes are in other data by chance: its directory must be where they point."""
    head = data[at : at + 16]
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 16:
        return order is None
    version, offset = struct.unpack(order + "HI", head[2:8])
    if version == 43:
        offset = struct.unpack(order + "Q", head[8:])[0]
    return bool(8 <= offset < len(data) - at)


def _behind_a_phones_pictures(data: mmap.mmap, begin: int, end: int) -> int:
    """Where those end that the picture's multi-picture index names, or that are gain maps."""
    end = max(end, jpeg.end_of_index(data[begin:end], begin))
    while True:
        start = _PADDING.search(data, end)
        at = start.start() if start else len(data)
        head = data[at : at + (1 << 16)]
        if not head.startswith(b"\xff\xd8\xff") or not any(each in head for each in _GAIN_MAPS):
            return end
        end = at + jpeg.end_of(data[at:])


def _is_a_phones(data: mmap.mmap, at: int) -> bool:
    """Whether a video begins here, or a Samsung telephone's own data stand behind the picture."""
    brand = data.find(b"ftyp", at, at + 9)
    is_video = brand >= 0 and data[brand + 4 : brand + 7] in _VIDEOS
    return is_video or data[-4:] == _SAMSUNG


def _jpeg(file: BinaryIO) -> int:
    return jpeg.end_of(file.read())


def _png(file: BinaryIO) -> int:
    at = 8
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise UnopenableFile(CUT_OFF)
        at += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return at


def _gif(file: BinaryIO) -> int:
    """Over its blocks to the trailer (GIF89a, appendix B)."""
    data = file.read()
    at = 13 + _colour_table(data[10:11])
    while at < len(data) and data[at] in (0x21, 0x2C):
        at += 2 if data[at] == 0x21 else 11 + _colour_table(data[at + 9 : at + 10])
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return min(at + 1, len(data))


def _colour_table(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _bmp(file: BinaryIO) -> int:
    head = file.read(138)
    size = file.seek(0, io.SEEK_END)
    stated, pixels_at, header = (int.from_bytes(head[at : at + 4], "little") for at in (2, 10, 14))
    if header < 40 or len(head) < 54:
        return min(stated, size) if stated > 26 else size
    width, height, bits, packing, packed = struct.unpack("<ii2xHII", head[18:38])
    row = (abs(width) * bits + 31) // 32 * 4
    end = pixels_at + (packed if packing in (1, 2) else row * abs(height))
    if header >= 124 and len(head) >= 138:
        profile, length = struct.unpack("<II", head[126:134])
        end = max(end, 14 + profile + length if profile else 0)
    return min(int(end), size)


def _webp(file: BinaryIO) -> int:
    size = int.from_bytes(file.read(8)[4:], "little")
    return min(8 + size + size % 2, file.seek(0, io.SEEK_END))


def _tiff(file: BinaryIO) -> int:
    tiff = TiffFile(file)
    for directory in tiff.chain():
        tiff.below(directory)
    return tiff.extent


_ENDS: dict[str, Callable[[BinaryIO], int]] = {
    kinds.JPEG: _jpeg,
    kinds.PNG: _png,
    kinds.GIF: _gif,
    kinds.BMP: _bmp,
    kinds.WEBP: _webp,
    kinds.TIFF: _tiff,
    kinds.JPEG2000: boxes.end_of_jpeg2000,
    kinds.HEIF: boxes.end_of_heif,
}
