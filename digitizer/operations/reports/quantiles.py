"""Quantiles of a list of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that ``share`` of them do not exceed (the nearest rank); None of
    none. It is always a value that there was."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values) - 1e-9) - 1)]
