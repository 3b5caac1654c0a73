"""A cover on the spot, covers for a unit, sheets for the mailroom."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa

from digitizer.covers.actions import print_inmate_cover
from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import queue
from digitizer.prints.actions import batch_pdf, queue_pdf
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate
from tests.support.made_mail import OPERATOR
from tests.support.pdf_looks import page_texts
from tests.support.web_kit import Mail, Visitor

NUMBER = "2026-00117"
PAGE = "/staff/covers"


def _kinds(mail: Mail) -> list[tuple[PrintKind, PrintState]]:
    with reading(mail.facility.engine) as tx:
        batches = [each for batch in queue.latest(tx, 20) for each in batch.prints]
        return [(each.kind, each.state) for each in (*queue.waiting(tx), *batches)]


def test_enter_takes_the_first_who_is_shown(mail: Mail, ana: Visitor) -> None:
    found = ana.get(f"{PAGE}/found", params={"find": "qui"}).text
    first = re.findall(r'name="booking" value="([^"]+)"', found)[0]
    data = {"find": "qui", "booking": first}
    answer = ana.post_form(f"{PAGE}/spot", data, seen_on=PAGE)
    assert answer.headers["content-type"] == "application/pdf"
    assert first in page_texts(answer.content)[0]
    assert _kinds(mail) == [(PrintKind.COVER, PrintState.PRINTED)]


@pytest.mark.parametrize(
    "data",
    [
        {"find": "qui", "booking": ""},
        {"find": "oko", "booking": NUMBER},
        {"find": "", "booking": NUMBER},
    ],
)
def test_nobody_gets_a_cover_whom_the_letters_do_not_mean(
    mail: Mail, ana: Visitor, data: dict[str, str]
) -> None:
    """Who types on while the list is on its way must not print for the one before."""
    answer = ana.post_form(f"{PAGE}/spot", data, seen_on=PAGE)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert _kinds(mail) == []


def test_on_a_printer_it_goes_there_and_says_for_whom(mail: Mail, ana: Visitor) -> None:
    ana.post_form("/staff/print/printer", {"printer": "outbox"}, seen_on="/staff/print")
    answer = ana.post_form(f"{PAGE}/spot", {"find": "qui", "booking": NUMBER}, seen_on=PAGE)
    assert answer.status_code == 303
    page = html.unescape(ana.get(answer.headers["location"]).text)
    assert "went to the printer" in page
    assert f"({NUMBER})" in page
    (file,) = (mail.facility.home / "outbox").iterdir()
    assert NUMBER in page_texts(file.read_bytes())[0]


def test_a_units_covers_wait_in_the_queue(mail: Mail, ana: Visitor) -> None:
    answer = ana.post_form(f"{PAGE}/unit", {"unit": "B-2"}, seen_on=PAGE)
    assert "waits to be printed" in answer.text
    assert _kinds(mail) == [(PrintKind.COVERS, PrintState.RENDERED)]
    missing = ana.post_form(f"{PAGE}/unit", {"unit": "Z-9"}, seen_on=PAGE)
    assert (missing.status_code, "Nobody in custody" in missing.text) == (409, True)


@pytest.mark.parametrize("kind", ["separator", "batch", "legal"])
def test_sheets_for_the_mailroom(mail: Mail, ana: Visitor, kind: str) -> None:
    data = {"kind": kind, "letters": "12", "valid_days": "2"}
    answer = ana.post_form(f"{PAGE}/sheet", data, seen_on=PAGE)
    assert answer.headers["content-type"] == "application/pdf"
    assert _kinds(mail) == [(PrintKind(kind), PrintState.PRINTED)]
    wrong = ana.post_form(f"{PAGE}/sheet", {"kind": "inmate"}, seen_on=PAGE)
    assert (wrong.status_code, "Choose a separator" in wrong.text) == (409, True)


def test_a_link_to_a_print_that_is_gone_shows_the_page(ana: Visitor) -> None:
    assert ana.get(f"{PAGE}?printed=99").status_code == 200


def test_a_label_goes_to_the_printer_of_labels_which_the_browser_remembers(
    mail: Mail, ana: Visitor
) -> None:
    data = {"find": "qui", "booking": NUMBER, "paper": "label-small", "label_printer": "outbox"}
    answer = ana.post_form(f"{PAGE}/spot", data, seen_on=PAGE)
    assert answer.status_code == 303
    assert _kinds(mail) == [(PrintKind.COVER_LABEL, PrintState.PRINTED)]
    (file,) = (mail.facility.home / "outbox").iterdir()
    assert NUMBER in page_texts(file.read_bytes())[0]
    page = ana.get(PAGE).text
    assert '<option value="label-small" selected>' in page
    assert '<option value="outbox" selected>' in page
    answer = ana.post_form(
        f"{PAGE}/spot", data | {"paper": "sheet"}, seen_on=PAGE
    )  # the sheets' printer is still this computer
    assert answer.headers["content-type"] == "application/pdf"
    assert '<option value="sheet" selected>' in ana.get(PAGE).text


def test_a_cover_for_somebody_who_is_gone_says_that_mail_with_it_will_be_held(
    mail: Mail, ana: Visitor
) -> None:
    with writing(mail.facility.engine) as tx:
        tx.execute(
            sa.update(inmate).where(inmate.c.booking_number == NUMBER).values(status="released")
        )
    assert "mail with it will be held" in ana.get(f"{PAGE}/found", params={"find": "qui"}).text
    ana.post_form("/staff/print/printer", {"printer": "outbox"}, seen_on="/staff/print")
    answer = ana.post_form(f"{PAGE}/spot", {"find": "qui", "booking": NUMBER}, seen_on=PAGE)
    assert "mail that comes with it will be held" in ana.get(answer.headers["location"]).text


def test_labels_wait_apart_and_go_with_no_sheets(mail: Mail, ana: Visitor) -> None:
    pdf = print_inmate_cover(mail.facility, NUMBER, OPERATOR, paper="label").pdf
    queue_pdf(mail.facility, OPERATOR, PrintKind.COVER_LABEL, "Label X", pdf, NUMBER)
    queue_pdf(mail.facility, OPERATOR, PrintKind.COVER_LABEL, "Label Y", pdf, NUMBER)
    ana.post_form(f"{PAGE}/unit", {"unit": "B-2"}, seen_on=PAGE)
    shown = ana.get("/staff/print").text
    assert "Print all of it but labels" in shown
    sent = {"pile": "all", "printer": "outbox"}
    assert ana.post_form("/staff/print/send", sent, seen_on="/staff/print").status_code == 303
    with reading(mail.facility.engine) as tx:
        assert [each.kind for each in queue.waiting(tx)] == [PrintKind.COVER_LABEL] * 2
    sent = {"pile": "labels:", "printer": "outbox"}
    assert ana.post_form("/staff/print/send", sent, seen_on="/staff/print").status_code == 303
    with reading(mail.facility.engine) as tx:
        assert not queue.waiting(tx)
        batch = queue.latest(tx, 1)[0]
    assert batch.printer == "this computer"  # where no printer of labels was chosen
    assert len(page_texts(batch_pdf(mail.facility, batch.number, OPERATOR))) == 2  # no blank ones
