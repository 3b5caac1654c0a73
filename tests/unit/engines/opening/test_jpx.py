"""A JPEG 2000 codestream has all its tiles, or is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.jpx import refuse_incomplete
from digitizer.model.errors import UnopenableFile


def _jpx(**options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((96, 64), 60).save(out, "JPEG2000", **options)
    return out.getvalue()


WHOLE = _jpx(tile_size=(32, 32))


@pytest.mark.parametrize("data", [WHOLE, _jpx(), _jpx(no_jp2=True)])
def test_a_whole_one_is_taken(data: bytes) -> None:
    refuse_incomplete(data, 96, 64)


def test_one_of_another_size_than_is_stated_is_refused() -> None:
    with pytest.raises(UnopenableFile):
        refuse_incomplete(WHOLE, 96, 65)


@given(st.integers(0, len(WHOLE) - 2))
def test_any_cut_is_found(end: int) -> None:
    with pytest.raises(UnopenableFile):
        refuse_incomplete(WHOLE[:end], 96, 64)
