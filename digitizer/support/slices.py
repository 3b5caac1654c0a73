"""Going through a sequence in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def in_slices(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """The items in their order, ``size`` at a time; the last slice may be shorter."""
    return (items[start : start + size] for start in range(0, len(items), size))
