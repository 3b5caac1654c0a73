"""Writes grey JPEGs with arithmetic coding (ITU-T T.81, annexes D and F.1.4), which no library at
hand writes."""

from __future__ import annotations

import struct

import numpy as np

from trials.damage.paper import Pixels

_STEP = 30  # of quantization, the same for all coefficients
_ZIGZAG = tuple(
    8 * row + column
    for total in range(15)
    for row, column in (
        (at, total - at) if total % 2 else (total - at, at) for at in range(total + 1)
    )
    if row < 8 and column < 8
)

# Table D.3: the less probable symbol's share, the next state after it, after the more probable,
# and whether the two change places.
_TABLE = (
    "5a1d,1,1,1 2586,14,2,0 1114,16,3,0 080b,18,4,0 03d8,20,5,0 01da,23,6,0 00e5,25,7,0 "
    "006f,28,8,0 0036,30,9,0 001a,33,10,0 000d,35,11,0 0006,9,12,0 0003,10,13,0 0001,12,13,0 "
    "5a7f,15,15,1 3f25,36,16,0 2cf2,38,17,0 207c,39,18,0 17b9,40,19,0 1182,42,20,0 0cef,43,21,0 "
    "09a1,45,22,0 072f,46,23,0 055c,48,24,0 0406,49,25,0 0303,51,26,0 0240,52,27,0 01b1,54,28,0 "
    "0144,56,29,0 00f5,57,30,0 00b7,59,31,0 008a,60,32,0 0068,62,33,0 004e,63,34,0 003b,32,35,0 "
    "002c,33,9,0 5ae1,37,37,1 484c,64,38,0 3a0d,65,39,0 2ef1,67,40,0 261f,68,41,0 1f33,69,42,0 "
    "19a8,70,43,0 1518,72,44,0 1177,73,45,0 0e74,74,46,0 0bfb,75,47,0 09f8,77,48,0 0861,78,49,0 "
    "0706,79,50,0 05cd,48,51,0 04de,50,52,0 040f,50,53,0 0363,51,54,0 02d4,52,55,0 025c,53,56,0 "
    "01f8,54,57,0 01a4,55,58,0 0160,56,59,0 0125,57,60,0 00f6,58,61,0 00cb,59,62,0 00ab,61,63,0 "
    "008f,61,32,0 5b12,65,65,1 4d04,80,66,0 412c,81,67,0 37d8,82,68,0 2fe8,83,69,0 293c,84,70,0 "
    "2379,86,71,0 1edf,87,72,0 1aa9,87,73,0 174e,72,74,0 1424,72,75,0 119c,74,76,0 0f6b,74,77,0 "
    "0d51,75,78,0 0bb6,77,79,0 0a40,77,48,0 5832,80,81,1 4d1c,88,82,0 438e,89,83,0 3bdd,90,84,0 "
    "34ee,91,85,0 2eae,92,86,0 299a,93,87,0 2516,86,71,0 5570,88,89,1 4ca9,95,90,0 44d9,96,91,0 "
    "3e22,97,92,0 3824,99,93,0 32b4,99,94,0 2e17,93,86,0 56a8,95,96,1 4f46,101,97,0 "
    "47e5,102,98,0 41cf,103,99,0 3c3d,104,100,0 375e,99,93,0 5231,105,102,0 4c0f,106,103,0 "
    "4639,107,104,0 415e,103,99,0 5627,105,106,1 50e7,108,107,0 4b85,109,103,0 5597,110,109,0 "
    "504f,111,107,0 5a10,110,111,1 5522,112,109,0 59eb,112,111,1 "
)
_STATES = tuple(
    (int(size, 16), int(less), int(more), int(switch))
    for size, less, more, switch in (each.split(",") for each in _TABLE.split())
)
_DC_LARGE, _DC_BITS, _LOW, _HIGH, _FIRST_HIGH = 20, 14, 189, 217, 6


