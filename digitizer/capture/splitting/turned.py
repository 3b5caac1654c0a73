"""Stacks that read as well from their end: whose the sheets between are, when nothing tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from digitizer.capture.splitting.sheets import Sheet
from digitizer.capture.splitting.stretches import Stretch
from digitizer.capture.splitting.touches import Touch
from digitizer.model.paper import Doubt, DoubtReason

_WITNESSES = 2
"""So many counts must fit one way only before a stack is known not to lie the other way."""


def back_to_front(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """In a stack that reads as well from its end, pages may be the next letter's."""
    if not _reads_backwards(stretches):
        return
    doubt = Doubt(
        DoubtReason.COVER_LAST,
        "The stack reads as well from its end as from its beginning, so it may be back to front: "
        "a batch header on top would tell.",
    )
    bound = _bound_by_count(stretches, proven)
    for i in range(len(stretches) - 1):
        if (stretches[i].loose_pages and not bound[i]) or not stretches[i].established:
            yield Touch(doubt, (i, i + 1))


def vouches(header: Sheet, stretches: Sequence[Stretch]) -> bool:
    """Whether a batch header on top says that the stack below it is not back to front.

    It may have been laid on the wrong end. Then each sheet shows the other side up than it does, if
    the stack was turned over; and where some letter has another's sheets, its count is off.
    """
    established = [each.first for each in stretches if each.established]
    as_header = [first.face_down == header.face_down for first in established]
    turned_over = bool(as_header) and not any(as_header)
    return not turned_over and not any(map(_is_off, stretches))


def _is_off(stretch: Stretch) -> bool:
    return stretch.counted > 0 and stretch.counted != len(stretch.behind)


def _bound_by_count(stretches: Sequence[Stretch], proven: Sequence[bool]) -> list[bool]:
    """Of which stretches the loose sheets are surely theirs, whichever way the stack lies.

    Turned over, a stretch would have the loose sheets of the one before instead of its own: its
    count, which fits as it lies, would then be off, or those are known to be that one's. A sheet
    that was lost or never enclosed makes one count fit the wrong way, so two must tell the same;
    and one count in the stack that is off, and nothing is bound.
    """
    if any(map(_is_off, stretches)):
        return [False] * len(stretches)
    telling = [_tells_the_way(stretches, i) and proven[i] for i in range(len(stretches))]
    told = sum(telling) >= _WITNESSES
    bound: list[bool] = []
    for i in range(len(stretches)):
        follows = i > 0 and stretches[i - 1].established and bound[i - 1]
        bound.append(told and proven[i] and (telling[i] or follows))
    return bound


def _tells_the_way(stretches: Sequence[Stretch], i: int) -> bool:
    """Whether it would have more loose sheets, or fewer, if the stack were turned over."""
    if i == 0:
        return bool(stretches[i].loose)
    before = stretches[i - 1]
    return before.established and len(before.loose) != len(stretches[i].loose)


def _reads_backwards(stretches: Sequence[Stretch]) -> bool:
    """Whether the stack turned over would pass too.

    Only what is a letter without a further page can stand at both ends, or at the last what may be
    one that cannot be seen; and turned over, each cover that is none would need a page which now
    lies before it.
    """
    end = stretches[-1]
    hidden = end.nothing_sure and bool(end.first.doubts)
    inked = [each for each in stretches if not each.nothing_sure]
    first, last = inked[0], inked[-1]
    return (
        first.may_be_written_on
        and (hidden or (last.may_be_written_on and not last.loose_pages))
        and all(
            each.may_be_written_on
            or not each.established
            or before.pages_behind
            or not before.established
            for before, each in pairwise(inked)
        )
    )
