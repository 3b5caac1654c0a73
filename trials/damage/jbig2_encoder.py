"""Writes JBIG2 (ITU-T T.88): one generic region, arithmetic coding, template 0.

Small and slow, for files that tests need. The coder is the one of Annex E; the names are its.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

Bits = np.ndarray[Any, np.dtype[np.uint8]]

_STATES = (  # table E.1: Qe, next state after the likelier symbol, after the other, switch
    (0x5601, 1, 1, 1),
    (0x3401, 2, 6, 0),
    (0x1801, 3, 9, 0),
    (0x0AC1, 4, 12, 0),
    (0x0521, 5, 29, 0),
    (0x0221, 38, 33, 0),
    (0x5601, 7, 6, 1),
    (0x5401, 8, 14, 0),
    (0x4801, 9, 14, 0),
    (0x3801, 10, 14, 0),
    (0x3001, 11, 17, 0),
    (0x2401, 12, 18, 0),
    (0x1C01, 13, 20, 0),
    (0x1601, 29, 21, 0),
    (0x5601, 15, 14, 1),
    (0x5401, 16, 14, 0),
    (0x5101, 17, 15, 0),
    (0x4801, 18, 16, 0),
    (0x3801, 19, 17, 0),
    (0x3401, 20, 18, 0),
    (0x3001, 21, 19, 0),
    (0x2801, 22, 19, 0),
    (0x2401, 23, 20, 0),
    (0x2201, 24, 21, 0),
    (0x1C01, 25, 22, 0),
    (0x1801, 26, 23, 0),
    (0x1601, 27, 24, 0),
    (0x1401, 28, 25, 0),
    (0x1201, 29, 26, 0),
    (0x1101, 30, 27, 0),
    (0x0AC1, 31, 28, 0),
    (0x09C1, 32, 29, 0),
    (0x08A1, 33, 30, 0),
    (0x0521, 34, 31, 0),
    (0x0441, 35, 32, 0),
    (0x02A1, 36, 33, 0),
    (0x0221, 37, 34, 0),
    (0x0141, 38, 35, 0),
    (0x0111, 39, 36, 0),
    (0x0085, 40, 37, 0),
    (0x0049, 41, 38, 0),
    (0x0025, 42, 39, 0),
    (0x0015, 43, 40, 0),
    (0x0009, 44, 41, 0),
    (0x0005, 45, 42, 0),
    (0x0001, 45, 43, 0),
    (0x5601, 46, 46, 0),
)
_ADAPTIVE = bytes((3, 0xFF, 0xFD, 0xFF, 2, 0xFE, 0xFE, 0xFE))  # template 0's usual pixels
PAGE_INFORMATION, GENERIC_REGION, END_OF_STRIPE = 48, 38, 50
_UNKNOWN = 0xFFFFFFFF


class _Coder:
    """The encoder of E.2."""

    def __init__(self) -> None:
        self.out = bytearray(b"\0")  # the byte before the first, which a carry never reaches
        self._a, self._c, self._ct = 0x8000, 0, 12
        self._state, self._likely = bytearray(1 << 16), bytearray(1 << 16)

    def put(self, context: int, bit: int) -> None:
        qe, after_likely, after_other, switch = _STATES[self._state[context]]
        self._a -= qe
        if bit == self._likely[context]:
            if self._a & 0x8000:
                self._c += qe
                return
            if self._a < qe:
                self._a = qe
            else:
                self._c += qe
            self._state[context] = after_likely
        else:
            if self._a < qe:
                self._c += qe
            else:
                self._a = qe
            self._likely[context] ^= switch
            self._state[context] = after_other
        while not self._a & 0x8000:
            self._shift()

    def _shift(self) -> None:
        self._a <<= 1
        self._c <<= 1
        self._ct -= 1
        if self._ct == 0:
            self._byte_out()

    def _byte_out(self) -> None:
        if self.out[-1] != 0xFF and self._c >= 0x8000000:
            self.out[-1] += 1
            if self.out[-1] == 0xFF:
                self._c &= 0x7FFFFFF
        if self.out[-1] == 0xFF:
            self.out.append(self._c >> 20 & 0xFF)
            self._c, self._ct = self._c & 0xFFFFF, 7
        else:
            self.out.append(self._c >> 19 & 0xFF)
            self._c, self._ct = self._c & 0x7FFFF, 8

    def flush(self) -> bytes:
        top = self._c + self._a
        self._c |= 0xFFFF
        if self._c >= top:
            self._c -= 0x8000
        for _ in range(2):
            self._c <<= self._ct
            self._byte_out()
        if self.out[-1] != 0xFF:
            self.out.append(0xFF)
        return bytes(self.out[1:]) + b"\xac"


def arithmetic_data(ink: Bits) -> bytes:
    """The pixels (0 or 1, HxW; 1 is ink), coded as 6.2.5 has it, up to the marker FF AC."""
    height, width = ink.shape
    padded = np.zeros((height + 2, width + 8), np.int64)
    padded[2:, 4:-4] = ink
    coder = _Coder()
    for y in range(height):
        context = np.zeros(width, np.int64)
        # Figure 3 with its adaptive pixels in their usual places. A context is but a name.
        for line, first, last in ((y, -2, 2), (y + 1, -3, 3), (y + 2, -4, -1)):
            for dx in range(first, last + 1):
                context = context << 1 | padded[line, 4 + dx : 4 + dx + width]
        row = padded[y + 2, 4 : 4 + width].tolist()
        for name, bit in zip(context.tolist(), row, strict=True):
            coder.put(name, bit)
    return coder.flush()


def segment(number: int, kind: int, data: bytes) -> bytes:
    """A segment of page 1 that refers to no other (7.2)."""
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def page_information(width: int, height: int | None, stripe: int = 0) -> bytes:
    """Segment 0; ``height`` None: given by the stripes' ends, ``stripe`` rows at most each."""
    rows = _UNKNOWN if height is None else height
    stripes = 0x8000 | stripe if stripe else 0
    return segment(0, PAGE_INFORMATION, struct.pack(">IIIIBH", width, rows, 0, 0, 0, stripes))


def generic_region(number: int, ink: Bits, top: int = 0) -> bytes:
    """An immediate generic region at the page's left edge."""
    height, width = ink.shape
    head = struct.pack(">IIIIB", width, height, 0, top, 0) + b"\0" + _ADAPTIVE
    return segment(number, GENERIC_REGION, head + arithmetic_data(ink))


def encode(ink: Bits) -> bytes:
    """A page as a PDF embeds it: no file header, no end of page."""
    height, width = ink.shape
    return page_information(width, height) + generic_region(1, ink)


def encode_stripes(ink: Bits, rows: int) -> bytes:
    """A page in stripes whose height only its stripes give."""
    height, width = ink.shape
    data, number = page_information(width, None, rows), 1
    for top in range(0, height, rows):
        part = ink[top : top + rows]
        end = struct.pack(">I", top + len(part) - 1)
        data += generic_region(number, part, top) + segment(number + 1, END_OF_STRIPE, end)
        number += 2
    return data
