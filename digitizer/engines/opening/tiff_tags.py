"""The directories of a TIFF file, read before any picture is decoded (TIFF 6.0; BigTIFF).

Decoders take a chain of directories that runs off the end of the file for its end: a file cut
off by a full disk would lose its last pages without a word. So the chain is followed here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from digitizer.engines.opening.page import CUT_OFF, DAMAGED
from digitizer.model.errors import UnopenableFile

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
SAMPLES, ROWS, PLANAR, PREDICTOR = 277, 278, 284, 317
STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS = 273, 279, 324, 325
TILE_WIDTH, TILE_HEIGHT, EXTRA_SAMPLES, SAMPLE_FORMAT = 322, 323, 338, 339
FAX_OPTIONS, FILL_ORDER, JPEG_TABLES = 292, 266, 347
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, ORIENTATION = 282, 283, 296, 274
NEW_SUBFILE, SUBFILE, SUB_DIRECTORIES = 254, 255, 330
OLD_JPEG, OLD_JPEG_LENGTH = 513, 514

_DIRECTORY_TAGS = (SUB_DIRECTORIES, 34665, 34853, 40965)  # and EXIF, GPS, interoperability
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I", 5: "II", 7: "B", 13: "I", 16: "Q", 18: "Q"}
_MOST_ENTRIES = 4096
_MOST_SUB_DIRECTORIES = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: the number of its type, how many values, and their bytes in the file's order."""

    type: int
    count: int
    data: bytes


#: Stands for an entry whose values lie behind the end of the file.
_BEYOND_THE_END = Entry(0, 0, b"")


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture's tags. ``order`` is struct's sign for the byte order."""

    entries: dict[int, Entry]
    order: str

    def values(self, tag: int) -> tuple[int, ...]:
        """Whole numbers (of a rational: numerator, denominator); none where the tag is not there,
        or is of another type."""
        entry = self.entries.get(tag)
        letters = _WHOLE_NUMBERS.get(entry.type) if entry else None
        if entry is None or letters is None:
            return ()
        count = entry.count * len(letters)
        return struct.unpack(f"{self.order}{count}{letters[0]}", entry.data)

    def first(self, tag: int, otherwise: int = 0) -> int:
        values = self.values(tag)
        return values[0] if values else otherwise

    @property
    def width(self) -> int:
        return self.first(WIDTH)

    @property
    def height(self) -> int:
        return self.first(HEIGHT)


class TiffFile:
    """Reads the directories. Raises UnopenableFile where one is damaged or cut off.

    ``extent`` is, once they are read, where what any of them refers to ends.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self.extent = 8
        head = self.read(0, 4)
        self.order = "<" if head[:2] == b"II" else ">"
        self._big = self._number(head[2:]) == 43
        self._word = 8 if self._big else 4

    def chain(self) -> Iterator[Directory]:
        """The directories of the file, in its order."""
        seen = set()
        offset = self._number(self.read(8 if self._big else 4, self._word))
        while offset:
            if offset in seen:
                raise UnopenableFile(DAMAGED)
            seen.add(offset)
            directory, offset = self._directory(offset)
            if 0 in directory.entries or not {WIDTH, HEIGHT} <= directory.entries.keys():
                raise UnopenableFile(DAMAGED)
            self._reach_data(directory)
            yield directory

    def below(self, directory: Directory) -> tuple[Directory, ...]:
        """The pictures in its sub-directories."""
        offsets = directory.values(SUB_DIRECTORIES)[:_MOST_SUB_DIRECTORIES]
        found = (self._directory(offset)[0] for offset in offsets if 0 < offset < self.size)
        pictures = tuple(each for each in found if {WIDTH, HEIGHT} <= each.entries.keys())
        for each in pictures:
            self._reach_data(each)
        return pictures

    def read(self, offset: int, size: int) -> bytes:
        if offset < 0 or offset + size > self.size:
            raise UnopenableFile(CUT_OFF)
        self._file.seek(offset)
        return self._file.read(size)

    def _directory(self, offset: int) -> tuple[Directory, int]:
        head, entry = (8, 20) if self._big else (2, 12)
        count = self._number(self.read(offset, head))
        if count > _MOST_ENTRIES:
            raise UnopenableFile(DAMAGED)
        end = offset + head + count * entry
        body = self.read(offset + head, count * entry)
        # Some writers leave out the pointer behind the last directory, which nothing follows.
        following = 0 if end == self.size else self._number(self.read(end, self._word))
        self._reach(min(end + self._word, self.size))
        entries = {}
        for i in range(count):
            raw = body[i * entry : (i + 1) * entry]
            entries[self._number(raw[:2])] = self._entry(raw)
        directory = Directory(entries, self.order)
        if end == self.size and self._points_beyond_the_end(directory):
            raise UnopenableFile(CUT_OFF)  # the pointer was not left out: the file was cut there
        self._reach_other_directories(directory)
        return directory, following

    def _entry(self, raw: bytes) -> Entry:
        kind = self._number(raw[2:4])
        count = self._number(raw[4 : 4 + self._word])
        data = raw[4 + self._word :]
        size = _SIZES.get(kind, 0) * count
        if size > len(data):
            offset = self._number(data)
            if offset + size > self.size:
                return _BEYOND_THE_END  # of a tag that matters, what it says is missed later
            self._reach(offset + size)
            data = self.read(offset, size)
        return Entry(kind, count, data[:size])

    def _reach_other_directories(self, directory: Directory) -> None:
        for tag in _DIRECTORY_TAGS[1:]:
            for offset in directory.values(tag)[:1]:
                if 0 < offset < self.size - 2:
                    count = self._number(self.read(offset, 2))
                    self._reach(min(offset + 6 + 12 * count, self.size))

    def _points_beyond_the_end(self, directory: Directory) -> bool:
        lost = any(each == _BEYOND_THE_END for each in directory.entries.values())
        return lost or any(offset + count > self.size for offset, count in self._data_of(directory))

    def _reach_data(self, directory: Directory) -> None:
        for offset, count in self._data_of(directory):
            self._reach(min(offset + count, self.size))

    def _data_of(self, directory: Directory) -> Iterator[tuple[int, int]]:
        """Where the picture's data begin, and how many bytes they are."""
        for offsets, counts in (
            (STRIP_OFFSETS, STRIP_COUNTS),
            (TILE_OFFSETS, TILE_COUNTS),
            (OLD_JPEG, OLD_JPEG_LENGTH),
        ):
            yield from zip(directory.values(offsets), directory.values(counts), strict=False)

    def _reach(self, end: int) -> None:
        self.extent = max(self.extent, end)

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self.order == "<" else "big")
