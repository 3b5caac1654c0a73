"""A font for each script, of the machine or of ours, and what happens without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.engines.printing.kit import fonts, shaping, text_runs
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.missing import missing_characters
from digitizer.engines.printing.kit.text_runs import single_line, wrap
from digitizer.engines.printing.sheets.cover_sheet import cover_missing
from tests.support.names_in_scripts import COVER, EVERY_NAME, NAMES, PAYLOAD, cover, lines_of, named
from tests.support.pdf_looks import codes, page_texts


@EVERY_NAME
def test_no_name_moves_what_a_machine_looks_for(first: str, last: str) -> None:
    pdf = cover(first, last)
    assert len(page_texts(pdf)) == 1
    assert codes(pdf, 0) == [PAYLOAD] * 4


@EVERY_NAME
def test_no_name_of_these_lacks_a_character(first: str, last: str) -> None:
    assert missing_characters(first + last) == ""
    assert cover_missing(replace(COVER, inmate=named(first, last))) == ""


@pytest.mark.parametrize("text", ["가각갛힣", "٠١٢٣مرحبا"])
def test_a_word_is_set_in_one_font(text: str) -> None:
    assert len({run.font for run in single_line(text, REGULAR, 10).runs}) == 1


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    caches = (
        fonts._installed,
        fonts.open_font,
        fonts.font_for,
        shaping.shaped,
        shaping._in_fonts,
        text_runs._piece,
    )
    for cache in caches:
        cache.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(fonts, "SYSTEM_FONTS", (tmp_path,))
        yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("bare_machine")
def test_without_fonts_for_it_a_name_is_named_and_seen_as_boxes() -> None:
    assert missing_characters("Ann 王 สม") == "王สม"
    assert cover_missing(replace(COVER, inmate=named("小明", "王"))) == "小明王"
    (line,) = wrap("王 A", REGULAR, 10, 100)
    assert "".join(glyph.text for run in line.runs for glyph in run.glyphs) == "□ A"
    assert len(page_texts(cover("小明", "王"))) == 1


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("script", ["Latin", "Spanish", "Vietnamese", "Arabic", "Hebrew"])
def test_without_fonts_of_the_machine_ours_do(script: str) -> None:
    first, last = NAMES[script]
    assert missing_characters(first + last) == ""
    assert f"{first} {last}" in lines_of(cover(first, last))
