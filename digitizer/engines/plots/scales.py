"""Scales of axes: from 0 to a round number above the largest value, in a few even steps."""

from __future__ import annotations

import math

from digitizer.model.figures import Unit

_MOST_STEPS = 5
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
#: Steps of time that people count in, in seconds: from a second to ten days.
_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200)
_DAY = 86_400


def ticks(largest: float, unit: Unit) -> tuple[float, ...]:
    """Values for the lines of a scale, from 0 to the first that is not below ``largest``."""
    if largest <= 0:
        return (0.0, 1.0)
    step = _time_step(largest) if unit is Unit.SECONDS else _round_step(largest, unit)
    return tuple(number * step for number in range(math.ceil(largest / step - 1e-9) + 1))


def _round_step(largest: float, unit: Unit) -> float:
    least = largest / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in _ROUND if each * power >= least * (1 - 1e-9))
    return max(1.0, math.ceil(step)) if unit is Unit.COUNT else step


def _time_step(largest: float) -> float:
    least = largest / _MOST_STEPS
    if least <= _TIMES[-1]:
        return float(next(each for each in _TIMES if each >= least))
    return _round_step(largest / _DAY, Unit.COUNT) * _DAY
