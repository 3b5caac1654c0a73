"""The label of mail that goes back or on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.sheets.return_label import HEIGHT, WIDTH, Label, label_pdf
from digitizer.model.logbook import Done, Why
from tests.support.pdf_looks import boxes, page_texts

LABEL = Label(
    12,
    Done.RETURNED,
    Why.RELEASED,
    ("Cora Field", "12 Long Road", "Exampleville, EX 00000"),
    ("Example Jail", "Mail Room", "100 Example Road"),
    date(2026, 3, 5),
)


@pytest.mark.parametrize("paper", [None, *PAPERS])
def test_it_says_where_to_and_fits(paper: Paper | None) -> None:
    pdf = label_pdf(LABEL, paper)
    (text,) = page_texts(pdf)
    for part in ("RETURN TO SENDER", "Not at this address", *LABEL.to, *LABEL.sender, "entry 12"):
        assert part in " ".join(text.split())
        left, top, right, bottom = boxes(pdf, 0, part)[0]
        corner = 0.0 if paper is None else 12.0
        assert corner < left < right < corner + WIDTH, part
        assert corner < top < bottom < corner + HEIGHT, part


def test_what_has_no_address_names_the_envelope() -> None:
    (text,) = page_texts(label_pdf(replace(LABEL, to=()), None))
    assert "on the envelope" in text


@pytest.mark.parametrize("why", Why)
def test_it_does_not_say_where_somebody_is(why: Why) -> None:
    """Whoever carries the envelope learns that the person is not there, and no more."""
    (text,) = page_texts(label_pdf(replace(LABEL, why=why), None))
    assert not {"released", "transferred", "custody", "inmate"} & set(text.lower().split())


def test_long_lines_stay_on_it_and_it_is_the_same_each_time() -> None:
    long = replace(LABEL, done=Done.FORWARDED, to=("W" * 120, *("M" * 90 for _ in range(8))))
    pdf = label_pdf(long, None)
    assert "PLEASE FORWARD" in page_texts(pdf)[0]
    assert all(right < WIDTH for *_, right, _ in boxes(pdf, 0, "M"))
    assert pdf == label_pdf(long, None)


def test_it_is_tagged() -> None:
    pdf = label_pdf(LABEL, None)
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang" in pdf
