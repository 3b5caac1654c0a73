"""Chooses the engine for a page: Tesseract for print, PP-OCR for handwriting.

A typed page must not pay for the slow engine, a handwritten one not for Tesseract. Two looks
decide: the shapes of the page's ink (10 ms), and whether what Tesseract read looks like text.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from digitizer.parts.reading import ppocr, tesseract
from digitizer.parts.reading.pictures import InkShapes, Picture, ink_shapes
from digitizer.parts.reading.plausible import familiar_words, plausibility
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Transcript

NO_ENGINE = "none"

_HAND_SPREAD = 0.5  # heights of ink shapes vary by more than this only in handwriting
_HAND_LETTERED = 0.35  # and less of its ink than this is in shapes that stand alone
_TYPED_CONFIDENCE = 0.65
_TYPED_PLAUSIBILITY = 0.2

_log = logging.getLogger(__name__)


def read_page(image: Picture, dpi: int, languages: tuple[str, ...]) -> Transcript:
    """Reads one upright page.

    ``image`` is (H, W) grey or (H, W, 3) RGB, ``dpi`` its resolution (0: unknown), ``languages``
    ISO 639-1 codes. A page without ink gives an empty transcript with confidence 0. If one
    engine fails the other reads the page; raises EngineError if neither can.
    """
    shapes = ink_shapes(image)
    if not shapes.count:
        return Transcript(NO_ENGINE, "", 0.0)
    if looks_handwritten(shapes):
        return _first_that_works(image, dpi, languages, (ppocr.NAME, tesseract.NAME))
    typed = _first_that_works(image, dpi, languages, (tesseract.NAME, ppocr.NAME))
    if typed.engine != tesseract.NAME or looks_typed(typed, languages):
        return typed
    return _better_of(typed, image, dpi, languages)


def looks_handwritten(shapes: InkShapes) -> bool:
    """Whether the page is so clearly handwritten that trying Tesseract is lost time."""
    return shapes.spread > _HAND_SPREAD and shapes.lettered < _HAND_LETTERED


def looks_typed(reading: Transcript, languages: tuple[str, ...]) -> bool:
    """Whether Tesseract's reading is sure of itself and looks like language."""
    return (
        reading.confidence >= _TYPED_CONFIDENCE
        and plausibility(reading.text, languages) >= _TYPED_PLAUSIBILITY
    )


def _first_that_works(
    image: Picture, dpi: int, languages: tuple[str, ...], order: tuple[str, ...]
) -> Transcript:
    """The reading of the first engine in ``order`` that does not fail."""
    failures: list[EngineError] = []
    for name in order:
        try:
            return _read_by(name, image, dpi, languages)
        except EngineError as error:
            _log.warning("%s", error)
            failures.append(error)
    raise EngineError(" ".join(str(error) for error in failures)) from failures[0]


def _read_by(name: str, image: Picture, dpi: int, languages: tuple[str, ...]) -> Transcript:
    if name == tesseract.NAME:
        return tesseract.read(image, dpi, languages)
    return ppocr.read(image)


def _better_of(
    typed: Transcript, image: Picture, dpi: int, languages: tuple[str, ...]
) -> Transcript:
    """Tesseract's doubtful reading, or PP-OCR's: the one in which more is language."""
    other = _first_that_works(image, dpi, languages, (ppocr.NAME,))
    return max(
        other, typed, key=lambda one: (familiar_words(one.text, languages), one.confidence)
    )


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
