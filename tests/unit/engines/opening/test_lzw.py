"""Any bytes may be taken for fax, JPEG or LZW data: whole or refused, and never an accident."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.opening.fax import FaxCoding, check_fax
from digitizer.engines.opening.jpeg import check_jpeg
from digitizer.engines.opening.lzw import check_lzw
from tests.support.refusals import is_refused


@given(st.binary(max_size=300))
def test_any_bytes_may_be_taken_for_a_jpeg_or_fax_or_lzw(data: bytes) -> None:
    for check in (
        lambda: check_jpeg(b"\xff\xd8" + data),
        lambda: check_fax(data, 100, FaxCoding(1000, -1)),
        lambda: check_fax(data, 100, FaxCoding(1000, 1)),
        lambda: check_lzw(data, 1000, 1000),
    ):
        assert is_refused(check) in (True, False)
