"""A JPEG is whole or refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.jpeg import check_jpeg, jpeg_size, plain
from tests.support.refusals import is_refused


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


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("left", range(-3, 4))  # bytes behind the header of the scan
def test_a_jpeg_without_the_data_of_its_scan_is_cut(mode: str, left: int) -> None:
    data = jpeg(165, 181, mode, 1, progressive=False, optimize=True)
    size = data.find(b"\xff\xda")
    begin = size + 2 + int.from_bytes(data[size + 2 : size + 4], "big")
    assert is_refused(lambda: check_jpeg(data[: begin + left] + b"\xff\xd9"))
