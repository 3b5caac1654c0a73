"""The receipt of what was found in an envelope, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.letters.receipt import Receipt, receipt_missing, receipt_pdf
from digitizer.model.logbook import MONEY, Found, ItemKind, Went
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.pdf_looks import boxes, page_texts

WHO = Inmate("T-0042", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
FOUND = Found(
    17,
    WHO,
    "Pat Sample",
    ItemKind.MONEY_ORDER,
    "From an aunt",
    123450,
    "$",
    "998-11",
    "letter0001",
    "Ana Brookwater",
    "Ruth Harrow",
    Went.ACCOUNT,
    "Ana Brookwater",
    datetime(2026, 3, 5, 12, tzinfo=UTC),
    None,
)
RECEIPT = Receipt("Example Jail", WHO, "Pat Sample", FOUND, date(2026, 3, 5), date(2026, 3, 6))


def _words(receipt: Receipt, paper: Paper = "letter") -> str:
    (text,) = page_texts(receipt_pdf(receipt, paper))
    return " ".join(text.split())


@pytest.mark.parametrize("paper", PAPERS)
def test_one_page_says_all_in_two_languages(paper: Paper) -> None:
    words = _words(RECEIPT, paper)
    for part in ("17", "$1,234.50", "998-11", "T-0042", "2026-03-05", "2026-03-06", "letter0001"):
        assert part in words
    for part in ("money order · giro postal", "on your account · en su cuenta", "Ruth Harrow"):
        assert part in words
    assert "Found in your mail" in words
    assert "Encontrado en su correo" in words


@pytest.mark.parametrize("kind", ItemKind)
@pytest.mark.parametrize("went", Went)
def test_every_kind_and_every_place_has_its_words(kind: ItemKind, went: Went) -> None:
    amount = 2000 if kind in MONEY else None
    entry = replace(FOUND, kind=kind, went=went, amount=amount)
    words = _words(replace(RECEIPT, entry=entry))
    assert ("$20.00" in words) == (kind in MONEY)
    assert "receipt_" not in words


def test_what_is_not_there_has_no_label() -> None:
    entry = replace(FOUND, number="", what="", item=None, witness="")
    words = _words(replace(RECEIPT, entry=entry, corrected=None))
    for label in ("Number on it", "Description", "With letter", "Witness", "Corrected"):
        assert label not in words


def test_without_an_inmate_it_is_in_a_name() -> None:
    words = _words(replace(RECEIPT, inmate=None, owner="Jon Nobody"))
    assert "In the name of · A nombre de Jon Nobody" in words
    assert "Housing unit" not in words


def test_long_words_stay_on_the_page_and_off_the_footer() -> None:
    entry = replace(FOUND, what="W" * 500, number="9" * 60, witness="M" * 120)
    pdf = receipt_pdf(replace(RECEIPT, entry=entry), "letter")
    width, height = PAPERS["letter"]
    for part in ("W", "9", "I was given"):
        for _left, _top, right, _bottom in boxes(pdf, 0, part):
            assert right < width - 10, part
    assert all(bottom < height - 30 for *_, bottom in boxes(pdf, 0, "I was given"))


def test_what_print_cannot_show_is_said() -> None:
    assert receipt_missing(RECEIPT) == ""
    odd = replace(RECEIPT, entry=replace(FOUND, what="\ue000"))
    assert receipt_missing(odd) == "\ue000"


def test_it_is_tagged() -> None:
    assert b"/StructTreeRoot" in receipt_pdf(RECEIPT, "a4")
