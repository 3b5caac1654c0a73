"""Looking at a stranger's file: these functions run in isolated processes, never in ours.

They have no keys and no database. What comes back is raw: pictures in a work folder, symbols
as the decoders saw them, words as an engine read them. The caller, who has the keys, verifies.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from digitizer.parts.codes import claimed_kind
from digitizer.parts.imaging import (
    PreparedPage,
    encode,
    encode_lossless,
    load,
    pack,
    prepare,
    turn,
)
from digitizer.parts.marks import Mark, find_marks, ink_outside_print, orientation, register
from digitizer.parts.opening import OpeningLimits, PageFault, count_pages, open_page, open_pages
from digitizer.parts.printing.cover_layout import PAPERS, writing_area
from digitizer.parts.reading import read_page, way_up, way_up_mirrored
from digitizer.parts.reading.pictures import Picture
from digitizer.parts.reading.plausible import familiar_words
from digitizer.parts.reading.specks import InkShapes, find_specks, ink_shapes
from digitizer.parts.reply_look import look_at_reply
from digitizer.parts.searchable_pdf import searchable_pdf
from digitizer.parts.symbols import find_all_symbols
from digitizer.processes.sighting import Seen, sight
from digitizer.vocabulary.errors import StorageError, UnopenableFile
from digitizer.vocabulary.paper import (
    PERHAPS_BLANK,
    Box,
    CodeKind,
    PageKind,
    ReplyLook,
    Sightings,
    SurveyedPage,
    Symbol,
    Transcript,
    Word,
)

_NEVER_BLANK = 0.0  # share of ink: whoever asks for a page's text wants what is there


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
        if isinstance(opened, PageFault):
            raise UnopenableFile(f"Page {order.first + opened.number - 1}: {opened.reason}")
        prepared = before = prepare(opened, order.blank_ink, before)
        number = order.first + opened.number - 1
        yield _look(replace(prepared, number=number), order)


def _look(prepared: PreparedPage, order: SurveyOrder) -> SurveyedPage:
    upright, seen = sight(prepared, order.code_region)
    height, width = upright.image.shape[:2]
    name = f"page-{upright.number:05d}"
    _write(Path(order.folder) / name, encode(upright.image))
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
        ink_outside_print=bool(marks) and ink_outside_print(upright.image, upright.dpi, marks),
        writing=_writing(marks),
        reply=_as_reply_sheet(upright, seen.sightings, marks),
        sightings=seen.sightings,
        quality=quality,
        perhaps_blank=_is_perhaps_blank(upright, seen),
        unseen=None if anything else upright.unseen,
        looks_like=seen.look.kind if seen.look else None,
    )


def _is_perhaps_blank(page: PreparedPage, seen: Seen) -> bool:
    """A cover's own back may show it through the paper: splitting knows whose back it is."""
    shines_through = seen.look is not None and (page.blank or seen.look.pale)
    return shines_through or (page.perhaps_blank and not seen.anything)


def _write(path: Path, picture: bytes) -> None:
    try:
        path.write_bytes(picture)
    except OSError as error:  # a full disk is not the scan's fault: no try is counted
        raise StorageError(
            f"The picture of a page could not be written ({error.strerror})."
        ) from None


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
    """How the page compares with the reply sheet whose code was read on it, if one was."""
    for symbol in sightings.symbols:
        if claimed_kind(symbol.text) is CodeKind.REPLY:
            return look_at_reply(page.image, page.dpi, marks, symbol.text)
    return None


def cut_out(pages_of: tuple[tuple[str, int], ...], title: str, limits: OpeningLimits) -> bytes:
    """Some pages, each of a file, as a PDF of their own, pixel for pixel. Raises UnopenableFile."""
    pages = [open_page(Path(path), number, limits, 0) for path, number in pages_of]
    return searchable_pdf([(encode_lossless(page.image), page.dpi, None) for page in pages], title)


def all_symbols(path: str, number: int, limits: OpeningLimits) -> tuple[Symbol, ...]:
    """Every barcode of any format on one page as it stands in the file."""
    return find_all_symbols(open_page(Path(path), number, limits, 0).image)


@dataclass(frozen=True, slots=True)
class UprightReading:
    """What was read on a page, and the degrees (clockwise) by which its picture, which lay
    turned, was turned back for it; ``mirrored``: it was flipped left to right first."""

    transcript: Transcript
    turned: int = 0
    mirrored: bool = False


