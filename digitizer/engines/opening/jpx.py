"""The markers of a JPEG 2000 codestream (ITU-T T.800, annex A): whether all its tiles are there.

Its decoders show what they have, however little: that is what the coding was made for.
"""

from __future__ import annotations

import struct

from digitizer.engines.opening.page import PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_SOC_SIZ, _SOT, _SOD, _EOC = b"\xff\x4f\xff\x51", 0xFF90, 0xFF93, 0xFFD9
_SOT_BYTES = 12


def refuse_incomplete(data: bytes, width: int, height: int) -> None:
    """Raises UnopenableFile unless every tile is there to its end, and the size is the stated."""
    start = data.find(_SOC_SIZ)
    if start < 0:
        raise UnopenableFile(PAGE_DAMAGED)
    try:
        tiles, size = _size(data, start)
        seen = _tiles(data, _main_header_end(data, start))
    except struct.error as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    if size != (width, height) or seen != set(range(tiles)):
        raise UnopenableFile(PAGE_DAMAGED)


def _size(data: bytes, start: int) -> tuple[int, tuple[int, int]]:
    """How many tiles there are, and the picture's width and height in pixels."""
    right, bottom, left, top, across, down, tile_left, tile_top = struct.unpack_from(
        ">8I", data, start + 8
    )
    if not across or not down:
        raise UnopenableFile(PAGE_DAMAGED)
    columns, rows = -(-(right - tile_left) // across), -(-(bottom - tile_top) // down)
    return columns * rows, (right - left, bottom - top)


def _main_header_end(data: bytes, start: int) -> int:
    at = start + 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _SOT:
            return at
        if marker < 0xFF00:
            raise UnopenableFile(PAGE_DAMAGED)
        at += 2 + length


def _tiles(data: bytes, at: int) -> set[int]:
    """The numbers of the tiles of which every part that is begun is there."""
    seen: set[int] = set()
    while True:
        (marker,) = struct.unpack_from(">H", data, at)
        if marker == _EOC:
            return seen
        if marker != _SOT:
            raise UnopenableFile(PAGE_DAMAGED)
        _, tile, length, _, _ = struct.unpack_from(">HHIBB", data, at + 2)
        seen.add(tile)
        end = at + length if length else data.rfind(b"\xff\xd9")
        if end < at + _SOT_BYTES or end + 2 > len(data):
            raise UnopenableFile(PAGE_DAMAGED)
        at = end
