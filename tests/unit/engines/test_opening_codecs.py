"""What fax and JPEG data hold: any whole data pass, and no cut of them does."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.fax import FaxCoding, check_fax, check_fax_strips
from digitizer.engines.opening.jpeg import check_jpeg, jpeg_size, plain
from digitizer.engines.opening.levels import eight_bits
from digitizer.engines.opening.lzw import check_lzw
from digitizer.engines.opening.turning import upright
from digitizer.model.errors import UnopenableFile

CODINGS = {
    "G4": ("group4", None, FaxCoding(0, -1)),
    "G3": ("group3", 0, FaxCoding(0, 0)),
    "G3, mixed": ("group3", 1, FaxCoding(0, 1)),
    "G3, filled": ("group3", 4, FaxCoding(0, 0)),
    "by rows": ("tiff_ccitt", None, FaxCoding(0, 0, byte_align=True)),
}


def strip(picture: Image.Image, compression: str, options: int | None = None) -> bytes:
    """The only strip of a picture as libtiff packs it."""
    out = io.BytesIO()
    info = {} if options is None else {292: options}
    picture.save(out, "TIFF", compression=compression, strip_size=10**9, tiffinfo=info)
    with Image.open(out) as made:
        tags = made.tag_v2  # type: ignore[attr-defined]
        return out.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]


def noise(width: int, height: int, seed: int, blackness: float) -> Image.Image:
    rng = np.random.default_rng(seed)
    runs = np.repeat(rng.random((height, -(-width // 7))) < blackness, 7, axis=1)[:, :width]
    return Image.fromarray(np.where(runs, 0, 255).astype(np.uint8)).convert("1")


def is_refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except UnopenableFile:
        return True
    return False


@pytest.mark.parametrize("coding", CODINGS)
@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 40),
    seed=st.integers(0, 99),
    blackness=st.floats(0, 1),
    share=st.floats(0, 0.9),
)
def test_any_fax_is_whole_and_no_part_of_it_is(
    coding: str, width: int, height: int, seed: int, blackness: float, share: float
) -> None:
    compression, options, form = CODINGS[coding]
    form = FaxCoding(width, form.k, form.byte_align)
    data = strip(noise(width, height, seed, blackness), compression, options)
    check_fax(data, height, form)
    check_fax(data + bytes(40), height, form)
    # The last bytes may hold but the end-of-block.
    assert is_refused(lambda: check_fax(data[: int(share * (len(data) - 4))], height, form))
    assert is_refused(lambda: check_fax(data, height + 1 + height // 2, form))


@pytest.mark.parametrize("coding", CODINGS)
def test_rows_that_the_height_does_not_tell_of(coding: str) -> None:
    compression, options, form = CODINGS[coding]
    data = strip(noise(300, 60, 1, 0.3), compression, options)
    form = FaxCoding(300, form.k, form.byte_align)
    assert is_refused(lambda: check_fax(data, 30, form))


def test_a_fax_that_another_encoder_wrote_is_read_code_by_code() -> None:
    """White 3 and black 3 in horizontal mode, and again in it where vertical is shorter."""
    row = "001" + "1000" + "10" + "1"
    again = "001" + "1000" + "10" + "1"
    data = int((row + again).ljust(24, "0"), 2).to_bytes(3, "big")
    check_fax(data, 2, FaxCoding(8, -1))
    assert is_refused(lambda: check_fax(data, 3, FaxCoding(8, -1)))


def test_strips_are_counted_each() -> None:
    whole = noise(200, 64, 3, 0.4)
    parts = [strip(whole.crop((0, top, 200, top + 16)), "group4") for top in range(0, 64, 16)]
    check_fax_strips(parts, 64, 16, FaxCoding(200, -1))
    parts[1] = parts[1][: len(parts[1]) // 2]
    assert is_refused(lambda: check_fax_strips(parts, 64, 16, FaxCoding(200, -1)))


def jpeg(width: int, height: int, mode: str, seed: int, **options: object) -> bytes:
    rng = np.random.default_rng(seed)
    grey = rng.integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    picture = Image.fromarray(grey).resize((width, height), Image.Resampling.BICUBIC).convert(mode)
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(40, 300),
    height=st.integers(40, 300),
    mode=st.sampled_from(["L", "RGB", "CMYK"]),
    seed=st.integers(0, 99),
    progressive=st.booleans(),
    optimize=st.booleans(),
    share=st.floats(0, 0.9),
)
def test_any_jpeg_is_whole_and_no_part_of_it_is(
    width: int, height: int, mode: str, seed: int, progressive: bool, optimize: bool, share: float
) -> None:
    data = jpeg(width, height, mode, seed, progressive=progressive, optimize=optimize)
    facts = check_jpeg(data + b"behind it")
    assert (facts.width, facts.height, facts.end) == (width, height, len(data))
    assert jpeg_size(plain(data)) == (width, height)
    part = data[: int(share * len(data))]
    assert is_refused(lambda: check_jpeg(part))
    assert is_refused(lambda: check_jpeg(part + b"\xff\xd9"))


@given(st.binary(max_size=300))
def test_any_bytes_may_be_taken_for_a_jpeg_or_fax_or_lzw(data: bytes) -> None:
    for check in (
        lambda: check_jpeg(b"\xff\xd8" + data),
        lambda: check_fax(data, 100, FaxCoding(1000, -1)),
        lambda: check_fax(data, 100, FaxCoding(1000, 1)),
        lambda: check_lzw(data, 1000, 1000),
    ):
        assert is_refused(check) in (True, False)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_white_is_the_top_of_the_bits_that_are_used(bits: int) -> None:
    top = (1 << bits) - 1
    assert eight_bits(np.array([[0, top // 2, top]], np.uint16))[0].tolist() == [0, 127, 255]


def test_what_is_turned_twice_is_as_it_was() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for orientation, back in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)):
        assert np.array_equal(upright(upright(picture, orientation), back), picture)
    assert np.array_equal(upright(picture, 77), picture)
