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
from digitizer.parts.reading.pictures import Picture, cut_out, shrink
from digitizer.parts.reading.plausible import plausibility
from digitizer.parts.reading.transcripts import transcript
from digitizer.vocabulary.errors import EngineError
from digitizer.vocabulary.paper import Box, Transcript, Word

NAME = "pp-ocrv6"
MEND = "pip install rapidocr onnxruntime"

_DETECTION_MODEL = "PP-OCRv6_det_small.onnx"
_RECOGNITION_MODEL = Path(__file__).parent / "models" / "handwriting.onnx"
_DETECTION_SIDE = 1280  # pixels of the longer side; 2000 costs twice the time and reads no better
_LINE_HEIGHT = 48  # pixels; fixed by the recogniser
_FRAME = 8  # pixels of line width to one frame of the recogniser's answer
_UPRIGHT_RATIO = 1.5  # a piece this much taller than wide is writing along the margin

Quad = NDArray[np.float32]


def read(image: Picture, languages: tuple[str, ...] = ("en",)) -> Transcript:
    """Words, boxes and confidences of one page; raises EngineError."""
    try:
        quads = find_lines(image)
        lines = posteriors([cut_out(image, quad, _LINE_HEIGHT) for quad in quads])
    except EngineError:
        raise
    except Exception as error:  # the libraries raise anything, and document none of it
        raise EngineError(
            f"PP-OCR failed on this page: {error}. Look at the picture; see digitizer doctor."
        ) from error
    prior = _prior(lines, languages)
    words = [
        word
        for number, line in enumerate(reading_order([_piece(quad) for quad in quads]))
        for index in line
        for word in _words(
            guess_words(lines[index], alphabet(), prior), len(lines[index]), quads[index], number
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


def find_lines(image: Picture) -> list[Quad]:
    """The corners of each stretch of text, clockwise from where its reading begins."""
    factor = min(1.0, _DETECTION_SIDE / max(image.shape[:2]))
    found = _detector()(shrink(image, factor), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None:
        return []
    return [_turned(np.asarray(box, dtype=np.float32) / factor) for box in found.boxes]


def _turned(quad: Quad) -> Quad:
    """A piece that stands upright is read from its top right corner down to the left."""
    wide, high = np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[0] - quad[3])
    return np.roll(quad, -1, axis=0) if high >= _UPRIGHT_RATIO * wide else quad


def _piece(quad: Quad) -> Piece:
    return Piece(tuple((float(x), float(y)) for x, y in quad))


@cache
def _detector() -> Any:
    """rapidocr with one thread, loaded once a process. Its import is slow: lazy on purpose."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": _DETECTION_SIDE,
            "Det.model_path": str(_model(_DETECTION_MODEL)),
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
