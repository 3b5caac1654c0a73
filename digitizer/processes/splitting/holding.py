"""Which stretches a doubt holds: every letter that it could touch.

Each rule names the stretches it touches; none of them looks at another rule's outcome, so a
further doubt can only hold more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise

from digitizer.processes.splitting.sheets import Sheet
from digitizer.processes.splitting.stretches import Stretch
from digitizer.vocabulary.paper import Doubt, DoubtReason


@dataclass(frozen=True, slots=True)
class Touch:
    """A doubt and the stretches it holds (indices, ascending)."""

    doubt: Doubt
    stretches: tuple[int, ...]


def hold(
    stretches: Sequence[Stretch],
    headed: bool,
    announced: int,
    two_runs: bool = False,
    more: Iterable[Touch] = (),
) -> list[list[Doubt]]:
    """The doubts of each stretch.

    ``headed``: the stack has a batch header on top, so it is not back to front; ``announced``
    is the header's number of letters (0: any). ``two_runs``: its backs were scanned in a run of
    their own. ``more`` are touches of other rules.
    """
    held: list[list[Doubt]] = [[] for _ in stretches]
    proven = [_is_proven(stretches, i) for i in range(len(stretches))]
    turned = () if headed else _back_to_front(stretches)
    slipped = _slipped_runs(stretches) if two_runs else ()
    for touch in chain(_all_touches(stretches, proven, announced), turned, slipped, more):
        doubt = _with_pages(touch, stretches)
        for i in touch.stretches:
            held[i].append(doubt)
    return held


def _all_touches(
    stretches: Sequence[Stretch], proven: Sequence[bool], announced: int
) -> Iterator[Touch]:
    yield from _unestablished(stretches)
    yield from _empty_covers(stretches, proven)
    yield from _covers_written_on(stretches, proven)
    yield from _sheet_counts(stretches, proven)
    yield from _letter_count(stretches, proven, announced)


def _with_pages(touch: Touch, stretches: Sequence[Stretch]) -> Doubt:
    low = min(stretches[i].low for i in (touch.stretches[0], touch.stretches[-1]))
    high = max(stretches[i].high for i in (touch.stretches[0], touch.stretches[-1]))
    return replace(touch.doubt, look=(low, high))


def _is_proven(stretches: Sequence[Stretch], i: int) -> bool:
    """Exactly as many sheets as its cover promised lie between two established boundaries."""
    stretch = stretches[i]
    closed = i + 1 == len(stretches) or stretches[i + 1].established
    return closed and stretch.counted > 0 and stretch.counted == len(stretch.behind)


def _unestablished(stretches: Sequence[Stretch]) -> Iterator[Touch]:
    """What may be a cover holds the letter before it and what follows it.

    Lone blanks are followed by an established cover: that letter is the one they touch.
    """
    for i, stretch in enumerate(stretches):
        reach = range(max(i - 1, 0), min(i + 1 + stretch.nothing_sure, len(stretches)))
        for doubt in stretch.first.doubts:
            yield Touch(doubt, tuple(reach))


def _empty_covers(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """A cover with no page after it is a doubt on both sides.

    It is also how a handful of letters put in back to front ends, and that handful gave every
    letter's pages to another from some letter on. It can only have begun behind a letter whose
    length nothing proves, so all from the first such letter are held.
    """
    unproven = next((i for i, sure in enumerate(proven) if not sure), len(proven))
    told = 0
    for i, stretch in enumerate(stretches):
        first = beside = max(i - 1, 0)
        if not stretch.empty or stretch.nothing_sure or stretch.written_on:
            continue
        if not _is_copy(stretches, i) and not _is_cut_by_blank(stretches, i):
            # What lies before the last such cover was held by it: a long stack stays linear.
            first, told = min(beside, max(unproven, told)), i
        reach = range(first, min(i + 2, len(stretches)))
        yield Touch(_without_pages(stretch), tuple(reach))


def _covers_written_on(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """A cover that is written on and has no page after it may be its whole letter.

    Or its letter lies back to front before it, and the ink is a stain: then the letter before
    is too long, which its own count would show.
    """
    for i in range(1, len(stretches)):
        if stretches[i].written_on and stretches[i].empty and not proven[i - 1]:
            yield Touch(_without_pages(stretches[i]), (i - 1, i))


def _is_cut_by_blank(stretches: Sequence[Stretch], i: int) -> bool:
    """Only a blank sheet, which may as well be its own, parts the cover from its pages."""
    after = stretches[i + 1] if i + 1 < len(stretches) else None
    return after is not None and _is_blank(after.first) and not after.nothing_sure


def _is_blank(sheet: Sheet) -> bool:
    """As far as can be told."""
    return sheet.blank or sheet.unsure


def _is_copy(stretches: Sequence[Stretch], i: int) -> bool:
    """Beside a letter with the same cover: printed twice, or a copy that the family enclosed."""
    beside = (*stretches[max(i - 1, 0) : i], *stretches[i + 1 : i + 2])
    return any(other.established and other.code == stretches[i].code for other in beside)


def _without_pages(stretch: Stretch) -> Doubt:
    number = stretch.first.number
    kind = "The cover sheet" if stretch.established else "What may be a cover sheet"
    return Doubt(
        DoubtReason.COVER_WITHOUT_PAGES,
        f"{kind} on page {number} has no page after it: pages may lie behind another cover, or "
        "some letters were put in back to front.",
    )


def _back_to_front(stretches: Sequence[Stretch]) -> Iterator[Touch]:
    """In a stack that reads as well from its end, pages may be the next letter's."""
    if not _reads_backwards(stretches):
        return
    doubt = Doubt(
        DoubtReason.COVER_LAST,
        "The stack reads as well from its end as from its beginning, so it may be back to front: "
        "a batch header on top would tell.",
    )
    for i in range(len(stretches) - 1):
        if stretches[i].pages_behind or not stretches[i].established:
            yield Touch(doubt, (i, i + 1))


