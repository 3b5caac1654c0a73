"""A fax is whole or refused, code by code."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.fax import FaxCoding, check_fax, check_fax_strips
from tests.support.refusals import is_refused

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
