"""Text on paper: nothing is lost, nothing is too wide, and it reads in its own direction."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.printing.kit import bidi
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_characters, named
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.text_runs import (
    Line,
    fitted_line,
    single_line,
    wrap,
)

ANY = st.text(st.characters(), max_size=300)
LATIN = st.text("abc áñ-é \n", max_size=300)


def seen(line: Line) -> str:
    """What stands on the paper, from left to right."""
    return "".join(glyph.text for run in line.runs for glyph in run.glyphs)


def shapes(text: str) -> list[tuple[str, int]]:
    """The glyphs as their font and number, from left to right."""
    runs = single_line(text, REGULAR, 10).runs
    return [(run.font.name, glyph.number) for run in runs for glyph in run.glyphs]


@given(ANY)
def test_cleaning_is_done_after_one_time(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY, st.floats(20, 500))
def test_no_line_is_wider_than_its_column(text: str, width: float) -> None:
    for line in wrap(clean(text), REGULAR, 10, width):
        assert line.width <= width or len(line.text) == 1


@pytest.mark.parametrize("letter", ["क" + "ा" * 300, "a" + "\u0903" * 300, "ก" + "ำ" * 300])
def test_a_letter_with_endless_marks_is_parted_where_the_line_ends(letter: str) -> None:
    lines = wrap(letter, REGULAR, 10, 100)
    assert len(lines) > 2
    assert all(line.width <= 100 for line in lines)
    assert "".join(line.text for line in lines) == letter


@given(LATIN, st.floats(20, 500))
def test_wrapping_loses_only_blanks(text: str, width: float) -> None:
    text = clean(text)
    lines = wrap(text, REGULAR, 10, width)
    assert "".join(line.text for line in lines).replace(" ", "") == "".join(text.split())


@given(st.text("abאבجل12 .,()", max_size=120), st.floats(20, 500))
def test_wrapping_mixed_directions_loses_no_letter(text: str, width: float) -> None:
    kept = "".join(line.text for line in wrap(clean(text), REGULAR, 10, width))
    assert sorted(c for c in kept if c in "ab12") == sorted(c for c in text if c in "ab12")
    assert sorted(c for c in kept if c in "אב") == sorted(c for c in text if c in "אב")


def test_words_break_at_blanks_and_hyphens_first() -> None:
    lines = [line.text for line in wrap("one two-three four", REGULAR, 10, 50)]
    assert lines == ["one two-", "three four"]


def test_a_date_is_not_parted() -> None:
    lines = [line.text for line in wrap("due 2025-03-04", REGULAR, 10, 60)]
    assert lines == ["due", "2025-03-04"]


def test_ideographs_need_no_blanks() -> None:
    lines = wrap("\u4f60" * 20, REGULAR, 10, 60)
    assert len(lines) > 2
    assert sum(len(line.text) for line in lines) == 20


def test_no_line_begins_with_a_full_stop_of_ideographs() -> None:
    for width in range(30, 90):
        assert all(line.text[0] != "。" for line in wrap("你好。" * 9, REGULAR, 10, width))


def test_an_accent_is_never_parted_from_its_letter() -> None:
    lines = wrap("q\u0323" * 40, REGULAR, 10, 60)
    assert len(lines) > 1
    assert all(line.text.startswith("q") for line in lines)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a   b"),
        ("a\x00\x07\x1bb\ufeff", "ab"),
        ("e\u0301", "é"),
        ("a\n \n\t\n\n\n\nb", "a\n\n\nb"),
        ("safe \u202egnp.exe", "safe gnp.exe"),
        ("\U0001d4d7\U0001d4ee\U0001d4fb\U0001d4f8", "Hero"),
        ("\U0001f602\U0001f602!", "[face with tears of joy \u00d72]!"),
        ("\U0001f44d\U0001f3fd", "[thumbs up sign]"),
        ("\U0001f469\u200d\U0001f467", "[woman + girl]"),
        ("\U0001f1f2\U0001f1fd", "[flag MX]"),
        ("1\ufe0f\u20e3", "[1]"),
        ("\u2764\ufe0f", "\u2764"),
        ("\udc80", "\ufffd"),
    ],
)
def test_what_people_type_is_made_printable(typed: str, printed: str) -> None:
    assert clean(typed) == printed


def test_one_line_texts_have_no_line_ends() -> None:
    assert clean_line(" a\r\n b\t c ") == "a b c"


def test_scripts_in_use_are_all_there() -> None:
    text = "Ñandú Łódź Đặng Привет Ґ Αθήνα שלום مرحبا گچ پ Հայ ქართ ½ € ₫ ☺ ♥ ✓ → [] “” – …"
    assert missing_characters(text) == ""


def test_missing_characters_are_told_once_and_seen() -> None:
    assert missing_characters("a\ue000\ue001\ue000\U000f0000") == "\ue000\ue001\U000f0000"
    (line,) = wrap("\ue000\U000f0000", REGULAR, 10, 100)
    assert seen(line) == "□□"


def test_missing_characters_are_named_for_a_person() -> None:
    assert named("\u4f60\ue000") == "“\u4f60” (U+4F60), U+E000"
    assert named("\ue000" * 10).endswith("U+E000 and 2 more")


def test_emoji_are_not_missing() -> None:
    assert missing_characters("\U0001f602") == ""


def test_hebrew_reads_from_the_right_with_its_numbers_intact() -> None:
    (line,) = wrap("שלום abc 12:30 (כן)", REGULAR, 10, 400)
    assert line.rtl
    assert seen(line) == "(ןכ) abc 12:30 םולש"
    assert line.text == "שלום abc 12:30 (כן)"


def test_brackets_are_mirrored_where_the_text_runs_to_the_left() -> None:
    opening, closing = shapes("(")[0], shapes(")")[0]
    assert [shape for shape in shapes("א(ב)") if shape in (opening, closing)] == [
        opening,
        closing,
    ]


@pytest.mark.parametrize(
    ("text", "looks"),
    [("(bב)א", "(bב)א"), ("אב (Ann) גד", "דג (Ann) בא"), ("[a א]מ", "[a א]מ")],
)
def test_both_brackets_of_a_pair_go_the_same_way(text: str, looks: str) -> None:
    """The rule of Unicode's algorithm that names in brackets need (N0)."""
    (line,) = wrap(text, REGULAR, 10, 400)
    assert seen(line) == looks


