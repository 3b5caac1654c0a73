"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query

PER_PAGE = 50
#: Counts from 1. The bound keeps what is reckoned from it within a database's whole numbers.
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Part(Generic[_Item]):
    """One page of a list; ``is_last`` if none comes after it."""

    items: Sequence[_Item]
    number: int
    is_last: bool

    @property
    def is_all(self) -> bool:
        return self.number == 1 and self.is_last


def start_of(number: int) -> int:
    """How many items are on the pages before this one."""
    return (number - 1) * PER_PAGE


def page_of(ids: Sequence[str], one: str) -> int:
    """On which page of the list it is; the first where it is not in it."""
    return ids.index(one) // PER_PAGE + 1 if one in ids else 1


def part(found: Sequence[_Item], number: int) -> Part[_Item]:
    """Of what was looked up from ``start_of(number)`` on: one item more than a page shows that
    another one follows."""
    return Part(found[:PER_PAGE], number, len(found) <= PER_PAGE)


def part_of_all(found: Sequence[_Item], number: int) -> Part[_Item]:
    """Of the whole list."""
    start = start_of(number)
    return part(found[start : start + PER_PAGE + 1], number)
