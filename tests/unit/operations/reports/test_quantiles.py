"""Quantiles by the nearest rank."""

from __future__ import annotations

import pytest

from digitizer.operations.reports.quantiles import quantile


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.95, 7),
        ([2, 1], 0.5, 1),
        ([3, 1, 2], 0.5, 2),
        (list(range(1, 21)), 0.95, 19),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 0.5, 50),
        ([5, 5, 5, 9], 0.95, 9),
    ],
)
def test_it_is_a_value_that_there_was(
    values: list[float], share: float, wanted: float | None
) -> None:
    assert quantile(values, share) == wanted
