"""Looks into JBIG2 data (ITU-T T.88, 7.2: segment headers) without decoding it.

With a symbol dictionary the scanner stores each shape of letter once and repeats it: two
digits that look alike to it become one (the Xerox fault of 2013). Nobody can tell afterwards.
"""

from __future__ import annotations

SYMBOLS_NOTE = "the scanner's compression may have changed letters or digits"

_SYMBOL_DICTIONARY = 0
_UNKNOWN_LENGTH = 0xFFFFFFFF
_FILE_HEADER = b"\x97JB2\r\n\x1a\n"


def has_symbol_dictionary(data: bytes) -> bool:
    """``data`` is an embedded stream, or the globals that belong to it."""
    at = 13 if data.startswith(_FILE_HEADER) else 0
    while at + 11 <= len(data):
        kind, length, at = _segment(data, at)
        if kind == _SYMBOL_DICTIONARY:
            return True
        if length == _UNKNOWN_LENGTH:
            return False
        at += length
    return False


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """The kind and data length of the segment whose header is at ``at``, and where data begin."""
    number = int.from_bytes(data[at : at + 4], "big")
    flags = data[at + 4]
    at += 5
    referred = data[at] >> 5
    if referred == 7:
        referred = int.from_bytes(data[at : at + 4], "big") & 0x1FFFFFFF
        at += 4 + (referred + 8) // 8
    else:
        at += 1
    at += referred * (1 if number <= 256 else 2 if number <= 65536 else 4)
    at += 4 if flags & 0x40 else 1
    return flags & 0x3F, int.from_bytes(data[at : at + 4], "big"), at + 4
