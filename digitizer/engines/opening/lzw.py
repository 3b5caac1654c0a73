"""Whether a TIFF strip packed by LZW (TIFF 6.0, section 13) holds all the bytes it should."""

from __future__ import annotations

from digitizer.engines.opening.page import PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_CLEAR, _END, _FIRST = 256, 257, 258
_FULL = 4096
_MOST_LEFT = 8  # bytes behind the last code, whatever they hold
_OLD_STYLE = b"\0\1"  # the bits of the first code in the order of the first writers


def check_lzw(data: bytes, needed: int, most: int) -> None:
    """Walks the codes, of which only the lengths matter. Raises UnopenableFile where they give
    fewer bytes than needed, or more than a full strip has, or are no codes at all."""
    if data[:2] == _OLD_STYLE:
        return
    made = 0
    lengths = [1] * 256 + [0, 0]
    width, before = 9, 0
    bits, held, at, size = 0, 0, 0, len(data)
    while made < needed:
        while held < width:
            if at >= size:
                raise UnopenableFile(PAGE_DAMAGED)
            bits = (bits << 8 | data[at]) & 0xFFFFFF
            held += 8
            at += 1
        held -= width
        code = bits >> held & ((1 << width) - 1)
        if code == _END:
            raise UnopenableFile(PAGE_DAMAGED)
        if code == _CLEAR:
            del lengths[_FIRST:]
            width, before = 9, 0
            continue
        if before and len(lengths) < _FULL:
            lengths.append(before + 1)
            # A code longer from one entry early on: every TIFF writer has it so.
            if len(lengths) + 1 >= 1 << width and width < 12:
                width += 1
        if code >= len(lengths) or lengths[code] == 0:
            raise UnopenableFile(PAGE_DAMAGED)
        before = lengths[code]
        made += before
    if made > most or len(data[at:].rstrip(b"\0")) > _MOST_LEFT:
        raise UnopenableFile(PAGE_DAMAGED)
