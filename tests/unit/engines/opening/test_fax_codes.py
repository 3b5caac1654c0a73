"""The code words of fax data, as look-up tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.opening.fax_codes import (
    END_OF_LINE,
    MODES,
    PASS,
    RUNS,
    WINDOW,
    Codes,
    lowest_bit_first,
    windows,
)


def _at(table: Codes, bits: str) -> tuple[int, int] | None:
    return table[int(bits.ljust(WINDOW, "0"), 2)]


@pytest.mark.parametrize(
    ("colour", "bits", "run"),
    [(0, "00110101", 0), (0, "0111", 2), (0, "11011", 64), (1, "10", 3), (1, "0000001111", 64)]
    + [(colour, "00000001000", 1792) for colour in (0, 1)],
)
def test_runs_are_those_of_the_standard(colour: int, bits: str, run: int) -> None:
    assert _at(RUNS[colour], bits) == (run, len(bits))


def test_modes_are_those_of_the_standard() -> None:
    assert [_at(MODES, bits) for bits in ("1", "0001", "000000000001", "0000000000001")] == [
        (0, 1),
        (PASS, 4),
        (END_OF_LINE, 12),
        None,
    ]


@pytest.mark.parametrize("table", [MODES, *RUNS])
def test_what_follows_a_code_word_does_not_change_it(table: Codes) -> None:
    for window, found in enumerate(table):
        if found:
            free = WINDOW - found[1]
            assert table[window >> free << free] == found


@given(st.binary(max_size=40))
def test_each_bit_has_the_thirteen_that_follow_it(data: bytes) -> None:
    bits = "".join(f"{byte:08b}" for byte in data) + "0" * WINDOW
    found = windows(data)
    assert all(found[at] == int(bits[at : at + WINDOW], 2) for at in range(8 * len(data)))


@given(st.binary())
def test_bits_turned_twice_are_as_they_were(data: bytes) -> None:
    assert lowest_bit_first(lowest_bit_first(data)) == data
    assert lowest_bit_first(b"\x01\xf0") == b"\x80\x0f"
