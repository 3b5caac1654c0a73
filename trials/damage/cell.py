"""One cell of the table of files: a container, a codec, and what happened to the file.

A cell is right when opening the file gives exactly the pages it holds, or refuses it with a
reason: nothing is shown by halves, and nothing is refused that is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """``container`` (TIFF, PDF, ...), ``codec`` (G4, JPEG baseline, ...) and ``damage`` (cut in the
    data, zeros behind the end, two files in one, ...) in the field's words.

    ``make`` writes the file; None where the format does not allow the cell, and ``impossible``
    then says why. ``pages`` is how many pages must come out; 0: the file, or its page, must be
    refused with a reason. ``looks_right`` is asked of every page's picture (uint8, HxW or HxWx3)
    that comes out: not only the count but the picture must be what was written.
    """

    container: str
    codec: str
    damage: str
    pages: int = 0
    make: Callable[[], bytes] | None = None
    impossible: str | None = None
    looks_right: Callable[..., bool] | None = None

    @property
    def name(self) -> str:
        return f"{self.container} / {self.codec} / {self.damage}"
