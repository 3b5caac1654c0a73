"""Page numbers as people write them."""

from __future__ import annotations

from digitizer.model.errors import UsageError

#: No scan has more pages; a slip of the keys must not make a list of millions.
_MOST = 100_000


def read_numbers(text: str) -> tuple[int, ...]:
    """ "3-6,9" as 3, 4, 5, 6, 9. Raises UsageError for what are no page numbers."""
    try:
        ends = [part.partition("-") for part in text.replace(" ", "").split(",") if part]
        runs = [range(int(first), int(last or first) + 1) for first, _, last in ends]
    except ValueError:
        raise UsageError(f"{text!r} are no pages. Write them as 3-6,9.") from None
    if any(not run or run[0] < 1 or run[-1] > _MOST for run in runs):
        raise UsageError(f"{text!r} are no pages. Write them as 3-6,9.")
    return tuple(dict.fromkeys(number for run in runs for number in run))
