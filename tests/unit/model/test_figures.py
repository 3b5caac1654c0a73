"""Numbers as people read them."""

from __future__ import annotations

import pytest

from digitizer.model.figures import Unit, said


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        (None, Unit.COUNT, "–"),
        (0, Unit.COUNT, "0"),
        (1204, Unit.COUNT, "1,204"),
        (12.345, Unit.PERCENT, "12.3 %"),
        (0, Unit.SECONDS, "0 s"),
        (59.4, Unit.SECONDS, "59 s"),
        (60, Unit.SECONDS, "1 min"),
        (200, Unit.SECONDS, "3 min 20 s"),
        (3599.9, Unit.SECONDS, "60 min"),
        (3660, Unit.SECONDS, "1 h 1 min"),
        (86_400, Unit.SECONDS, "1 d"),
        (100_000, Unit.SECONDS, "1 d 4 h"),
    ],
)
def test_said(value: float | None, unit: Unit, wanted: str) -> None:
    assert said(value, unit) == wanted
