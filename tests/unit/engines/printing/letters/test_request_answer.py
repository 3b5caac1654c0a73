"""A request's form and its answer on paper: what they say, and that the form's code is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
import zxingcpp

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.letters.request_answer import (
    RequestAnswer,
    RequestForm,
    request_answer_pdf,
    request_form_pdf,
)
from digitizer.model.people import CustodyStatus, Inmate
from tests.support.pdf_looks import page_texts, picture

WHO = Inmate("A-100", "Testvale", "Orson", "B-1", CustodyStatus.IN_CUSTODY)
FORM = RequestForm(
    payload="MD1" + "A" * 32,
    short_id="K7QM-3XTR-D",
    inmate=WHO,
    title="Complaint",
    title_es="Reclamo",
    step=2,
    step_name="Warden",
    step_name_es="Director",
    last_day=date(2027, 3, 9),
    facility="North County Jail",
)
ANSWER = RequestAnswer(
    number=41,
    inmate=WHO,
    title="Complaint",
    title_es="Reclamo",
    step=1,
    sent=datetime(2027, 3, 1, 18, tzinfo=UTC),
    asked="The shower is cold.",
    answer="A plumber comes.",
    answered=datetime(2027, 3, 4, 18, tzinfo=UTC),
    answered_by="Clara Clerk",
    last_day=date(2027, 3, 9),
    facility="North County Jail",
    form=FORM,
)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_form_says_for_what_and_until_when_and_its_code_is_read(paper: Paper) -> None:
    content = request_form_pdf(FORM, paper)
    (text,) = page_texts(content)
    for part in ("Complaint", "Reclamo", "2 · Warden · Director", "Orson Testvale", "2027-03-09"):
        assert part in text
    seen = zxingcpp.read_barcodes(np.ascontiguousarray(picture(content, 0, 200)))
    assert {each.text for each in seen} == {FORM.payload}
    assert len(seen) == 4


def test_a_category_that_nobody_wrote_in_spanish_still_says_what_it_is() -> None:
    (text,) = page_texts(request_form_pdf(replace(FORM, title_es="", last_day=None), "letter"))
    assert "Solicitud al personal" in text
    assert "Hand it in" not in text


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_answer_stands_first_and_the_next_form_behind_it(paper: Paper) -> None:
    first, second = page_texts(request_answer_pdf(ANSWER, paper))
    for part in ("Testvale, Orson", "41", "A plumber comes.", "Clara Clerk", "until 2027-03-09"):
        assert part in first
    assert first.index("A plumber comes.") < first.index("The shower is cold.")
    assert "Another official" in first
    assert FORM.short_id in second


def test_without_a_next_step_it_says_so_and_a_long_one_takes_more_pages() -> None:
    last = replace(ANSWER, form=None, last_day=None, answer="It is so. " * 900)
    pages = page_texts(request_answer_pdf(last, "letter"))
    assert len(pages) > 1
    assert "This was the last step here" in " ".join(" ".join(pages).split())
    assert f"Page 1 of {len(pages)}" in pages[0]


def test_no_answer_in_time_is_said() -> None:
    none = replace(ANSWER, answer="", answered=None, answered_by="", last_day=None)
    first, _ = page_texts(request_answer_pdf(none, "letter"))
    assert "No answer came in time. That counts as a denial." in " ".join(first.split())


def test_the_inmate_s_language_stands_first() -> None:
    words = ANSWER.words.for_reader("es")
    first, _ = page_texts(request_answer_pdf(replace(ANSWER, words=words, language="es"), "a4"))
    assert first.index("La respuesta") < first.index("The answer")
