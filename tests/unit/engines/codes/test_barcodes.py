from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from digitizer.engines.codes import barcodes, decoders
from digitizer.engines.codes.barcodes import find_all_symbols, find_our_symbols
from digitizer.engines.codes.cover_code import is_ours
from digitizer.engines.codes.decoders import Look
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, CodeKind, Sightings, Symbol
from tests.support.corpus import CORPUS, without_corpus

OTHER = "MD1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def _texts(seen: Sightings) -> set[str]:
    return {symbol.text for symbol in seen.symbols}


def _hide_codes(scan: Any, count: int = 4, share: float = 1.1) -> Any:
    """Covers the first codes with black squares."""
    mm = scan.dpi / 25.4
    for area in layout.code_areas(*layout.PAPERS[scan.paper])[:count]:
        spread = area.grown(area.width * (share - 1) / 2)
        corners = ((spread.left, spread.top), (spread.right, spread.bottom))
        one, other = ((round(x * mm), round(y * mm)) for x, y in corners)
        cv2.rectangle(scan.image, one, other, 0, -1)
    return scan


def _turned(image: Any, degrees: float, scale: float = 1.0) -> Any:
    height, width = image.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    return cv2.warpAffine(image, move, (width, height), borderValue=(238,))


@pytest.mark.parametrize("kind", CodeKind)
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("dpi", [200, 300])
def test_all_copies_are_read_where_they_stand(
    cover_scan: Any, kind: Any, paper: Any, dpi: int
) -> None:
    scan = cover_scan(kind, paper, dpi)
    seen = find_our_symbols(scan.image, dpi)
    assert [symbol.text for symbol in seen.symbols] == [scan.payload] * 4
    assert seen.marks == layout.mark_ids(kind)
    assert seen.trouble is None
    places = layout.code_areas(*layout.PAPERS[scan.paper])
    for symbol, area in zip(
        sorted(seen.symbols, key=lambda s: (s.box.top > 500, s.box.left)), places, strict=True
    ):
        assert abs(symbol.box.left - area.left * dpi / 25.4) < dpi / 40
        assert abs(symbol.box.top - area.top * dpi / 25.4) < dpi / 40
        assert abs(symbol.box.width - area.width * dpi / 25.4) < dpi / 40


@pytest.mark.parametrize("turns", range(4))
def test_codes_are_read_however_the_sheet_lies(cover_scan: Any, turns: int) -> None:
    scan = cover_scan()
    seen = find_our_symbols(np.ascontiguousarray(np.rot90(scan.image, turns)), 200)
    assert _texts(seen) == {scan.payload}
    assert seen.trouble is None


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("degrees", [-3, 3])
@pytest.mark.parametrize("scale", [0.92, 1.04])
def test_skewed_and_scaled_covers_are_read(
    cover_scan: Any, dpi: int, degrees: int, scale: float
) -> None:
    scan = cover_scan(dpi=dpi)
    seen = find_our_symbols(_turned(scan.image, degrees, scale), dpi)
    assert _texts(seen) == {scan.payload}
    assert seen.marks == layout.mark_ids(CodeKind.INMATE)


@pytest.mark.parametrize("dpi", [200, 300])
def test_noise_and_blur_do_not_hide_a_cover(cover_scan: Any, dpi: int) -> None:
    scan = cover_scan(dpi=dpi)
    soft = cv2.GaussianBlur(_turned(scan.image, 1), (0, 0), dpi / 150)
    noise = np.random.default_rng(3).normal(0, 20, soft.shape)
    worn = np.clip(soft * 0.6 + 70 + noise, 0, 255).astype(np.uint8)
    seen = find_our_symbols(worn, dpi)
    assert _texts(seen) == {scan.payload}
    assert len(seen.marks) == 6


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_one_readable_copy_is_enough(cover_scan: Any, hidden: int) -> None:
    scan = _hide_codes(cover_scan(), hidden)
    assert _texts(find_our_symbols(scan.image, 200)) == {scan.payload}


def test_copies_that_are_all_damaged_are_read_together(cover_scan: Any) -> None:
    scan = cover_scan(dpi=300)
    mm = 300 / 25.4
    chance = np.random.default_rng(4)
    for number, area in enumerate(layout.code_areas(*layout.PAPERS["letter"])):
        half = round(14 * mm)
        left = round(area.left * mm) + (number % 2) * half
        top = round(area.top * mm) + (number // 2) * half
        scan.image[top : top + half, left : left + half] = chance.choice([0, 255], (half, half))
    assert _texts(find_our_symbols(scan.image, 300)) == {scan.payload}


@pytest.mark.parametrize("kind", CodeKind)
def test_a_cover_without_any_code_is_known_by_its_marks(cover_scan: Any, kind: Any) -> None:
    scan = _hide_codes(cover_scan(kind))
    seen = find_our_symbols(scan.image, 200)
    assert seen.symbols == ()
    assert seen.marks == layout.mark_ids(kind)


def test_colour_and_grey_give_the_same(cover_scan: Any) -> None:
    scan = cover_scan()
    rgb = np.repeat(scan.image[:, :, None], 3, axis=2)
    assert _texts(find_our_symbols(rgb, 200)) == {scan.payload}


@pytest.mark.parametrize("shape", [(1, 1), (3, 4000), (40, 30), (200, 200, 3)])
def test_odd_pictures_hold_nothing(shape: tuple[int, ...]) -> None:
    assert find_our_symbols(np.full(shape, 255, np.uint8), 300) == Sightings()
    assert find_all_symbols(np.full(shape, 255, np.uint8)) == ()


def test_two_covers_on_one_page_are_trouble(cover_scan: Any) -> None:
    image = cover_scan().image
    seen = find_our_symbols(np.concatenate([image, image], axis=1), 200)
    assert seen.trouble is not None
    assert "two covers" in seen.trouble


def test_a_second_look_is_taken_at_the_named_region(
    cover_scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, ...]] = []

    def hard_look(cut: Any) -> Look:
        asked.append(cut.shape)
        return Look()

    monkeypatch.setattr(barcodes, "_hard_look", hard_look)
    blank = np.full((2200, 1700), 255, np.uint8)
    find_our_symbols(blank, 200, (0.5, 0.0, 1.0, 0.25))
    assert asked == [(550, 850)]
    find_our_symbols(blank, 200)
    assert asked == [(550, 850)]


