"""The structure of a TIFF file, walked before any of it is decoded (TIFF 6.0; BigTIFF).

Pillow takes a chain of directories that runs off the end of the file for its end: a file cut
off by a full disk would lose its last pages without a word. So the chain is followed here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from digitizer.parts.opening.page import CUT_OFF, DAMAGED, OpeningLimits, too_many_pages
from digitizer.vocabulary.errors import UnopenableFile

_SUBFILE, _WIDTH, _LENGTH, _COMPRESSION = 254, 256, 257, 259
_OFFSETS, _COUNTS = (273, 324), (279, 325)  # of strips, of tiles
_SIZES = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8}
_LETTERS = {1: "B", 2: "H", 4: "I", 8: "Q"}
_REDUCED = 1
_UNCOMPRESSED = 1
_ZEROS = 64  # bytes at the end of compressed data that no compression writes
_MOST_ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class _Directory:
    index: int
    width: int
    height: int
    reduced: bool


class _Walk:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        head = self._read(0, 4)
        self._order = "<" if head[:2] == b"II" else ">"
        self._big = self._number(head[2:]) == 43
        self._word = 8 if self._big else 4

    def directories(self) -> Iterator[_Directory]:
        seen = set()
        offset = self._number(self._read(8 if self._big else 4, self._word))
        while offset:
            if offset in seen:
                raise UnopenableFile(DAMAGED)
            seen.add(offset)
            tags, offset = self._directory(offset)
            width, height = (self._first(tags, tag) for tag in (_WIDTH, _LENGTH))
            reduced = bool(self._first(tags, _SUBFILE) & _REDUCED)
            packed = self._first(tags, _COMPRESSION) > _UNCOMPRESSED
            self._check_data(tags, packed)
            if packed and not offset and self._is_void(0, self._size):
                raise UnopenableFile(CUT_OFF)
            yield _Directory(len(seen) - 1, width, height, reduced)

    def _directory(self, offset: int) -> tuple[dict[int, bytes], int]:
        head, entry = (8, 20) if self._big else (2, 12)
        count = self._number(self._read(offset, head))
        if count > _MOST_ENTRIES:
            raise UnopenableFile(DAMAGED)
        body = self._read(offset + head, count * entry + self._word)
        entries = (body[i * entry : (i + 1) * entry] for i in range(count))
        tags = {self._number(each[:2]): each for each in entries}
        if 0 in tags or not {_WIDTH, _LENGTH} <= tags.keys():
            raise UnopenableFile(DAMAGED)
        return tags, self._number(body[-self._word :])

    def _check_data(self, tags: dict[int, bytes], packed: bool) -> None:
        """Every strip and tile must lie inside the file, and have been written to its end."""
        for offsets, counts in zip(_OFFSETS, _COUNTS, strict=True):
            if offsets in tags and counts in tags:
                pairs = zip(self._values(tags[offsets]), self._values(tags[counts]), strict=False)
                for offset, count in pairs:
                    if offset + count > self._size or (packed and self._is_void(offset, count)):
                        raise UnopenableFile(CUT_OFF)

    def _is_void(self, offset: int, count: int) -> bool:
        return count >= _ZEROS and not any(self._read(offset + count - _ZEROS, _ZEROS))

    def _first(self, tags: dict[int, bytes], tag: int) -> int:
        values = self._values(tags[tag]) if tag in tags else ()
        return values[0] if values else 0

    def _values(self, entry: bytes) -> tuple[int, ...]:
        size = _SIZES.get(self._number(entry[2:4]), 0)
        count = self._number(entry[4 : 4 + self._word])
        data = entry[4 + self._word :]
        if size == 0:
            return ()
        if size * count > len(data):
            data = self._read(self._number(data), size * count)
        return struct.unpack(f"{self._order}{count}{_LETTERS[size]}", data[: size * count])

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self._order == "<" else "big")

    def _read(self, offset: int, size: int) -> bytes:
        if offset + size > self._size:
            raise UnopenableFile(CUT_OFF)
        self._file.seek(offset)
        return self._file.read(size)


def page_frames(file: BinaryIO, limits: OpeningLimits) -> tuple[int, ...]:
    """For each page the index of its directory, in the file's order. Raises UnopenableFile.

    A directory that is marked as a reduced copy, and is one, is no page.
    """
    frames: list[int] = []
    full: _Directory | None = None
    for directory in _Walk(file).directories():
        if full is None or not _is_thumbnail(directory, full):
            frames.append(directory.index)
            full = directory
        if len(frames) > limits.pages or directory.index > 4 * limits.pages:
            raise UnopenableFile(too_many_pages(limits))
    return tuple(frames)


def _is_thumbnail(one: _Directory, full: _Directory) -> bool:
    smaller = one.width * 2 <= full.width and one.height * 2 <= full.height
    return one.reduced and smaller and not full.reduced and _same_shape(one, full)


def _same_shape(one: _Directory, other: _Directory) -> bool:
    across = one.width * other.height
    return abs(across - one.height * other.width) <= 0.05 * across
