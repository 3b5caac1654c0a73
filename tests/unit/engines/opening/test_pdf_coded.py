"""Coded pictures of a PDF are whole, or a problem of their page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf

from digitizer.engines.opening import OpenedPage, PageProblem
from tests.support.files_to_open import add_page, drawing, image_stream, jpeg, pages_of, refusal


def test_a_pdf_picture_with_pixels_missing_is_a_problem_of_its_page_only(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for rows in (220, 110):
            image = image_stream(pdf, drawing())
            image.write(drawing()[:rows].tobytes())
            add_page(pdf, pdf.make_indirect(image), (122.4, 158.4))
        pdf.save(tmp_path / "a")
    whole, half = pages_of(tmp_path / "a")
    assert isinstance(whole, OpenedPage)
    assert isinstance(half, PageProblem)
    assert "damaged" in half.reason


def half_a_jpeg() -> bytes:
    """A JPEG that lost its lower half, with an end marker put on: decoders fill it with grey."""
    noise = np.random.default_rng(1).integers(0, 255, (400, 300), dtype=np.uint8)
    data = jpeg(noise)
    return data[: len(data) // 2] + b"\xff\xd9"


def test_a_jpeg_filled_up_with_grey_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(half_a_jpeg())
    assert "damaged" in refusal(tmp_path / "a")
    with pikepdf.new() as pdf:
        image = pikepdf.Stream(
            pdf,
            half_a_jpeg(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=300,
            Height=400,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        add_page(pdf, pdf.make_indirect(image), (216, 288))
        pdf.save(tmp_path / "b")
    assert "damaged" in refusal(tmp_path / "b")
