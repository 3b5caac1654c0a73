"""QR codes cell by cell (ReportLab's encoder, its choice of a mask counted with NumPy).

A code that was printed years ago is compared with the one that is made here, so the cells are those
that ReportLab makes. It reckons bit by bit and tries eight masks one after the other: most of the
time that a sheet took. Here the same is reckoned in fewer steps.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from reportlab.graphics.barcode import qrencoder

from digitizer.engines.printing.kit import cover_layout as layout

Cells = tuple[tuple[bool, ...], ...]
"""Row by row from the top, True for black."""

_VERSION = 3
_LEVEL = qrencoder.QRErrorCorrectLevel.H
_BYTES = 70
"""What a code of version 3 holds, its error correction included."""

_BLOCK, _CORRECTIONS = 13, 22
"""Bytes of each of its two blocks with error correction H, and of what corrects that block."""

_CHARACTERS = 35
"""What is left of that with error correction H, of the alphanumeric set."""

_MASKS = 8
_LIKE_A_CORNER = np.array([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], np.bool_)

_Many = NDArray[np.bool_]
"""Codes, rows, cells."""


@lru_cache(maxsize=4)  # a sheet bears one code four times
def qr_modules(payload: str) -> Cells:
    """The 29 by 29 cells of the code on our sheets: version 3, error correction H. ValueError if
    the payload is longer than that holds (35 characters of the alphanumeric set)."""
    if len(payload) > _CHARACTERS:
        raise ValueError(f"a code holds {_CHARACTERS} characters, not {len(payload)}")
    data = _corrected(_written(payload))
    frames = _frames()
    cells = np.zeros(frames.tried.shape[1:], np.bool_)
    cells[frames.rows, frames.columns] = np.unpackbits(np.frombuffer(data, np.uint8))
    best = int(np.argmin(_lost_points(frames.tried ^ cells)))
    return tuple(map(tuple, (frames.finished[best] ^ cells).tolist()))


def qr_cells(text: str) -> Cells:
    """The cells of a QR code of any text: of the smallest version that holds it with error
    correction M, which is enough on a screen."""
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(qrencoder.QR8bitByte(text))
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.modules)


def _written(payload: str) -> bytes:
    """The characters as ISO/IEC 18004 writes those of the alphanumeric set (7.4.4), filled up
    (7.4.9). ValueError if one is of no such set."""
    values = [qrencoder.QRAlphaNum.chars.index(character) for character in payload]
    pairs = zip(values[::2], values[1::2], strict=False)
    bits = f"0010{len(values):09b}" + "".join([f"{high * 45 + low:011b}" for high, low in pairs])
    if len(values) % 2:
        bits += f"{values[-1]:06b}"
    bits = (bits + "0000")[: 16 * _BLOCK]
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    written = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return (written + b"\xec\x11" * _BLOCK)[: 2 * _BLOCK]


def _corrected(written: bytes) -> bytes:
    """The bytes of both blocks in turn, and then those that correct them (7.5 and 7.6)."""
    blocks = written[:_BLOCK], written[_BLOCK:]
    parts = (*blocks,), tuple(map(_corrections, blocks))
    return bytes(byte for part in parts for pair in zip(*part, strict=True) for byte in pair)


def _corrections(block: bytes) -> bytes:
    """What is left of the block divided by the code's polynomial, a byte a step."""
    multiples, low = _multiples(), (1 << 8 * (_CORRECTIONS - 1)) - 1
    left = 0
    for byte in block:
        left = ((left & low) << 8) ^ multiples[byte ^ (left >> 8 * (_CORRECTIONS - 1))]
    return left.to_bytes(_CORRECTIONS, "big")


@cache
def _multiples() -> tuple[int, ...]:
    """The polynomial without its highest term, times each byte."""
    util: Any = qrencoder.QRUtil
    field: Any = qrencoder.QRMath
    terms = util.getErrorCorrectPolynomial(_CORRECTIONS).num[1:]
    logs = [field.glog(term) for term in terms]
    times = (bytes(field.gexp(log + field.glog(byte)) for log in logs) for byte in range(1, 256))
    return (0, *(int.from_bytes(each, "big") for each in times))


class _Frames(NamedTuple):
    """A code of empty data by each mask, as it is tried and as it is printed, and the places of
    the data's bits."""

    tried: _Many
    finished: _Many
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]


@cache
def _frames() -> _Frames:
    code: Any = qrencoder.QRCode(_VERSION, _LEVEL)
    code.dataCache = [0] * _BYTES
    frames = []
    for is_test in (True, False):
        made = []
        for mask in range(_MASKS):
            code.makeImpl(is_test, mask)
            made.append(np.array(code.modules, np.bool_))
        frames.append(np.stack(made))
    columns, rows = np.array(code.dataPosIterator()[: _BYTES * 8]).T
    assert frames[0].shape[1] == layout.CODE_MODULES
    return _Frames(frames[0], frames[1], rows, columns)


def _lost_points(codes: _Many) -> NDArray[np.int64]:
    """How badly each would be read, as ISO/IEC 18004 and ReportLab count it: ReportLab looks for
    what is like a corner in rows alone, and not at their very end."""
    total = _runs(codes) + _runs(codes.transpose(0, 2, 1))
    beside = codes[:, :, 1:] == codes[:, :, :-1]
    blocks = beside[:, 1:] & beside[:, :-1] & (codes[:, 1:, 1:] == codes[:, :-1, 1:])
    total = total + 3 * blocks.sum((1, 2))
    windows = np.lib.stride_tricks.sliding_window_view(codes, len(_LIKE_A_CORNER), axis=2)[
        :, :, :-1
    ]
    total = total + 40 * (windows == _LIKE_A_CORNER).all(3).sum((1, 2))
    share = 100 * codes.sum((1, 2)) // codes[0].size
    counted: NDArray[np.int64] = total + 10 * (np.abs(share - 50) // 5)
    return counted


def _runs(codes: _Many) -> NDArray[np.int64]:
    """Two less than its length for each run of five or more like cells in a column."""
    like = codes[:, 1:] == codes[:, :-1]
    five = like[:, 3:] & like[:, 2:-1] & like[:, 1:-2] & like[:, :-3]
    begun = five[:, 1:] & ~five[:, :-1]
    points: NDArray[np.int64] = five.sum((1, 2)) + 2 * (begun.sum((1, 2)) + five[:, 0].sum(1))
    return points
