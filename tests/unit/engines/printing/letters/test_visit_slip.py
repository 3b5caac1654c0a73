"""The slip about a visit."""

from __future__ import annotations

import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.wording import shipped_words
from digitizer.engines.printing.letters.visit_slip import VisitSlip, visit_slip_pdf
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.pdf_looks import page_texts

ORSON = Inmate("A-100", "Testvale", "Orson", "B-1", CustodyStatus.IN_CUSTODY)


def slip(**values: object) -> str:
    usual: dict[str, object] = {
        "facility_name": "Example County Detention Center",
        "inmate": ORSON,
        "news": "booked",
        "when": "2026-12-03 14:00-14:30",
        "where": "Hall",
        "visitors": ("Ida Marlow",),
        "monitored": False,
        "words": shipped_words(),
    }
    paper: Paper = "letter"
    made = visit_slip_pdf(VisitSlip(**{**usual, **values}), paper)  # type: ignore[arg-type]
    (page,) = page_texts(made)
    return " ".join(page.split())


@pytest.mark.parametrize(
    ("news", "english", "spanish"),
    [
        ("booked", "A visit is booked for you", "Hay una visita reservada"),
        ("moved", "Your visit has another time", "Su visita tiene otro horario"),
        ("cancelled", "A visit of yours is cancelled", "Una visita suya fue cancelada"),
    ],
)
def test_it_says_what_when_and_who_in_both_languages(news: str, english: str, spanish: str) -> None:
    said = slip(news=news)
    for word in (english, spanish, "2026-12-03 14:00-14:30", "Hall", "Ida Marlow", "A-100", "B-1"):
        assert word in said


def test_it_says_before_that_staff_may_watch() -> None:
    assert "Staff may watch" not in slip()
    said = slip(monitored=True)
    assert "Staff may watch" in said
    assert "El personal puede mirar" in said


def test_the_reason_of_a_cancelled_visit_is_on_it() -> None:
    assert "lockdown" in slip(news="cancelled", reason="lockdown")


@pytest.mark.parametrize("news", ["booked", "cancelled"])
def test_of_who_comes_and_why_it_is_off_nothing_is_left_out(news: str) -> None:
    visitors = tuple(f"Visitor{each} of a long name that is written out" for each in range(20))
    reason = " ".join(f"reason{each}" for each in range(60))
    said = slip(news=news, visitors=visitors, monitored=True, reason=reason).split()
    assert {f"Visitor{each}" for each in range(20)} <= set(said)
    assert {f"reason{each}" for each in range(60)} <= set(said)
