"""PDFs: scanned pages come out unchanged, and sloppy files are opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest

from digitizer.engines.opening import count_pages, open_page
from tests.support.files_to_open import (
    LIMITS,
    OBJECTS_PLAIN,
    Pixels,
    add_page,
    colourful,
    drawing,
    image_stream,
    one_page_pdf,
    refusal,
    scanned_pdf,
)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("pixels", [drawing(), colourful()], ids=["grey", "colour"])
def test_a_page_that_is_one_picture_comes_out_unchanged(
    tmp_path: Path, rotate: int, pixels: Pixels
) -> None:
    path = one_page_pdf(tmp_path / "a", pixels, Rotate=rotate)
    page = open_page(path, 1, LIMITS, 0)
    assert page.dpi == 100
    assert np.array_equal(page.image, np.rot90(pixels, -rotate // 90))


@pytest.mark.parametrize(
    ("turns", "matrix"),
    [(1, "0 -{h} {w} 0 0 {h}"), (2, "-{w} 0 0 -{h} {w} {h}"), (3, "0 {h} -{w} 0 {w} 0")],
)
def test_a_picture_drawn_turned_is_turned(tmp_path: Path, turns: int, matrix: str) -> None:
    pixels = drawing(200, 200)
    cm = matrix.format(w=144, h=144)
    path = one_page_pdf(tmp_path / "a", pixels, f"q {cm} cm /Im0 Do Q")
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, np.rot90(pixels, -turns))


def test_an_odd_page_size_costs_no_sharpness(tmp_path: Path) -> None:
    pixels = drawing(1240, 1753)
    with pikepdf.new() as pdf:
        image = pdf.make_indirect(image_stream(pdf, pixels))
        add_page(pdf, image, (595.0, 841.0), "q 595 0 0 841 0 0 cm /Im0 Do Q")
        pdf.save(tmp_path / "a")
    page = open_page(tmp_path / "a", 1, LIMITS, 0)
    assert np.array_equal(page.image, pixels)
    assert page.dpi == 150


def test_a_pdf_may_begin_after_some_junk(tmp_path: Path) -> None:
    data = scanned_pdf(tmp_path / "a").read_bytes()
    (tmp_path / "b").write_bytes(b"junk\n" * 100 + data)
    assert count_pages(tmp_path / "b", LIMITS) == 3


@pytest.mark.parametrize("harm", [b"startxref\n1", b"startxref\n999999"])
def test_a_sloppy_pdf_is_opened(tmp_path: Path, harm: bytes) -> None:
    data = scanned_pdf(tmp_path / "a", object_stream_mode=OBJECTS_PLAIN).read_bytes()
    at = data.rindex(b"startxref")
    (tmp_path / "b").write_bytes(data[:at] + harm + b"\n%%EOF\n")
    assert count_pages(tmp_path / "b", LIMITS) == 3


def test_passwords(tmp_path: Path) -> None:
    for revision in (4, 6):
        locked = pikepdf.Encryption(user="u", owner="o", R=revision)
        path = scanned_pdf(tmp_path / f"locked{revision}", encryption=locked)
        assert "locked with a password" in refusal(path)
        only_owner = pikepdf.Encryption(user="", owner="o", R=revision)
        path = scanned_pdf(tmp_path / f"open{revision}", encryption=only_owner)
        assert np.array_equal(open_page(path, 3, LIMITS, 0).image, drawing(seed=2))


def test_a_giant_page_is_refused_and_a_large_one_drawn_smaller(tmp_path: Path) -> None:
    for side, refused in ((14_400 * 20, True), (2000, False)):
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.pages[0].mediabox = pikepdf.Array([0, 0, side, side])
            pdf.save(tmp_path / "a")
        if refused:
            assert "megapixels" in refusal(tmp_path / "a")
        else:
            image = open_page(tmp_path / "a", 1, LIMITS, 0).image
            assert 0.9 < image.size / 20_000_000 <= 1
