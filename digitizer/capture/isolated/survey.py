"""Looking at a stranger's file: these functions run in sandboxes, never in our own process.

They have no keys and no database. Their results are raw: pictures in a work folder, and symbols
as the decoders saw them. The caller, who has the keys, verifies them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitizer.capture.isolated.sighting import Seen, sight
from digitizer.capture.isolated.work_folder import keep_picture
from digitizer.engines.codes.barcodes import find_all_symbols
from digitizer.engines.codes.cover_code import claimed_kind, claims_label
from digitizer.engines.codes.marks import Mark, ink_outside_print, register
from digitizer.engines.codes.reply_look import look_at_reply
from digitizer.engines.imaging import (
    PreparedPage,
    encode,
    encode_lossless,
    prepare,
)
from digitizer.engines.opening import (
    OpeningLimits,
    PageProblem,
    count_pages,
    open_page,
    open_pages,
)
from digitizer.engines.printing.kit.cover_layout import PAPERS, writing_area
from digitizer.engines.searchable_pdf import searchable_pdf
from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import (
    PERHAPS_BLANK,
    Box,
    CodeKind,
    ReplyLook,
    Sightings,
    SurveyedPage,
    Symbol,
)


@dataclass(frozen=True, slots=True)
class SurveyOrder:
    """Which pages of which file to look at, and how.

    ``numbers`` count in the file, ``first`` is what page 1 of the file is called in the scan.
    ``folder`` is where pictures go; ``dpi`` is used where the file does not say (0: unknown).
    """

    path: str
    numbers: tuple[int, ...]
    first: int
    folder: str
    limits: OpeningLimits
    dpi: int
    blank_ink: float
    code_region: tuple[float, float, float, float]


def count(path: str, limits: OpeningLimits) -> int:
    """How many pages the file has. Raises UnopenableFile."""
    return count_pages(Path(path), limits)


def survey(order: SurveyOrder) -> tuple[SurveyedPage, ...]:
    """Opens the pages, turns them upright, looks for symbols, writes their pictures."""
    return tuple(_survey(order))


def _survey(order: SurveyOrder) -> Iterator[SurveyedPage]:
    before: PreparedPage | None = None
    for opened in open_pages(Path(order.path), order.numbers, order.limits, order.dpi):
        if isinstance(opened, PageProblem):
            raise UnopenableFile(f"Page {order.first + opened.number - 1}: {opened.reason}")
        prepared = before = prepare(opened, order.blank_ink, before)
        number = order.first + opened.number - 1
        yield _look(replace(prepared, number=number), order)


def _look(prepared: PreparedPage, order: SurveyOrder) -> SurveyedPage:
    upright, seen = sight(prepared, order.code_region)
    height, width = upright.image.shape[:2]
    name = f"page-{upright.number:05d}"
    keep_picture(Path(order.folder) / name, encode(upright.image))
    marks, anything = seen.marks, seen.anything
    quality = tuple(each for each in upright.quality if not (anything and each == PERHAPS_BLANK))
    return SurveyedPage(
        number=upright.number,
        image=name,
        width=width,
        height=height,
        dpi=upright.dpi,
        blank=upright.blank and not anything and seen.look is None,
        ink=upright.ink,
        turned=upright.turned,
        skew=upright.skew,
        colour=upright.colour,
        ink_outside_print=_has_ink(upright, seen),
        writing=_writing(marks),
        reply=_as_reply_sheet(upright, seen.sightings, marks),
        sightings=seen.sightings,
        quality=quality,
        perhaps_blank=_is_perhaps_blank(upright, seen),
        unseen=None if anything else upright.unseen,
        looks_like=seen.look.kind if seen.look else None,
        two_toned=upright.two_toned,
        stripes=upright.stripes,
        paper=upright.paper,
        hand=upright.hand,
    )


def _has_ink(page: PreparedPage, seen: Seen) -> bool:
    """A label is stuck on a page of the letter, whatever of the rest of it can be seen."""
    labelled = any(claims_label(each.text) for each in seen.sightings.symbols)
    marked = bool(seen.marks) and ink_outside_print(page.image, page.dpi, seen.marks)
    return labelled or marked


def _is_perhaps_blank(page: PreparedPage, seen: Seen) -> bool:
    """A cover may show through on its own back: splitting knows whose back it is."""
    shines_through = seen.look is not None and (page.blank or seen.look.pale)
    return shines_through or (page.perhaps_blank and not seen.anything)


def _writing(marks: Sequence[Mark]) -> Box | None:
    """Where the answer is on a reply sheet, in pixels; None on any other page."""
    placed = register(marks)
    if placed is None or placed.kind is not CodeKind.REPLY:
        return None
    corners = placed.to_scan(writing_area(*PAPERS[placed.paper]))
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    left, top = max(0, round(min(xs))), max(0, round(min(ys)))
    return Box(left, top, round(max(xs)) - left, round(max(ys)) - top)


def _as_reply_sheet(
    page: PreparedPage, sightings: Sightings, marks: Sequence[Mark]
) -> ReplyLook | None:
    """How the page compares with the reply sheet whose code was read on it, if any was."""
    for symbol in sightings.symbols:
        if claimed_kind(symbol.text) is CodeKind.REPLY:
            return look_at_reply(page.image, page.dpi, marks, symbol.text)
    return None


def cut_out(pages_of: tuple[tuple[str, int], ...], title: str, limits: OpeningLimits) -> bytes:
    """Some pages, each of a file, as a PDF of their own, pixel for pixel. Raises UnopenableFile."""
    pages = [open_page(Path(path), number, limits, 0) for path, number in pages_of]
    return searchable_pdf([(encode_lossless(page.image), page.dpi, None) for page in pages], title)


def same_pages(pages_of: tuple[tuple[str, int], ...], path: str, limits: OpeningLimits) -> bool:
    """Whether the file at ``path`` has exactly these pages, each of a file, in this order, pixel
    for pixel and of the same resolution. Raises UnopenableFile."""
    if count_pages(Path(path), limits) != len(pages_of):
        return False
    for number, (source, place) in enumerate(pages_of, start=1):
        first = open_page(Path(source), place, limits, 0)
        second = open_page(Path(path), number, limits, 0)
        same = first.image.shape == second.image.shape and bool((first.image == second.image).all())
        if not same or abs(first.dpi - second.dpi) > 1:
            return False
    return True


def all_symbols(path: str, number: int, limits: OpeningLimits) -> tuple[Symbol, ...]:
    """Every barcode of any format on one page as it is in the file."""
    return find_all_symbols(open_page(Path(path), number, limits, 0).image)
