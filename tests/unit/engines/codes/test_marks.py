from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.codes.marks import (
    COVER_MARKS,
    Mark,
    find_marks,
    ink_outside_print,
    kinds,
    mark_bits,
    orientation,
    register,
)
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.paper import CodeKind

_PIXEL_TOLERANCE = 2.0


def test_the_cells_are_the_familys() -> None:
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    for mark in COVER_MARKS:
        black = cv2.aruco.generateImageMarker(family, mark, 8, borderBits=1) == 0
        assert (np.array(mark_bits(mark)) == black).all()


def test_each_kind_has_six_marks_of_its_own() -> None:
    assert len(set(COVER_MARKS)) == 6 * len(CodeKind)
    for kind in CodeKind:
        assert {layout.kind_of_mark(mark) for mark in layout.mark_ids(kind)} == {kind}
    with pytest.raises(KeyError):
        layout.kind_of_mark(1)


@pytest.mark.parametrize("kind", CodeKind)
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("dpi", [100, 300])
def test_all_marks_of_every_kind_are_seen(cover_scan: Any, kind: Any, paper: Any, dpi: int) -> None:
    scan = cover_scan(kind, paper, dpi)
    marks = find_marks(scan.image, dpi)
    assert tuple(mark.id for mark in marks) == layout.mark_ids(kind)
    assert kinds(mark.id for mark in marks) == (kind,)
    placed = register(marks)
    assert placed is not None
    assert (placed.kind, placed.paper) == (kind, paper)
    assert placed.error < 0.3


@pytest.mark.parametrize("turns", range(4))
def test_marks_tell_which_way_the_sheet_lies(cover_scan: Any, turns: int) -> None:
    scan = cover_scan()
    turned = np.ascontiguousarray(np.rot90(scan.image, -turns))
    marks = find_marks(turned, scan.dpi)
    assert orientation(marks) == 90 * turns
    upright = np.ascontiguousarray(np.rot90(turned, turns))
    assert orientation(find_marks(upright, scan.dpi)) == 0


def test_without_marks_nothing_is_known_of_the_sheet() -> None:
    assert orientation(()) is None
    assert register(()) is None
    assert kinds(()) == ()


def test_marks_that_contradict_each_other_give_no_orientation() -> None:
    upright = Mark(401, ((0, 0), (10, 0), (10, 10), (0, 10)))
    turned = Mark(402, ((10, 0), (10, 10), (0, 10), (0, 0)))
    assert orientation((upright, turned)) is None


@pytest.mark.parametrize("kept", [1, 2, 3, 6])
def test_few_marks_still_place_the_codes(cover_scan: Any, kept: int) -> None:
    scan = cover_scan(dpi=200)
    placed = register(find_marks(scan.image, 200)[:kept])
    assert placed is not None
    if kept > 1:  # one mark cannot tell papers apart
        assert placed.paper == "letter"
        area = layout.code_areas(*layout.PAPERS["letter"])[3]
        x, y = placed.to_scan(area)[0]
        scale = 200 / 25.4
        assert abs(x - area.left * scale) < 8 * _PIXEL_TOLERANCE
        assert abs(y - area.top * scale) < 8 * _PIXEL_TOLERANCE


def test_two_covers_on_one_picture_are_not_registered(cover_scan: Any) -> None:
    image = cover_scan().image
    both = np.concatenate([image, image], axis=1)
    assert register(find_marks(both, 200)) is None


def test_colour_scans_show_the_same_marks(cover_scan: Any) -> None:
    scan = cover_scan()
    rgb = np.repeat(scan.image[:, :, None], 3, axis=2)
    assert [mark.id for mark in find_marks(rgb, 200)] == list(layout.mark_ids(CodeKind.INMATE))


def test_no_real_letter_shows_a_mark(letters_corpus: list[Path]) -> None:
    for path in letters_corpus:
        page = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        assert find_marks(page, round(max(page.shape) / 11)) == (), path.name


