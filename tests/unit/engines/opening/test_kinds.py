"""The kind of a file by its first bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening import kinds
from digitizer.engines.opening.kinds import ANYWHERE, HEAD_BYTES, kind_of


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kinds.TIFF, "TIFF"),
        (kinds.JPEG, "JPEG"),
        (kinds.PNG, "PNG"),
        (kinds.GIF, "GIF"),
        (kinds.BMP, "BMP"),
        (kinds.WEBP, "WEBP"),
        (kinds.JPEG2000, "JPEG2000"),
        (kinds.PDF, "PDF"),
    ],
)
def test_what_is_written_in_a_format_is_of_that_kind(kind: str, name: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(out, name)
    assert kind_of(out.getvalue()[:HEAD_BYTES]) == kind
    assert ANYWHERE.match(out.getvalue())


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1", b"msf1"])
def test_telephones_pictures(brand: bytes) -> None:
    assert kind_of(b"\0\0\0\x18ftyp" + brand) == kinds.HEIF


def test_a_big_tiff_and_one_of_either_byte_order() -> None:
    assert {kind_of(head) for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")} == {kinds.TIFF}


@pytest.mark.parametrize("junk", [0, 1, 500, 1023])
def test_a_pdf_may_begin_after_some_junk(junk: int) -> None:
    assert kind_of(b"\n" * junk + b"%PDF-1.7") == kinds.PDF


@given(st.text().map(str.encode))
def test_words_are_of_no_kind_unless_they_begin_as_one(words: bytes) -> None:
    if not words.startswith((b"BM", b"GIF8", b"II", b"MM")) and b"%PDF-" not in words:
        assert kind_of(words) is None
