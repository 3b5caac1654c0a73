"""The chunks of a PNG and their check sums, which Pillow does not look at for pixels.

A copy that broke off and left zeros behind would otherwise be shown as a half-black page.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from digitizer.engines.opening.page import CUT_OFF, DAMAGED
from digitizer.model.errors import UnopenableFile

_SIGNATURE_BYTES = 8
_BLOCK = 1 << 20


def refuse_damaged(file: BinaryIO) -> None:
    """Raises UnopenableFile unless every chunk up to the end marker is as it was written."""
    file.seek(_SIGNATURE_BYTES)
    kind = b""
    while kind != b"IEND":
        head = file.read(8)
        if len(head) < 8:
            raise UnopenableFile(CUT_OFF)
        length, kind = struct.unpack(">I4s", head)
        if _check_sum(file, kind, length) != _number(file.read(4)):
            raise UnopenableFile(DAMAGED)


def _check_sum(file: BinaryIO, kind: bytes, length: int) -> int:
    total = zlib.crc32(kind)
    while length > 0:
        block = file.read(min(length, _BLOCK))
        if not block:
            raise UnopenableFile(CUT_OFF)
        total = zlib.crc32(block, total)
        length -= len(block)
    return total


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big") if len(data) == 4 else -1
