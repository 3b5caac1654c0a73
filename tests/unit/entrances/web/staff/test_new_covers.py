"""A cover on the spot, covers for a unit, sheets for the mailroom."""

from __future__ import annotations

import html
import re

import pytest

from digitizer.model.prints import PrintKind, PrintState
from digitizer.prints import queue
from digitizer.storage.database import reading
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
