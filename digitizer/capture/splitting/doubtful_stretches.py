"""Which stretches a doubt holds: every letter that it could touch.

Each rule names the stretches it holds; none of them looks at another rule's outcome, so a further
doubt can only hold more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from digitizer.capture.splitting.blanks import brings_nothing
from digitizer.capture.splitting.holds import Hold
from digitizer.capture.splitting.runs import slipped_runs
from digitizer.capture.splitting.sheet_counts import all_found, letter_count, sheet_counts
from digitizer.capture.splitting.sheets import Sheet
from digitizer.capture.splitting.stretches import Stretch, is_copy, is_proven
from digitizer.capture.splitting.turned import back_to_front
from digitizer.model.paper import CodeKind, Doubt, DoubtReason


def doubts_by_stretch(
    stretches: Sequence[Stretch],
    order_known: bool,
    announced: int,
    two_runs: bool = False,
    more: Iterable[Hold] = (),
) -> list[list[Doubt]]:
    """The doubts of each stretch.

    ``order_known``: a batch header on top proves that the stack is not back to front;
    ``announced`` is the header's number of letters (0: any). ``two_runs``: its backs were scanned
    in a run of their own. ``more`` are the holds of other rules.
    """
    held: list[list[Doubt]] = [[] for _ in stretches]
    proven = [is_proven(stretches, i) for i in range(len(stretches))]
    turned = () if order_known else back_to_front(stretches, proven)
    slipped = slipped_runs(stretches) if two_runs else ()
    for each in chain(_all_holds(stretches, proven, announced), turned, slipped, more):
        doubt = _with_pages(each, stretches)
        for i in each.stretches:
            held[i].append(doubt)
    return held


def _all_holds(
    stretches: Sequence[Stretch], proven: Sequence[bool], announced: int
) -> Iterator[Hold]:
    yield from _unestablished(stretches, proven)
    yield from _whose(stretches)
    yield from _empty_covers(stretches, proven, all_found(stretches, announced))
    yield from _covers_written_on(stretches, proven)
    yield from sheet_counts(stretches, proven)
    yield from letter_count(stretches, proven, announced)


def _with_pages(hold: Hold, stretches: Sequence[Stretch]) -> Doubt:
    """The doubt, with the first and the last page of what it holds to look at."""
    outer = [stretches[i] for i in (hold.stretches[0], hold.stretches[-1])]
    low, high = min(each.low for each in outer), max(each.high for each in outer)
    return replace(hold.doubt, look=(low, high))


def _unestablished(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Hold]:
    """What may be a cover holds the letter before it and the one that it may begin.

    Lone blanks are followed by an established cover: that letter is the one they touch. And the
    sheets behind a sheet of a reply that is in doubt may be of that reply.
    """
    for i, stretch in enumerate(stretches):
        if brings_nothing(stretches, proven, i):
            continue
        next_too = stretch.nothing_sure or _is_of_next_reply(stretches, i)
        held = range(max(i - 1, 0), min(i + 1 + next_too, len(stretches)))
        for doubt in stretch.first.doubts:
            yield Hold(doubt, tuple(held))


def _is_of_next_reply(stretches: Sequence[Stretch], i: int) -> bool:
    """Whether a sheet carries, among what is in doubt, the reply code that follows it."""
    code = stretches[i + 1].code if i + 1 < len(stretches) else None
    seen = (each for page in stretches[i].first.pages for each in page.codes)
    return code is not None and code.kind is CodeKind.REPLY and code in seen


def _whose(stretches: Sequence[Stretch]) -> Iterator[Hold]:
    """Nothing says whose a letter behind a separator is; nor, where the stack begins with plain
    content, that its first page is the first of its letter."""
    for i, stretch in enumerate(stretches):
        if stretch.separated:
            yield Hold(_SEPARATED, (i,))
        elif stretch.headless:
            yield Hold(_begins_nowhere(stretch), (i,))


def _empty_covers(
    stretches: Sequence[Stretch], proven: Sequence[bool], all_letters_found: bool
) -> Iterator[Hold]:
    """A cover with no page after it is a doubt on both sides.

    Ink on it does not make up for sheets that it promises. A handful of letters put in back to
    front also ends like this, and in it every letter's pages went to another from some letter on.
    It can only have begun behind a letter whose length nothing proves, so all from the first such
    letter are held. Where a header's count shows that no letter lies in another, a separator
    without pages is one too many, and holds only the letters beside it: what is in two parts by
    another accident could make up for one of those.
    """
    unproven = next((i for i, sure in enumerate(proven) if not sure), len(proven))
    last_empty = 0
    for i, stretch in enumerate(stretches):
        first = before = max(i - 1, 0)
        if not stretch.empty or stretch.nothing_sure or stretch.may_be_whole:
            continue
        one_too_many = stretch.separated and all_letters_found
        if not (one_too_many or is_copy(stretches, i) or _is_cut_by_blank(stretches, i)):
            # What is before the last such cover was held by it: a long stack stays linear.
            first, last_empty = min(before, max(unproven, last_empty)), i
        held = range(first, min(i + 2, len(stretches)))
        yield Hold(_without_pages(stretch), tuple(held))


def _covers_written_on(stretches: Sequence[Stretch], proven: Sequence[bool]) -> Iterator[Hold]:
    """A cover that is written on and has no page after it may be its whole letter.

    Or its letter is back to front before it, and the ink is a stain: then the letter before is
    too long, which its own count would show.
    """
    for i in range(1, len(stretches)):
        if stretches[i].may_be_whole and stretches[i].empty and not proven[i - 1]:
            yield Hold(_without_pages(stretches[i]), (i - 1, i))


def _is_cut_by_blank(stretches: Sequence[Stretch], i: int) -> bool:
    """Only a blank sheet, which may well be its own, separates the cover from its pages."""
    after = stretches[i + 1] if i + 1 < len(stretches) else None
    return after is not None and _is_blank(after.first) and not after.nothing_sure


def _is_blank(sheet: Sheet) -> bool:
    """Blank as far as anyone can see."""
    return sheet.blank or sheet.unsure


def _without_pages(stretch: Stretch) -> Doubt:
    number = stretch.first.number
    if stretch.separated:
        return Doubt(
            DoubtReason.COVER_WITHOUT_PAGES,
            f"The separator on page {number} has no page after it: its letter may be behind "
            "another sheet, or some letters may have been put in back to front.",
        )
    kind = "The cover sheet" if stretch.established else "What may be a cover sheet"
    return Doubt(
        DoubtReason.COVER_WITHOUT_PAGES,
        f"{kind} on page {number} has no page after it: its pages may be behind another cover "
        "sheet, or some letters may have been put in back to front.",
    )


_SEPARATED = Doubt(
    DoubtReason.SEPARATED,
    "The stack says that a letter begins here, not whose it is.",
    "Choose the inmate.",
)


def _begins_nowhere(stretch: Stretch) -> Doubt:
    return Doubt(
        DoubtReason.NO_COVER_FIRST,
        f"Page {stretch.first.number} is the first of the stack, and no separator or cover sheet "
        "is before it: sheets may be missing.",
        "Compare the paper of {pages}, and choose the inmate.",
    )
