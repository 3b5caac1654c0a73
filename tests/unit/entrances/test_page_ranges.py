"""Page numbers as people write them, and what is no such list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.entrances.page_ranges import read_numbers
from digitizer.model.errors import UsageError


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3-6,9", (3, 4, 5, 6, 9)),
        (" 3 - 6 , 9 ", (3, 4, 5, 6, 9)),
        ("9,3", (9, 3)),
        ("1,1-2,2", (1, 2)),
        ("7,", (7,)),
        ("", ()),
    ],
)
def test_runs_and_single_pages(text: str, numbers: tuple[int, ...]) -> None:
    assert read_numbers(text) == numbers


@pytest.mark.parametrize(
    "text", ["a", "3-", "-3", "0", "6-3", "1-2-3", "1;2", "1-100001", "99999999999", "9" * 5000]
)
def test_what_is_no_list_of_pages_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="3-6,9"):
        read_numbers(text)


def test_what_no_scan_has_is_refused_at_once() -> None:
    """Six thousand runs of all pages would keep a processor busy for minutes."""
    with pytest.raises(UsageError):
        read_numbers("1-100000," * 6000)


@given(st.lists(st.integers(1, 100_000), unique=True))
def test_any_pages_written_one_by_one_are_read(numbers: list[int]) -> None:
    assert read_numbers(",".join(map(str, numbers))) == tuple(numbers)
