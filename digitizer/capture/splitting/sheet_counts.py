"""What printed numbers tell: a cover's sheets, a batch header's letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from digitizer.capture.splitting.stretches import Stretch, is_copy
from digitizer.capture.splitting.touches import Touch
from digitizer.model.paper import CodeKind, Doubt, DoubtReason


def sheet_counts(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """A count that is off holds its letter, and its neighbours unless their own count is right.

    A sheet too few may lie in a neighbour; a sheet too many may be a neighbour's. Where all that
    was promised is missing, the sheets that make a neighbour's count right may be those; and a
    neighbour with the same cover may be the rest of this letter, behind a copy.
    """
    for i, stretch in enumerate(stretches):
        if not stretch.counted or (stretch.empty and not stretch.written_on):
            continue
        # What may be a boundary may also be none: any reading that fits the count will do,
        # since those stretches are held anyway.
        after = i + 1
        while after < len(stretches) and not stretches[after].established:
            after += 1
        if stretch.counted in readings(stretches[i:after]):
            continue
        beside = range(max(i - 1, 0), min(after + 1, len(stretches)))
        held = (j for j in beside if j == i or not (proven[j] and _parted(stretch, stretches[j])))
        yield Touch(_miscounted(stretch), tuple(held))


def _parted(stretch: Stretch, beside: Stretch) -> bool:
    """Whether the right count of a letter beside a wrong one says that neither has the other's."""
    return bool(stretch.behind) and stretch.code != beside.code


def readings(stretches: Sequence[Stretch]) -> list[int]:
    """How many sheets lie behind the first one's cover, by how many of the others are its too."""
    first, *others = stretches
    return list(accumulate((len(each.sheets) for each in others), initial=len(first.behind)))


def _miscounted(stretch: Stretch) -> Doubt:
    return Doubt(
        DoubtReason.SHEET_COUNT,
        f"The cover sheet on page {stretch.first.number} promises {_sheets(stretch.counted)} "
        f"behind it, but {_were_found(len(stretch.behind))}.",
    )


def _were_found(count: int) -> str:
    return f"{count or 'none'} {'was' if count == 1 else 'were'} found"


def _sheets(count: int) -> str:
    return "1 sheet" if count == 1 else f"{count} sheets"


def letter_count(
    stretches: Sequence[Stretch], proven: Sequence[bool], announced: int
) -> Iterator[Touch]:
    """A header's count that does not fit holds every letter.

    What only may be a cover never makes up for one that was lost. If it might, the letters
    that are sure not to hide a lost cover are those whose sheets fit their own count.
    """
    sure = [each.first.surely_a_cover for each in stretches]
    found = sum(sure) - _copies(stretches)
    if not announced or found == announced:
        return
    may_fit = found < announced <= len(stretches)
    says = (
        f"The batch header announces {announced} letters, but {found} could be made out: a "
        "cover sheet may have been lost."
    )
    held = tuple(i for i in range(len(stretches)) if not (may_fit and proven[i]))
    yield Touch(Doubt(DoubtReason.LETTER_COUNT, says), held)


def _copies(stretches: Sequence[Stretch]) -> int:
    """Covers that stand beside a letter of their own and are no further letter; and what parts the
    sheets of one reply, whose code is good for one letter only."""
    beside = sum(
        each.established and each.empty and is_copy(stretches, i)
        for i, each in enumerate(stretches)
    )
    replies = [each.code for each in stretches if each.code and each.code.kind is CodeKind.REPLY]
    return beside + len(replies) - len(set(replies))
