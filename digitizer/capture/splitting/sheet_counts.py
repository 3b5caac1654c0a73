"""What printed numbers show: a cover's count of sheets, a batch header's count of letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from digitizer.capture.splitting.holds import Hold
from digitizer.capture.splitting.stretches import Stretch, is_copy
from digitizer.model.paper import CodeKind, Doubt, DoubtReason
from digitizer.support.wording import counted


def sheet_counts(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Hold]:
    """A count that is off holds its letter, and its neighbours unless their own count is right.

    A missing sheet may be in a neighbour; a sheet too many may be a neighbour's. Where all that
    was promised is missing, the sheets that make a neighbour's count right may be those; and a
    neighbour with the same cover may be the rest of this letter, behind a copy.
    """
    for i, stretch in enumerate(stretches):
        if not stretch.counted or (stretch.empty and not stretch.written_on):
            continue
        # What may be a boundary may also not be one: any reading that fits the count will do,
        # since those stretches are held anyway.
        after = i + 1
        while after < len(stretches) and not stretches[after].established:
            after += 1
        if stretch.counted in readings(stretches[i:after]):
            continue
        beside = range(max(i - 1, 0), min(after + 1, len(stretches)))
        held = (j for j in beside if j == i or not (proven[j] and _apart(stretch, stretches[j])))
        yield Hold(_miscounted(stretch), tuple(held))


def _apart(stretch: Stretch, beside: Stretch) -> bool:
    """Whether a letter with the right count, beside one with a wrong count, proves that neither has
    sheets of the other."""
    return bool(stretch.behind) and stretch.code != beside.code


def readings(stretches: Sequence[Stretch]) -> list[int]:
    """How many sheets are behind the first one's cover, by how many of the others are its too."""
    first, *others = stretches
    return list(accumulate((len(each.sheets) for each in others), initial=len(first.behind)))


def promised_and_missing(stretches: Sequence[Stretch], announced: int) -> tuple[int, int]:
    """How many sheets and letters covers and a header promise, and how many of these are not there.

    What may be a cover counts as the sheet that it is, in favour of the scanner.
    """
    promised, missing = announced, max(0, announced - letters_found(stretches))
    for i, stretch in enumerate(stretches):
        after = i + 1
        while after < len(stretches) and not stretches[after].established:
            after += 1
        promised += stretch.counted
        missing += max(0, stretch.counted - readings(stretches[i:after])[-1])
    return promised, missing


def _miscounted(stretch: Stretch) -> Doubt:
    return Doubt(
        DoubtReason.SHEET_COUNT,
        f"The cover sheet on page {stretch.first.number} should have {_sheets(stretch.counted)} "
        f"behind it, but {_were_found(len(stretch.behind))}.",
    )


def _were_found(count: int) -> str:
    if not count:
        return "none were found"
    return "1 was found" if count == 1 else f"{count} were found"


def _sheets(count: int) -> str:
    return counted(count, "sheet")


def _letters(count: int) -> str:
    return counted(count, "letter")


def letter_count(
    stretches: Sequence[Stretch], proven: Sequence[bool], announced: int
) -> Iterator[Hold]:
    """A header's count that does not fit holds every letter.

    A sheet that only may be a cover never makes up for one that was lost. Where it might, the
    letters that surely do not hide a lost cover are those whose sheets fit their own count.
    """
    found = letters_found(stretches)
    if not announced or found == announced:
        return
    may_fit = found < announced <= len(stretches)
    message = (
        f"The batch header announces {_letters(announced)}, but {_were_found(found)}: a cover "
        "sheet may have been lost."
    )
    held = tuple(i for i in range(len(stretches)) if not (may_fit and proven[i]))
    yield Hold(Doubt(DoubtReason.LETTER_COUNT, message), held)


def all_found(stretches: Sequence[Stretch], announced: int) -> bool:
    """Whether there are as many letters as a header announces, and every boundary is established.

    Then no letter lies in another, as it would in a handful that was put in back to front, unless
    yet another is in two parts.
    """
    sure = all(each.established or each.headless for each in stretches)
    return sure and announced > 0 and letters_found(stretches) == announced


def letters_found(stretches: Sequence[Stretch]) -> int:
    """How many letters surely are in the stack.

    Only what surely begins a letter counts; a separator that no page follows begins none.
    """
    return sum(map(_is_a_letter, stretches)) - _copies(stretches)


def _is_a_letter(stretch: Stretch) -> bool:
    if stretch.empty and stretch.first.kinds == {CodeKind.SEPARATOR}:
        return False
    return stretch.headless or stretch.first.surely_a_cover


def _copies(stretches: Sequence[Stretch]) -> int:
    """Covers that are no further letter because they are beside one with the same cover, and the
    repeated codes on the sheets of one reply, which are good for one letter only."""
    beside = sum(
        each.established and each.empty and is_copy(stretches, i)
        for i, each in enumerate(stretches)
    )
    replies = [each.code for each in stretches if each.code and each.code.kind is CodeKind.REPLY]
    return beside + len(replies) - len(set(replies))
