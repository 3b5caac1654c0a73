"""The slip of somebody who leaves."""

from __future__ import annotations

from datetime import date

import pytest

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.wording import shipped_words
from digitizer.engines.printing.letters.takeaway_slip import TakeawaySlip, takeaway_slip_pdf
from tests.support.pdf_looks import page_texts

CODE = "K7QM-3XTR-D0AB-77ZK-W2CE"


def text_of(document: bytes) -> str:
    return " ".join(" ".join(page_texts(document)).split())


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("language", ["", "en", "es"])
def test_code_address_and_last_day_are_on_it_in_both_languages(paper: Paper, language: str) -> None:
    slip = TakeawaySlip(
        "Example County Detention Center",
        CODE,
        "https://mail.jail.example/family/takeaway",
        date(2026, 12, 30),
        12,
        language,
        shipped_words().for_reader(language),
    )
    said = text_of(takeaway_slip_pdf(slip, paper))
    for word in (CODE, slip.address, "2026-12-30", "one hour", "una hora"):
        assert word in said
    first = "Llévese su correo" if language == "es" else "Take your mail along"
    assert said.index(first) == min(
        said.index(each) for each in ("Llévese su correo", "Take your mail along")
    )
