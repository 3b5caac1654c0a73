"""Made lines show what they say, in fonts that have small letters."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import reportlab

from training import made
from training.lines import HEIGHT, LETTERS, read_lines
from training.made import LineMaker

FONTS = Path(reportlab.__file__).parent / "fonts"
TEXTS = ["the garden grows and so do the children", "Come and see us when the plums are ripe"]


def test_lines_of_print_and_of_writing_are_made(tmp_path: Path) -> None:
    for as_print, kind in ((True, "print"), (False, "writing")):
        maker = LineMaker(FONTS, TEXTS, print=as_print)
        count = maker.write(0.5, seed=3, target=tmp_path / "made.pkl")
        lines = read_lines(tmp_path / "made.pkl")
        assert len(lines) == count > 5
        for line in lines:
            assert (line.kind, line.page) == (kind, "")
            assert line.picture.shape[0] == HEIGHT
            assert line.picture.std() > 2
            assert set(line.text) <= set(LETTERS)


def test_the_same_chance_makes_the_same_line() -> None:
    maker = LineMaker(FONTS, TEXTS, print=True)
    one, other = maker.make(Random(5)), maker.make(Random(5))
    assert one.text == other.text
    assert np.array_equal(one.picture, other.picture)


def test_fonts_of_capitals_alone_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = LineMaker(FONTS, TEXTS, print=True)
    glyph = made._glyph
    monkeypatch.setattr(made, "_glyph", lambda path, letter: glyph(path, letter.upper()))
    with pytest.raises(ValueError, match="no font"):
        LineMaker(FONTS, TEXTS, print=True)
    assert plain.make(Random(1)).text
