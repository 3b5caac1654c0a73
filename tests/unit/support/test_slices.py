"""A sequence in parts."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from digitizer.support.slices import in_slices


@given(st.lists(st.integers()), st.integers(1, 9))
def test_the_parts_are_the_whole_in_order_and_only_the_last_is_short(
    items: list[int], size: int
) -> None:
    parts = list(in_slices(items, size))
    assert list(chain.from_iterable(parts)) == items
    assert all(len(part) == size for part in parts[:-1])
    assert all(0 < len(part) <= size for part in parts)
