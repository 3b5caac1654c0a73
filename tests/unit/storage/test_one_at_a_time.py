"""Only one does a piece of work at a time, and whoever ends leaves it to the next."""

from __future__ import annotations

from pathlib import Path

from digitizer.storage.one_at_a_time import one_at_a_time


def test_the_second_is_told_so_until_the_first_ends(tmp_path: Path) -> None:
    with one_at_a_time(tmp_path, "work") as first, one_at_a_time(tmp_path, "work") as second:
        assert (first, second) == (True, False)
        with one_at_a_time(tmp_path, "other") as third:
            assert third
    with one_at_a_time(tmp_path, "work") as again:
        assert again
