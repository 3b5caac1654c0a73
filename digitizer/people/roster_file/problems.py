"""What is wrong with lines of a roster file, and how it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_PROBLEMS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a line is not understood. ``line`` counts from 1, with the headings; 0: the file.
    ``also`` are other lines that are refused with it."""

    line: int
    message: str
    also: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


def listed(name: str, problems: Sequence[RowProblem]) -> str:
    """For people: what to correct in the file, a line each."""
    shown = "\n".join(f"  {problem}" for problem in problems[:_PROBLEMS_SHOWN])
    rest = len(problems) - _PROBLEMS_SHOWN
    more = f"\n  and {rest} more" if rest > 0 else ""
    return f"{name}: nothing was imported. Correct these lines and import again:\n{shown}{more}"
