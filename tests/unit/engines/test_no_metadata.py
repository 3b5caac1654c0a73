"""What a camera or a program hides in a picture is in the original, and in no copy of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from digitizer.engines.imaging.pixels import encode, encode_lossless
from digitizer.engines.opening import open_pages
from digitizer.engines.opening.page import OpenedPage, OpeningLimits
from digitizer.engines.printing.kit.photos import open_photo
from digitizer.engines.searchable_pdf import searchable_pdf

SECRET = b"hidden in plain sight"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")


def _picture(form: str) -> bytes:
    """With a comment, a place on Earth, a colour profile and XMP, as far as the format has them."""
    pixels = np.random.default_rng(7).integers(0, 255, (330, 255), np.uint8)
    picture = Image.fromarray(pixels).convert("P" if form == "GIF" else "RGB")
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = SECRET
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    more: dict[str, dict[str, object]] = {
        "JPEG": {"comment": SECRET, "xmp": SECRET, "icc_profile": SECRET * 9},
        "PNG": {"pnginfo": text, "icc_profile": SECRET * 9},
        "WEBP": {"xmp": SECRET, "icc_profile": SECRET * 9},
        "GIF": {"comment": SECRET},
        "TIFF": {"description": SECRET.decode(), "software": SECRET.decode()},
    }
    out = io.BytesIO()
    given = {} if form in ("GIF", "TIFF") else {"exif": exif}
    picture.save(out, form, dpi=(100, 100), **given, **more[form])
    return out.getvalue()


def _page(form: str, folder: Path) -> OpenedPage:
    path = folder / f"page.{form.lower()}"
    path.write_bytes(_picture(form))
    (page,) = open_pages(path, (1,), OpeningLimits(), 100)
    assert isinstance(page, OpenedPage), page
    return page


@pytest.mark.parametrize("form", _FORMATS)
def test_the_original_holds_it(form: str) -> None:
    assert SECRET in _picture(form)


@pytest.mark.parametrize("form", _FORMATS)
def test_a_printed_photo_does_not(form: str) -> None:
    photo = open_photo(_picture(form), 300, 300)
    assert SECRET not in photo.jpeg
    with Image.open(io.BytesIO(photo.jpeg)) as shown:
        assert not shown.getexif()
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("encoded", [encode, encode_lossless])
@pytest.mark.parametrize("form", _FORMATS)
def test_a_page_and_its_pdf_do_not(
    form: str, encoded: Callable[..., bytes], tmp_path: Path
) -> None:
    page = _page(form, tmp_path)
    kept = encoded(page.image)
    assert SECRET not in kept
    assert SECRET not in searchable_pdf([(kept, page.dpi, None)], "Letter")
