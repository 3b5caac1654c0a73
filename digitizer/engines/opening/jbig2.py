"""Looks into JBIG2 data (ITU-T T.88, 7.2: segment headers) without decoding it.

With a symbol dictionary the scanner stores each shape of letter once and repeats it: two
digits that look alike to it become one (the Xerox flaw of 2013). Nobody can know afterwards.

Decoders take whatever data there are for a whole picture. What the segments' headers give is
checked here; whether the coded data themselves suffice only a decoder can show. The arithmetic
decoder reads ones behind the end of its data (E.3.4). So the data are also given with an other
end, ones and then noise: if the picture changes, the decoder ran out of data before its last
pixel, because they were cut off, or because a hole in them led it astray.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from digitizer.engines.opening.page import PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

SYMBOLS_NOTE = "the scanner's compression may have changed letters or digits"

_SYMBOLS, _PATTERNS, _PAGE, _END_OF_STRIPE = 0, 16, 48, 50
_TEXT_REGIONS, _HALFTONES, _GENERIC = {4, 6, 7}, {20, 22, 23}, {36, 38, 39}
_REFINEMENTS = {40, 42, 43}
_REGIONS = _TEXT_REGIONS | _HALFTONES | _GENERIC | _REFINEMENTS
_KNOWN = _REGIONS | {_SYMBOLS, _PATTERNS, _PAGE, 49, _END_OF_STRIPE, 51, 52, 53, 62}
_UNKNOWN = 0xFFFFFFFF
_FILE_HEADER = b"\x97JB2\r\n\x1a\n"
_SHORTEST_HEADER = 11
_ROW_COUNT = 4  # bytes behind the data of a region whose length was not known
_REGION_INFORMATION = 17  # bytes: width, height, left, top, how it is combined (7.4.1)
_MARKER = b"\xff\xac"  # the end of arithmetically coded data
_OTHER_END = b"\xff\x7f\xff\x7f" + b"\x5a\xa5\x3c" * 16
_FORBIDDEN = re.compile(rb"\xff[\x90-\xff]")  # a marker: none is within coded data
_HOLE = bytes(24)  # the coder's output is like noise: so many zeros are no chance


@dataclass(frozen=True, slots=True)
class _Segment:
    start: int  # of its header
    number: int
    kind: int
    refers: tuple[int, ...]
    length_at: int  # where its header gives the length of its data
    begin: int  # of its data
    end: int
    length_is_unknown: bool


def has_symbol_dictionary(data: bytes) -> bool:
    """``data`` is an embedded stream, or the globals that belong to it."""
    return any(each.kind == _SYMBOLS for each in _segments(data))


def refuse_incomplete(data: bytes, shared: bytes, width: int, height: int) -> None:
    """``shared``: the globals. Sizes are the picture's in the file that embeds it.

    Raises UnopenableFile where segments are missing, cut off, or of another picture.
    """
    segments = [*_all_segments(shared), *_all_segments(data)]
    known: set[int] = set()
    for each in segments:
        if not known.issuperset(each.refers):
            raise UnopenableFile(PAGE_DAMAGED)
        known.add(each.number)
    own = list(_all_segments(data))
    if not any(each.kind in _REGIONS for each in own) or _page_size(data, own) != (width, height):
        raise UnopenableFile(PAGE_DAMAGED)
    for each in own:
        if each.kind in _GENERIC and not _is_mmr(data, each):
            rows = _ROW_COUNT if each.length_is_unknown else 0
            _refuse_harmed(data[_coded_from(data, each) : each.end - rows])


def with_other_end(data: bytes) -> bytes:
    """The same picture, if its arithmetically coded data are whole; another if they are not."""
    out, done = bytearray(), 0
    for each in _segments(data):
        if not _is_arithmetic(data, each) or each.end > len(data):
            continue
        coded = data[each.begin : each.end].rstrip(b"\0").removesuffix(_MARKER) + _OTHER_END
        out += data[done : each.length_at] + struct.pack(">I", len(coded)) + coded
        done = each.end
    return bytes(out) + data[done:]


def fax_regions(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Coded data, width and height of each region that is coded as a fax (MMR, which is T.6)."""
    for each in _segments(data):
        if each.kind in _GENERIC and _is_mmr(data, each):
            width, height = struct.unpack_from(">II", data, each.begin)
            yield data[each.begin + _REGION_INFORMATION + 1 : each.end], width, height


