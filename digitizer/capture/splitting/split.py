"""The verb: a scan's pages in, letters and doubts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digitizer.capture.legal_evidence import seals
from digitizer.capture.splitting.directions import wrong_ways
from digitizer.capture.splitting.holding import hold
from digitizer.capture.splitting.sheets import (
    Sheet,
    collate,
    is_empty,
    is_perhaps_empty,
    uneven,
)
from digitizer.capture.splitting.stretches import cut, form_letters
from digitizer.capture.splitting.turned import vouches
from digitizer.model.paper import (
    CodeKind,
    Doubt,
    DoubtReason,
    SeenPage,
    Split,
)
from digitizer.model.scanner_profile import Origin, Sides

_IN_ORDER = "Put the stack in order, each letter behind its cover sheet, and scan it again."
_FIND_PAGES = "Look for the letter's pages, and scan them behind their cover sheet."


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
    way_known = headed and vouches(sheets[0], stretches)
    doubts = hold(stretches, way_known, announced, two_runs, wrong_ways(stretches, origin))
    return Split(letters=form_letters(stretches, doubts), recorded=recorded)


def _legal(pages: Sequence[SeenPage]) -> Doubt | None:
    for page in pages:
        if seals(page):
            return Doubt(
                DoubtReason.LEGAL,
                f"Page {page.number} is or may be a legal mail marker: the scan is sealed unread.",
                "A supervisor decides what becomes of it.",
            )
    return None


def _nothing_inside(pages: Sequence[SeenPage]) -> Doubt | None:
    if not all(is_empty(page) for page in pages):
        return None
    return Doubt(
        DoubtReason.NOTHING_INSIDE,
        "The scan holds only blank pages.",
        "Look whether the stack was fed face down, and scan it again.",
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
                "be mixed.",
                "Scan each batch on its own, its header on top.",
            )
            return
    if headed and not all(page.codes or is_perhaps_empty(page) for page in sheets[0].pages):
        yield Doubt(
            DoubtReason.BATCH_HEADER_MISPLACED,
            "The back of the batch header is not blank: two sheets may have been fed as one.",
            "Scan the stack again.",
        )
    if required and not announced:
        yield Doubt(
            DoubtReason.BATCH_HEADER_MISSING,
            "This scanner's stacks must begin with a batch header that says how many letters "
            "follow.",
            "Print one (digitizer cover print --kind batch --letters N), put it on top and scan "
            "the stack again.",
        )


def _end_faults(body: Sequence[Sheet], announced: int) -> Iterator[Doubt]:
    """A stack that is upside down, or shifted by one cover, shows it at its ends."""
    if all(sheet.blank for sheet in body):
        if body or announced:
            yield Doubt(
                DoubtReason.NOTHING_INSIDE,
                "Nothing but blank pages follows the batch header.",
                "Look for the letters and scan the stack again.",
            )
        return
    # What is only perhaps blank holds the letter before it, as a blank does, and no more.
    seen = [sheet for sheet in body if not sheet.blank and not sheet.unsure]
    last = seen[-1] if seen else body[0]
    # Turned over, a stack that ends with plain content would not begin with a cover: so one that
    # begins with what is surely a cover, though not whose, is not back to front.
    begins = body[0].begins or (body[0].surely_a_cover and last.loose)
    ends = not last.doubts and (last.has_content or not last.begins)
    if begins and ends:
        return
    sheets = seen or [last]
    if any(sheet.loose or (sheet.begins and sheet.has_content) for sheet in sheets):
        yield from _shifted(body[0], begins, last, ends)
    elif len(sheets) == 1:
        yield from _alone(last)
    else:
        yield from _no_letters(sheets)


def _shifted(first: Sheet, begins: bool, last: Sheet, ends: bool) -> Iterator[Doubt]:
    """Letters are there, but the first of them or the last lies behind no cover of its own."""
    if not begins:
        yield from _said_of_it(first)
        yield Doubt(
            DoubtReason.NO_COVER_FIRST,
            f"The stack does not begin with a cover sheet that can be read, so whose page "
            f"{first.number} is cannot be known.",
            _IN_ORDER,
        )
    if not ends:
        yield from _said_of_it(last)
        yield Doubt(
            DoubtReason.COVER_LAST,
            f"The stack ends with page {last.number}, which {_is_a_cover([last])}: each letter "
            "may lie behind its neighbour's cover.",
            _IN_ORDER,
        )


def _alone(sheet: Sheet) -> Iterator[Doubt]:
    """The stack's only sheet: what it is itself, and that nothing lies behind it."""
    yield from (replace(doubt, look=(sheet.number, sheet.number)) for doubt in sheet.doubts)
    if all(doubt.reason is not DoubtReason.REPLY_NOT_AS_PRINTED for doubt in sheet.doubts):
        itself = "" if sheet.doubts else f"Page {sheet.number} is a cover sheet, and "
        says = f"{itself}no page of a letter lies behind it."
        yield Doubt(DoubtReason.COVER_WITHOUT_PAGES, says[0].upper() + says[1:], _FIND_PAGES)


def _no_letters(sheets: Sequence[Sheet]) -> Iterator[Doubt]:
    for sheet in sheets:
        yield from _said_of_it(sheet)
    says = (
        f"Each of the {len(sheets)} sheets {_is_a_cover(sheets)}: no page of a letter can be made "
        "out."
    )
    yield Doubt(DoubtReason.COVER_WITHOUT_PAGES, says, _FIND_PAGES)


def _is_a_cover(sheets: Sequence[Sheet]) -> str:
    if all(sheet.begins for sheet in sheets):
        return "is a cover sheet"
    sure = any(sheet.begins for sheet in sheets)
    return "is or may be a cover sheet" if sure else "may be a cover sheet"


def _said_of_it(sheet: Sheet) -> Iterator[Doubt]:
    """That a reply sheet is not ours is said first: it is a person's doing, no slip of paper."""
    yield from (d for d in sheet.doubts if d.reason is DoubtReason.REPLY_NOT_AS_PRINTED)
