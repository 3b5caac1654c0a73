"""The staff's pages of a day's intake, of what is held, and of the settings."""

from __future__ import annotations

import re

import sqlalchemy as sa

from digitizer import audit
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.storage.database import reading, writing
from tests.support.web_kit import Mail, Visitor


def test_it_shows_the_risk_that_a_scanner_without_counts_leaves(ana: Visitor) -> None:
    html = ana.get("/staff/settings").text
    assert "Any scanner" in html
    assert "9 pages in 1,000 reach the wrong mailbox" in html
    assert "the whole batch is held" not in html


def test_a_scanner_that_requires_a_header_differs(ana: Visitor, mail: Mail) -> None:
    (mail.facility.home / "inbox" / "adf-duplex-pdf").mkdir()
    html = ana.get("/staff/settings").text
    assert "the whole batch is held" in html


def test_it_is_for_staff_alone(tobias: Visitor) -> None:
    answer = tobias.get("/staff/settings", follow_redirects=False)
    assert answer.status_code in (302, 303, 307)
    assert answer.headers["location"] == "/staff/login"


def test_today_counts_and_lists_the_intake(ana: Visitor) -> None:
    html = ana.get("/staff").text
    assert "morning-stack.pdf" in html
    assert "old.pdf" not in html
    assert re.search(r"<dt>Scans</dt><dd>5</dd>", html)
    assert re.search(r"<dt>Letters delivered</dt><dd>2</dd>", html)
    assert re.search(r'<dt>Wait for a person</dt><dd><a href="/staff/held">6</a>', html)


def test_another_day_can_be_looked_at(ana: Visitor) -> None:
    html = ana.get("/staff?day=2020-02-29").text
    assert "Nothing came in" in html
    assert 'href="/staff?day=2020-02-28"' in html
    assert ana.get("/staff?day=nonsense").status_code == 400


def test_what_came_twice_is_flagged(ana: Visitor, mail: Mail) -> None:
    with writing(mail.facility.engine) as tx:
        about = Subject.scan(mail.ids["whole"])
        audit.record(tx, MACHINE, Verb.DUPLICATE, about, sources=["again.pdf"])
    html = ana.get("/staff").text
    assert "Came in a second time" in html
    assert "again.pdf" in html


def test_the_list_that_refreshes_itself_keeps_nobody_logged_in(ana: Visitor, mail: Mail) -> None:
    def seen() -> object:
        with reading(mail.facility.engine) as tx:
            return tx.execute(sa.text("SELECT seen FROM session")).scalar_one()

    with writing(mail.facility.engine) as tx:
        tx.execute(sa.text("UPDATE session SET seen = datetime('now', '-10 minutes')"))
    before = seen()
    assert "morning-stack.pdf" in ana.get("/staff/live").text
    assert seen() == before
    ana.get("/staff")
    assert seen() != before


def test_a_live_part_of_a_lost_session_sends_the_whole_page_to_the_login(
    browser: Visitor,
) -> None:
    answer = browser.get("/staff/live", headers={"HX-Request": "true"})
    assert answer.headers["hx-redirect"] == "/staff/login"


def test_held_lists_oldest_first_and_as_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/held").text
    places = [html.index(mail.ids[name]) for name in ("held", "beside", "whole", "broken")]
    assert places == sorted(places)
    assert "stack &lt;b&gt;2&lt;/b&gt;.pdf" in html


def test_each_queue_can_be_listed_by_itself(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/held", params={"queue": "legal"}).text
    assert mail.ids["sealed"] in html
    assert mail.ids["held"] not in html
    assert "Nothing waits in this queue." in ana.get("/staff/held?queue=match").text
    assert ana.get("/staff/held?queue=nonsense").status_code == 400


def test_the_next_item_is_of_the_same_queue(ana: Visitor, mail: Mail) -> None:
    legal = ana.get(f"/staff/held/{mail.ids['held']}").text
    assert f'href="/staff/held/{mail.ids["sealed"]}" data-key="n"' not in legal
