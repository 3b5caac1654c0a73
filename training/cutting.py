"""Cuts transcribed pages into lines: the pieces that reading a page would read."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

from digitizer.engines.reading.ctc.detector import Quad, find_lines
from digitizer.engines.reading.ctc.lattice import best_path
from digitizer.engines.reading.ctc.recognisers import alphabet, read_writing
from digitizer.engines.reading.layout.pictures import Picture, cut_out
from digitizer.engines.reading.layout.print_lines import find_print
from digitizer.engines.reading.layout.specks import find_specks
from digitizer.engines.reading.readers.ppocr import cut_line
from training.lines import HEIGHT, LETTERS, MARGIN, Line, aligned

LINES_OF_PRINT = "lines of print"


def cut_all(folder: Path) -> list[Line]:
    """The lines of all pages, two pages at a time."""
    with Pool(2) as pool:
        paths = sorted(folder.glob("*/*.jpg"))
        return [line for lines in pool.imap(cut_page, paths) for line in lines]


def cut_page(path: Path) -> list[Line]:
    """The lines on the page picture at ``path``, transcribed beside it: as the detector finds
    them, of the kind that the folder is called by; and where there may be print, lines of print
    as their letters show them."""
    image = np.asarray(Image.open(path).convert("RGB"))
    kind = path.parent.name
    found: dict[str, Sequence[Quad]] = {kind: find_lines(image)}
    if kind != "handwritten":
        print_ = find_print(find_specks(image))
        found[LINES_OF_PRINT] = [line.corners for line in print_.lines]
    truth = path.with_suffix(".txt").read_text(encoding="utf-8")
    return [
        line
        for name, pieces in found.items()
        for line in aligned(
            [cut_out(image, _grown(piece), HEIGHT) for piece in pieces],
            _readings(image, pieces),
            truth,
            LETTERS,
            name,
            path.stem,
        )
    ]


def _readings(image: Picture, pieces: Sequence[Quad]) -> list[str]:
    frames = [read_writing(cut_line(image, piece)) for piece in pieces]
    return [best_path(rows, alphabet()) for rows in frames]


def _grown(piece: Quad) -> Quad:
    """The corners moved outwards by MARGIN of the height on every side."""
    down = MARGIN * (piece[3] - piece[0] + piece[2] - piece[1]) / 2
    along = piece[1] - piece[0] + piece[2] - piece[3]
    along = along / max(1e-6, float(np.linalg.norm(along))) * np.linalg.norm(down)
    moves = [-down - along, -down + along, down + along, down - along]
    return (piece + np.array(moves)).astype(np.float32)
