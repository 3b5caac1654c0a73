"""The mailroom's page of the protected line, in a browser without script."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.storage.database import reading
from digitizer.storage.tables_protected import protected_sheet
from tests.support.asked_staff import LINE, OMBUDSMAN, with_requests
from tests.support.web_kit import Mail, Visitor

HERE = "/staff/protected"


@pytest.fixture
def mail(mail: Mail) -> Mail:
    mail.facility = with_requests(mail.facility, protected=(LINE, OMBUDSMAN))
    return mail


def test_a_sealed_sheet_gets_one_answer_and_is_logged_by_day(ana: Visitor, mail: Mail) -> None:
    made = ana.post_form(f"{HERE}/sheets", {"to": "Ombudsman", "number": "1"}, seen_on=HERE)
    assert (made.status_code, made.content[:4]) == (200, b"%PDF")
    with reading(mail.facility.engine) as tx:
        number = tx.execute(sa.select(protected_sheet.c.short_id)).scalar_one()
    first = ana.post_form(f"{HERE}/scan", {"code": number}, seen_on=HERE).text
    assert 'data-answer="pass"' in first
    assert "Do not open it." in first
    assert '<td>Ombudsman</td><td class="n">1</td>' in first
    again = ana.post_form(f"{HERE}/scan", {"code": number}, seen_on=HERE).text
    assert 'data-answer="duplicate"' in again
    unknown = ana.post_form(f"{HERE}/scan", {"code": "https://example.org"}, seen_on=HERE).text
    assert 'data-answer="unknown"' in unknown
    assert "who finds out where it goes" in unknown
    few = ana.post_form(f"{HERE}/sheets", {"to": "Ombudsman", "number": "99"}, seen_on=HERE)
    assert few.status_code == 409


def test_a_script_gets_the_answer_alone(ana: Visitor) -> None:
    token = ana.tokens_on(HERE)
    asked = {**token, "code": "K7QM-3XTR-0"}
    alone = ana.post(f"{HERE}/scan", data=asked, headers={"hx-request": "true"}).text
    assert 'data-answer="unreadable"' in alone
    assert "<html" not in alone
    assert 'hx-swap-oob="true"' in alone


def test_counts_open_with_a_reason_for_supervisors_alone(ana: Visitor, ruth: Visitor) -> None:
    counts = f"{HERE}/counts"
    assert ana.get(counts).status_code == 403
    assert "The counts open with your reason" in ruth.get(counts).text
    assert ruth.post_form(counts, {"reason": " "}, seen_on=counts).status_code == 409
    shown = ruth.post_form(counts, {"reason": "An audit"}, seen_on=counts).text
    assert "Nobody has written to it from a screen." in shown
