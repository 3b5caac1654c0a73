"""Photos from telephones: upright, of a sensible size, and nothing but the picture."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image

from digitizer.engines.imaging.sent_photos import LONGEST, clean_photo
from digitizer.model.errors import UnopenableFile


def _saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG",))


def test_it_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = "Invented Telephone 3"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 0.0)
    sent = _saved(Image.new("RGB", (200, 100), "red"), "JPEG", exif=exif, comment=b"home")
    cleaned = clean_photo(sent)
    assert b"Invented Telephone" in sent
    with _opened(cleaned) as picture:
        assert picture.size == (100, 200)
        assert not picture.getexif()
        assert "comment" not in picture.info
    assert b"Invented" not in cleaned


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_kind_becomes_a_jpeg(kind: str) -> None:
    with _opened(clean_photo(_saved(Image.new("RGB", (300, 200), "green"), kind))) as picture:
        assert picture.size == (300, 200)
        red, green, blue = picture.convert("RGB").getpixel((150, 100))  # type: ignore[misc]
        assert green > red + 60
        assert green > blue + 60


def test_a_large_one_is_made_smaller() -> None:
    with _opened(clean_photo(_saved(Image.new("L", (4000, 1000)), "PNG"))) as picture:
        assert picture.size == (LONGEST, LONGEST // 4)


def test_what_is_transparent_stands_on_white() -> None:
    with _opened(clean_photo(_saved(Image.new("RGBA", (60, 60), (0, 0, 0, 0)), "PNG"))) as picture:
        assert picture.convert("L").getpixel((30, 30)) > 240  # type: ignore[operator]


@pytest.mark.parametrize("data", [b"", b"text", b"%PDF-1.4", b"II*\0 a TIFF", b"\x89PNG\r\n\x1a\n"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(UnopenableFile):
        clean_photo(data)
