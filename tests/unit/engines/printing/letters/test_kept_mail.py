"""The index of a mailbox that is taken along, its messages, and a word for what is withheld."""

from __future__ import annotations

import io
from datetime import datetime

import pikepdf
import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.letters.kept_mail import (
    IndexRow,
    KeptMessage,
    MailboxHead,
    index_pages,
    index_pdf,
    message_pdf,
    notice_pdf,
)
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.conversing import a_photo
from tests.support.pdf_looks import page_texts

ORSON = Inmate("A-100", "Testvale", "Orson", "B-1", CustodyStatus.RELEASED)
AT = datetime(2026, 3, 5, 14, 30)
HEAD = MailboxHead("Example County Detention Center", ORSON, AT)


def text_of(document: bytes) -> str:
    return " ".join(" ".join(page_texts(document)).split())


def pages_of(document: bytes) -> int:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return len(pdf.pages)


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("count", [0, 1, 20, 25, 26, 27, 28, 29, 30, 60, 400])
def test_an_index_has_as_many_pages_as_were_counted_on(paper: Paper, count: int) -> None:
    rows = [IndexRow(AT, f"Ida {n}", "Letter", 2, n) for n in range(count)]
    document, places = index_pdf(HEAD, rows, paper)
    assert pages_of(document) == index_pages(count, paper)
    assert len(places) == count
    assert all(bottom >= 60 for _, (_, bottom, _, _) in ((each.page, each.box) for each in places))


def test_a_row_says_when_from_whom_what_and_where() -> None:
    said = text_of(index_pdf(HEAD, [IndexRow(AT, "Ida Marlow", "Letter", 3, 17)], "letter")[0])
    for word in ("2026-03-05 14:30", "Ida Marlow", "Letter", "17", "Testvale, Orson"):
        assert word in said


@pytest.mark.parametrize("mine", [True, False])
def test_a_message_says_who_wrote_to_whom(mine: bool) -> None:
    message = KeptMessage(mine, "Ida Marlow", AT, "Plums", "They are ripe.", ("A note",), ())
    said = text_of(message_pdf(HEAD, message, "letter"))
    first, second = ("Orson Testvale", "Ida Marlow") if mine else ("Ida Marlow", "Orson Testvale")
    assert said.index(first) < said.index(second)
    for word in ("Plums", "They are ripe.", "A note"):
        assert word in said


def test_a_long_message_goes_on_and_photos_have_pages_of_their_own() -> None:
    photos = (a_photo(), a_photo("blue"))
    message = KeptMessage(False, "Ida Marlow", AT, "", "many words " * 1500, (), photos)
    document = message_pdf(HEAD, message, "a4")
    assert pages_of(document) >= 4
    assert text_of(document).count("many words") == 1500


def test_a_page_that_was_withheld_says_so_in_both_languages_and_why() -> None:
    said = text_of(notice_pdf(HEAD, "mailbox_withheld", "A map of the yard", "letter"))
    assert "withheld here" in said
    assert "se retuvo una página" in said
    assert "A map of the yard" in said
