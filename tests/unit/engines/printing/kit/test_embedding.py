"""Fonts in the file, and text that can be copied out of it, in every script."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pikepdf
import pytest

from digitizer.engines.printing.letters.letter import LetterFromInmate, LetterToInmate, letter_pdf
from digitizer.engines.printing.letters.rejection_notice import (
    NoticeTo,
    RejectionNotice,
    rejection_notice_pdf,
)
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, reply_sheet_pdf
from tests.support.names_in_scripts import (
    COVER,
    EVERY_NAME,
    MAIL,
    NAMES,
    PAYLOAD,
    SHORT,
    cover,
    lines_of,
    named,
)

SENT = datetime(2025, 3, 4, 9, 30)


def _reply(first: str, last: str) -> bytes:
    reply = ReplySheet(PAYLOAD, SHORT)
    return reply_sheet_pdf(reply, named(first, last), f"{first} {last}", "Example Jail", "letter")


def _letter(first: str, last: str) -> bytes:
    name = f"{first} {last}"
    letter = LetterToInmate(
        "Example Jail",
        named(first, last),
        name,
        name,
        name,
        (),
        SENT,
        "M-1",
        ReplySheet(PAYLOAD, SHORT),
    )
    return letter_pdf(letter, "letter")


def _posted(first: str, last: str) -> bytes:
    name, who = f"{first} {last}", named(first, last)
    letter = LetterFromInmate(
        "Example Jail",
        MAIL,
        who,
        name,
        (name, "Nowhere"),
        name,
        name,
        (),
        SENT,
        "M-1",
        replace(COVER, inmate=who),
    )
    return letter_pdf(letter, "a4")


def _notice(first: str, last: str) -> bytes:
    name = f"{first} {last}"
    notice = RejectionNotice(
        "Example Jail",
        MAIL,
        named(first, last),
        name,
        (name, "Nowhere"),
        "R-1",
        "Letter",
        date(2025, 3, 3),
        date(2025, 3, 4),
        name,
        (name,),
        13,
        (name,),
    )
    return rejection_notice_pdf(notice, NoticeTo.SENDER, "letter")


SHEETS = [cover, _reply, _letter, _posted, _notice]


@EVERY_NAME
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.__name__)
def test_a_name_is_copied_out_as_it_was_put_in(sheet: object, first: str, last: str) -> None:
    assert callable(sheet)
    lines = lines_of(sheet(first, last))
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
