"""What a printed letter tells those who hear it: every word once, in order, as what it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.letters.letter import letter_pdf
from digitizer.engines.printing.letters.rejection_notice import NoticeTo, rejection_notice_pdf
from digitizer.engines.printing.sheets.cover_sheet import cover_pdf
from tests.support.names_in_scripts import COVER
from tests.support.printed_letters import FROM_INMATE, NOTICE, TO_INMATE, photo

LONG = "\n\n".join(f"Paragraph {number} " + "of many words " * 60 for number in range(9))
LETTER = replace(TO_INMATE, text=LONG, photos=(photo("red"), b"no photo"))


def _instructions(page: pikepdf.Page) -> list[Any]:
    return list(pikepdf.parse_content_stream(page))


def _elements(document: pikepdf.Pdf) -> list[Any]:
    (whole,) = document.Root.StructTreeRoot.K
    assert whole.S == "/Document"
    return list(whole.K)


def _stretches(document: pikepdf.Pdf, element: Any) -> Iterator[tuple[Any, int]]:
    for kid in element.K:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid.Pg, int(kid.MCID)
        else:
            yield element.Pg, int(kid)


@pytest.mark.parametrize("letter", [LETTER, FROM_INMATE, replace(LETTER, large=True)])
def test_each_part_is_told_once_and_belongs_to_one_element(letter: Any) -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(letter, "letter"))) as document:
        told = [
            (page.objgen, number)
            for element in _elements(document)
            for page, number in _stretches(document, element)
        ]
        marked = [
            (page.objgen, int(operands[1].MCID))
            for page in document.pages
            for operands, operator in _instructions(page)
            if str(operator) == "BDC" and "/MCID" in operands[1]
        ]
        assert told == marked
        parents = document.Root.StructTreeRoot.ParentTree.Nums
        for page, number in told:
            at = next(each for each in document.pages if each.objgen == page)
            key = int(at.obj.StructParents)
            owners = parents[list(map(int, parents[::2])).index(key) * 2 + 1]
            (owner,) = (
                element
                for element in _elements(document)
                if (page, number) in [(p.objgen, n) for p, n in _stretches(document, element)]
            )
            assert owners[number].objgen == owner.objgen


def test_all_that_is_drawn_is_told_or_an_ornament() -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(LETTER, "a4"))) as document:
        for page in document.pages:
            depth = 0
            for _, operator in _instructions(page):
                depth += str(operator) in ("BDC", "BMC")
                depth -= str(operator) == "EMC"
                if str(operator) in ("Tj", "TJ", "Do", "f", "S"):
                    assert depth >= 1
            assert depth == 0


@pytest.mark.parametrize(
    "pdf",
    [
        letter_pdf(LETTER, "letter"),
        letter_pdf(FROM_INMATE, "a4"),
        cover_pdf(COVER, "letter"),
        *(rejection_notice_pdf(NOTICE, to, "letter") for to in NoticeTo),
    ],
)
def test_no_words_are_ornament_but_a_foots(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            told, unheard = False, 0
            for operands, operator in _instructions(page):
                if str(operator) in ("BDC", "BMC") and operands[0] != "/Span":
                    told = operands[0] != "/Artifact"
                unheard += str(operator) == "BT" and not told
            assert unheard <= 1 + 2, "ReportLab's empty one, whose page it is, and its number"


def test_a_paragraph_over_two_pages_is_one() -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(LETTER, "a4"))) as document:
        pages = [
            {page.objgen for page, _ in _stretches(document, element)}
            for element in _elements(document)
        ]
        assert max(map(len, pages)) == 2
        body = [each for each in _elements(document) if each.S == "/P"]
        assert len(body) >= 9


def test_photos_have_words_and_the_subject_is_a_heading() -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(LETTER, "a4"))) as document:
        (figure,) = (each for each in _elements(document) if each.S == "/Figure")
        assert str(figure.Alt) == "Photo 1 of 2 · Foto 1 de 2"
        headings = [each for each in _elements(document) if each.S == "/H1"]
        assert len(headings) == 2, "the letter's subject and the reply sheet's title"


def test_what_runs_to_the_left_is_told_in_the_order_of_reading() -> None:
    words = "He wrote \u05e9\u05dc\u05d5\u05dd to all"
    with pikepdf.open(io.BytesIO(letter_pdf(replace(LETTER, text=words), "a4"))) as document:
        said = [str(each.ActualText) for each in _elements(document) if "/ActualText" in each]
    assert said == [words]


@pytest.mark.parametrize("pdf", [letter_pdf(LETTER, "letter"), cover_pdf(COVER, "letter")])
def test_a_document_says_its_title_its_language_and_that_it_is_tagged(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.pdf_version >= "1.4"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.Root.Lang) == "en"
        assert str(document.docinfo.Title)
        assert not document.check_pdf_syntax()


def test_on_a_canvas_without_tags_nothing_is_marked() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    with tagged(canvas, "P"):
        canvas.rect(1, 1, 1, 1)
    canvas.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as document:
        assert "/StructTreeRoot" not in document.Root
