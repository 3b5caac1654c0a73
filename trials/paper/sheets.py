"""Sheets of paper as pixels: covers, reply sheets and markers as printed, pages as written.

All pictures are grey, uint8, ``DPI`` dots an inch, on US Letter; white is 255.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from digitizer.engines.codes.cover_code import KeyRing, payload, short_id
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import CustodyStatus, Inmate
from trials.covers.paper_wear import grain

Picture = NDArray[np.uint8]

DPI = 200
WIDTH, HEIGHT = (round(side * DPI / 25.4) for side in layout.PAPERS["letter"])
KEYS = KeyRing({1: bytes(range(32))}, current=1)
OTHER_KEYS = KeyRing({1: bytes(range(1, 33))}, current=1)
"""Another facility's, of the same key id."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet fresh from the printer, and the code it carries."""

    code: CoverCode
    picture: Picture


def px(millimetres: float) -> int:
    return max(1, round(millimetres * DPI / 25.4))


def noisy(picture: NDArray[Any], rng: np.random.Generator, deviation: float) -> Picture:
    """The picture (uint8 or float32) with so much grain, in grey levels, as uint8."""
    grained = cv2.addWeighted(
        picture, 1.0, grain(rng, *picture.shape), deviation / 16, 0, dtype=cv2.CV_8U
    )
    return np.asarray(grained, np.uint8)


@cache
def cover_of(inmate: int, copy: int = 0, sheets: int = 0) -> Printed:
    """The standing cover of an invented inmate; each ``copy`` carries a code of its own."""
    return _printed(CodeKind.INMATE, f"c{inmate:06x}{copy:03x}", inmate, sheets)


@cache
def reply_of(inmate: int, copy: int = 0) -> Printed:
    """A reply sheet of an invented inmate, not yet written on."""
    return _printed(CodeKind.REPLY, f"a{inmate:06x}{copy:03x}", inmate, 0)


@cache
def legal_marker(number: int = 0, foreign: bool = False) -> Printed:
    return _printed(CodeKind.LEGAL, f"e{number:06x}000", None, 0, foreign)


def booking(inmate: int) -> str:
    return f"T-{inmate:06d}"


def _printed(
    kind: CodeKind, mark: str, inmate: int | None, sheets: int, foreign: bool = False
) -> Printed:
    code = CoverCode(kind, 1, mark.ljust(18, "0"), sheets)
    person = None
    if inmate is not None:
        name = f"Testermann{inmate}"
        person = Inmate(booking(inmate), name, "Invented", "B-204", CustodyStatus.IN_CUSTODY)
    sheet = CoverSheet(
        facility_name="Example County Jail (invented)",
        mail_address=("PO Box 000", "Nowhere, ZZ 00000"),
        inmate=person,
        kind=kind,
        payload=payload(code, OTHER_KEYS if foreign else KEYS),
        short_id=short_id(code),
        sheets=sheets if kind is CodeKind.INMATE else 0,
        sender="Aunt Imaginary" if kind is CodeKind.REPLY else None,
    )
    return Printed(code, drawn(cover_pdf(sheet, "letter")))


def drawn(pdf: bytes) -> Picture:
    """The first page of a PDF, as a printer of ``DPI`` would lay it down."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=DPI / 72, grayscale=True).to_numpy()
        picture = np.ascontiguousarray(picture.reshape(picture.shape[:2]))
        return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)
    finally:
        document.close()


# ---- what people put on paper


def blank() -> Picture:
    return np.full((HEIGHT, WIDTH), 255, np.uint8)


def written(rng: np.random.Generator, lines: int | None = None) -> Picture:
    """A page in an invented hand: connected loops on even lines, in words."""
    page = blank()
    count = int(rng.integers(4, 26)) if lines is None else lines
    step, slant = px(float(rng.uniform(7, 10))), float(rng.uniform(-0.2, 0.5))
    hand = Hand(step * 0.35, slant, int(rng.integers(10, 110)), int(rng.integers(2, 5)))
    for row in range(count):
        base = px(25) + row * step
        if base > HEIGHT - px(20):
            break
        _write_line(page, rng, base, hand)
    return page


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody writes: letters' height and stroke in pixels, slant, and grey of the ink."""

    size: float
    slant: float
    tone: int
    wide: int


def _write_line(page: Picture, rng: np.random.Generator, base: int, hand: Hand) -> None:
    x, end = float(px(20)), WIDTH - px(20) - float(rng.uniform(0, px(60)))
    while x < end:
        steps = int(rng.integers(6, 40))
        turns = np.cumsum(rng.uniform(0.5, 1.2, steps))
        ups = np.sin(turns) * hand.size * rng.uniform(0.3, 1.0, steps)
        across = x + np.cumsum(rng.uniform(0.1, 0.5, steps)) * hand.size + hand.slant * ups
        points = np.stack([across, base - ups], axis=1).round().astype(np.int32)
        cv2.polylines(page, [points], False, (hand.tone,), hand.wide, cv2.LINE_AA)
        x = float(across[-1]) + hand.size * float(rng.uniform(0.8, 1.6))


_WORDS = ("the", "invented", "letter", "of", "nobody", "says", "that", "all", "is", "well")


def typed(rng: np.random.Generator) -> Picture:
    """A page of print in one of OpenCV's stroke fonts."""
    page, y = blank(), px(25)
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_DUPLEX)
    font = fonts[int(rng.integers(len(fonts)))]
    for _ in range(int(rng.integers(5, 30))):
        words = " ".join(rng.choice(_WORDS, int(rng.integers(5, 11))))
        cv2.putText(page, words, (px(20), y), font, 0.8, (20,), 2, cv2.LINE_AA)
        y += px(8)
    return page


def photograph(rng: np.random.Generator) -> Picture:
    """An invented picture over the page's middle or all of it: soft shapes, edges and grain."""
    page = blank()
    high, wide = (HEIGHT, WIDTH) if rng.random() < 0.4 else (HEIGHT // 2, WIDTH - 2 * px(20))
    coarse = rng.integers(20, 235, (7, 6)).astype(np.uint8)
    picture = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(6, 20))):
        middle = (int(rng.integers(0, wide)), int(rng.integers(0, high)))
        axes = (int(rng.integers(20, wide // 3)), int(rng.integers(20, high // 3)))
        tone = int(rng.integers(5, 250))
        cv2.ellipse(picture, middle, axes, float(rng.uniform(0, 180)), 0, 360, (tone,), -1)
    dark = float(rng.uniform(0.35, 1.0))
    top, left = (HEIGHT - high) // 2, (WIDTH - wide) // 2
    page[top : top + high, left : left + wide] = noisy(picture * np.float32(dark), rng, 4)
    return page


def content(rng: np.random.Generator) -> Picture:
    """A page of a letter: mostly by hand, some typed, some a photograph."""
    chance = rng.random()
    if chance < 0.65:
        return written(rng)
    return typed(rng) if chance < 0.88 else photograph(rng)


def answered(reply: Picture, rng: np.random.Generator) -> Picture:
    """A reply sheet with writing in its box."""
    box = layout.writing_area(*layout.PAPERS["letter"])
    page = reply.copy()
    hand = written(rng, lines=30)
    top, left = px(box.top + 3), px(box.left + 3)
    bottom, right = px(box.bottom - 3), px(box.right - 3)
    bottom = top + round((bottom - top) * float(rng.uniform(0.3, 1.0)))
    part = page[top:bottom, left:right]
    np.minimum(part, hand[px(25) : px(25) + bottom - top, left:right][: part.shape[0]], out=part)
    return page
