"""Fronts and backs scanned in two runs, which may each have lost a different sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from digitizer.capture.splitting.holds import Hold
from digitizer.capture.splitting.sheet_counts import readings
from digitizer.capture.splitting.stretches import Stretch, is_copy
from digitizer.model.paper import Doubt, DoubtReason


def slipped_runs(stretches: Sequence[Stretch]) -> Iterator[Hold]:
    """Too few fronts may mean that each run lost sheets, and not the same ones.

    From one loss to the other, wherever they are, each back is then paired with a front as many
    sheets away as were lost. Fronts keep their order, so a letter that has only fronts is whole
    and alone, unless a written back within that distance may be its own.
    """
    lost = sum(_fronts_lost(stretches, i) for i in range(len(stretches)))
    if not lost:
        return
    message = (
        "A cover sheet should have more sheets behind it than were found: each of the two runs may "
        "have lost a different sheet, which would put backs behind the wrong fronts."
    )
    advice = "Scan both sides of the stack again, or check each back in {pages}."
    touched = _near_written_backs(stretches, lost)
    if touched:
        yield Hold(Doubt(DoubtReason.UNEVEN_HALVES, message, advice), touched)


def _fronts_lost(stretches: Sequence[Stretch], i: int) -> int:
    """How many sheets fewer than promised are behind a cover.

    None are lost where the count fits once what follows, which only may be covers, is taken for
    the letter's own sheets; behind a copy, which promises what is behind the other; or where the
    letter before has as many too many: those were put in back to front, and are all there.
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
    """How many sheets more than promised are behind a cover; 0 where it promised none."""
    return len(stretches[i].behind) - stretches[i].counted if i >= 0 and stretches[i].counted else 0


def _surely_begins(stretch: Stretch) -> bool:
    return stretch.established or stretch.first.surely_a_cover


def _near_written_backs(stretches: Sequence[Stretch], distance: int) -> tuple[int, ...]:
    """The stretches that have a written back, or one up to ``distance`` sheets before or after."""
    written = [sheet.has_written_back for each in stretches for sheet in each.sheets]
    before = list(accumulate(written, initial=0))
    touched, start = [], 0
    for i, each in enumerate(stretches):
        end = start + len(each.sheets)
        low, high = max(0, start - distance), min(len(written), end + distance)
        if before[high] > before[low]:
            touched.append(i)
        start = end
    return tuple(touched)
