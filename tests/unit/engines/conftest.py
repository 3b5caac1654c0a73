"""Covers as a scanner sees them: drawn, rendered, then worn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, payload, short_id
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.corpus import CORPUS, without_corpus

Picture = NDArray[np.uint8]
MakeScan = Callable[..., "CoverScan"]

RING = KeyRing({1: bytes(range(32))}, current=1)
SOMEBODY = Inmate("T-000123", "Testermann", "José María", "B-204", CustodyStatus.IN_CUSTODY)


@dataclass(frozen=True, slots=True)
class CoverScan:
    """A rendered cover (grey, white paper) and the payload that its codes hold."""

    image: Picture
    dpi: int
    paper: Paper
    payload: str


@cache
def _scan(kind: CodeKind, paper: Paper, dpi: int) -> CoverScan:
    code = new_cover_code(kind, RING)
    inmate = SOMEBODY if kind in (CodeKind.INMATE, CodeKind.REPLY) else None
    text = payload(code, RING)
    cover = CoverSheet("Example Jail", ("1 Example Road",), inmate, kind, text, short_id(code))
    return CoverScan(render(cover_pdf(cover, paper), dpi), dpi, paper, text)


def render(pdf: bytes, dpi: int) -> Picture:
    """The first page as a grey picture (H, W)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.ascontiguousarray(picture.reshape(picture.shape[:2])).copy()
    finally:
        document.close()


@pytest.fixture
def cover_scan() -> MakeScan:
    """Makes a CoverScan of (kind, paper, dpi); the picture is the caller's own to spoil."""

    def make(
        kind: CodeKind = CodeKind.INMATE, paper: Paper = "letter", dpi: int = 200
    ) -> CoverScan:
        made = _scan(kind, paper, dpi)
        return CoverScan(made.image.copy(), made.dpi, made.paper, made.payload)

    return make


@pytest.fixture
def letters_corpus() -> list[Path]:
    """Real letters, where the corpus is at hand; the test is skipped where it is not."""
    found = sorted((CORPUS / "letters").glob("*/*.jpg"))
    if not found:
        without_corpus("the letters")
    return found
