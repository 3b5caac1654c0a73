"""A reply sheet is known as the whole sheet; a code with anything else around it is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitizer.capture.cover_evidence import see
from digitizer.engines.codes.cover_code import claimed_kind, verify
from digitizer.engines.codes.marks import find_marks
from digitizer.engines.codes.reply_look import look_at_reply
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.paper import (
    Box,
    CodeKind,
    DoubtReason,
    ReplyLook,
    SeenPage,
    Sightings,
    SurveyedPage,
    Symbol,
)
from tests.unit.engines.conftest import RING, CoverScan, MakeScan, Picture

_DPI = 150
_NOT = DoubtReason.REPLY_NOT_AS_PRINTED


@pytest.fixture
def sheet(cover_scan: MakeScan) -> CoverScan:
    return cover_scan(CodeKind.REPLY, "letter", _DPI)


def look(picture: Picture, text: str, dpi: int = _DPI) -> ReplyLook:
    return look_at_reply(picture, dpi, find_marks(picture, dpi), text)


def seen(found: ReplyLook | None, *texts: str) -> SeenPage:
    symbols = tuple(Symbol("QRCode", text, Box(0, 0, 9, 9), ("x",)) for text in texts)
    marks = layout.mark_ids(CodeKind.REPLY)
    page = SurveyedPage(
        1, "page", 1275, 1650, _DPI, False, 0.05, sightings=Sightings(symbols, marks), reply=found
    )
    return see(page, RING)


def counts(picture: Picture, text: str) -> bool:
    """Whether the page counts as the reply sheet."""
    return not seen(look(picture, text), text).doubts


def area_of(picture: Picture, area: layout.Area) -> tuple[slice, slice]:
    k = _DPI / 25.4
    return (
        slice(round(area.top * k), round(area.bottom * k)),
        slice(round(area.left * k), round(area.right * k)),
    )


def codes() -> tuple[layout.Area, ...]:
    return tuple(each.grown(3) for each in layout.code_areas(*layout.PAPERS["letter"]))


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("dpi", [100, 200])
def test_the_sheet_itself_counts(cover_scan: MakeScan, paper: str, dpi: int) -> None:
    scan = cover_scan(CodeKind.REPLY, paper, dpi)
    found = look(scan.image, scan.payload, dpi)
    assert min(*found.codes, *found.marks, *found.frame) > 0.9
    assert found.number > 0.8  # at 100 dpi it is read less sharply, by which digits it has
    assert found.size == pytest.approx(1, abs=0.01)
    assert not seen(found, scan.payload).doubts


@pytest.mark.parametrize("degrees", [-4.0, 4.0])
@pytest.mark.parametrize("scale", [0.92, 1.04])
def test_skewed_and_scaled_print_counts(sheet: CoverScan, degrees: float, scale: float) -> None:
    height, width = sheet.image.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    turned = cv2.warpAffine(sheet.image, move, (width, height), borderValue=(255,))
    assert counts(np.asarray(turned, np.uint8), sheet.payload)


def test_two_codes_lost_and_a_fold_along_the_frame_are_wear(sheet: CoverScan) -> None:
    for area in codes()[:2]:
        sheet.image[area_of(sheet.image, area)] = 255
    box = layout.writing_area(*layout.PAPERS["letter"])
    column = round(box.right * _DPI / 25.4)
    sheet.image[:, column - 6 : column + 6] = 255
    assert counts(sheet.image, sheet.payload)


def test_what_is_written_in_the_box_and_over_its_edge_makes_no_difference(
    sheet: CoverScan,
) -> None:
    for y in range(500, 1400, 40):
        cv2.putText(sheet.image, "a long answer " * 4, (180, y), 3, 1.1, (60,), 2)
    assert counts(sheet.image, sheet.payload)


@pytest.mark.parametrize(
    "keep",
    [
        pytest.param((0, 1, 2, 3), id="all codes, and nothing else of the sheet"),
        pytest.param((3,), id="one code"),
        pytest.param((), id="none"),
    ],
)
def test_codes_on_another_page_do_not(sheet: CoverScan, keep: tuple[int, ...]) -> None:
    page = np.full_like(sheet.image, 255)
    for number in keep:
        place = area_of(page, codes()[number])
        page[place] = sheet.image[place]
    assert not counts(page, sheet.payload)


@pytest.mark.parametrize("glued", [(0,), (1, 2), (0, 1, 2, 3)])
def test_codes_on_another_reply_sheet_do_not(
    sheet: CoverScan, cover_scan: MakeScan, glued: tuple[int, ...]
) -> None:
    """Every other code of it was made unreadable, and those are glued on to the millimetre."""
    own = _other_sheet()
    for number, area in enumerate(codes()):
        place = area_of(own, area)
        own[place] = sheet.image[place] if number in glued else 255
    found = look(own, sheet.payload)
    assert found.number < 0.6
    assert not counts(own, sheet.payload)


def _other_sheet() -> Picture:
    """Another reply sheet of this facility."""
    from tests.unit.engines.conftest import _scan

    _scan.cache_clear()
    return _scan(CodeKind.REPLY, "letter", _DPI).image.copy()


@pytest.mark.parametrize("turned", [False, True])
def test_half_a_sheet_does_not(sheet: CoverScan, turned: bool) -> None:
    height, width = sheet.image.shape
    if turned:
        sheet.image[:, width // 2 :] = 255
    else:
        sheet.image[height // 2 :] = 255
    assert not counts(sheet.image, sheet.payload)


def test_a_small_copy_does_not(sheet: CoverScan) -> None:
    small = cv2.resize(sheet.image, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    page = np.full_like(sheet.image, 255)
    page[100 : 100 + small.shape[0], 100 : 100 + small.shape[1]] = small
    assert not counts(page, sheet.payload)


def test_a_window_without_the_frame_does_not(sheet: CoverScan) -> None:
    body = layout.body_area(*layout.PAPERS["letter"]).grown(2)
    sheet.image[area_of(sheet.image, body)] = 255
    assert not counts(sheet.image, sheet.payload)


def test_a_reply_code_that_nobody_compared_is_a_doubt(sheet: CoverScan) -> None:
    """Also where another code's sheet was compared."""
    for found in (None, ReplyLook("MD1" + "A" * 32), ReplyLook(sheet.payload)):
        doubts = seen(found, sheet.payload).doubts
        assert [doubt.reason for doubt in doubts] == [_NOT]
        assert "the paper" in doubts[0].advice


def test_the_kind_is_known_without_a_key(sheet: CoverScan, cover_scan: MakeScan) -> None:
    for kind in CodeKind:
        text = cover_scan(kind, "letter", _DPI).payload
        assert claimed_kind(text) is kind
        code = verify(text, RING)
        assert code is not None
        assert code.kind is kind
    assert claimed_kind("MD1 nonsense") is None
    assert claimed_kind("https://example.org") is None
