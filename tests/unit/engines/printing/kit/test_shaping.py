"""Letters that join, part and carry marks."""

from __future__ import annotations

import unicodedata

import pytest

from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.shaping import Run
from digitizer.engines.printing.kit.text_runs import single_line
from tests.support.set_lines import shapes


def test_arabic_letters_join() -> None:
    """One letter has four shapes: alone, first, within and last in its word."""
    alone, first, within, last = "ه", "هل", "لهل", "له"
    four = {shapes(alone)[0], shapes(first)[-1], shapes(within)[1], shapes(last)[0]}
    assert len(four) == 4


def test_what_parts_arabic_letters_parts_them() -> None:
    assert len(shapes("هل")) == 2
    assert shapes("هل")[-1] != shapes("ه\u200cل")[-1]


def test_lam_and_alef_are_one_sign() -> None:
    (run,) = single_line("لا", REGULAR, 10).runs
    (glyph,) = (glyph for glyph in run.glyphs if glyph.advance)
    assert unicodedata.normalize("NFKC", glyph.text) == "لا"


def test_a_mark_stands_over_its_letter() -> None:
    (run,) = single_line("שָׁ", REGULAR, 10).runs
    assert run.width == pytest.approx(single_line("ש", REGULAR, 10).runs[0].width)


def _run(text: str, font: str = REGULAR) -> Run:
    (run,) = single_line(text, font, 10).runs
    return run


def test_thai_marks_stand_one_over_the_other() -> None:
    """The tone mark of a syllable with a vowel above stands higher than without one."""
    alone, stacked = _run("ก่"), _run("กี่")
    assert stacked.width == pytest.approx(_run("ก").width)
    tone_alone, tone_stacked = alone.glyphs[-1], stacked.glyphs[-1]
    assert (tone_stacked.up, tone_stacked.number) != (tone_alone.up, tone_alone.number)


def test_thai_am_is_two_signs_that_say_one() -> None:
    run = _run("น้ำ")
    assert "".join(glyph.text for glyph in run.glyphs) == "น้ำ"
    assert len(run.glyphs) == 4


def test_hindi_joins_two_consonants_into_one_sign() -> None:
    assert len(_run("क्ष").glyphs) == 1


@pytest.mark.parametrize("text", ["王", "ก", "م", "ש", "김"])
def test_bold_print_of_a_script_without_bold_is_printed_all_the_same(text: str) -> None:
    assert _run(text, BOLD).glyphs[0].number != 0


def test_letters_of_our_own_alphabet_are_never_kerned_or_joined() -> None:
    """Programs that compare print with a scan set letter after letter."""
    text = "AVATARWofifflTo"
    for font in (REGULAR, BOLD):
        run = _run(text, font)
        assert run.width == pytest.approx(sum(_run(letter, font).width for letter in text))
        assert len(run.glyphs) == len(text)
