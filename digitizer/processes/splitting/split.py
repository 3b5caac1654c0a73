"""The verb: a scan's pages in, letters and doubts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digitizer.processes.legal_sightings import seals
from digitizer.processes.splitting.directions import wrong_ways
from digitizer.processes.splitting.holding import hold
from digitizer.processes.splitting.sheets import (
    Sheet,
    collate,
    is_empty,
    is_perhaps_empty,
    uneven,
)
from digitizer.processes.splitting.stretches import cut, form_letters
from digitizer.vocabulary.paper import CodeKind, Doubt, DoubtReason, SeenPage, Split
from digitizer.vocabulary.profiles import Origin, Sides


def split(
    pages: Sequence[SeenPage],
    sides: Sides,
    batch_header_required: bool = False,
    origin: Origin = Origin.BOTH,
) -> Split:
    """Letters between established boundaries; where one is not sure, all it touches is held.

    ``pages`` are in the order of the source; every one of them ends up in exactly one place of
    the answer, or in none of them when the stack is held ``whole``. Pure, linear in the pages.
    """
    if legal := _legal(pages):
        return Split(whole=(legal,), sealed=True)
    if not_sheets := _nothing_inside(pages) or uneven(pages, sides):
        return Split(whole=(not_sheets,))
    return _split_sheets(collate(pages, sides), sides, batch_header_required, origin)


def _split_sheets(
    sheets: Sequence[Sheet], sides: Sides, header_required: bool, origin: Origin
) -> Split:
    headed = _has_header(sheets)
    body = sheets[1:] if headed else sheets
    announced = sheets[0].code.sheets if headed and sheets[0].code else 0
    whole = (
        *_header_faults(sheets, headed, announced, header_required),
        *_end_faults(body, announced),
    )
    if whole:
        return Split(whole=tuple(whole))
    recorded = tuple(page.number for page in sheets[0].pages) if headed else ()
    stretches = cut(body)
    two_runs = sides is Sides.ODD_EVEN
    doubts = hold(stretches, headed, announced, two_runs, wrong_ways(stretches, origin))
    return Split(letters=form_letters(stretches, doubts), recorded=recorded)


def _legal(pages: Sequence[SeenPage]) -> Doubt | None:
    for page in pages:
        if seals(page):
            return Doubt(
                DoubtReason.LEGAL,
                f"Page {page.number} is or may be a legal mail marker: the scan is sealed unread. "
                "A supervisor decides what becomes of it.",
            )
    return None


def _nothing_inside(pages: Sequence[SeenPage]) -> Doubt | None:
    if not all(is_empty(page) for page in pages):
        return None
    return Doubt(
        DoubtReason.NOTHING_INSIDE,
        "The scan holds only blank pages. Look whether the stack was fed face down, and scan it "
        "again.",
    )


def _has_header(sheets: Sequence[Sheet]) -> bool:
    code = sheets[0].code
    return code is not None and code.kind is CodeKind.BATCH and not sheets[0].doubts


def _header_faults(
    sheets: Sequence[Sheet], headed: bool, announced: int, required: bool
) -> Iterator[Doubt]:
    for sheet in sheets[1:]:
        if any(code.kind is CodeKind.BATCH for page in sheet.pages for code in page.codes):
            yield Doubt(
                DoubtReason.BATCH_HEADER_MISPLACED,
                f"Page {sheet.number} is a batch header but not the first sheet: two batches may "
                "be mixed. Scan each batch on its own, its header on top.",
            )
            return
    if headed and not all(page.codes or is_perhaps_empty(page) for page in sheets[0].pages):
        yield Doubt(
            DoubtReason.BATCH_HEADER_MISPLACED,
            "The back of the batch header is not blank: two sheets may have been fed as one. "
            "Scan the stack again.",
        )
    if required and not announced:
        yield Doubt(
            DoubtReason.BATCH_HEADER_MISSING,
            "This scanner's stacks must begin with a batch header that says how many letters "
            "follow. Print one (digitizer cover print --kind batch --letters N), put it on top "
            "and scan the stack again.",
        )


def _end_faults(body: Sequence[Sheet], announced: int) -> Iterator[Doubt]:
    """A stack that is upside down, or shifted by one cover, shows it at its ends."""
    if all(sheet.blank for sheet in body):
        if body or announced:
            yield Doubt(
                DoubtReason.NOTHING_INSIDE,
                "Nothing but blank pages follows the batch header. Look for the letters and scan "
                "the stack again.",
            )
        return
    # What is only perhaps blank holds the letter before it, as a blank does, and no more.
    seen = [sheet for sheet in body if not sheet.blank and not sheet.unsure]
    last = seen[-1] if seen else body[0]
    # Turned over, a stack that ends with plain content would not begin with a cover: so one that
    # begins with what is surely a cover, though not whose, is not back to front.
    if not (body[0].begins or (body[0].surely_a_cover and last.loose)):
        yield from _said_of_it(body[0])
        yield Doubt(
            DoubtReason.NO_COVER_FIRST,
            f"The stack does not begin with a readable cover sheet: whose page {body[0].number} "
            "is cannot be known, and the stack may be back to front. Put it in order and scan it "
            "again.",
        )
    if last.doubts or (last.begins and not last.has_content):
        yield from _said_of_it(last)
        yield Doubt(
            DoubtReason.COVER_LAST,
            f"The stack ends with page {last.number}, which is or may be a cover sheet: each "
            "letter may lie behind its neighbour's cover. Put the stack in order and scan it "
            "again.",
        )


def _said_of_it(sheet: Sheet) -> Iterator[Doubt]:
    """That a reply sheet is not ours is said first: it is a person's doing, no slip of paper."""
    yield from (d for d in sheet.doubts if d.reason is DoubtReason.REPLY_NOT_AS_PRINTED)
