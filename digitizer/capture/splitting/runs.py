"""Fronts and backs scanned in two runs, which may each have lost a different sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from digitizer.capture.splitting.sheet_counts import readings
from digitizer.capture.splitting.stretches import Stretch, is_copy
from digitizer.capture.splitting.touches import Touch
from digitizer.model.paper import Doubt, DoubtReason


def slipped_runs(stretches: Sequence[Stretch]) -> Iterator[Touch]:
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
        or (stretch.empty and is_copy(stretches, i))
        or _too_many(stretches, i - 1) == lost
    ):
        return 0
    while after < len(stretches) and not _surely_begins(stretches[after]):
        after += 1
    if stretch.counted in readings(stretches[i:after]):
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
