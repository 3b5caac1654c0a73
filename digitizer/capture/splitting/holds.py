"""A hold: a doubt and the stretches it keeps from delivery. Each rule of splitting yields some."""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.model.paper import Doubt


@dataclass(frozen=True, slots=True)
class Hold:
    """A doubt, and the stretches that wait for a person because of it (indices, ascending)."""

    doubt: Doubt
    stretches: tuple[int, ...]