# ---- a pen on the cover


def _written(scan: Any, x: float, y: float, text: str = "love, Ann") -> Any:
    """A line by hand, 5 mm tall, from (x, y) in mm."""
    mm = scan.dpi / 25.4
    at = (round(x * mm), round(y * mm))
    cv2.putText(
        scan.image,
        text,
        at,
        cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
        0.2 * mm,
        70,
        max(1, round(0.4 * mm)),
        cv2.LINE_AA,
    )
    return scan


def _inked(scan: Any) -> bool:
    return ink_outside_print(scan.image, scan.dpi, find_marks(scan.image, scan.dpi))


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_clean_cover_has_no_ink(cover_scan: Any, paper: Any, dpi: int) -> None:
    assert not _inked(cover_scan(paper=paper, dpi=dpi))


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_writing_beside_the_print_is_seen(cover_scan: Any, paper: Any) -> None:
    width, height = layout.PAPERS[paper]
    line = layout.cover_zones(width, height).sender_lines[1]
    for x, y in ((118, line - 1), (60, 13), (60, height - 9), (16, 110)):
        assert _inked(_written(cover_scan(paper=paper), x, y, "Ann Ex")), (x, y)


def test_pencil_on_grey_paper_is_seen(cover_scan: Any) -> None:
    scan = _written(cover_scan(), 118, 121, "Ann Example")
    scan.image[:] = (200 - (255 - scan.image.astype(int)) * 0.45).astype(np.uint8)
    assert _inked(scan)


def test_specks_folds_and_staples_are_no_writing(cover_scan: Any) -> None:
    scan = cover_scan(dpi=300)
    height, width = scan.image.shape
    chance = np.random.default_rng(1)
    for x, y in zip(chance.integers(0, width, 300), chance.integers(0, height, 300), strict=True):
        cv2.circle(scan.image, (int(x), int(y)), 3, 40, -1)
    scan.image[height // 3 : height // 3 + 5] //= 2
    cv2.line(scan.image, (650, 110), (790, 130), 60, 6)
    scan.image[:, :40] = 0
    assert not _inked(scan)


@pytest.mark.parametrize("degrees", [-3, 2])
@pytest.mark.parametrize("scale", [0.92, 1.04])
def test_a_skewed_and_scaled_cover_is_still_clean(
    cover_scan: Any, degrees: int, scale: float
) -> None:
    scan = cover_scan()
    height, width = scan.image.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    worn = cv2.warpAffine(scan.image, move, (width, height), borderValue=(240,))
    assert not ink_outside_print(np.asarray(worn), 200, find_marks(np.asarray(worn), 200))


def test_where_it_cannot_be_known_the_cover_is_shown(cover_scan: Any) -> None:
    assert ink_outside_print(cover_scan().image, 200, ())
    assert _inked(cover_scan(CodeKind.REPLY))


@pytest.mark.parametrize("kind", [CodeKind.BATCH, CodeKind.LEGAL, CodeKind.SEPARATOR])
def test_staff_may_write_on_their_own_sheets(cover_scan: Any, kind: Any) -> None:
    assert not _inked(_written(cover_scan(kind), 60, 120))


@pytest.mark.parametrize("kind", CodeKind)
def test_marks_are_seen_though_ink_spread_and_a_fax_halved_the_lines(
    cover_scan: Any, kind: Any
) -> None:
    scan = cover_scan(kind, "letter", 300)
    spread = cv2.erode(scan.image, np.ones((7, 7), np.uint8))
    height, width = spread.shape
    lines = cv2.resize(spread, (width * 204 // 300, height * 98 // 300))
    fax = np.where(cv2.GaussianBlur(lines, (3, 3), 0) < 128, 0, 255).astype(np.uint8)
    page = np.asarray(cv2.resize(fax, (fax.shape[1], fax.shape[0] * 204 // 98)), np.uint8)
    assert {mark.id for mark in find_marks(page, 204)} == set(layout.mark_ids(kind))
