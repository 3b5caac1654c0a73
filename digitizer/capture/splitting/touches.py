"""A doubt and which stretches it holds: what each rule of splitting yields."""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.model.paper import Doubt


@dataclass(frozen=True, slots=True)
class Touch:
    """A doubt and the stretches it holds (indices, ascending)."""

    doubt: Doubt
    stretches: tuple[int, ...]
