"""Tesseract, the engine for typed pages, through pytesseract."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cache

import pytesseract
from PIL import Image

from digitizer.parts.reading.pictures import Picture, grey, shrink
from digitizer.parts.reading.transcripts import transcript
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Box, Transcript, Word

NAME = "tesseract"
MEND = "apt install tesseract-ocr tesseract-ocr-spa"

# One thread a process is faster than Tesseract's own threads once every core has its process.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

_TESTED_DPI = 250  # finer costs time and reads no better: measured from 200 to 400
_SEGMENTATION = 3  # fully automatic
_SECONDS = 60.0
_CODES = {"en": "eng", "es": "spa"}

_log = logging.getLogger(__name__)


def read(image: Picture, dpi: int, languages: Sequence[str]) -> Transcript:
    """Words, boxes and confidences of one page; raises EngineError."""
    factor = min(1.0, _TESTED_DPI / dpi) if dpi > 0 else 1.0
    small = Image.fromarray(shrink(grey(image), factor))
    small.format = "BMP"  # pytesseract hands a file over; packing it as PNG costs more than reading
    try:
        table = pytesseract.image_to_data(
            small,
            lang=_language_codes(tuple(languages)),
            config=f"--psm {_SEGMENTATION} --dpi {round(dpi * factor) or _TESTED_DPI}",
            timeout=_SECONDS,
        )
    except (pytesseract.TesseractNotFoundError, FileNotFoundError):
        raise EngineError(f"Tesseract is not installed. {MEND}") from None
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"Tesseract failed on this page: {error}. Look at the picture; see digitizer doctor."
        ) from error
    return transcript(NAME, _words(table, 1 / factor))


def _words(table: str, scale: float) -> list[Word]:
    """The words of Tesseract's TSV (its columns: level, page, block, paragraph, line, word,
    left, top, width, height, confidence 0..100, text), in its reading order."""
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        line = lines.setdefault(tuple(cells[1:5]), len(lines))
        box = Box(*(round(int(cell) * scale) for cell in cells[6:10]))
        confidence = min(1.0, max(0.0, float(cells[10]) / 100))
        words.append(Word(cells[11].strip(), box, confidence, line))
    return words


@cache
def _language_codes(languages: tuple[str, ...]) -> str:
    """Tesseract's codes for ISO 639-1 ones, those of which it has data; English at least."""
    have = installed_languages()
    codes = [_CODES[language] for language in languages if language in _CODES]
    for code in codes:
        if code not in have:
            _log.warning("Tesseract has no data for %s and reads without it. %s", code, MEND)
    return "+".join(code for code in codes if code in have) or "eng"


@cache
def installed_languages() -> tuple[str, ...]:
    """The languages that Tesseract has data for; empty if it is not installed."""
    try:
        return tuple(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, OSError, RuntimeError):
        return ()


def version() -> str | None:
    """Tesseract's version, or None if it is not installed."""
    try:
        return str(pytesseract.get_tesseract_version())
    except (pytesseract.TesseractNotFoundError, OSError, RuntimeError, SystemExit):
        return None
