"""Page numbers as people write them."""

from __future__ import annotations

from digitizer.model.errors import UsageError

#: No scan has more pages; a typing error must not make a list of millions.
_MOST = 100_000


def read_numbers(text: str) -> tuple[int, ...]:
    """ "3-6,9" as 3, 4, 5, 6, 9. Raises UsageError for anything that is not page numbers."""
    try:
        ends = [part.partition("-") for part in text.replace(" ", "").split(",") if part]
        runs = [range(int(first), int(last if dash else first) + 1) for first, dash, last in ends]
    except ValueError:
        raise UsageError(f"{text!r} is not a list of pages. Write it like 3-6,9.") from None
    is_odd = any(not run or run[0] < 1 or run[-1] > _MOST for run in runs)
    if is_odd or sum(map(len, runs)) > _MOST:
        raise UsageError(f"{text!r} is not a list of pages. Write it like 3-6,9.")
    return tuple(dict.fromkeys(number for run in runs for number in run))
