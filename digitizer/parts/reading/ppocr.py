"""PP-OCRv6 small, the engine for handwriting: rapidocr finds the lines, the recogniser reads them.

The detector comes inside rapidocr's wheel, the recogniser inside this package: it is PP-OCRv6's
(Apache-2.0), trained further on handwritten lines (see models/NOTICE). It is called directly,
because its letter-by-letter probabilities are what the words' spellings are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.parts.reading import lexicon
from digitizer.parts.reading.lattice import Frames, Prior, WordGuess, best_path, guess_words
from digitizer.parts.reading.lines import Piece, reading_order
from digitizer.parts.reading.pictures import Picture, cut_out, resize, share_of
from digitizer.parts.reading.plausible import plausibility
from digitizer.parts.reading.print_lines import Print
from digitizer.parts.reading.transcripts import transcript
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Box, Transcript, Word

NAME = "pp-ocrv6"
MEND = "pip install rapidocr onnxruntime"

_DETECTION_MODEL = "PP-OCRv6_det_small.onnx"
_RECOGNITION_MODEL = Path(__file__).parent / "models" / "handwriting.onnx"
_DETECTION_SIDE = 1280  # pixels of the longer side; 2000 costs twice the time and reads no better
_NARROWEST, _LONGEST = 736, 2560  # pixels; narrow pictures are looked at larger
_MOST_ELSEWHERE = 0.5  # of the page; more is looked at as a whole
_PRINT_WIDTH = 0.65  # of a line of print's width; its letters stand apart, and half costs half
_LINE_HEIGHT = 48  # pixels; fixed by the recogniser
_FRAME = 8  # pixels of line width to one frame of the recogniser's answer
_UPRIGHT_RATIO = 1.5  # a piece this much taller than wide is writing along the margin

Quad = NDArray[np.float32]


def read(
    image: Picture, languages: tuple[str, ...] = ("en",), known: Print | None = None
) -> Transcript:
    """Words, boxes and confidences of one page; raises EngineError.

    ``known`` are lines of print that were found on it by simpler means.
    """
    try:
        pieces = _pieces(image, known)
        lines = posteriors([_line_picture(image, piece) for piece in pieces])
    except EngineError:
        raise
    except Exception as error:  # the libraries raise anything, and document none of it
        raise EngineError(
            f"PP-OCR failed on this page: {error}. Look at the picture; see digitizer doctor."
        ) from error
    prior = _prior(lines, languages)
    order = reading_order([Piece(_points(piece.corners)) for piece in pieces])
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


def _prior(lines: Sequence[Frames], languages: tuple[str, ...]) -> Prior:
    """What is known of words: of English much, of other languages nothing. The letters alone
    tell which it is, where the facility's letters may be in several."""
    text = " ".join(best_path(rows, alphabet()) for rows in lines)
    likely = max(languages, key=lambda language: plausibility(text, (language,)), default="en")
    return lexicon.prior if likely == "en" else lambda _: 1.0


# ---- finding lines -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch of text: its corners, and whether it is print."""

    corners: Quad
    print: bool


def _pieces(image: Picture, known: Print | None) -> list[_Found]:
    """What is to be read: the lines of print that are known, and what the detector finds where
    there is other ink; all that it finds where no print is known, or much else is there."""
    if known is None or share_of(image, known.elsewhere) > _MOST_ELSEWHERE:
        return [_Found(corners, print=False) for corners in find_lines(image)]
    others = [
        corners
        for box in known.elsewhere
        for corners in _find_within(image, box)
        if not any(_stands_on(corners, line) for line in known.lines)
    ]
    return [
        *(_Found(corners, print=True) for corners in known.lines),
        *(_Found(corners, print=False) for corners in others),
    ]


def _stands_on(corners: Quad, line: Quad) -> bool:
    """Whether the middle of the one is on the other."""
    x, y = corners.mean(axis=0).tolist()
    (left, top), (right, fallen), _, (_, bottom) = line.tolist()
    fall = (fallen - top) * (x - left) / max(1.0, right - left)
    return bool(left <= x <= right and top <= y - fall <= bottom)


