"""Tesseract, the engine for clean print: in this process, or else the installed program.

In the process (tesserocr, whose wheel has the library) its models are loaded once, and a page
takes two thirds of the time; the data is the installed program's. Where either is missing,
pytesseract runs the program for every page.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from digitizer.engines.reading.layout.pictures import Picture, grey, shrink
from digitizer.engines.reading.text.transcription import transcript
from digitizer.model.errors import EngineError
from digitizer.model.paper import READS_PRINT, Box, Transcript, Word

NAME = READS_PRINT
FIX = "apt install tesseract-ocr tesseract-ocr-spa"

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
    codes, seen_dpi = _language_codes(tuple(languages)), round(dpi * factor) or _TESTED_DPI
    try:
        library = _library(codes)
        if library is None:
            table = _table_of_program(small, codes, seen_dpi)
        else:
            library.SetImage(small)
            library.SetSourceResolution(seen_dpi)
            table = library.GetTSVText(0)
            library.Clear()
    except (pytesseract.TesseractNotFoundError, FileNotFoundError):
        raise EngineError(f"Tesseract is not installed. {FIX}") from None
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"Tesseract failed on this page: {error}. Look at the picture; see digitizer doctor."
        ) from error
    return transcript(NAME, _words(table, 1 / factor))


@cache
def _library(codes: str) -> Any | None:
    """Tesseract in this process with its models loaded, None where it or their data is not."""
    with suppress(
        ImportError, RuntimeError
    ):  # the program reads then; doctor reports where it is missing
        import tesserocr

        for folder in _data_folders():
            if all((folder / f"{code}.traineddata").is_file() for code in codes.split("+")):
                return tesserocr.PyTessBaseAPI(path=str(folder), lang=codes, psm=_SEGMENTATION)
    return None


def _data_folders() -> list[Path]:
    """Where the program's data may be: as the environment says, or as Debian and others have it."""
    own = os.environ.get("TESSDATA_PREFIX")
    usual = sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    others = [Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata")]
    return [*([Path(own)] if own else []), *usual, *others]


def _table_of_program(image: Image.Image, codes: str, dpi: int) -> str:
    image.format = "BMP"  # pytesseract hands a file over; packing it as PNG costs more than reading
    table: str = pytesseract.image_to_data(
        image, lang=codes, config=f"--psm {_SEGMENTATION} --dpi {dpi}", timeout=_SECONDS
    )
    return table


def _words(table: str, scale: float) -> list[Word]:
    """The words of Tesseract's TSV (its columns: level, page, block, paragraph, line, word,
    left, top, width, height, confidence 0..100, text), in its reading order."""
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in table.splitlines():
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
            _log.warning("Tesseract has no data for %s and reads without it. %s", code, FIX)
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