# ---- decoders that fail or disagree


def _claims(text: str, decoder: str) -> Look:
    return Look((Symbol("QRCode", text, Box(100, 100, 200, 200), (decoder,)),))


def test_decoders_that_disagree_are_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "zxing", lambda *_, **__: _claims("MD1A", "zxing-cpp"))
    in_the_cut_out = Symbol("QRCode", OTHER, Box(60, 60, 90, 90), ("zbar",))
    monkeypatch.setattr(barcodes, "zbar", lambda _: Look((in_the_cut_out,)))
    seen = find_our_symbols(np.full((600, 600), 255, np.uint8), 150)
    assert seen.trouble == "one code was read in two ways"
    assert _texts(seen) == {"MD1A", OTHER}


def test_decoders_that_agree_are_one_symbol(cover_scan: Any) -> None:
    if not decoders.has_second_decoder():
        pytest.skip("libzbar0 is not installed")
    seen = find_our_symbols(cover_scan(dpi=300).image, 300)
    assert all(symbol.decoders == ("zxing-cpp", "zbar") for symbol in seen.symbols)


def _raises(*_: object, **__: object) -> None:
    raise RuntimeError("no")


def test_a_decoder_that_raises_is_trouble(cover_scan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zxingcpp.read_barcodes", _raises)
    scan = cover_scan()
    seen = find_our_symbols(scan.image, 200)
    assert seen.trouble is not None
    assert "zxing-cpp failed" in seen.trouble
    with pytest.raises(EngineError, match="zxing-cpp"):
        find_all_symbols(scan.image)


def test_a_second_decoder_that_raises_is_trouble(
    cover_scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not decoders.has_second_decoder():
        pytest.skip("libzbar0 is not installed")
    monkeypatch.setattr("pyzbar.pyzbar.decode", _raises)
    scan = cover_scan()
    seen = find_our_symbols(scan.image, 200)
    assert _texts(seen) == {scan.payload}
    assert seen.trouble == "zbar failed: no"


def test_without_the_second_decoder_the_first_is_enough(
    cover_scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "pyzbar", None)
    scan = cover_scan()
    seen = find_our_symbols(scan.image, 200)
    assert _texts(seen) == {scan.payload}
    assert seen.trouble is None


# ---- what is not ours


def test_every_symbol_is_found_for_people(cover_scan: Any) -> None:
    scan = cover_scan()
    assert {symbol.text for symbol in find_all_symbols(scan.image)} == {scan.payload}


@pytest.mark.parametrize(
    "text",
    [  # among whose modules zxing-cpp sees an ITF code as well
        "MD1CAAQAJPSCI77FO2JBZB3MQKDDVCE3CRM",
        "MD1CAAQBZ2YIUZ3AYC7BE2BZJNODKWYUT22",
    ],
)
def test_modules_of_a_square_code_are_no_bar_code(text: str) -> None:
    formats = zxingcpp.BarcodeFormat
    page = np.full((900, 900), 255, np.uint8)
    for wanted, words, scale, top in (
        (formats.QRCode, text, 8, 120),
        (formats.ITF, "1234567895", 4, 600),
    ):
        code = zxingcpp.create_barcode(words, wanted)
        picture = np.asarray(zxingcpp.write_barcode_to_image(code, scale=scale))
        page[top : top + picture.shape[0], 120 : 120 + picture.shape[1]] = picture
    assert {(each.format, each.text) for each in find_all_symbols(page)} == {
        ("QRCode", text),
        ("ITF", "1234567895"),
    }


def test_no_real_letter_is_taken_for_a_cover(letters_corpus: list[Path]) -> None:
    for path in letters_corpus:
        page = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        assert find_our_symbols(page, round(max(page.shape) / 11)) == Sightings(), path.name


def test_no_foreign_barcode_is_taken_for_ours() -> None:
    paths = sorted((CORPUS / "foreign-barcodes").rglob("*.[pj][np]g"))
    if not paths:
        without_corpus("the foreign barcodes")
    for path in paths:
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            continue
        seen = find_our_symbols(np.asarray(picture), 200)
        assert not seen.marks, path.name
        assert not any(is_ours(text) for text in _texts(seen)), path.name
        assert seen.trouble is None, path.name
