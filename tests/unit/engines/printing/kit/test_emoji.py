"""Emoji as pictures of our own font, wherever they stand."""

from __future__ import annotations

import pytest

from digitizer.engines.printing.kit.emoji import is_drawn
from digitizer.engines.printing.kit.fonts import BOLD, EMOJI, REGULAR
from digitizer.engines.printing.kit.plain_text import clean
from digitizer.engines.printing.kit.shaping import letters
from digitizer.engines.printing.kit.text_runs import single_line, wrap

CAKE, FAMILY = "\U0001f382", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
EVERY_FACE = "".join(map(chr, (*range(0x1F600, 0x1F650), *range(0x1F910, 0x1F918))))


@pytest.mark.parametrize("font", [REGULAR, BOLD])
@pytest.mark.parametrize("picture", [CAKE, FAMILY, "\u2764\u200d\U0001f525"])
def test_a_picture_is_one_glyph_of_the_font_of_emoji(picture: str, font: str) -> None:
    assert is_drawn(picture)
    (run,) = single_line(picture, font, 10).runs
    assert run.font.name == EMOJI
    (glyph,) = run.glyphs
    assert glyph.number != 0
    assert glyph.text == picture


def test_every_face_stays_a_picture() -> None:
    assert clean(EVERY_FACE) == EVERY_FACE


def test_what_the_font_does_not_join_is_not_drawn_as_one() -> None:
    assert not is_drawn(f"{CAKE}\u200d{CAKE}")
    assert not is_drawn("\U0001f0a1")


def test_no_line_parts_a_family() -> None:
    assert letters(f"a{FAMILY}b") == ["a", FAMILY, "b"]
    assert {line.text for line in wrap(FAMILY * 9, REGULAR, 10, 30)} <= {FAMILY, FAMILY * 2}


def test_a_word_before_a_picture_keeps_its_own_font() -> None:
    assert [run.text for run in single_line(f"Hi {CAKE}!", REGULAR, 10).runs] == ["Hi ", CAKE, "!"]
