"""Doing one thing to many: what fails has its error in its place, and does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(
    action: Callable[[T], R], items: Sequence[T | Exception], threads: int = 1
) -> list[R | Exception]:
    """What ``action`` gives for each item, in order, or the error that it raised.

    Errors among the items stay as they are, so that steps can be chained. Up to ``threads`` wait
    for disk or network at the same time.
    """

    def guarded(item: T | Exception) -> R | Exception:
        if isinstance(item, Exception):
            return item
        try:
            return action(item)
        except Exception as error:  # whatever it was, the other items go on
            return error

    if threads == 1 or len(items) < 2:
        return [guarded(item) for item in items]
    with ThreadPoolExecutor(min(threads, len(items))) as pool:
        return list(pool.map(guarded, items))


def good(items: Sequence[T | Exception]) -> list[T]:
    """Those that did not fail."""
    return [item for item in items if not isinstance(item, Exception)]


def or_raise(item: T | Exception) -> T:
    """The item; raises it if it is an error."""
    if isinstance(item, Exception):
        raise item
    return item
