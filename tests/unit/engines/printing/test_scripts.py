"""Names of every script: shaped right on all sheets, and copied out as they were put in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pikepdf
import pytest

from digitizer.engines.printing.kit import fonts, shaping, text_runs
from digitizer.engines.printing.kit.fonts import BOLD, REGULAR
from digitizer.engines.printing.kit.missing import missing_characters
from digitizer.engines.printing.kit.shaping import Run
from digitizer.engines.printing.kit.text_runs import single_line, wrap
from digitizer.engines.printing.letters.letter import (
    LetterFromInmate,
    LetterToInmate,
    letter_pdf,
)
from digitizer.engines.printing.letters.rejection_notice import (
    NoticeTo,
    RejectionNotice,
    rejection_notice_pdf,
)
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_missing, cover_pdf
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, reply_sheet_pdf
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.unit.engines.printing.pdf_looks import codes, page_texts

NAMES = {
    "Latin": ("John", "Testermann"),
    "Spanish": ("José María", "Núñez Peña"),
    "Vietnamese": ("Thị Phượng", "Nguyễn"),
    "Arabic": ("محمد عبد الله", "الخطيب"),
    "Arabic with lam and alef": ("علاء", "الإسلام"),
    "Persian": ("نمی\u200cخواهم", "گچپژ"),
    "Hebrew": ("משה", "כהן"),
    "Hebrew with a number": ("שרה (12)", "לוי"),
    "Thai": ("กฤษณ์ ณัฐพงศ์", "น้ำทิพย์"),
    "Hindi": ("क्षितिज", "शर्मा"),
    "Tamil": ("ஸ்ரீ", "கௌரி"),
    "Chinese": ("小明", "王"),
    "Japanese": ("太郎 タロウ", "山田"),
    "Korean": ("철수", "김"),
    "mixed": ("Ali محمد", "Smith-王"),
}
PAYLOAD, SHORT = "MD1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "K7QM-3XTR-D"
MAIL = ("Mail Room", "100 Example Road")
JOHN = Inmate("T-1", "Testermann", "John", "C-3", CustodyStatus.IN_CUSTODY)
COVER = CoverSheet("Example Jail", MAIL, JOHN, CodeKind.INMATE, PAYLOAD, SHORT)
SENT = datetime(2025, 3, 4, 9, 30)


def _named(first: str, last: str) -> Inmate:
    return replace(JOHN, first_name=first, last_name=last)


def _cover(first: str, last: str) -> bytes:
    who = _named(first, last)
    return cover_pdf(replace(COVER, inmate=who, sender=f"{first} {last}"), "letter")


def _reply(first: str, last: str) -> bytes:
    reply = ReplySheet(PAYLOAD, SHORT)
    return reply_sheet_pdf(reply, _named(first, last), f"{first} {last}", "Example Jail", "letter")


def _letter(first: str, last: str) -> bytes:
    name = f"{first} {last}"
    letter = LetterToInmate(
        "Example Jail", _named(first, last), name, name, name, (), SENT, "M-1",
        ReplySheet(PAYLOAD, SHORT),
    )  # fmt: skip
    return letter_pdf(letter, "letter")


def _posted(first: str, last: str) -> bytes:
    name, who = f"{first} {last}", _named(first, last)
    letter = LetterFromInmate(
        "Example Jail", MAIL, who, name, (name, "Nowhere"), name, name, (), SENT, "M-1",
        replace(COVER, inmate=who),
    )  # fmt: skip
    return letter_pdf(letter, "a4")


def _notice(first: str, last: str) -> bytes:
    name = f"{first} {last}"
    notice = RejectionNotice(
        "Example Jail", MAIL, _named(first, last), name, (name, "Nowhere"), "R-1", "Letter",
        date(2025, 3, 3), date(2025, 3, 4), name, (name,), 13, (name,),
    )  # fmt: skip
    return rejection_notice_pdf(notice, NoticeTo.SENDER, "letter")


SHEETS = [_cover, _reply, _letter, _posted, _notice]
EVERY_NAME = pytest.mark.parametrize(("first", "last"), NAMES.values(), ids=NAMES)


def _lines(pdf: bytes) -> set[str]:
    """What each line of the PDF says, as a reader copies it out."""
    return {line.strip() for text in page_texts(pdf) for line in text.splitlines()}


@EVERY_NAME
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.__name__)
def test_a_name_is_copied_out_as_it_was_put_in(sheet: object, first: str, last: str) -> None:
    assert callable(sheet)
    lines = _lines(sheet(first, last))
    assert f"{first} {last}" in lines, lines


@pytest.mark.parametrize("script", ["Latin", "Thai", "mixed"])
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.__name__)
def test_every_font_that_a_sheet_names_is_in_the_file(sheet: object, script: str) -> None:
    assert callable(sheet)
    with pikepdf.open(io.BytesIO(sheet(*NAMES[script]))) as pdf:
        assert pdf.check_pdf_syntax() == []
        found = [font for page in pdf.pages for font in page.resources.Font.values()]
        assert found
        for font in found:
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


@EVERY_NAME
def test_no_name_moves_what_a_machine_looks_for(first: str, last: str) -> None:
    pdf = _cover(first, last)
    assert len(page_texts(pdf)) == 1
    assert codes(pdf, 0) == [PAYLOAD] * 4


@EVERY_NAME
def test_no_name_of_these_lacks_a_character(first: str, last: str) -> None:
    assert missing_characters(first + last) == ""
    assert cover_missing(replace(COVER, inmate=_named(first, last))) == ""


# ---- shapes


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


@pytest.mark.parametrize("text", ["가각갛힣", "٠١٢٣مرحبا"])
def test_a_word_is_set_in_one_font(text: str) -> None:
    assert len({run.font for run in single_line(text, REGULAR, 10).runs}) == 1


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


# ---- a machine without fonts of its own


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    caches = (fonts._installed, fonts.open_font, fonts.font_for, shaping.shaped,
              shaping._in_fonts, text_runs._piece)  # fmt: skip
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
    assert cover_missing(replace(COVER, inmate=_named("小明", "王"))) == "小明王"
    (line,) = wrap("王 A", REGULAR, 10, 100)
    assert "".join(glyph.text for run in line.runs for glyph in run.glyphs) == "□ A"
    assert len(page_texts(_cover("小明", "王"))) == 1


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("script", ["Latin", "Spanish", "Vietnamese", "Arabic", "Hebrew"])
def test_without_fonts_of_the_machine_ours_do(script: str) -> None:
    first, last = NAMES[script]
    assert missing_characters(first + last) == ""
    assert f"{first} {last}" in _lines(_cover(first, last))
