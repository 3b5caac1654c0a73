"""Blank sheets between letters, each of which may be a cover: whose they are where a count tells.

A sheet of which nothing is seen is a cover fed face down, a cover too faint, or just a blank sheet
of the letter before it. Printed counts tell these apart: a cover's sheets, a header's letters. Only
what is surely the letter's own is joined to it; every other rule then sees one letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digitizer.capture.splitting.sheet_counts import letters_found
from digitizer.capture.splitting.stretches import Stretch, is_proven
from digitizer.model.paper import CodeKind, DoubtReason


def join_own_blanks(
    stretches: Sequence[Stretch], announced: int, expected: bool
) -> tuple[Stretch, ...]:
    """The stretches, with the blank sheets that surely are the letter's before them joined to it.

    ``announced`` is a batch header's number of letters (0: any). ``expected``: letters on this
    scanner have blank sheets, so a cover's count is believed also where pages follow a blank.
    """
    groups = list(_groups(stretches))
    all_joined = tuple(map(_joined, groups))
    blanks = [each for group in groups for each in group[1:]]
    if all(map(_is_only_blank, blanks)) and _are_the_announced(all_joined, announced):
        return all_joined
    joined: list[Stretch] = []
    for group in groups:
        own = _is_counted(group, joined, expected)
        joined.extend((_joined(group),) if own else group)
    return tuple(joined)


def brings_nothing(stretches: Sequence[Stretch], proven: Sequence[bool], i: int) -> bool:
    """Whether blank sheets, one too many for the letter before, are no cover that brought pages.

    They lie between letters that have each as many sheets as their covers promise, and so has the
    letter before these: nothing of what a hidden cover would have brought lies near it.
    """
    before = stretches[i - 1]
    return (
        stretches[i].blank
        and _is_only_blank(stretches[i])
        and _is_of_inmate(before)
        and 0 < before.counted == len(before.behind)
        and (i < 2 or proven[i - 2])
        and (i + 1 == len(stretches) or proven[i + 1])
    )


def _groups(stretches: Sequence[Stretch]) -> Iterator[Sequence[Stretch]]:
    """Each established boundary with what follows it up to the next."""
    start = 0
    for end in range(1, len(stretches) + 1):
        if end == len(stretches) or stretches[end].established:
            yield stretches[start:end]
            start = end


def _joined(group: Sequence[Stretch]) -> Stretch:
    first, *others = group
    own = (replace(sheet, doubts=()) for each in others for sheet in each.sheets)
    return replace(first, behind=(*first.behind, *own))


def _are_the_announced(letters: Sequence[Stretch], announced: int) -> bool:
    """Whether they are all the letters that a header announces, so that no blank sheet among them
    is a cover.

    One too many could make up for one that hides: so there may be no paper of another way, no cover
    twice, none without pages, and no separator: one left in from the stack before looks like any
    other.
    """
    codes = [each.code for each in letters]
    kinds = {kind for each in letters for sheet in each.sheets for kind in sheet.kinds}
    return (
        announced > 0
        and letters_found(letters) == announced
        and all(each.established and not each.empty for each in letters)
        and len(set(codes)) == len(codes)
        and kinds in ({CodeKind.INMATE}, {CodeKind.REPLY})
    )


def _is_counted(group: Sequence[Stretch], before: Sequence[Stretch], expected: bool) -> bool:
    """Whether a cover's count proves that the blank sheets behind it are its letter's.

    They are among the sheets that it promises, and a cover with pages would have brought these.
    A handful put in back to front could have brought another's sheets, which shows in the letter
    before: that one's count must fit, too. Where pages follow a blank, the letter may lack as many
    sheets as a hidden cover brought, so that it takes more than the count to tell.
    """
    first, *others = group
    return (
        _is_of_inmate(first)
        and first.counted == len(first.behind) + sum(len(each.sheets) for each in others)
        and all(map(_is_only_blank, others))
        and (expected or not any(each.pages_behind for each in others))
        and (not before or is_proven(before, len(before) - 1))
    )


def _is_of_inmate(stretch: Stretch) -> bool:
    """Whether it is behind an established cover of an inmate: replies count other sheets."""
    kind = stretch.code.kind if stretch.code else None
    return stretch.established and kind is CodeKind.INMATE


def _is_only_blank(stretch: Stretch) -> bool:
    """Begins with a sheet of which nothing is seen, and about which nothing else is in doubt."""
    reasons = {doubt.reason for doubt in stretch.first.doubts}
    return stretch.first.seems_blank and reasons == {DoubtReason.BLANK_MAY_BE_COVER}
