"""Dirt on a scanner's glass: a line at the same place of one page after the other.

Letters are written on lined paper, too, so a line must be on what was printed here as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.mail import PageRole
from digitizer.model.scanner_profile import ScannerProfile, Sides
from digitizer.storage.tables import page

#: A line is dirt on the glass if so many pages in a row, and such a share of them, have it within
#: so many mm; and of those that no letter's paper is, such as covers, the same share.
_STRIPED_PAGES, _STRIPED, _SAME_PLACE = 8, 0.8, 0.3
_NEWEST_PAGES = 30
_OURS = (PageRole.COVER, PageRole.RECORDED)


@dataclass(frozen=True, slots=True)
class Stripe:
    """A line at the same place of one page after the other: ``at`` is millimetres from the left,
    ``pages`` how many of the last ``of`` have it. ``side``: of the sheets, "front" or "back"; empty
    where the scanner has one lamp for both."""

    at: float
    pages: int
    of: int
    side: str


def stripes(
    tx: sa.Connection, profile: ScannerProfile, newest_first: Sequence[str]
) -> Iterator[Stripe]:
    """The lines on the newest pages; of a scanner with two lamps, of each side by itself."""
    rows = tx.execute(
        sa.select(page.c.scan_id, page.c.number, page.c.role, page.c.stripes).where(
            page.c.scan_id.in_(newest_first)
        )
    ).all()
    place = {scan_id: at for at, scan_id in enumerate(newest_first)}
    rows = sorted(rows, key=lambda row: (place[row.scan_id], -row.number))
    if profile.sides is not Sides.DUPLEX:
        yield from _lines(rows, "")
        return
    yield from _lines([row for row in rows if row.number % 2], "front")
    yield from _lines([row for row in rows if row.number % 2 == 0], "back")


def _lines(rows: Sequence[sa.Row[Any]], side: str) -> Iterator[Stripe]:
    """A line of the paper is at another place on the next sheet, and on none of our own."""
    newest = [_Striped(row.role in _OURS, tuple(row.stripes)) for row in rows[:_NEWEST_PAGES]]
    told: list[float] = []
    for at in (at for each in newest[:_STRIPED_PAGES] for at in each.lines):
        if any(abs(at - other) <= 2 * _SAME_PLACE for other in told):
            continue
        since = _since(newest, at)
        have = sum(each.has(at) for each in since)
        if len(since) >= _STRIPED_PAGES and _is_striped(since, at):
            told.append(at)
            yield Stripe(at, have, len(since), side)


@dataclass(frozen=True, slots=True)
class _Striped:
    """The lines of a page; ``ours``: it was printed here."""

    ours: bool
    lines: tuple[float, ...]

    def has(self, at: float) -> bool:
        return any(abs(at - line) <= _SAME_PLACE for line in self.lines)


def _since(newest: Sequence[_Striped], at: float) -> Sequence[_Striped]:
    """The pages from the newest back to the oldest that has the line: the glass got dirty then."""
    oldest = max(place for place, each in enumerate(newest) if each.has(at))
    return newest[: oldest + 1]


def _is_striped(pages: Sequence[_Striped], at: float) -> bool:
    """Whether enough of all of them have the line, and enough of those that were printed here; of
    these there must be some."""
    ours = [each for each in pages if each.ours]
    shares = (sum(each.has(at) for each in some) / len(some) for some in (pages, ours) if some)
    return bool(ours) and all(share >= _STRIPED for share in shares)