class _Coder:
    """The encoder of annex D. A bin is a list of a state's number and its likelier symbol."""

    def __init__(self) -> None:
        self._range, self._code, self._left = 0x10000, 0, 11
        self._out = bytearray()

    def put(self, bin_: list[int], symbol: int) -> None:
        size, after_less, after_more, switch = _STATES[bin_[0]]
        self._range -= size
        if symbol != bin_[1]:
            if self._range >= size:
                self._code += self._range
                self._range = size
            bin_[0] = after_less
            bin_[1] ^= switch
            self._renormalize()
        elif self._range < 0x8000:
            if self._range < size:
                self._code += self._range
                self._range = size
            bin_[0] = after_more
            self._renormalize()

    def _renormalize(self) -> None:
        while self._range < 0x8000:
            self._range <<= 1
            self._code <<= 1
            self._left -= 1
            if self._left == 0:
                self._byte()
                self._left = 8

    def _byte(self) -> None:
        value = self._code >> 19
        if value > 0xFF:
            at = len(self._out) - 1
            while self._out[at] == 0xFF:
                self._out[at] = 0
                at -= 1
            self._out[at] += 1
        self._out.append(value & 0xFF)
        self._code &= 0x7FFFF

    def finished(self) -> bytes:
        last = (self._code + self._range - 1) & ~0xFFFF
        self._code = last + 0x8000 if last < self._code else last
        self._code <<= self._left
        self._byte()
        self._code <<= 8
        self._byte()
        return bytes(self._out).rstrip(b"\0").replace(b"\xff", b"\xff\0")


class _Blocks:
    """Codes blocks of one component (F.1.4), with the standard's default conditioning."""

    def __init__(self) -> None:
        self._coder = _Coder()
        self._dc = [[0, 0] for _ in range(64)]
        self._ac = [[0, 0] for _ in range(256)]
        self._context = self._before = 0

    def put(self, block: list[int]) -> None:
        self._put_dc(block[0] - self._before)
        self._before = block[0]
        last = max((k for k in range(1, 64) if block[k]), default=0)
        k = 1
        while k <= last:
            self._coder.put(self._ac[3 * (k - 1)], 0)
            while not block[k]:
                self._coder.put(self._ac[3 * (k - 1) + 1], 0)
                k += 1
            self._coder.put(self._ac[3 * (k - 1) + 1], 1)
            self._put_ac(k, block[k])
            k += 1
        if k <= 63:
            self._coder.put(self._ac[3 * (k - 1)], 1)

    def finished(self) -> bytes:
        return self._coder.finished()

    def _put_dc(self, difference: int) -> None:
        at = self._context
        self._coder.put(self._dc[at], int(difference != 0))
        if not difference:
            self._context = 0
            return
        negative = int(difference < 0)
        self._coder.put(self._dc[at + 1], negative)
        value = abs(difference) - 1
        at += 2 + negative
        self._coder.put(self._dc[at], int(value > 0))
        top = 0
        if value:
            at, top = self._put_size(self._dc, _DC_LARGE, value)
        self._context = (12 if top > 1 else 4) + 4 * negative
        self._put_bits(self._dc, at + _DC_BITS, value, top)

    def _put_ac(self, k: int, coefficient: int) -> None:
        self._coder.put([0, 0], int(coefficient < 0))
        value, at = abs(coefficient) - 1, 3 * (k - 1) + 2
        self._coder.put(self._ac[at], int(value > 0))
        if value:
            self._coder.put(self._ac[at], int(value > 1))
        if value > 1:
            start = _HIGH if k >= _FIRST_HIGH else _LOW
            at, top = self._put_size(self._ac, start, value >> 1)
            self._put_bits(self._ac, at + _DC_BITS, value, 2 * top)

    def _put_size(self, bins: list[list[int]], at: int, value: int) -> tuple[int, int]:
        """In unary; gives the last bin, and the value's highest bit."""
        top = 1
        while value > 1:
            self._coder.put(bins[at], 1)
            at, top, value = at + 1, 2 * top, value >> 1
        self._coder.put(bins[at], 0)
        return at, top

    def _put_bits(self, bins: list[list[int]], at: int, value: int, top: int) -> None:
        while top > 1:
            top >>= 1
            self._coder.put(bins[at], int(bool(value & top)))


def arithmetic_jpeg(pixels: Pixels) -> bytes:
    """A sequential grey JPEG (SOF9); width and height multiples of 8."""
    height, width = pixels.shape
    coder = _Blocks()
    for block in _coefficients(pixels):
        coder.put(block)
    tables = b"\xff\xdb" + struct.pack(">HB", 67, 0) + bytes([_STEP]) * 64
    frame = b"\xff\xc9" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0"
    return b"\xff\xd8" + tables + frame + scan + coder.finished() + b"\xff\xd9"


def _coefficients(pixels: Pixels) -> list[list[int]]:
    """For each block, row by row, its 64 quantized coefficients in zigzag order."""
    height, width = pixels.shape
    at = np.arange(8)
    basis = np.cos((2 * at[None, :] + 1) * at[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    blocks = pixels.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8) - 128.0
    found = np.rint(basis @ blocks @ basis.T / _STEP).astype(int).reshape(-1, 64)
    in_order: list[list[int]] = found[:, _ZIGZAG].tolist()
    return in_order