def find_lines(image: Picture) -> list[Quad]:
    """The corners of each stretch of text, clockwise from where its reading begins."""
    height, width = image.shape[:2]
    factor = min(1.0, _DETECTION_SIDE / max(height, width))
    enough = min(_NARROWEST / min(height, width), _LONGEST / max(height, width))
    return _find(image, max(factor, enough))


def _find_within(image: Picture, box: Box) -> list[Quad]:
    """As ``find_lines``, in a box of the page, which is seen as large as the whole page was."""
    factor = min(1.0, _DETECTION_SIDE / max(image.shape[:2]))
    cut = np.ascontiguousarray(image[box.top : box.bottom, box.left : box.right])
    corner = np.array([box.left, box.top], dtype=np.float32)
    return [corners + corner for corners in _find(cut, factor)] if cut.size else []


def _find(image: Picture, factor: float) -> list[Quad]:
    found = _detector()(resize(image, factor), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None:
        return []
    return [_turned(np.asarray(box, dtype=np.float32) / factor) for box in found.boxes]


def _turned(quad: Quad) -> Quad:
    """A piece that stands upright is read from its top right corner down to the left."""
    wide, high = np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[0] - quad[3])
    return np.roll(quad, -1, axis=0) if high >= _UPRIGHT_RATIO * wide else quad


def _points(quad: Quad) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in quad)


@cache
def _detector() -> Any:
    """rapidocr with one thread, loaded once a process; it takes a picture in the size that it
    has. Its import is slow: lazy on purpose."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": _LONGEST,
            "Det.model_path": str(_model(_DETECTION_MODEL)),
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _model(name: str) -> Path:
    """A network inside rapidocr's wheel."""
    import rapidocr

    return _there(Path(rapidocr.__file__).parent / "models" / name)


def _there(path: Path) -> Path:
    """``path``, or EngineError if it is missing, since nothing is downloaded."""
    if not path.is_file():
        raise EngineError(f"{path} is missing. {MEND}")
    return path


# ---- reading lines -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Recogniser:
    """The network, and the letters that its classes stand for (class 0: no letter)."""

    session: Any
    letters: tuple[str, ...]


@cache
def _recogniser() -> _Recogniser:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # otherwise the widest batch stays resident for good
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        str(_there(_RECOGNITION_MODEL)), options, providers=["CPUExecutionProvider"]
    )
    metadata = session.get_modelmeta().custom_metadata_map
    return _Recogniser(session, ("", *metadata["character"].splitlines(), " "))


def _line_picture(image: Picture, piece: _Found) -> Picture:
    line = cut_out(image, piece.corners, _LINE_HEIGHT)
    return resize(line, _PRINT_WIDTH, 1.0) if piece.print else line


def posteriors(lines: Sequence[Picture]) -> list[Frames]:
    """For each line picture (48 × W), its (frames, letters) probabilities, a frame 8 pixels.

    One by one: lines read together cost a sixth more, in padding and in the processor's cache.
    """
    return [_answer(line).astype(np.float64) for line in lines]


def alphabet() -> tuple[str, ...]:
    """What each column of ``posteriors`` stands for; the first for no letter."""
    return _recogniser().letters


def _answer(line: Picture) -> NDArray[np.float32]:
    """(frames, classes) probabilities."""
    width = -(-line.shape[1] // _FRAME) * _FRAME
    picture = np.zeros((1, 3, _LINE_HEIGHT, max(width, _LINE_HEIGHT)), dtype=np.float32)
    colours = line[:, :, ::-1] if line.ndim == 3 else np.repeat(line[:, :, None], 3, axis=2)
    picture[0, :, :, : line.shape[1]] = colours.transpose(2, 0, 1) / 127.5 - 1
    rows: NDArray[np.float32] = _recogniser().session.run(None, {"x": picture})[0][0]
    return rows[: width // _FRAME]  # frames beyond a narrow line's own end are padding


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


def version() -> str | None:
    """rapidocr's version, or None if it or onnxruntime is not installed."""
    try:
        package_version("onnxruntime")
        return package_version("rapidocr")
    except PackageNotFoundError:
        return None


def ready() -> bool:
    """Whether both networks are where they are loaded from; loads neither."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None or version() is None:
        return False
    detection = Path(spec.origin).parent / "models" / _DETECTION_MODEL
    return detection.is_file() and _RECOGNITION_MODEL.is_file()
