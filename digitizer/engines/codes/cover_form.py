"""The printed form of each kind of sheet as tones: what is left of it when nothing can be read.

Drawn from ``cover_layout`` alone. A tone is the share of ink (0..1) at a place: half for a code,
less for lines of print, which a picture of a few pixels a centimetre shows as grey.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.model.paper import CodeKind

Tones = NDArray[np.float32]

# Shares of ink, measured on sheets as they are drawn.
_CODE, _MARK, _BAND = 0.5, 0.65, 0.85
_TITLE, _FOOT, _PRINT, _NUMBER = 0.2, 0.15, 0.08, 0.25

_FINE = 4.0
"""Pixels a millimetre while drawing: a frame is half a millimetre wide."""


def whole_form(kind: CodeKind, paper: Paper, cell: float) -> Tones:
    """The whole sheet, upright, ``cell`` millimetres a pixel."""
    width, height = layout.PAPERS[paper]
    tones = np.zeros((round(height * _FINE), round(width * _FINE)), np.float32)
    zones = layout.cover_zones(width, height)
    _fill(tones, _inside(zones.header), _TITLE)
    _fill(tones, _inside(zones.footer), _FOOT)
    _DRAW[kind](tones, width, height)
    for area in layout.code_areas(width, height):
        _fill(tones, area, _CODE)
    for area in layout.mark_areas(width, height):
        _fill(tones, area, _MARK)
    return shrunk(tones, 1 / (_FINE * cell))


def shrunk(tones: Tones, scale: float) -> Tones:
    small = cv2.resize(tones, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def block_form(side: float, ring: float, cell: float) -> Tones:
    """A dark square of ``side`` millimetres with ``ring`` of white around it."""
    fine = 8.0
    whole, edge = round((side + 2 * ring) * fine), round(ring * fine)
    tones = np.zeros((whole, whole), np.float32)
    tones[edge:-edge, edge:-edge] = 1
    size = max(3, round((side + 2 * ring) / cell)) | 1
    return np.asarray(cv2.resize(tones, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def _inmate(tones: Tones, width: float, height: float) -> None:
    zones = layout.cover_zones(width, height)
    for area in (zones.person, zones.mail_to, zones.sender):
        _fill(tones, area.grown(-5), _PRINT)
        _frame(tones, area)
    _fill(tones, zones.steps, _PRINT)


def _reply(tones: Tones, width: float, height: float) -> None:
    body, box = layout.body_area(width, height), layout.writing_area(width, height)
    _fill(tones, Area(body.left, body.top, body.width, box.top - body.top - 5), _PRINT)
    _frame(tones, box)


def _batch(tones: Tones, width: float, height: float) -> None:
    body, frame = layout.body_area(width, height), layout.count_frame(width, height)
    _fill(tones, Area(body.left, body.top, body.width, body.height), _PRINT / 2)
    _fill(tones, frame, 0)
    _fill(tones, frame.grown(-frame.height / 4), _NUMBER / 2)
    _frame(tones, frame)


def _legal(tones: Tones, width: float, height: float) -> None:
    body, band = layout.body_area(width, height), layout.legal_band(width, height)
    _fill(tones, Area(body.left, band.bottom + 4, body.width, body.height - 52), _PRINT)
    _fill(tones, band, _BAND)


def _separator(tones: Tones, width: float, height: float) -> None:
    body, frame = layout.body_area(width, height), layout.count_frame(width, height)
    top = frame.bottom + 12
    _fill(tones, Area(body.left, top, body.width, (body.bottom - top) * 0.7), _PRINT)
    _fill(tones, Area(frame.left + 6, frame.top + 15, frame.width - 12, 12), _NUMBER)
    _fill(tones, Area(frame.left + 25, frame.top + 33, frame.width - 50, 8), _NUMBER)
    _frame(tones, frame)


_DRAW = {
    CodeKind.INMATE: _inmate,
    CodeKind.REPLY: _reply,
    CodeKind.BATCH: _batch,
    CodeKind.LEGAL: _legal,
    CodeKind.SEPARATOR: _separator,
}


def _inside(area: Area) -> Area:
    """Of the zones between the codes, the part that short centred lines fill."""
    return Area(area.left + 8, area.top + 2, area.width - 16, area.height - 6)


def _fill(tones: Tones, area: Area, tone: float) -> None:
    top, bottom = round(area.top * _FINE), round(area.bottom * _FINE)
    left, right = round(area.left * _FINE), round(area.right * _FINE)
    tones[max(0, top) : bottom, max(0, left) : right] = tone


def _frame(tones: Tones, area: Area, stroke: float = 0.5) -> None:
    right, low = area.right - stroke, area.bottom - stroke
    for edge in (
        Area(area.left, area.top, area.width, stroke),
        Area(area.left, low, area.width, stroke),
        Area(area.left, area.top, stroke, area.height),
        Area(right, area.top, stroke, area.height),
    ):
        _fill(tones, edge, 0.8)
