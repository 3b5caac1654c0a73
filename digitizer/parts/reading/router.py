"""Chooses the engine for a page: Tesseract for print, PP-OCR for handwriting.

A typed page must not pay for the slow engine, a handwritten one not for Tesseract. Two looks
decide: the shapes of the page's ink (10 ms), and whether what Tesseract read looks like text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from digitizer.parts.reading import ppocr, tesseract
from digitizer.parts.reading.pictures import InkShapes, Picture, ink_shapes
from digitizer.parts.reading.plausible import familiar_words, plausibility
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Transcript

NO_ENGINE = "none"

# Measured on letters of 1850 to 1950: the heights of typed pages' ink shapes spread by 0.18 to
# 0.44, of handwritten ones by 0.53 to 0.96, and mixed ones stand between.
_HAND_SPREAD = 0.5
_HAND_LETTERED = 0.45  # print full of specks spreads too, but most of its ink is in letters
_TYPED_CONFIDENCE = 0.8
_TYPED_PLAUSIBILITY = 0.15  # lists of names and addresses hold few common words

_log = logging.getLogger(__name__)


def read_page(image: Picture, dpi: int, languages: tuple[str, ...]) -> Transcript:
    """Reads one upright page.

    ``image`` is (H, W) grey or (H, W, 3) RGB, ``dpi`` its resolution (0: unknown), ``languages``
    ISO 639-1 codes. A page without ink gives an empty transcript with confidence 0; a reading
    that looks poor is made by both engines, and the one in which more is language is kept. If
    one engine fails the other reads the page; raises EngineError if neither can.
    """
    shapes = ink_shapes(image)
    if not shapes.count:
        return Transcript(NO_ENGINE, "", 0.0)
    by = {
        tesseract.NAME: lambda: tesseract.read(image, dpi, languages),
        ppocr.NAME: lambda: ppocr.read(image, languages),
    }
    if looks_handwritten(shapes):
        return _first_that_works(by[ppocr.NAME], by[tesseract.NAME])
    typed = _first_that_works(by[tesseract.NAME], by[ppocr.NAME])
    if typed.engine != tesseract.NAME or looks_typed(typed, languages):
        return typed
    other = _first_that_works(by[ppocr.NAME], lambda: typed)
    return max(other, typed, key=lambda one: (familiar_words(one.words, languages), one.confidence))


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
    """One engine for ``doctor``: ``mend`` is the command that installs what is missing."""

    name: str
    version: str | None
    ready: bool
    mend: str


def engines() -> tuple[Engine, ...]:
    """The engines that can be there, and whether they are; loads no network."""
    found = tesseract.version(), ppocr.version()
    return (
        Engine(tesseract.NAME, found[0], "eng" in tesseract.installed_languages(), tesseract.MEND),
        Engine(ppocr.NAME, found[1], ppocr.ready(), ppocr.MEND),
    )
