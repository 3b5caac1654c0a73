"""QR codes cell by cell (ReportLab's encoder, its choice of a mask counted with NumPy).

A code that was printed years ago is compared with the one that is made here, so the cells are those
that ReportLab makes, which tries eight masks one after the other: most of the time that a sheet
took.
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

_CHARACTERS = 35
"""What is left of that with error correction H, of the alphanumeric set."""

_MASKS = 8
_LIKE_A_CORNER = np.array([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], np.bool_)

# A pure function of a few numbers, which ReportLab works out again for each block of each code.
_util: Any = qrencoder.QRUtil
_util.getErrorCorrectPolynomial = staticmethod(cache(_util.getErrorCorrectPolynomial))

_Many = NDArray[np.bool_]
"""Codes, rows, cells."""


@lru_cache(maxsize=4)  # a sheet bears one code four times
def qr_modules(payload: str) -> Cells:
    """The 29 by 29 cells of the code on our sheets: version 3, error correction H. ValueError if
    the payload is longer than that holds (35 characters of the alphanumeric set)."""
    if len(payload) > _CHARACTERS:
        raise ValueError(f"a code holds {_CHARACTERS} characters, not {len(payload)}")
    content = qrencoder.QRAlphaNum(payload)
    encoder: Any = qrencoder.QRCode
    data = encoder.createData(_VERSION, _LEVEL, [content])
    frames = _frames()
    cells = np.zeros(frames.tried.shape[1:], np.bool_)
    cells[frames.rows, frames.columns] = np.unpackbits(np.array(data, np.uint8))
    best = int(np.argmin(_lost_points(frames.tried ^ cells)))
    return tuple(map(tuple, (frames.finished[best] ^ cells).tolist()))


def qr_cells(text: str) -> Cells:
    """The cells of a QR code of any text: of the smallest version that holds it with error
    correction M, which is enough on a screen."""
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(qrencoder.QR8bitByte(text))
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.modules)


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