def _reads_backwards(stretches: Sequence[Stretch]) -> bool:
    """Whether the stack turned over would pass too.

    Only what is a letter without a further page can stand at both ends; and turned over, each
    cover that is none would need a page which now lies before it.
    """
    inked = [each for each in stretches if not each.blank]
    first, last = inked[0], inked[-1]
    return (
        first.may_be_written_on
        and last.may_be_written_on
        and not last.pages_behind
        and all(
            each.may_be_written_on
            or not each.established
            or before.pages_behind
            or not before.established
            for before, each in pairwise(inked)
        )
    )


def _sheet_counts(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """A count that is off holds its letter, and its neighbours unless their own count is right.

    A sheet too few may lie in a neighbour; a sheet too many may be a neighbour's.
    """
    for i, stretch in enumerate(stretches):
        if not stretch.counted or (stretch.empty and not stretch.written_on):
            continue
        # What may be a boundary may also be none: any reading that fits the count will do,
        # since those stretches are held anyway.
        after = i + 1
        while after < len(stretches) and not stretches[after].established:
            after += 1
        if stretch.counted in _readings(stretches[i:after]):
            continue
        beside = range(max(i - 1, 0), min(after + 1, len(stretches)))
        yield Touch(_miscounted(stretch), tuple(j for j in beside if j == i or not proven[j]))


def _readings(stretches: Sequence[Stretch]) -> list[int]:
    """How many sheets lie behind the first one's cover, by how many of the others are its too."""
    first, *others = stretches
    return list(accumulate((len(each.sheets) for each in others), initial=len(first.behind)))


def _slipped_runs(stretches: Sequence[Stretch]) -> Iterator[Touch]:
    """Fronts that are too few may mean that each run lost sheets, and not the same ones.

    From one loss to the other, wherever that is, each back then lies behind a front as many
    sheets away as were lost. Fronts keep their order, so a letter that has only fronts is whole
    and alone, unless a written back within that reach may be its own.
    """
    lost = sum(_fronts_lost(stretches, i) for i in range(len(stretches)))
    if not lost:
        return
    says = (
        "A cover sheet promises more sheets than were found: each of the two runs may have lost "
        "a different sheet, and backs then lie behind the wrong fronts."
    )
    advice = "Scan both sides of the stack again, or look at each back in {pages}."
    touched = _near_written_backs(stretches, lost)
    if touched:
        yield Touch(Doubt(DoubtReason.UNEVEN_HALVES, says, advice), touched)


def _fronts_lost(stretches: Sequence[Stretch], i: int) -> int:
    """How many sheets fewer than promised lie behind a cover.

    None where what follows may be none of the covers that it might be, and then fits; behind a
    copy, which promises what lies behind the other; nor where the letter before has as many too
    many: those were put in back to front, and are all there.
    """
    stretch, after = stretches[i], i + 1
    lost = stretch.counted - len(stretch.behind)
    if (
        lost <= 0
        or (stretch.empty and _is_copy(stretches, i))
        or _too_many(stretches, i - 1) == lost
    ):
        return 0
    while after < len(stretches) and not _surely_begins(stretches[after]):
        after += 1
    if stretch.counted in _readings(stretches[i:after]):
        return 0
    return lost


def _too_many(stretches: Sequence[Stretch], i: int) -> int:
    """How many sheets more than promised lie behind a cover; 0 where it promised none."""
    return len(stretches[i].behind) - stretches[i].counted if i >= 0 and stretches[i].counted else 0


def _surely_begins(stretch: Stretch) -> bool:
    return stretch.established or stretch.first.surely_a_cover


def _near_written_backs(stretches: Sequence[Stretch], reach: int) -> tuple[int, ...]:
    """The stretches with a written back on them, or ``reach`` sheets before or after them."""
    written = [sheet.has_written_back for each in stretches for sheet in each.sheets]
    before = list(accumulate(written, initial=0))
    touched, start = [], 0
    for i, each in enumerate(stretches):
        end = start + len(each.sheets)
        low, high = max(0, start - reach), min(len(written), end + reach)
        if before[high] > before[low]:
            touched.append(i)
        start = end
    return tuple(touched)


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


def _letter_count(
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
    """Covers that stand beside a letter of their own and are no further letter."""
    return sum(
        each.established and each.empty and _is_copy(stretches, i)
        for i, each in enumerate(stretches)
    )
