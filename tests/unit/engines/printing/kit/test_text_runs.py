"""Lines on paper: nothing is lost, and nothing is too wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.plain_text import clean, clean_line
from digitizer.engines.printing.kit.text_runs import fitted_line, wrap

ANY = st.text(st.characters(), max_size=300)
LATIN = st.text("abc áñ-é \n", max_size=300)


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


def test_no_line_parts_a_thai_vowel_from_its_consonant() -> None:
    lines = wrap("เรากำลังจะไปเที่ยวทะเล" * 6, REGULAR, 10, 60)
    assert len(lines) > 5
    for line in lines:
        assert line.text[-1] not in "เแโใไ"
        assert line.text[0] not in "ะาำๆฯ"
    assert "".join(line.text for line in lines) == "เรากำลังจะไปเที่ยวทะเล" * 6


@pytest.mark.parametrize("letter", ["เ", "า"])
def test_a_vowel_that_is_held_long_stays_on_the_paper(letter: str) -> None:
    assert all(line.width <= 60 for line in wrap("ค" + letter * 200, REGULAR, 10, 60))