def read_upright(
    path: str, dpi: int, languages: tuple[str, ...], maybe_turned: bool = False
) -> UprightReading:
    """Reads a prepared picture of the work folder as it lies or, where it may lie as its turned
    cover did (or, a back, the other way round), as a few of its lines read best. Its picture is
    left that way up. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image) if maybe_turned else 0
    upright = turn(image, -degrees // 90)
    if degrees:
        _write(Path(path), encode(upright))
    return UprightReading(read_page(upright, dpi, languages), degrees)


def read_otherwise(
    path: str, dpi: int, languages: tuple[str, ...], read: UprightReading
) -> UprightReading:
    """Reads a picture again whose first reading was doubtful, if a few of its lines read better
    another way up or, where that too is doubtful, mirrored; the better reading, and its picture
    left that way. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image)
    best, picture = read, image
    if degrees:
        turned = turn(image, -degrees // 90)
        other = _read_so(turned, dpi, languages, read, degrees, mirrored=False)
        best, picture = _better(languages, (read, image), (other, turned))
    if is_doubtful(best.transcript) and (lay := way_up_mirrored(image)) is not None:
        flipped = turn(np.ascontiguousarray(np.fliplr(image)), -lay // 90)
        other = _read_so(flipped, dpi, languages, read, lay, mirrored=True)
        best, picture = _better(languages, (best, picture), (other, flipped))
    if best is not read:
        _write(Path(path), encode(picture))
    return best


def _read_so(
    picture: Picture,
    dpi: int,
    languages: tuple[str, ...],
    before: UprightReading,
    degrees: int,
    *,
    mirrored: bool,
) -> UprightReading:
    transcript = read_page(picture, dpi, languages)
    return UprightReading(transcript, (before.turned + degrees) % 360, mirrored)


def _better(
    languages: tuple[str, ...], *pairs: tuple[UprightReading, Picture]
) -> tuple[UprightReading, Picture]:
    """The reading with more language; of a few words, which may be names, the surer one."""
    few = all(len(read.transcript.words) < _LEAST_WORDS for read, _ in pairs)
    measure = _surely if few else partial(_sense, languages)
    return max(pairs, key=lambda pair: measure(pair[0]))


# Letters upright are read with a confidence of 0.5 or more, and half of their words are long;
# upside down with 0.4 or less, or as short words that every scrawl has something of.
_DOUBTFUL = 0.45
_LONG_WORD, _LONG_SHARE = 4, 0.25
_LEAST_WORDS = 5
# A few words upright are read with 0.96 or more, and lying, on their head or mirrored with 0.6 or
# less, unless as standing ones.
_FEW_DOUBTFUL = 0.75
_SIDEWAYS = 0.6  # share of the words that stand higher than wide


def is_doubtful(read: Transcript) -> bool:
    """Whether the page may have been read on its side or its head."""
    words = [word for word in read.words if len(word.text) > 1]
    if len(words) < _LEAST_WORDS:
        return _are_few_doubtful(read)
    standing = sum(word.box.height > word.box.width for word in words)
    long = sum(len(word.text) >= _LONG_WORD for word in words)
    return (
        standing > _SIDEWAYS * len(words)
        or read.confidence < _DOUBTFUL
        or long < _LONG_SHARE * len(words)
    )


def _are_few_doubtful(read: Transcript) -> bool:
    """The same of a page on which a few words were read, or none though something is there."""
    if read.kind in (PageKind.BLANK, PageKind.PHOTO):
        return False
    standing = sum(word.box.height > word.box.width for word in read.words)
    return read.confidence < _FEW_DOUBTFUL or standing > _SIDEWAYS * len(read.words)


def _surely(read: UprightReading) -> float:
    """How surely it was read; twice as much if its words lie."""
    return read.transcript.confidence * (1 + _lying(read))


def _sense(languages: tuple[str, ...], read: UprightReading) -> float:
    """How much language was read, and how surely. A line that stands upright is read too, as if
    it were in a margin, but a page of them lies on its side."""
    return familiar_words(read.transcript.words, languages) * (1 + _lying(read))


def _lying(read: UprightReading) -> float:
    """The share (0..1) of the words that lie, as words of a page that is upright do."""
    words = read.transcript.words
    return sum(word.box.width >= word.box.height for word in words) / len(words) if words else 0.0


def read_marked(
    path: str, dpi: int, languages: tuple[str, ...], writing: Box | None = None
) -> UprightReading:
    """Reads one prepared picture of the work folder as it stands, or the box of it that is
    written in. Raises EngineError.
    """
    read = read_page(_written(path, writing), dpi, languages)
    if writing is not None:
        read = replace(read, words=tuple(_moved(word, writing) for word in read.words))
    return UprightReading(read)


def read_from_file(
    path: str, number: int, limits: OpeningLimits, languages: tuple[str, ...]
) -> tuple[Transcript, float]:
    """One page of a file, opened, set upright and straight, and read; and the seconds it took.

    Raises UnopenableFile or EngineError.
    """
    start = time.perf_counter()
    page = prepare(open_page(Path(path), number, limits, 0), _NEVER_BLANK)
    turned = orientation(find_marks(page.image, page.dpi)) or 0
    image = turn(page.image, -turned // 90)
    return read_page(image, page.dpi, languages), time.perf_counter() - start


def _written(path: str, writing: Box | None) -> Picture:
    """A picture of the work folder, or the box of it that is written in."""
    image = load(Path(path).read_bytes())
    if writing is None:
        return image
    cut = image[writing.top : writing.bottom, writing.left : writing.right]
    return np.ascontiguousarray(cut)


def _moved(word: Word, by: Box) -> Word:
    box = replace(word.box, left=word.box.left + by.left, top=word.box.top + by.top)
    return replace(word, box=box)


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A page as another reader is shown it, and what its ink looks like."""

    jpeg: bytes
    ink: InkShapes


_PACKED_SIDE = 2000  # pixels of the longer side: a letter page at 180 dpi


def pack_picture(path: str, writing: Box | None) -> PackedPage:
    """One prepared picture of the work folder, or the box of it that is written in, packed."""
    image = _written(path, writing)
    return PackedPage(pack(image, _PACKED_SIDE), ink_shapes(find_specks(image)))
