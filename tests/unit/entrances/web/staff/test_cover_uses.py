"""The staff's pages of covers: who uses them, how often, and what is unusual."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.covers.uses import record_use
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover
from digitizer.support.clock import now
from tests.support.web_kit import Mail, Visitor, add_letter, add_scan

_OPERATOR = Actor(ActorKind.MACHINE, "command line")


def _used(mail: Mail, times: int, sender: str) -> str:
    """A cover under which so many letters came just now; its printed number."""
    terms = CoverTerms(sender=sender, uses=50)
    number = covers.print_inmate_cover(mail.facility, "2026-00117", _OPERATOR, terms).short_id
    with reading(mail.facility.engine) as tx:
        cover_id = tx.execute(sa.select(cover.c.id).where(cover.c.short_id == number)).scalar_one()
    for n in range(times):
        scan_id = add_scan(mail, f"{sender}-{n}.pdf")
        letter_id = add_letter(mail, scan_id, "2026-00117" if n else None, sender=sender)
        with writing(mail.facility.engine) as tx:
            record_use(tx, cover_id, letter_id, scan_id, now())
    return number


def test_unusual_use_is_shown_on_today_and_on_the_covers_page(ana: Visitor, mail: Mail) -> None:
    assert "Used unusually often" not in ana.get("/staff").text
    often, seldom = _used(mail, 11, "Philippa"), _used(mail, 2, "Nuria")
    today = ana.get("/staff").text
    assert "Used unusually often" in today
    assert often in today
    assert seldom not in today
    html = ana.get("/staff/covers").text
    assert html.index(often) < html.index(seldom)
    assert html.count("Unusually often") == 1
    assert "never who sent it" in html
    assert "50 letters" in html
    assert seldom not in ana.get("/staff/covers?often=true").text


def test_a_cover_s_page_lists_its_letters(ana: Visitor, mail: Mail) -> None:
    number = _used(mail, 2, "Nuria")
    html = ana.get(f"/staff/covers/{number}").text
    assert "Nuria-0.pdf" in html
    assert "Nuria-1.pdf" in html
    assert html.count('href="/staff/held/') == 1
    assert html.count('href="/staff/mail/') == 1
    for unknown in ("nonsense", "0000-0000-0"):
        assert ana.get(f"/staff/covers/{unknown}").status_code == 404


@pytest.mark.parametrize("path", ["/staff/covers", "/staff/covers/0000-0000-0"])
def test_inmates_and_strangers_see_no_covers(browser: Visitor, path: str) -> None:
    answer = browser.get(path, follow_redirects=False)
    assert answer.headers["location"] == "/staff/login"
    browser.post("/login", data={"booking_number": "2026-00117", "pin": "830417"})
    assert browser.get(path, follow_redirects=False).headers["location"] == "/staff/login"


def test_staff_read_that_the_sender_is_not_checked(ruth: Visitor, mail: Mail) -> None:
    html = ruth.get(f"/staff/mail/{mail.ids['letter']}/1").text
    shown = "Came under the cover printed for Philippa Quillfeather; the sender is not checked."
    assert shown in html
    assert "Letter from" not in html