def test_hebrew_within_english_stays_in_place() -> None:
    (line,) = wrap("say שלום twice", REGULAR, 10, 400)
    assert not line.rtl
    assert seen(line) == "say םולש twice"


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


@given(st.lists(st.integers(0, 4), max_size=30))
def test_every_character_has_one_place(levels: list[int]) -> None:
    assert sorted(bidi.visual_order(levels)) == list(range(len(levels)))


def test_a_long_name_is_shrunk_then_cut_with_a_sign() -> None:
    line = fitted_line("x" * 30_000, BOLD, 18, 200, 8)
    assert line.size == 8
    assert line.width <= 200
    assert line.text.endswith("…")
    assert fitted_line("x" * 22, BOLD, 18, 200, 8).text == "x" * 22


NAMES = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("WÉñ łЖΩ\u05d0\u0639字🙂\u0301\n\t")),
    max_size=120,
)


@given(NAMES, st.floats(10, 300))
def test_fitted_text_fits(text: str, width: float) -> None:
    line = fitted_line(clean_line(text), BOLD, 20, width, 8)
    assert 8 <= line.size <= 20
    assert line.text == "…" or line.width <= width


@given(NAMES, st.floats(20, 300))
def test_wrapped_lines_are_no_wider_and_lose_no_letter(text: str, width: float) -> None:
    text = clean_line(text)
    lines = wrap(text, BOLD, 8, width)
    assert all(line.width <= width for line in lines if len(line.text) > 1)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
