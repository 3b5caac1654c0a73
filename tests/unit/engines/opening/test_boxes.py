"""The boxes of JPEG 2000 and HEIF files."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.boxes import boxes, end_of_heif, end_of_jpeg2000
from digitizer.model.errors import UnopenableFile

_OUT = io.BytesIO()
Image.effect_noise((96, 64), 60).save(_OUT, "JPEG2000")
JP2 = _OUT.getvalue()


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


@given(st.lists(st.tuples(st.sampled_from([b"ftyp", b"free", b"mdat"]), st.binary(max_size=20))))
def test_boxes_are_found_with_their_contents(made: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(_box(kind, content) for kind, content in made)
    found = [(each.type, data[each.begin : each.end]) for each in boxes(data)]
    assert found == made


def test_a_long_box_and_one_that_reaches_to_the_end() -> None:
    long = struct.pack(">I4sQ", 1, b"free", 16 + 3) + b"abc"
    last = struct.pack(">I4s", 0, b"mdat") + b"rest"
    data = long + last
    assert [data[each.begin : each.end] for each in boxes(data)] == [b"abc", b"rest"]


def test_a_box_that_pages_need_may_not_be_cut_and_any_other_is_no_box() -> None:
    with pytest.raises(UnopenableFile):
        list(boxes(_box(b"mdat", b"words")[:-1]))
    assert list(boxes(_box(b"junk", b"words")[:-1])) == []


def test_a_jpeg_2000_ends_before_what_hangs_behind_it() -> None:
    assert end_of_jpeg2000(io.BytesIO(JP2)) == len(JP2)
    assert end_of_jpeg2000(io.BytesIO(JP2 + JP2)) == len(JP2)
    assert end_of_jpeg2000(io.BytesIO(JP2 + b"junk")) == len(JP2)


@given(st.integers(60, len(JP2) - 2))
def test_a_cut_jpeg_2000_is_refused_or_ends_before_its_pixels(end: int) -> None:
    try:
        found = end_of_jpeg2000(io.BytesIO(JP2[:end]))
    except UnopenableFile:
        return
    assert found < JP2.index(b"jp2c")


def test_a_heif_ends_where_another_begins() -> None:
    one = _box(b"ftyp", b"heic") + _box(b"mdat", b"pixels")
    assert end_of_heif(io.BytesIO(one + one)) == len(one)
