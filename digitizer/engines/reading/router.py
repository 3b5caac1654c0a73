"""What kind of page it is, and which engine reads it: Tesseract clean print, PP-OCR all else.

The shapes of the page's ink decide (50 ms). On a laser printer's even letters the two read alike
and Tesseract knows more signs; on a typewriter's PP-OCR makes half of Tesseract's mistakes. A
second engine is asked only where the first one's text does not look like language. A photograph
is not read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from digitizer.engines.reading.layout.long_pages import joined, parts_of
from digitizer.engines.reading.layout.photo_areas import photos
from digitizer.engines.reading.layout.pictures import Picture, share_of
from digitizer.engines.reading.layout.print_lines import Print, find_print
from digitizer.engines.reading.layout.specks import InkShapes, Specks, find_specks, ink_shapes
from digitizer.engines.reading.layout.unread import unread_share
from digitizer.engines.reading.readers import ppocr, tesseract
from digitizer.engines.reading.text.plausible import familiar_words, plausibility
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, PageKind, Transcript

NO_ENGINE = "none"

# Measured on letters of 1850 to 1950: the heights of typed pages' ink shapes spread by 0.18 to
# 0.44, of handwritten ones by 0.53 to 0.96, and mixed ones stand between.
_HAND_SPREAD = 0.5
_HAND_LETTERED = 0.45  # print full of specks spreads too, but most of its ink is in letters
# Of typed pages 0.68 of the ink or more is in lines of print, of handwritten and mixed ones,
# where they are as even as that, 0.63 or less.
_TYPED_COVER = 0.65
_MIXED_COVER = 0.1  # print on letterheads and forms; less of it is chance
# A photograph: so much of the page, and not more letters beside it than a caption has.
_PHOTO, _CAPTION = 0.1, 20
# Laser print: 0.13 to 0.20, with 0.82 of the ink or more in single letters. Of 29 pages from
# typewriters, worn or unevenly struck, two are as even.
_CLEAN_SPREAD = 0.205
_CLEAN_LETTERED = 0.8
_TYPED_CONFIDENCE = 0.8
_TYPED_PLAUSIBILITY = 0.15  # lists of names and addresses hold few common words

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageLook:
    """What a page looks like before it is read."""

    kind: PageKind
    shapes: InkShapes
    print: Print
    specks: Specks


def look_at(image: Picture) -> PageLook:
    """What is on an upright page, (H, W) grey or (H, W, 3) RGB: a matter of shapes alone."""
    pictures = photos(image)
    specks = _outside(find_specks(image), pictures)
    shapes = ink_shapes(specks)
    print_ = find_print(specks)
    return PageLook(_kind(shapes, print_, share_of(image, pictures)), shapes, print_, specks)


def _outside(specks: Specks, boxes: Sequence[Box]) -> Specks:
    """The specks that are in none of the boxes, which are in the page's pixels."""
    x = (specks.left + specks.right) / 2 / specks.factor
    y = (specks.top + specks.bottom) / 2 / specks.factor
    kept = np.ones(len(specks), dtype=bool)
    for box in boxes:
        kept &= (x < box.left) | (x >= box.right) | (y < box.top) | (y >= box.bottom)
    return specks[kept]


def _kind(shapes: InkShapes, print_: Print, pictured: float) -> PageKind:
    if pictured >= _PHOTO and shapes.count <= _CAPTION:
        return PageKind.PHOTO
    if not shapes.count:
        return PageKind.BLANK
    if shapes.spread <= _HAND_SPREAD and print_.cover >= _TYPED_COVER:
        return PageKind.TYPED
    if looks_handwritten(shapes) and print_.cover < _MIXED_COVER:
        return PageKind.HANDWRITTEN
    return PageKind.MIXED


def read_page(image: Picture, dpi: int, languages: tuple[str, ...]) -> Transcript:
    """Reads one upright page.

    ``image`` is (H, W) grey or (H, W, 3) RGB, ``dpi`` its resolution (0: unknown), ``languages``
    ISO 639-1 codes. A blank page or a photograph gives an empty transcript with confidence 0; a
    reading that looks poor is made by both engines, and the one in which more is language is
    kept. If one engine fails the other reads the page; raises EngineError if neither can.
    A page far longer than wide is read in parts.
    """
    parts = [
        (top, _read_part(image[top:bottom], dpi, languages)) for top, bottom in parts_of(image, dpi)
    ]
    return joined(parts) if len(parts) > 1 else parts[0][1]


def _read_part(image: Picture, dpi: int, languages: tuple[str, ...]) -> Transcript:
    look = look_at(image)
    if look.kind in (PageKind.BLANK, PageKind.PHOTO):
        return Transcript(NO_ENGINE, "", 0.0, kind=look.kind)
    found = _read(image, dpi, languages, look)
    return replace(found, kind=look.kind, unread=unread_share(look.specks, found.words))


def _read(image: Picture, dpi: int, languages: tuple[str, ...], look: PageLook) -> Transcript:
    known = look.print if look.kind is PageKind.TYPED else None
    by = {
        tesseract.NAME: lambda: tesseract.read(image, dpi, languages),
        ppocr.NAME: lambda: ppocr.read(image, languages, known),
    }
    order = (tesseract.NAME, ppocr.NAME)
    if not looks_clean(look.shapes):
        order = (ppocr.NAME, tesseract.NAME)
    first = _first_that_works(*(by[name] for name in order))
    if first.engine != order[0] or looks_handwritten(look.shapes) or _is_enough(first, languages):
        return first
    other = _first_that_works(by[order[1]], lambda: first)
    return max(first, other, key=lambda one: (familiar_words(one.words, languages), one.confidence))


def looks_clean(shapes: InkShapes) -> bool:
    """Whether the ink is as even as a printer's."""
    return shapes.spread <= _CLEAN_SPREAD and shapes.lettered >= _CLEAN_LETTERED


def _is_enough(reading: Transcript, languages: tuple[str, ...]) -> bool:
    """PP-OCR's network was trained on English; print in another language is worth a second look."""
    if reading.engine == tesseract.NAME:
        return looks_typed(reading, languages)
    return plausibility(reading.text, ("en",)) >= _TYPED_PLAUSIBILITY


def looks_handwritten(shapes: InkShapes) -> bool:
    """Whether the page is so clearly handwritten that trying Tesseract is lost time."""
    return shapes.spread > _HAND_SPREAD and shapes.lettered < _HAND_LETTERED


def looks_typed(reading: Transcript, languages: tuple[str, ...]) -> bool:
    """Whether Tesseract's reading is sure of itself and looks like language."""
    return (
        reading.confidence >= _TYPED_CONFIDENCE
        and plausibility(reading.text, languages) >= _TYPED_PLAUSIBILITY
    )


def _first_that_works(*engines: Callable[[], Transcript]) -> Transcript:
    """The reading of the first engine that does not fail; the failures are logged."""
    failures: list[EngineError] = []
    for read in engines:
        try:
            return read()
        except EngineError as error:
            _log.warning("%s", error)
            failures.append(error)
    raise EngineError(" ".join(str(error) for error in failures)) from failures[0]


class Engine(NamedTuple):
    """One engine for ``doctor``: ``fix`` is the command that installs what is missing."""

    name: str
    version: str | None
    ready: bool
    fix: str


def engines() -> tuple[Engine, ...]:
    """The engines that can be there, and whether they are; loads no network."""
    found = tesseract.version(), ppocr.version()
    return (
        Engine(tesseract.NAME, found[0], "eng" in tesseract.installed_languages(), tesseract.FIX),
        Engine(ppocr.NAME, found[1], ppocr.ready(), ppocr.FIX),
    )
