"""PP-OCRv6 small, the engine for handwriting: its detector finds the lines, its recognisers read.

The words' spellings are made of the recognisers' letter-by-letter probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from digitizer.engines.reading.ctc import detector, lexicon, networks, recognisers
from digitizer.engines.reading.ctc.detector import Quad, find_lines, find_lines_within
from digitizer.engines.reading.ctc.lattice import (
    Frames,
    Prior,
    WordGuess,
    best_path,
    guess_words,
)
from digitizer.engines.reading.ctc.recognisers import (
    LINE_HEIGHT,
    alphabet,
    read_print,
    read_writing,
)
from digitizer.engines.reading.layout.pictures import Picture, cut_out, share_of
from digitizer.engines.reading.layout.print_lines import Print
from digitizer.engines.reading.layout.reading_order import Piece, reading_order
from digitizer.engines.reading.text.plausible import plausibility
from digitizer.engines.reading.text.transcription import transcript
from digitizer.model.errors import EngineError
from digitizer.model.paper import Box, Transcript, Word

NAME = "pp-ocrv6"
FIX = networks.FIX

_MOST_ELSEWHERE = 0.5  # of the page; more is looked at as a whole


def read(
    image: Picture, languages: tuple[str, ...] = ("en",), known: Print | None = None
) -> Transcript:
    """Words, boxes and confidences of one page; raises EngineError.

    ``known`` are lines of print that were found on it by simpler means.
    """
    try:
        pieces = _pieces(image, known)
        lines = [_frames(image, piece) for piece in pieces]
    except EngineError:
        raise
    except Exception as error:  # the libraries raise anything, and document none of it
        raise EngineError(
            f"PP-OCR failed on this page: {error}. Look at the picture; see digitizer doctor."
        ) from error
    prior = _prior(lines, languages)
    order = reading_order([Piece(tuple(map(tuple, piece.corners.tolist()))) for piece in pieces])
    words = [
        word
        for number, line in enumerate(order)
        for index in line
        for word in _words(
            guess_words(lines[index], alphabet(), prior),
            len(lines[index]),
            pieces[index].corners,
            number,
        )
    ]
    return transcript(NAME, words)


def _frames(image: Picture, piece: _Found) -> Frames:
    line = cut_line(image, piece.corners)
    return read_writing(line) if piece.letters is None else read_print(line, piece.letters)


def cut_line(image: Picture, corners: Quad) -> Picture:
    """A stretch of text, straightened and as high as the recognisers want it."""
    return cut_out(image, corners, LINE_HEIGHT)


def _prior(lines: Sequence[Frames], languages: tuple[str, ...]) -> Prior:
    """What is known of words: of English much, of other languages nothing. The letters alone
    show which it is, where the facility's letters may be in several."""
    text = " ".join(best_path(rows, alphabet()) for rows in lines)
    likely = max(languages, key=lambda language: plausibility(text, (language,)), default="en")
    return lexicon.prior if likely == "en" else lambda _: 1.0


# ---- finding lines -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch of text: its corners, and how many letters were counted in it, if it is print."""

    corners: Quad
    letters: int | None = None


def _pieces(image: Picture, known: Print | None) -> list[_Found]:
    """What is to be read: the lines of print that are known, and what the detector finds where
    there is other ink; all that it finds where no print is known, or much else is there."""
    if known is None or share_of(image, known.elsewhere) > _MOST_ELSEWHERE:
        return [_Found(corners) for corners in find_lines(image)]
    others = [
        corners
        for box in known.elsewhere
        for corners in find_lines_within(image, box)
        if not any(_stands_on(corners, line.corners) for line in known.lines)
    ]
    return [
        *(_Found(line.corners, line.letters) for line in known.lines),
        *(_Found(corners) for corners in others),
    ]


def _stands_on(corners: Quad, line: Quad) -> bool:
    """Whether the middle of the one is on the other."""
    x, y = corners.mean(axis=0).tolist()
    (left, top), (right, fallen), _, (_, bottom) = line.tolist()
    fall = (fallen - top) * (x - left) / max(1.0, right - left)
    return bool(left <= x <= right and top <= y - fall <= bottom)


# ---- words ---------------------------------------------------------------------------------


def _words(guesses: Sequence[WordGuess], frames: int, quad: Quad, line: int) -> Iterator[Word]:
    for guess, (left, right) in zip(guesses, _edges(guesses, frames), strict=True):
        (text, probability), *others = guess.spellings
        box = _box(quad, left, right)
        rounded = tuple((other, round(share, 3)) for other, share in others)
        yield Word(text, box, min(1.0, probability), line, rounded)


def _edges(guesses: Sequence[WordGuess], frames: int) -> Iterator[tuple[float, float]]:
    """Where each word begins and ends along its line (0..1): the network marks a letter near its
    middle, so half of a letter's usual advance is added at both ends."""
    if not guesses:
        return
    letters = sum(len(guess.spellings[0][0]) for guess in guesses)
    reach = (guesses[-1].last - guesses[0].first) / max(1, letters + len(guesses) - 2) / 2
    for guess in guesses:
        left, right = guess.first + 0.5 - reach, guess.last + 0.5 + reach
        yield max(0.0, left / frames), min(1.0, right / frames)


def _box(quad: Quad, left: float, right: float) -> Box:
    """The upright rectangle around the part ``left``..``right`` (0..1) of a line."""
    top, bottom = quad[1] - quad[0], quad[2] - quad[3]
    corners = [quad[0] + top * u for u in (left, right)]
    corners += [quad[3] + bottom * u for u in (left, right)]
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    x, y = (int(value) for value in np.floor(low))
    return Box(x, y, int(np.ceil(high[0])) - x, int(np.ceil(high[1])) - y)


def load_networks() -> None:
    """Loads what reading needs before the first page does. Raises EngineError."""
    _prior([], ("en",))("a")
    recognisers.load()


def version() -> str | None:
    """rapidocr's version, or None if it or onnxruntime is not installed."""
    return detector.version() if networks.version() else None


def ready() -> bool:
    """Whether all networks are where they are loaded from; loads none."""
    return version() is not None and detector.ready() and recognisers.ready()
