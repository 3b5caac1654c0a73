"""The boxes of JPEG 2000 and HEIF files, and the parts of a JPEG 2000 codestream, gone over
without decoding (ITU-T T.800 annexes A and I; ISO/IEC 14496-12, 23008-12).

Their decoders show what came before a cut, and only warn.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from digitizer.engines.opening.page import CUT_OFF, PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_SOC, _SIZ, _COD, _SOT, _EOC = b"\xff\x4f", 0x51, 0x52, 0x90, 0xD9
_CODESTREAM, _SIGNATURE = b"jp2c", b"jP  "
_NEEDED = {b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"meta", b"mdat", b"iloc"}
_MOST_COMPONENTS = 4
_SLICE_MOST = 32  # NAL unit types below hold slices of a picture
_THREE_ZEROS = bytes(3)


@dataclass(frozen=True, slots=True)
class Box:
    """A box's type, where its content begins and ends."""

    type: bytes
    begin: int
    end: int


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes between two offsets, up to what is none. Raises UnopenableFile where one
    that pages need is cut."""
    at, end = begin, len(data) if end is None else end
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        head = 8
        if not kind.strip().isalnum():
            return
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size == 0:
            size = end - at
        if size < head or at + size > end:
            if kind in _NEEDED:
                raise UnopenableFile(CUT_OFF)
            return  # no box, but what was hung behind the file
        yield Box(kind, at + head, at + size)
        at += size


def end_of_jpeg2000(file: BinaryIO) -> int:
    """Where it ends, once its codestream was found whole. Raises UnopenableFile."""
    data = file.read()
    if data.startswith(_SOC):
        return _end_of_codestream(data, 0)
    end = 0
    for box in boxes(data):
        if end and box.type == _SIGNATURE:
            break  # another file begins
        end = box.end
        if box.type == _CODESTREAM:
            begin = int.from_bytes(data[box.begin - 8 : box.begin - 4], "big")
            stream = _end_of_codestream(data[: box.end], box.begin)
            end = stream if begin == 0 else box.end
    return end


def _end_of_codestream(data: bytes, at: int) -> int:
    """Over the main header and each tile-part by its stated length, to the end marker."""
    at += 2
    packets = 0
    while True:
        marker, length = _marker(data, at)
        if marker == _SOT:
            size = int.from_bytes(data[at + 6 : at + 10], "big")
            if size == 0:  # the last, up to the end marker
                end = data.find(b"\xff\xd9", at)
                if end < 0:
                    raise UnopenableFile(CUT_OFF)
                size = end - at
            _refuse_hole(data, at, at + size, packets)
            at += size
        elif marker == _EOC:
            return at + 2
        else:
            if marker == _COD:
                packets = _packets(data[at + 4 : at + 2 + length])
            at += 2 + length


def _marker(data: bytes, at: int) -> tuple[int, int]:
    if at + 2 > len(data):
        raise UnopenableFile(CUT_OFF)
    if data[at] != 0xFF:
        raise UnopenableFile(CUT_OFF if not any(data[at:]) else PAGE_DAMAGED)
    return data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")


def _packets(coding: bytes) -> int:
    """How many packets a tile of one component has where precincts are as large as can be; each
    may be empty, which is a byte of 0. 0 where precincts are given."""
    if len(coding) < 6 or coding[0] & 1:
        return 0
    return int.from_bytes(coding[2:4], "big") * (coding[5] + 1)


def _refuse_hole(data: bytes, begin: int, end: int, packets: int) -> None:
    """Coded data hold no zeros in a row, but for a byte of each packet that is empty."""
    if end > len(data):
        raise UnopenableFile(CUT_OFF)
    if packets and data.find(bytes(_MOST_COMPONENTS * packets + 16), begin, end) >= 0:
        raise UnopenableFile(PAGE_DAMAGED)


def end_of_heif(file: BinaryIO) -> int:
    """Where a HEIF file ends: before another file's first box. Raises UnopenableFile."""
    end = 0
    for box in boxes(file.read()):
        if end and box.type == b"ftyp":
            break
        end = box.end
    return end


def refuse_damaged_heif(data: bytes) -> None:
    """Each item's data must lie in the file, and hold no zeros where coding allows none.

    Raises UnopenableFile.
    """
    for item in _items(data):
        for begin, size in item:
            if begin + size > len(data):
                raise UnopenableFile(CUT_OFF)
        _refuse_zeros_in_slices(b"".join(data[begin : begin + size] for begin, size in item))


def _refuse_zeros_in_slices(item: bytes) -> None:
    """Three zeros in a row are never in a NAL unit (ITU-T H.265, 7.4.2)."""
    at, units = 0, []
    while at + 4 <= len(item):
        size = int.from_bytes(item[at : at + 4], "big")
        if size < 2 or at + 4 + size > len(item):
            return  # no NAL units: metadata, or lengths of another width
        units.append(item[at + 4 : at + 4 + size])
        at += 4 + size
    for unit in units:
        if unit[0] >> 1 < _SLICE_MOST and _THREE_ZEROS in unit:
            raise UnopenableFile(PAGE_DAMAGED)


def _items(data: bytes) -> list[list[tuple[int, int]]]:
    """For each item the places of its data in the file (the iloc box, construction 0)."""
    for box in boxes(data[: end_of_heif(io.BytesIO(data))]):
        if box.type == b"meta":
            for inner in boxes(data, box.begin + 4, box.end):
                if inner.type == b"iloc":
                    return _locations(io.BytesIO(data[inner.begin : inner.end]))
    return []


def _locations(box: io.BytesIO) -> list[list[tuple[int, int]]]:
    version, sizes = _number(box, 4) >> 24, _number(box, 2)
    offset_size, length_size, base_size, index_size = (
        sizes >> shift & 15 for shift in (12, 8, 4, 0)
    )
    items = []
    for _ in range(_number(box, 4 if version == 2 else 2)):
        _number(box, 4 if version == 2 else 2)  # its id
        construction = _number(box, 2) & 15 if version in (1, 2) else 0
        _number(box, 2)  # in which file
        base = _number(box, base_size)
        places = []
        for _ in range(_number(box, 2)):
            _number(box, index_size if version in (1, 2) else 0)
            places.append((base + _number(box, offset_size), _number(box, length_size)))
        if construction == 0:
            items.append(places)
    return items


def _number(box: io.BytesIO, size: int) -> int:
    return int.from_bytes(box.read(size), "big")
