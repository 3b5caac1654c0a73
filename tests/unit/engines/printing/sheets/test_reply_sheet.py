"""The reply sheet: its code is found, its words are there, its box is free to write in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.codes.marks import find_marks
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet, reply_sheet_pdf, writing_area
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.pdf_looks import boxes, codes, page_texts, picture

INMATE = Inmate("T-0042", "Sampler", "Zoë", "C-3", CustodyStatus.IN_CUSTODY)
REPLY = ReplySheet("MD1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "K7QM-3XTR-D")
BOTH_PAPERS = pytest.mark.parametrize("paper", list(PAPERS))


def sheet(paper: Paper, correspondent: str = "Invented Person") -> bytes:
    return reply_sheet_pdf(REPLY, INMATE, correspondent, "Example Jail", paper)


@BOTH_PAPERS
def test_the_code_is_read_back_from_all_its_places(paper: Paper) -> None:
    assert codes(sheet(paper), 0) == [REPLY.payload] * 4


@BOTH_PAPERS
def test_its_marks_are_those_of_a_reply(paper: Paper) -> None:
    grey = picture(sheet(paper), 0)[:, :, 1]
    assert {mark.id for mark in find_marks(grey, 150)} == set(layout.mark_ids(CodeKind.REPLY))


@BOTH_PAPERS
def test_it_says_to_whom_from_whom_and_what_to_do_in_two_languages(paper: Paper) -> None:
    (text,) = page_texts(sheet(paper))
    for words in ("Invented Person", "Zoë Sampler", "T-0042", REPLY.short_id, "Example Jail"):
        assert words in text
    assert "Write inside the box." in text
    assert "Escriba dentro del cuadro." in text


@BOTH_PAPERS
def test_the_writing_area_holds_nothing_dark_but_its_lines(paper: Paper) -> None:
    area, scale = writing_area(paper).grown(-1.5), 150 / 25.4
    pixels = picture(sheet(paper), 0)
    inside = pixels[
        int(area.top * scale) : int(area.bottom * scale),
        int(area.left * scale) : int(area.right * scale),
    ]
    assert inside.min() > 160
    width, height = PAPERS[paper]
    for code in (*layout.code_areas(width, height), *layout.mark_areas(width, height)):
        assert (
            code.bottom <= area.top
            or code.top >= area.bottom
            or not (code.left < area.right and area.left < code.right)
        )


@BOTH_PAPERS
def test_a_very_long_correspondent_stays_in_its_column(paper: Paper) -> None:
    pdf = sheet(paper, "Long " * 400)
    (left, _, _, _) = boxes(pdf, 0, "Zoë Sampler")[0]
    assert max(box[2] for box in boxes(pdf, 0, "Long")) < left
    assert codes(pdf, 0) == [REPLY.payload] * 4


def test_equal_sheets_are_equal_bytes() -> None:
    assert sheet("a4") == sheet("a4")


@BOTH_PAPERS
def test_a_very_long_name_never_costs_the_number(paper: Paper) -> None:
    inmate = replace(INMATE, first_name="Maximiliana " * 20)
    (text,) = page_texts(reply_sheet_pdf(REPLY, inmate, "Invented", "Example Jail", paper))
    assert text.count("T-0042") == 2
