"""The two networks that read a line's letters: one for writing, and a quick one for print.

Both are PP-OCRv6's (Apache-2.0), trained further (see models/NOTICE), and come inside this
package. Print is plain: the quick one sees lines two thirds as high, for half of the time. Where
it is unsure of what it sees, the other one reads the line again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from digitizer.engines.reading.ctc.lattice import Frames
from digitizer.engines.reading.ctc.networks import network
from digitizer.engines.reading.layout.pictures import Picture, resize

_MODELS = Path(__file__).parent / "models"
_PADDING = (127, 127, 127)  # as near to nothing as a picture's bytes come

#: Pixels: lines are cut out of a page so high.
LINE_HEIGHT = 48
# Letters of print stand apart: a line may be squeezed to so many pixels (of 48 in height) for each
# letter and its share of the spaces, but not narrower than typewriters' lines were measured.
_ADVANCE, _NARROWEST = 19.5, 0.65
_SURE = 0.94  # of lines of typed pages a sixth are below it; 0.90 saves a tenth of the time


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A network in a file. ``height`` and ``frame`` are in pixels: of the lines that it sees, and
    of their width to one frame of its answer."""

    path: Path
    height: int
    frame: int

    def read(self, line: Picture) -> Frames:
        """(frames, letters) probabilities of a line as high as this network sees it; of the
        padding beyond its end none."""
        width = line.shape[1]
        frames = -(-width // self.frame)
        room = max(frames * self.frame, self.height) - width
        padded = cv2.copyMakeBorder(line, 0, 0, 0, room, cv2.BORDER_CONSTANT, value=_PADDING)
        answer = network(self.path)(np.asarray(padded, dtype=np.uint8))[:frames]
        return answer.astype(np.float64)


OF_WRITING = Recogniser(_MODELS / "handwriting.onnx", LINE_HEIGHT, 8)
OF_PRINT = Recogniser(_MODELS / "print.onnx", 32, 4)


@cache
def alphabet() -> tuple[str, ...]:
    """What each column of both networks' answers stands for; the first for no letter."""
    return ("", *network(OF_WRITING.path).metadata["character"].splitlines(), " ")


def read_writing(line: Picture) -> Frames:
    """The frames of a line (48 × W). Lines read together would cost a sixth more, in padding and
    in the processor's cache."""
    return OF_WRITING.read(line)


def read_print(line: Picture, letters: int) -> Frames:
    """The frames of a line of print (48 × W) in which about so many letters were counted, by the
    quick network if it is sure of them."""
    across = min(1.0, max(_NARROWEST, _ADVANCE * letters / line.shape[1]))
    smaller = OF_PRINT.height / LINE_HEIGHT
    frames = OF_PRINT.read(resize(line, across * smaller, smaller))
    if sureness(frames) >= _SURE:
        return frames
    return read_writing(resize(line, across, 1.0))


def load() -> None:
    """Loads both networks. Raises EngineError."""
    alphabet()
    read_print(np.full((LINE_HEIGHT, LINE_HEIGHT, 3), 255, np.uint8), 1)


def ready() -> bool:
    """Whether both are where they are loaded from; loads neither."""
    return OF_WRITING.path.is_file() and OF_PRINT.path.is_file()


def sureness(frames: Frames) -> float:
    """How sure, 0..1, a network is of the letters that it sees; 0 if it sees none."""
    seen = frames[frames.argmax(axis=1) > 0]
    return float(seen.max(axis=1).mean()) if len(seen) else 0.0
