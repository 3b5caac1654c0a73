"""Scales end at a round number that is not below the largest value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.plots.scales import ticks
from digitizer.model.figures import Unit


@pytest.mark.parametrize(
    ("largest", "unit", "wanted"),
    [
        (0, Unit.COUNT, (0, 1)),
        (1, Unit.COUNT, (0, 1)),
        (3, Unit.COUNT, (0, 1, 2, 3)),
        (17, Unit.COUNT, (0, 5, 10, 15, 20)),
        (400, Unit.COUNT, (0, 100, 200, 300, 400)),
        (50.0, Unit.PERCENT, (0, 10, 20, 30, 40, 50)),
        (45, Unit.SECONDS, (0, 10, 20, 30, 40, 50)),
        (200, Unit.SECONDS, (0, 60, 120, 180, 240)),
        (3 * 3600, Unit.SECONDS, (0, 3600, 7200, 10800)),
        (3.5 * 86400, Unit.SECONDS, (0, 86400, 172800, 259200, 345600)),
    ],
)
def test_a_scale(largest: float, unit: Unit, wanted: tuple[float, ...]) -> None:
    assert ticks(largest, unit) == pytest.approx(wanted)


@given(st.floats(min_value=0.001, max_value=1e9), st.sampled_from(Unit))
def test_a_scale_holds_its_largest_value_in_few_steps(largest: float, unit: Unit) -> None:
    found = ticks(largest, unit)
    assert found[0] == 0
    assert found[-1] >= largest * (1 - 1e-6)
    assert 2 <= len(found) <= 7
    assert found[-2] < largest
