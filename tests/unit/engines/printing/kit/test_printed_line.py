"""A line of print as a picture."""

from __future__ import annotations

import numpy as np

from digitizer.engines.printing.kit.printed_line import bold_line


def test_it_is_cut_to_its_ink_and_grows_with_its_size() -> None:
    small, large = bold_line("K7-42", 20), bold_line("K7-42", 40)
    for line in (small, large):
        edges = (line[0], line[-1], line[:, 0], line[:, -1])
        assert all((edge < 128).any() for edge in edges)
    assert abs(large.shape[1] / small.shape[1] - 2) < 0.15


def test_another_number_looks_different() -> None:
    one, other = bold_line("1111", 30), bold_line("8888", 30)
    assert (one < 128).mean() != (other < 128).mean()
    assert np.array_equal(one, bold_line("1111", 30))
