"""Finding an inmate, a cover sheet on the spot, a new PIN."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
import sqlalchemy as sa

from digitizer.entrances.web.app import make_app
from digitizer.model.events import Verb
from digitizer.model.people import StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, inmate, staff
from digitizer.storage.tables_prints import print_job
from tests.support.leaving_mail import with_page
from tests.support.web_kit import PASSWORD, Mail, Visitor

HERE = "/staff/inmates/2026-00117"


@pytest.fixture
def ada(mail: Mail) -> Iterator[Visitor]:
    """An administrator."""
    with writing(mail.facility.engine) as tx:
        hashed = tx.execute(sa.select(staff.c.password_hash)).scalars().first()
        row = {"name": "Ada Fenwright", "role": str(StaffRole.ADMINISTRATOR)}
        tx.execute(sa.insert(staff).values(**row, password_hash=hashed, active=True))
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as client:
        client.post("/staff/login", data={"name": "Ada Fenwright", "password": PASSWORD})
        yield client


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.facility.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


@pytest.mark.parametrize("typed", ["tobias quill", "TOBIAS", "00117", "feather, tob"])
def test_the_only_one_found_is_opened_by_enter(ana: Visitor, typed: str) -> None:
    answer = ana.get("/staff/inmates", params={"find": typed}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)


def test_while_one_types_they_are_listed(ana: Visitor) -> None:
    html = ana.get("/staff/inmates", params={"find": "quillf"}, headers={"HX-Request": "true"}).text
    assert f'href="{HERE}"' in html
    assert "<html" not in html


def test_nothing_typed_lists_nobody(ana: Visitor) -> None:
    html = ana.get("/staff/inmates").text
    assert 'class="letters"' not in html
    assert "matches" not in html


def test_the_page_shows_letters_and_covers_but_no_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get(HERE).text
    assert f'href="/staff/mail/{mail.ids["letter"]}/1"' in html
    assert mail.ids["other"] not in html
    assert "harbor" not in html
    assert ana.get("/staff/inmates/nobody").status_code == 404


def test_a_cover_is_printed_on_the_spot(ana: Visitor, mail: Mail) -> None:
    answer = ana.post_form(f"{HERE}/cover", {"sender": "Aunt Ida", "sheets": "2"}, seen_on=HERE)
    assert answer.headers["content-type"] == "application/pdf"
    assert re.search(
        r'filename="cover-sheet-[a-z0-9-]+\.pdf"', answer.headers["content-disposition"]
    )
    text = pdfium.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "Quillfeather" in text
    assert "Aunt Ida" in text
    assert Verb.PRINT_COVER in _verbs(mail)
    assert "Aunt Ida" in ana.get(HERE).text


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"until": "2020-01-01"}, "is in the past"),
        ({"until": "9999-12-31"}, "is too far away"),
        ({"until": "soon"}, "is not a day"),
    ],
)
def test_terms_that_make_no_sense_print_nothing(
    ana: Visitor, mail: Mail, terms: dict[str, str], says: str
) -> None:
    answer = ana.post_form(f"{HERE}/cover", terms, seen_on=HERE)
    assert (answer.status_code, says in answer.text) == (409, True)
    assert Verb.PRINT_COVER not in _verbs(mail)


def test_mail_for_who_is_gone_is_said_to_be_held(ana: Visitor, mail: Mail) -> None:
    with writing(mail.facility.engine) as tx:
        released = sa.update(inmate).where(inmate.c.booking_number == "2026-00117")
        tx.execute(released.values(status="released"))
    assert "mail for them is held" in ana.get(HERE).text


def test_a_new_pin_is_shown_once_to_administrators(ada: Visitor, ana: Visitor, mail: Mail) -> None:
    html = ada.post_form(f"{HERE}/pin", {}, seen_on=HERE).text
    assert re.search(r"<code>\d{6}</code>", html)
    assert _verbs(mail)[-1] == Verb.SET_PIN
    assert not re.search(r"<code>\d{6}</code>", ada.get(HERE).text)
    assert "Make a new PIN" not in ana.get(HERE).text
    assert ana.post_form(f"{HERE}/pin", {}, seen_on=HERE).status_code == 403


def test_a_mail_search_finds_people_too(ana: Visitor) -> None:
    assert f'href="{HERE}"' in ana.get("/staff/mail", params={"q": "2026-00117"}).text


def test_a_slip_for_who_leaves_is_made_and_ended_by_administrators(
    mail: Mail, ana: Visitor
) -> None:
    here = with_page(mail.facility)
    with writing(here.engine) as tx:
        hashed = tx.execute(sa.select(staff.c.password_hash)).scalars().first()
        row = {"name": "Ada Fenwright", "role": str(StaffRole.ADMINISTRATOR)}
        tx.execute(sa.insert(staff).values(**row, password_hash=hashed, active=True))
    assert "Make a slip" not in ana.get(HERE).text
    with Visitor(make_app(here), base_url="http://mail.example") as ada:
        ada.post("/staff/login", data={"name": "Ada Fenwright", "password": PASSWORD})
        assert "Make a slip" in ada.get(HERE).text
        made = ada.post_form(f"{HERE}/takeaway", {"days": "7"}, seen_on=HERE)
        assert made.content.startswith(b"%PDF")
        assert "slip-1.pdf" in made.headers["content-disposition"]
        assert "is good until" in ada.get(HERE).text
        ended = {"reason": "lost on the bus"}
        assert ada.post_form(f"{HERE}/takeaway/end", ended, seen_on=HERE).status_code == 303
        assert "lost on the bus" in ada.get(HERE).text
        assert ada.post_form(f"{HERE}/takeaway/end", ended, seen_on=HERE).status_code == 404
    with reading(here.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(print_job)).scalar_one() == 0


def test_without_an_address_no_slip_is_made(ada: Visitor) -> None:
    answer = ada.post_form(f"{HERE}/takeaway", {"days": "7"}, seen_on=HERE)
    assert answer.status_code == 409
    assert "no page on which a code could be typed" in answer.text
