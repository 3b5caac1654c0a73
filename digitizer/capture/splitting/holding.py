"""Which stretches a doubt holds: every letter that it could touch.

Each rule names the stretches it touches; none of them looks at another rule's outcome, so a
further doubt can only hold more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from digitizer.capture.splitting.runs import slipped_runs
from digitizer.capture.splitting.sheet_counts import letter_count, sheet_counts
from digitizer.capture.splitting.sheets import Sheet
from digitizer.capture.splitting.stretches import Stretch, is_copy, is_proven
from digitizer.capture.splitting.touches import Touch
from digitizer.capture.splitting.turned import back_to_front
from digitizer.model.paper import CodeKind, Doubt, DoubtReason


def hold(
    stretches: Sequence[Stretch],
    way_known: bool,
    announced: int,
    two_runs: bool = False,
    more: Iterable[Touch] = (),
) -> list[list[Doubt]]:
    """The doubts of each stretch.

    ``way_known``: a batch header on top says that the stack is not back to front; ``announced``
    is the header's number of letters (0: any). ``two_runs``: its backs were scanned in a run of
    their own. ``more`` are touches of other rules.
    """
    held: list[list[Doubt]] = [[] for _ in stretches]
    proven = [is_proven(stretches, i) for i in range(len(stretches))]
    turned = () if way_known else back_to_front(stretches, proven)
    slipped = slipped_runs(stretches) if two_runs else ()
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
    yield from sheet_counts(stretches, proven)
    yield from letter_count(stretches, proven, announced)


def _with_pages(touch: Touch, stretches: Sequence[Stretch]) -> Doubt:
    low = min(stretches[i].low for i in (touch.stretches[0], touch.stretches[-1]))
    high = max(stretches[i].high for i in (touch.stretches[0], touch.stretches[-1]))
    return replace(touch.doubt, look=(low, high))


def _unestablished(stretches: Sequence[Stretch]) -> Iterator[Touch]:
    """What may be a cover holds the letter before it and what follows it.

    Lone blanks are followed by an established cover: that letter is the one they touch. And the
    sheets behind a sheet of a reply that is in doubt may be of that reply.
    """
    for i, stretch in enumerate(stretches):
        on = stretch.nothing_sure or _is_of_next_reply(stretches, i)
        reach = range(max(i - 1, 0), min(i + 1 + on, len(stretches)))
        for doubt in stretch.first.doubts:
            yield Touch(doubt, tuple(reach))


def _is_of_next_reply(stretches: Sequence[Stretch], i: int) -> bool:
    """Whether a sheet carries, among what is in doubt, the reply code that follows it."""
    code = stretches[i + 1].code if i + 1 < len(stretches) else None
    seen = (each for page in stretches[i].first.pages for each in page.codes)
    return code is not None and code.kind is CodeKind.REPLY and code in seen


def _empty_covers(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Touch]:
    """A cover with no page after it is a doubt on both sides.

    Nor does ink on it make up for sheets that it promises. It is also how a handful of letters put
    in back to front ends, and that handful gave every letter's pages to another from some letter
    on. It can only have begun behind a letter whose length nothing proves, so all from the first
    such letter are held.
    """
    unproven = next((i for i, sure in enumerate(proven) if not sure), len(proven))
    told = 0
    for i, stretch in enumerate(stretches):
        first = beside = max(i - 1, 0)
        if not stretch.empty or stretch.nothing_sure or stretch.may_be_whole:
            continue
        if not is_copy(stretches, i) and not _is_cut_by_blank(stretches, i):
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
        if stretches[i].may_be_whole and stretches[i].empty and not proven[i - 1]:
            yield Touch(_without_pages(stretches[i]), (i - 1, i))


def _is_cut_by_blank(stretches: Sequence[Stretch], i: int) -> bool:
    """Only a blank sheet, which may as well be its own, parts the cover from its pages."""
    after = stretches[i + 1] if i + 1 < len(stretches) else None
    return after is not None and _is_blank(after.first) and not after.nothing_sure


def _is_blank(sheet: Sheet) -> bool:
    """As far as can be told."""
    return sheet.blank or sheet.unsure


def _without_pages(stretch: Stretch) -> Doubt:
    number = stretch.first.number
    kind = "The cover sheet" if stretch.established else "What may be a cover sheet"
    return Doubt(
        DoubtReason.COVER_WITHOUT_PAGES,
        f"{kind} on page {number} has no page after it: pages may lie behind another cover, or "
        "some letters were put in back to front.",
    )
