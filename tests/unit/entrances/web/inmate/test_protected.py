"""The inmates' page of the protected line, in a browser without script."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from digitizer.model.upkeep_settings import MailServer
from digitizer.protected_line import actions as protected_line
from digitizer.storage.database import reading
from digitizer.storage.tables_messages import message_draft
from digitizer.storage.tables_upkeep import outbox
from tests.support.asked_staff import LINE, OMBUDSMAN, PREA, make_opener, with_requests
from tests.support.mail_server import with_mail
from tests.support.web_kit import Mail, Visitor

HERE = "/mail/protected"
_SERVER = MailServer(host="127.0.0.1", port=9, sender="mailroom@example.org", timeout_seconds=1)


@pytest.fixture
def mail(mail: Mail) -> Mail:
    own = with_requests(mail.facility, protected=(LINE, OMBUDSMAN))
    mail.facility = with_mail(own, _SERVER)
    return mail


def test_what_is_written_is_sealed_and_the_page_says_so(tobias: Visitor, mail: Mail) -> None:
    make_opener(mail.facility.home)
    assert 'href="/mail/protected"' in tobias.get("/mail/requests").text
    html = tobias.get(HERE).text
    assert "Nothing is saved while you write" in html
    assert "draft" not in html
    assert "Ombudsman" in html  # on paper alone
    assert html.count('type="radio" name="to"') == 1
    sent = tobias.post_form(HERE, {"to": PREA, "text": "Zarpazo\r\nvioleta", "named": "no"}, HERE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{HERE}?sent=true")
    html = tobias.get(sent.headers["location"]).text
    assert "It was sealed" in html
    assert "on its way" in html
    assert "Zarpazo" not in html
    with reading(mail.facility.engine) as tx:
        assert tx.execute(sa.select(message_draft)).all() == []
        assert "Zarpazo" not in tx.execute(sa.select(outbox.c.body)).scalar_one()


def test_without_a_way_the_text_stays_on_the_page_and_paper_is_offered(
    tobias: Visitor, mail: Mail
) -> None:
    html = tobias.get(HERE).text
    assert "It cannot be sent from a screen now. Use paper." in html
    assert "Seal and send" not in html
    answer = tobias.post_form(HERE, {"to": PREA, "text": "Zarpazo\r\nvioleta"}, HERE)
    assert answer.status_code == 409
    assert "what you wrote is still on this page" in answer.text
    assert re.search(r"<textarea[^>]*readonly>\nZarpazo\nvioleta</textarea>", answer.text)
    with reading(mail.facility.engine) as tx:
        assert tx.execute(sa.select(outbox)).all() == []


def test_what_cannot_be_sent_is_typed_on(tobias: Visitor, mail: Mail) -> None:
    make_opener(mail.facility.home)
    answer = tobias.post_form(HERE, {"to": "X", "text": "Zarpazo", "named": "no"}, HERE)
    assert (answer.status_code, "Choose to whom it goes." in answer.text) == (409, True)
    assert re.search(r"<textarea[^>]*>\nZarpazo</textarea>", answer.text)
    assert re.search(r'name="named" value="no" checked', answer.text)
    assert tobias.post(HERE, data={"to": PREA, "text": "x"}).status_code == 403


def test_a_sheet_is_printed_from_here(tobias: Visitor) -> None:
    made = tobias.post_form(f"{HERE}/sheet", {"to": "Ombudsman"}, HERE)
    assert (made.status_code, made.content[:4]) == (200, b"%PDF")
    wrong = tobias.post_form(f"{HERE}/sheet", {"to": "Nobody"}, HERE)
    assert wrong.status_code == 409


def test_in_spanish(tobias: Visitor, mail: Mail) -> None:
    make_opener(mail.facility.home)
    html = tobias.get(HERE, headers={"accept-language": "es"}).text
    assert "Línea PREA" in html


def test_without_addressees_it_says_whom_to_ask(tobias: Visitor, mail: Mail) -> None:
    assert protected_line.SUBJECT not in tobias.get(HERE).text
    assert "Protected line" in tobias.get("/mail/requests").text
