"""Splits a scan: its pages in, letters and doubts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digitizer.capture.legal_evidence import seals
from digitizer.capture.splitting.blanks import join_own_blanks
from digitizer.capture.splitting.directions import wrong_origins
from digitizer.capture.splitting.doubtful_stretches import doubts_by_stretch
from digitizer.capture.splitting.sheet_counts import promised_and_missing
from digitizer.capture.splitting.sheets import (
    Sheet,
    collate,
    is_empty,
    is_perhaps_empty,
    uneven,
)
from digitizer.capture.splitting.stretches import cut, form_letters, separators
from digitizer.capture.splitting.turned import confirms_order
from digitizer.model.paper import (
    CodeKind,
    Doubt,
    DoubtReason,
    SeenPage,
    Split,
)
from digitizer.model.scanner_profile import Origin, Sides

_IN_ORDER = "Put the stack in order, each letter behind its cover sheet, and scan it again."
#: A cover was read, but does not count.
_CODE_REFUSED = frozenset(
    {
        DoubtReason.REPLY_NOT_AS_PRINTED,
        DoubtReason.KEY_RETIRED,
        DoubtReason.CODE_NOT_OURS,
        DoubtReason.CODES_DISAGREE,
    }
)
_FIND_PAGES = "Look for the letter's pages, and scan them behind their cover sheet."


def split(
    pages: Sequence[SeenPage],
    sides: Sides,
    batch_header_required: bool = False,
    origin: Origin = Origin.BOTH,
    blank_sheets_expected: bool = False,
) -> Split:
    """Letters between established boundaries; where one is not sure, all that it touches is held.

    ``pages`` are in the order of the source; each of them is in exactly one place of the result,
    or in none where the stack is held ``whole``. Pure, linear in the pages.
    ``blank_sheets_expected``: see ``join_own_blanks``.
    """
    if legal := _legal(pages):
        return Split(whole=(legal,), sealed=True)
    if not_sheets := _nothing_inside(pages) or uneven(pages, sides):
        return Split(whole=(not_sheets,))
    sheets = collate(pages, sides)
    return _split_sheets(sheets, sides, batch_header_required, origin, blank_sheets_expected)


def _split_sheets(
    sheets: Sequence[Sheet],
    sides: Sides,
    header_required: bool,
    origin: Origin,
    blanks_expected: bool,
) -> Split:
    headed = _has_header(sheets)
    body = sheets[1:] if headed else sheets
    announced = sheets[0].code.sheets if headed and sheets[0].code else 0
    whole = (
        *_header_problems(sheets, headed, announced, header_required),
        *_end_problems(body, announced),
    )
    if whole:
        return Split(whole=tuple(whole))
    header = tuple(page.number for page in sheets[0].pages) if headed else ()
    stretches = join_own_blanks(cut(body), announced, blanks_expected)
    two_runs = sides is Sides.ODD_EVEN
    order_known = headed and confirms_order(sheets[0], stretches)
    foreign = wrong_origins(stretches, origin)
    doubts = doubts_by_stretch(stretches, order_known, announced, two_runs, foreign)
    recorded = sorted((*header, *separators(stretches)))
    promised, missing = promised_and_missing(stretches, announced)
    return Split(
        letters=form_letters(stretches, doubts),
        recorded=tuple(recorded),
        counted=promised,
        missing=missing,
    )


def _legal(pages: Sequence[SeenPage]) -> Doubt | None:
    for page in pages:
        if seals(page):
            return Doubt(
                DoubtReason.LEGAL,
                f"Page {page.number} is or may be a legal mail marker: the scan is sealed unread.",
                "A supervisor decides what happens to it.",
            )
    return None


def _nothing_inside(pages: Sequence[SeenPage]) -> Doubt | None:
    if not all(is_empty(page) for page in pages):
        return None
    return Doubt(
        DoubtReason.NOTHING_INSIDE,
        "The scan has only blank pages.",
        "Check whether the stack was fed face down, and scan it again.",
    )


def _has_header(sheets: Sequence[Sheet]) -> bool:
    code = sheets[0].code
    return code is not None and code.kind is CodeKind.BATCH and not sheets[0].doubts


def _header_problems(
    sheets: Sequence[Sheet], headed: bool, announced: int, required: bool
) -> Iterator[Doubt]:
    for sheet in sheets[1:]:
        if any(code.kind is CodeKind.BATCH for page in sheet.pages for code in page.codes):
            yield Doubt(
                DoubtReason.BATCH_HEADER_MISPLACED,
                f"Page {sheet.number} is a batch header but not the first sheet: two batches may "
                "be mixed.",
                "Scan each batch by itself, with its header on top.",
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


def _end_problems(body: Sequence[Sheet], announced: int) -> Iterator[Doubt]:
    """A stack that is upside down, or shifted by one cover, shows it at its ends.

    Where no sheet names anybody, that gives nobody's page to another: each letter's doubts do.
    """
    if all(sheet.blank for sheet in body):
        if body or announced:
            yield Doubt(
                DoubtReason.NOTHING_INSIDE,
                "Only blank pages follow the batch header.",
                "Look for the letters and scan the stack again.",
            )
        return
    # What is only perhaps blank holds the letter before it, as a blank does, and nothing else.
    seen = [sheet for sheet in body if not sheet.blank and not sheet.unsure]
    last = seen[-1] if seen else body[0]
    # If a stack that ends with plain content were turned over, it would not begin with a cover: so
    # one that begins with what is surely a cover, even if not known whose, is not back to front.
    begins = body[0].begins or (body[0].surely_a_cover and last.loose)
    ends = not last.doubts and (last.has_content or not last.begins)
    if _names_nobody(body):
        begins, ends = body[0] in seen[:1], True
    sheets = seen or [last]
    has_pages = any(sheet.loose or (sheet.begins and sheet.has_content) for sheet in sheets)
    if begins and ends and has_pages:
        return
    if has_pages:
        yield from _shifted(body[0], begins, last, ends)
    elif len(sheets) == 1:
        yield from _alone(last)
    else:
        yield from _no_letters(sheets)


def _names_nobody(body: Sequence[Sheet]) -> bool:
    """There are separators, and neither cover nor reply sheet, nor what is like one."""
    kinds = {kind for sheet in body for kind in sheet.kinds}
    naming = kinds & {CodeKind.INMATE, CodeKind.REPLY}
    return not naming and any(sheet.separates for sheet in body)


def _shifted(first: Sheet, begins: bool, last: Sheet, ends: bool) -> Iterator[Doubt]:
    """There are letters, but the first or the last of them is behind no cover of its own."""
    if not begins:
        refused = tuple(_refused_codes(first))
        seen_as = "counts" if refused else "can be read"
        yield from refused
        yield Doubt(
            DoubtReason.NO_COVER_FIRST,
            f"The stack does not begin with a cover sheet that {seen_as}, so there is no way to "
            f"know whose page {first.number} is.",
            _IN_ORDER,
        )
    if not ends:
        yield from _refused_codes(last)
        yield Doubt(
            DoubtReason.COVER_LAST,
            f"The stack ends with page {last.number}, which {_is_a_cover([last])}: each letter "
            "may be behind its neighbour's cover sheet.",
            _IN_ORDER,
        )


def _alone(sheet: Sheet) -> Iterator[Doubt]:
    """The stack's only sheet: what it is itself, and that nothing is behind it."""
    yield from (replace(doubt, look=(sheet.number, sheet.number)) for doubt in sheet.doubts)
    if all(doubt.reason is not DoubtReason.REPLY_NOT_AS_PRINTED for doubt in sheet.doubts):
        itself = "" if sheet.doubts else f"Page {sheet.number} is a {_name([sheet])}, and "
        message = f"{itself}there is no page of a letter behind it."
        yield Doubt(DoubtReason.COVER_WITHOUT_PAGES, message[0].upper() + message[1:], _FIND_PAGES)


def _no_letters(sheets: Sequence[Sheet]) -> Iterator[Doubt]:
    for sheet in sheets:
        yield from _refused_codes(sheet)
    message = (
        f"Each of the {len(sheets)} sheets {_is_a_cover(sheets)}: no page of a letter can be found."
    )
    yield Doubt(DoubtReason.COVER_WITHOUT_PAGES, message, _FIND_PAGES)


def _is_a_cover(sheets: Sequence[Sheet]) -> str:
    if all(sheet.begins for sheet in sheets):
        return f"is a {_name(sheets)}"
    sure = any(sheet.begins for sheet in sheets)
    return f"is or may be a {_name(sheets)}" if sure else f"may be a {_name(sheets)}"


def _name(sheets: Sequence[Sheet]) -> str:
    if all(sheet.separates for sheet in sheets):
        return "separator"
    separated = any(sheet.separates for sheet in sheets)
    return "cover sheet or separator" if separated else "cover sheet"


def _refused_codes(sheet: Sheet) -> Iterator[Doubt]:
    """Why a code that was read does not count. That a reply sheet is not as printed comes first: a
    person did that, no accident of paper."""
    return (doubt for doubt in sheet.doubts if doubt.reason in _CODE_REFUSED)
