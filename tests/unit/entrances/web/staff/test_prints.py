"""The page of the print queue."""

from __future__ import annotations

import html
import re

import pytest

from digitizer.messages import actions as messages
from digitizer.model.mail import Direction, Draft
from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import actions, queue
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from tests.support.made_mail import CLERK, OPERATOR
from tests.support.pdf_looks import page_texts, pdf_pages
from tests.support.print_system import BLANK_PDF
from tests.support.web_kit import Mail, Visitor, add_letter, add_page, add_scan

NUMBER = "2026-00117"
PAGE = "/staff/print"


def _sheet(mail: Mail) -> int:
    return actions.queue_pdf(mail.facility, OPERATOR, PrintKind.SEPARATOR, "Separator", BLANK_PDF)


def _post(browser: Visitor, address: str, **data: str) -> str:
    answer = browser.post_form(f"{PAGE}{address}", data, seen_on=PAGE)
    if answer.status_code == 303:
        assert answer.headers["location"] == PAGE
        answer = browser.get(PAGE)
    return html.unescape(answer.text)


def _states(mail: Mail, *numbers: int) -> list[PrintState]:
    with reading(mail.facility.engine) as tx:
        return [each.state for each in queue.numbered(tx, numbers)]


def test_a_unit_is_printed_and_confirmed_by_two_keys(mail: Mail, ana: Visitor) -> None:
    draft = Draft(Direction.TO_INMATE, NUMBER, "Aunt Ida", "Hi", "How are you?")
    for _ in range(2):
        messages.send(mail.facility, draft, OPERATOR)
    page = ana.get(PAGE).text
    assert re.search(r'<button[^>]* value="unit:B-2" data-key="1"', page)
    sent = _post(ana, "/send", pile="unit:B-2", printer="this computer")
    (address,) = re.findall(rf"{PAGE}/batches/\d+/prints.pdf", sent)
    pdf = ana.get(address).content
    assert "Delivery list: B-2" in page_texts(pdf)[0]
    assert pdf_pages(pdf) % 2 == 0
    assert "All of it came out" in sent
    done = _post(ana, "/batches/all/came-out")
    assert "Nothing waits to be printed." in done
    assert "All of it came out" not in done


def test_the_doubtful_are_asked_about_and_not_among_all(mail: Mail, ana: Visitor) -> None:
    numbers = [_sheet(mail), _sheet(mail)]
    doubtful, sent = (
        actions.send(mail.facility, OPERATOR, [number], "this computer") for number in numbers
    )
    with writing(mail.facility.engine) as tx:
        queue.doubt(tx, doubtful.number)
    assert "Did these come out?" in ana.get(PAGE).text
    _post(ana, "/batches/all/came-out")
    assert _states(mail, *numbers) == [PrintState.DOUBTFUL, PrintState.PRINTED]
    _post(ana, f"/batches/{doubtful.number}/came-not")
    assert _states(mail, numbers[0]) == [PrintState.RENDERED]
    assert "settled already" in _post(ana, f"/batches/{sent.number}/came-out")


@pytest.mark.parametrize(
    ("answer", "state"),
    [("came-out", PrintState.PRINTED), ("came-not", PrintState.RENDERED)],
)
def test_a_restored_mailroom_is_asked_and_answers_at_once(
    mail: Mail, ana: Visitor, answer: str, state: PrintState
) -> None:
    numbers = [_sheet(mail) for _ in range(3)]
    with writing(mail.facility.engine) as tx:
        queue.doubt_all(tx, "Ana")
    page = ana.get(PAGE).text
    assert "Were these printed after the backup?" in page
    assert "None of these was: print them all" in page
    assert "Did these come out?" not in page
    _post(ana, f"/batches/restored/{answer}")
    assert _states(mail, *numbers) == [state] * 3
    assert "after the backup" not in ana.get(PAGE).text
    assert "Nothing is chosen" in _post(ana, f"/batches/restored/{answer}")


def test_a_lost_pdf_stops_nothing_else_and_is_given_up(mail: Mail, ana: Visitor) -> None:
    bad = actions.queue_pdf(
        mail.facility, OPERATOR, PrintKind.SEPARATOR, "Separator", BLANK_PDF + b"% another"
    )
    good = _sheet(mail)
    with reading(mail.facility.engine) as tx:
        (lost,) = queue.numbered(tx, [bad])
    mail.facility.pictures.delete(lost.pdf or "")
    page = _post(ana, "/send", pile="all", printer="outbox")
    assert _states(mail, bad, good) == [PrintState.DOUBTFUL, PrintState.PRINTED]
    assert "These cannot be printed" in page
    with reading(mail.facility.engine) as tx:
        (lost,) = queue.numbered(tx, [bad])
    _post(ana, f"/batches/{lost.batch}/came-not")
    assert _states(mail, bad) == [PrintState.SPOILED]


def test_print_again_says_what_is_wrong(mail: Mail, ana: Visitor) -> None:
    number = _sheet(mail)
    actions.send(mail.facility, OPERATOR, [number], "outbox")
    assert "Say why" in _post(ana, "/again", first=str(number), reason=" ")
    assert "no number x" in _post(ana, "/again", first="x", reason="a jam")
    assert "no print 900" in _post(ana, "/again", first="900", reason="a jam")
    page = _post(ana, "/again", first=str(number), reason="a jam", spoiled="true")
    assert "Sheets for the mailroom" in page
    assert _states(mail, number) == [PrintState.SPOILED]


def test_a_browser_remembers_its_printer(mail: Mail, ana: Visitor) -> None:
    assert '<option value="this computer" selected>' in ana.get(PAGE).text
    assert '<option value="outbox" selected>' in _post(ana, "/printer", printer="outbox")
    assert '<option value="outbox" selected>' in ana.get(PAGE).text
    assert '<option value="this computer" selected>' in _post(ana, "/printer", printer="gone")


@pytest.mark.parametrize("pile", ["", "unit:Z-9"])
def test_what_somebody_else_printed_is_said(mail: Mail, ana: Visitor, pile: str) -> None:
    _sheet(mail)
    assert "somebody else has printed it" in _post(ana, "/send", pile=pile, printer="outbox")
    assert "no printer nowhere" in _post(ana, "/send", pile="all", printer="nowhere")


@pytest.mark.parametrize(("to", "pile"), [("inmate", "B-2"), ("sender", "Mail that goes out")])
def test_a_notice_waits_where_it_goes(mail: Mail, ana: Visitor, to: str, pile: str) -> None:
    scan = add_scan(mail, "stack.pdf")
    letter = add_letter(mail, scan, None, proposed=NUMBER, reason="?")
    add_page(mail, scan, 1, letter, "Dear Tobias.", position=1)
    decisions.reject(mail.facility, letter, CLERK, "contraband")
    record = f"/staff/mail/{letter}"
    assert "Print it for the inmate" in ana.get(record).text
    data = {"to": to, "address": "Ida Invented\n7 Example Street"}
    answer = ana.post_form(f"{PAGE}/notice/{letter}", data, seen_on=record)
    assert answer.headers["location"] == PAGE
    page = ana.get(PAGE).text
    assert pile in page
    assert "Notice of rejected mail" in page
