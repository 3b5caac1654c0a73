"""Stacks that would read just as well turned over: whose the sheets between two covers are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from digitizer.capture.splitting.holds import Hold
from digitizer.capture.splitting.sheets import Sheet
from digitizer.capture.splitting.stretches import Stretch
from digitizer.model.paper import Doubt, DoubtReason

_WITNESSES = 2
"""How many counts must fit one way only before a stack is known not to be the other way round."""


def back_to_front(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Hold]:
    """In a stack that reads just as well from its end, pages may be the next letter's."""
    if not _reads_backwards(stretches):
        return
    doubt = Doubt(
        DoubtReason.COVER_LAST,
        "The stack could be read from its end just as well as from its beginning, so it may be "
        "back to front: a batch header on top would rule that out.",
    )
    bound = _bound_by_count(stretches, proven)
    for i in range(len(stretches) - 1):
        if (stretches[i].loose_pages and not bound[i]) or not stretches[i].established:
            yield Hold(doubt, (i, i + 1))


def confirms_order(header: Sheet, stretches: Sequence[Stretch]) -> bool:
    """Whether a batch header on top proves that the stack below it is not back to front.

    It may have been put on the wrong end. If the stack was turned over, each sheet then has the
    other side up than the header has (but for separators, which have no other side); and where a
    letter has another's sheets, its count is off.
    """
    established = [each.first for each in stretches if each.established and not each.separated]
    as_header = [first.face_down == header.face_down for first in established]
    turned_over = bool(as_header) and not any(as_header)
    return not turned_over and not any(map(_is_off, stretches))


def _is_off(stretch: Stretch) -> bool:
    return stretch.counted > 0 and stretch.counted != len(stretch.behind)


def _bound_by_count(stretches: Sequence[Stretch], proven: Sequence[bool]) -> list[bool]:
    """For each stretch, whether its loose sheets are surely its own, however the stack was put in.

    Turned over, a stretch would have the loose sheets of the one before instead of its own: its
    count, which fits as it is, would then be off, or those are known to be that one's. A sheet
    that was lost or never enclosed makes one count fit the wrong way, so two must agree; and if
    one count in the stack is off, nothing is bound.
    """
    if any(map(_is_off, stretches)):
        return [False] * len(stretches)
    witness = [proven[i] and _differs_turned_over(stretches, i) for i in range(len(stretches))]
    order_proven = sum(witness) >= _WITNESSES
    bound: list[bool] = []
    for i in range(len(stretches)):
        follows = i > 0 and stretches[i - 1].established and bound[i - 1]
        bound.append(order_proven and proven[i] and (witness[i] or follows))
    return bound


def _differs_turned_over(stretches: Sequence[Stretch], i: int) -> bool:
    """Whether it would have more loose sheets, or fewer, if the stack were turned over."""
    if i == 0:
        return bool(stretches[i].loose)
    before = stretches[i - 1]
    return before.established and len(before.loose) != len(stretches[i].loose)


def _reads_backwards(stretches: Sequence[Stretch]) -> bool:
    """Whether the stack would pass turned over too.

    Only a letter without a further page can be at both ends, or at the last one what may be such a
    letter that cannot be seen; and turned over, each cover that is not a letter itself would need
    a page, which is now before it. A separator may be one too many, or have lost
    its letter, at the other end as anywhere.
    """
    end = stretches[-1]
    hidden = end.nothing_sure and bool(end.first.doubts)
    inked = [each for each in stretches if not each.nothing_sure]
    first, last = inked[0], inked[-1]
    bare = last.may_be_written_on and not last.loose_pages
    return ((first.may_be_written_on and (hidden or bare)) or (first.separated and bare)) and all(
        each.may_be_written_on
        or each.separated
        or not each.established
        or before.pages_behind
        or not before.established
        for before, each in pairwise(inked)
    )
