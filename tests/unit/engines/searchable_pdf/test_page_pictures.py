"""A page's picture in a PDF, as it was packed where that can be."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pikepdf
import pytest
from PIL import Image

from digitizer.engines.searchable_pdf import searchable_pdf
from tests.support.read_pages import page, picture


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_embedded_as_it_is(mode: str) -> None:
    data = picture(mode)
    with pikepdf.open(BytesIO(searchable_pdf([page(data=data)], "A letter"))) as opened:
        image = opened.pages[0].Resources.XObject.Picture
        assert image.Filter == pikepdf.Name.DCTDecode
        assert image.read_raw_bytes() == data


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "LA", "RGBA"])
def test_a_png_loses_nothing(mode: str) -> None:
    written = BytesIO()
    Image.open(BytesIO(picture(kind="PNG"))).convert(mode).save(written, "PNG")
    pdf = searchable_pdf([page(data=written.getvalue())], "A letter")
    with pikepdf.open(BytesIO(pdf)) as opened:
        stream = opened.pages[0].Resources.XObject.Picture
        assert isinstance(stream, pikepdf.Stream)
        shown = pikepdf.PdfImage(stream).as_pil_image()
    expected = Image.open(written).convert("RGB")
    assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(expected))


def test_a_plain_png_keeps_its_own_packing() -> None:
    data = picture("RGB", "PNG", optimize=True)
    with pikepdf.open(BytesIO(searchable_pdf([page(data=data)], "A letter"))) as opened:
        assert opened.pages[0].Resources.XObject.Picture.read_raw_bytes() in data


def test_a_png_of_16_bits_loses_nothing() -> None:
    values = np.arange(80 * 50, dtype=np.uint16).reshape(50, 80) * 16
    written = BytesIO()
    Image.fromarray(values).save(written, "PNG")
    pdf = searchable_pdf([page(data=written.getvalue())], "A letter")
    with pikepdf.open(BytesIO(pdf)) as opened:
        stream = opened.pages[0].Resources.XObject.Picture.read_bytes()
    assert stream == values.astype(">u2").tobytes()