def _segments(data: bytes) -> Iterator[_Segment]:
    """As far as they can be followed; the last may end behind the data's end."""
    at = 13 if data.startswith(_FILE_HEADER) else 0
    while at + _SHORTEST_HEADER <= len(data):
        segment = _segment(data, at)
        if segment is None:
            return
        yield segment
        at = segment.end


def _all_segments(data: bytes) -> Iterator[_Segment]:
    """Raises UnopenableFile unless they fill the data, but for padding."""
    end = 0
    for each in _segments(data):
        end = each.end
        if end > len(data) or each.kind not in _KNOWN:
            raise UnopenableFile(PAGE_DAMAGED)
        yield each
    if any(data[end:].strip(b"\r\n \0")):
        raise UnopenableFile(PAGE_DAMAGED)


def _segment(data: bytes, at: int) -> _Segment | None:
    start, number, flags = at, int.from_bytes(data[at : at + 4], "big"), data[at + 4]
    at += 5
    count = data[at] >> 5
    if count == 7:
        count = int.from_bytes(data[at : at + 4], "big") & 0x1FFFFFFF
        at += 4 + (count + 8) // 8
    else:
        at += 1
    size = 1 if number <= 256 else 2 if number <= 65536 else 4
    if at + count * size + 8 > len(data) + 3:
        return None
    refers = (data[at + i * size : at + (i + 1) * size] for i in range(count))
    referred = tuple(int.from_bytes(each, "big") for each in refers)
    at += count * size + (4 if flags & 0x40 else 1)
    length, kind, begin = int.from_bytes(data[at : at + 4], "big"), flags & 0x3F, at + 4
    end = _unknown_end(data, begin) if length == _UNKNOWN else begin + length
    return _Segment(start, number, kind, referred, at, begin, end, length == _UNKNOWN)


def _unknown_end(data: bytes, begin: int) -> int:
    """7.2.7: a generic region whose length was not known ends in a marker and its row count."""
    mmr = data[begin + _REGION_INFORMATION : begin + _REGION_INFORMATION + 1] > b"\0"
    at = data.find(b"\0\0" if mmr else _MARKER, begin + _REGION_INFORMATION + 1)
    return at + 2 + _ROW_COUNT if at >= 0 else len(data) + 1


def _page_size(data: bytes, segments: list[_Segment]) -> tuple[int, int]:
    """Width and height of the page; stripes give the height where its beginning does not."""
    page = next((each for each in segments if each.kind == _PAGE), None)
    if page is None or page.end - page.begin < 19:
        raise UnopenableFile(PAGE_DAMAGED)
    width, height = struct.unpack_from(">II", data, page.begin)
    stripes = [
        int.from_bytes(data[each.begin : each.begin + 4], "big") + 1
        for each in segments
        if each.kind == _END_OF_STRIPE
    ]
    striped = data[page.begin + 17] & 0x80
    if striped and stripes and (height == _UNKNOWN or max(stripes) != height):
        height = max(stripes)
    return width, height


def _is_mmr(data: bytes, segment: _Segment) -> bool:
    at = segment.begin + _REGION_INFORMATION
    return at < len(data) and bool(data[at] & 1)


def _coded_from(data: bytes, segment: _Segment) -> int:
    """Where a generic region's arithmetic data begin: behind its adaptive pixels (7.4.6)."""
    at = segment.begin + _REGION_INFORMATION
    flags = data[at]
    if flags >> 1 & 3:
        return at + 1 + 2
    return at + 1 + (24 if flags & 0x10 else 8)


def _refuse_harmed(coded: bytes) -> None:
    marker = _FORBIDDEN.search(coded)
    if _HOLE in coded.rstrip(b"\0") or (marker and any(coded[marker.end() :].rstrip(b"\0"))):
        raise UnopenableFile(PAGE_DAMAGED)


def _is_arithmetic(data: bytes, segment: _Segment) -> bool:
    """Whether its data are coded arithmetically: the lowest of its flags shows it (7.4)."""
    if segment.kind in (_SYMBOLS,):
        return segment.end - segment.begin > 2 and not data[segment.begin + 1] & 1
    if segment.kind == _PATTERNS:
        return segment.end > segment.begin and not data[segment.begin] & 1
    at = segment.begin + _REGION_INFORMATION
    if segment.kind in _TEXT_REGIONS:
        return at + 1 < len(data) and not data[at + 1] & 1
    if segment.kind in _GENERIC | _HALFTONES:
        return at < len(data) and not data[at] & 1
    return segment.kind in _REFINEMENTS
