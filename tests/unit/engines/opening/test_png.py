"""The check sums of a PNG."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.opening.png import refuse_damaged
from digitizer.model.errors import UnopenableFile

_OUT = io.BytesIO()
Image.effect_noise((40, 30), 60).save(_OUT, "PNG")
PNG = _OUT.getvalue()


def test_a_whole_one_is_taken_whatever_follows_it() -> None:
    refuse_damaged(io.BytesIO(PNG))
    refuse_damaged(io.BytesIO(PNG + b"more"))


@given(st.integers(8, len(PNG) - 1), st.integers(1, 255))
def test_any_byte_that_changed_is_found(at: int, by: int) -> None:
    changed = PNG[:at] + bytes([PNG[at] ^ by]) + PNG[at + 1 :]
    with pytest.raises(UnopenableFile):
        refuse_damaged(io.BytesIO(changed))


@given(st.integers(8, len(PNG) - 1))
def test_any_cut_is_found(end: int) -> None:
    with pytest.raises(UnopenableFile):
        refuse_damaged(io.BytesIO(PNG[:end]))
