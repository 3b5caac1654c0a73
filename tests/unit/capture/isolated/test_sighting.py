"""Codes, marks and looks on one page, one after the other, and no more than is needed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest

from digitizer.capture.isolated.sighting import Seen, sight
from digitizer.engines.codes.cover_code import is_ours, payload, short_id
from digitizer.engines.imaging import prepare
from digitizer.engines.opening import OpenedPage
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.paper import CodeKind, CoverCode, Sightings
from trials.covers.trial import RIGHT
from trials.covers.unseen_wear import WEARS

DPI = 200
WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def cover() -> Any:
    """A legal marker, whose kind must be known before all."""
    code = CoverCode(CodeKind.LEGAL, 2, "00" * 9)
    sheet = CoverSheet(
        "Example Jail", ("1 Example Road",), None, code.kind, payload(code, RIGHT), short_id(code)
    )
    document = pypdfium2.PdfDocument(cover_pdf(sheet, "letter"))
    try:
        picture = document[0].render(scale=DPI / 72, grayscale=True).to_numpy()
        return np.ascontiguousarray(picture.reshape(picture.shape[:2])).copy()
    finally:
        document.close()


def seen_on(image: Any) -> Seen:
    page = OpenedPage(1, np.ascontiguousarray(image), DPI)
    return sight(prepare(page, 0.0005), WHOLE)[1]


def clogged(image: Any, down: bool) -> Any:
    worn = image.copy()
    view = worn.T if down else worn
    for at in range(5, len(view), 13):
        view[at : at + 6] = 255
    return worn


def test_a_readable_cover_needs_no_look(cover: Any) -> None:
    seen = seen_on(cover)
    assert any(is_ours(each.text) for each in seen.sightings.symbols)
    assert seen.look is None


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("turns", [0, 1])
def test_gaps_of_a_clogged_printer_are_filled_until_marks_or_codes_are_seen(
    cover: Any, down: bool, turns: int
) -> None:
    page = OpenedPage(1, np.ascontiguousarray(np.rot90(clogged(cover, down), turns)), DPI)
    upright, seen = sight(prepare(page, 0.0005), WHOLE)
    assert seen.marks or seen.sightings.symbols
    if seen.marks:
        assert upright.turned == (90 * turns) % 360 or upright.turned == (-90 * turns) % 360
        height, width = upright.image.shape[:2]
        corners = [corner for mark in seen.marks for corner in mark.corners]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)


def test_what_is_left_is_a_look(cover: Any) -> None:
    seen = seen_on(cv2.GaussianBlur(cover, (0, 0), 14))
    assert not seen.marks
    assert seen.look is not None
    assert seen.look.kind is CodeKind.LEGAL


def test_an_empty_sheet_has_nothing(cover: Any) -> None:
    assert seen_on(np.full_like(cover, 250)) == Seen(Sightings())


@pytest.mark.parametrize("wear", ["on wrapping paper", "on a photograph", "on a collage"])
@pytest.mark.parametrize("severity", [0.3, 0.7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_cover_printed_on_a_picture_is_known(
    cover: Any, wear: str, severity: float, seed: int
) -> None:
    seen = seen_on(WEARS[wear](cover, DPI, np.random.default_rng(seed), severity))
    assert seen.ours or seen.look is not None


@pytest.mark.parametrize("wear", ["on wrapping paper", "on a photograph", "on a collage"])
@pytest.mark.parametrize("seed", range(4))
def test_a_picture_alone_is_no_cover(cover: Any, wear: str, seed: int) -> None:
    bare = WEARS[wear](np.full_like(cover, 255), DPI, np.random.default_rng(seed), 0.5)
    assert seen_on(bare) == Seen(Sightings())
