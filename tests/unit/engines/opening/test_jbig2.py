"""JBIG2 made here, whole and harmed."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.opening import OpeningLimits, open_page
from digitizer.engines.opening.jbig2 import (
    SYMBOLS_NOTE,
    has_symbol_dictionary,
    refuse_incomplete,
    with_other_end,
)
from digitizer.engines.opening.page import Picture
from digitizer.engines.opening.pdf_drawing import pictures_in
from digitizer.model.errors import UnopenableFile
from tests.support.corpus import without_corpus
from tests.support.files_to_open import ODD_FILES
from trials.damage import jbig2_encoder
from trials.damage.pdf_kit import coded, picture_pdf, with_region_length, written

HEAD = 30 + 11 + 26  # bytes before the coded data: page, region's header, its facts
PICTURE = replace(coded("JBIG2", written(120, 160)))


def decoded(data: bytes) -> Picture:
    return pictures_in(picture_pdf(replace(PICTURE, data=data)))[0]


def is_whole(data: bytes) -> bool:
    """As the page's opening asks it."""
    try:
        refuse_incomplete(data, b"", 120, 160)
        return bool(np.array_equal(decoded(data), decoded(with_other_end(data))))
    except UnopenableFile:
        return False


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_a_whole_picture_is_decoded_as_it_was_and_found_whole(
    width: int, height: int, seed: int, darkness: float
) -> None:
    ink = (np.random.default_rng(seed).random((height, width)) < darkness).astype(np.uint8)
    for data in (jbig2_encoder.encode(ink), jbig2_encoder.encode_stripes(ink, 16)):
        refuse_incomplete(data, b"", width, height)
        picture = replace(PICTURE, width=width, height=height)
        for each in (data, with_other_end(data)):
            (seen,) = pictures_in(picture_pdf(replace(picture, data=each)))
            assert np.array_equal(seen < 128, ink > 0)


def test_a_picture_cut_anywhere_is_not_whole() -> None:
    for cut in range(1, len(PICTURE.data) - 3):
        with pytest.raises(UnopenableFile):
            refuse_incomplete(PICTURE.data[:-cut], b"", 120, 160)


@pytest.mark.parametrize("size", [8, 40, 120])
@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x20", None])
def test_a_hole_is_found_wherever_it_is(size: int, filling: bytes | None) -> None:
    """``None``: the bytes are taken out, and the lengths made to fit."""
    rng = random.Random(size)
    for _ in range(12):
        at = rng.randrange(HEAD, len(PICTURE.data) - size - 12)
        hole = b"" if filling is None else filling * size
        data = PICTURE.data[:at] + hole + PICTURE.data[at + size :]
        if data != PICTURE.data:
            assert not is_whole(with_region_length(data)), at


@pytest.mark.parametrize("size", [20, 100, 300])
@pytest.mark.parametrize("end", [b"", b"\xff\xac", b"\0" * 40])
def test_a_cut_that_is_ended_again_is_found(size: int, end: bytes) -> None:
    assert not is_whole(with_region_length(PICTURE.data[:-size] + end))


def test_a_picture_of_another_size_is_not_this_one() -> None:
    for size in ((121, 160), (120, 159)):
        with pytest.raises(UnopenableFile):
            refuse_incomplete(PICTURE.data, b"", *size)


def test_stripes_must_reach_the_end() -> None:
    ink = (written(120, 160) < 128).astype(np.uint8)
    data = jbig2_encoder.encode_stripes(ink, 40)
    refuse_incomplete(data, b"", 120, 160)
    last = len(jbig2_encoder.generic_region(7, ink[120:], 120)) + 15
    with pytest.raises(UnopenableFile):
        refuse_incomplete(data[:-last], b"", 120, 160)


def test_what_it_refers_to_must_be_there() -> None:
    text = bytes((0, 0, 0, 9, 6, 1 << 5, 1, 1)) + (4).to_bytes(4, "big") + bytes(4)
    page = jbig2_encoder.page_information(120, 160)
    with pytest.raises(UnopenableFile):
        refuse_incomplete(page + text, b"", 120, 160)


@given(st.binary(max_size=200))
def test_any_bytes_may_be_taken_for_jbig2(data: bytes) -> None:
    assert isinstance(with_other_end(data), bytes)
    with pytest.raises(UnopenableFile):
        refuse_incomplete(data, b"", 10, 10)


def segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def test_jbig2_symbols_are_noticed() -> None:
    plain = segment(0, 48, bytes(19)) + segment(1, 38, b"xyz")
    assert not has_symbol_dictionary(plain)
    assert has_symbol_dictionary(plain + segment(2, 0, b"abc"))
    assert not has_symbol_dictionary(b"")


def test_jbig2_symbols_become_a_note_of_the_page(tmp_path: Path) -> None:
    odd = ODD_FILES / "ocrmypdf" / "jbig2.pdf"
    if not odd.exists():
        without_corpus("the odd files")
    assert open_page(odd, 1, OpeningLimits(), 0).notes == (SYMBOLS_NOTE,)


@given(st.binary(max_size=200))
def test_symbols_of_jbig2_may_be_sought_in_any_bytes(data: bytes) -> None:
    assert has_symbol_dictionary(data) in (True, False)
