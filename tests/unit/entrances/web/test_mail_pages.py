"""Staff find a page of delivered mail, look at it, and put its text right."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.parts.tables import event, reading
from tests.unit.entrances.web.web_kit import Mail, Visitor


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.house.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


def test_the_empty_search_looks_at_nobodys_mail(ana: Visitor, mail: Mail) -> None:
    before = _verbs(mail)
    assert "Find in delivered mail" in ana.get("/staff/mail").text
    assert _verbs(mail) == before


def test_a_search_finds_pages_of_all_mailboxes_and_is_logged(ana: Visitor, mail: Mail) -> None:
    html = ana.get("/staff/mail", params={"q": "harbor"}).text
    assert f'href="/staff/mail/{mail.ids["letter"]}/2?find=harbor"' in html
    assert _verbs(mail)[-1] == "search"
    assert "No page has words" in ana.get("/staff/mail", params={"q": "xylophone"}).text


def test_a_page_is_shown_beside_its_text(ana: Visitor, mail: Mail) -> None:
    html = ana.get(f"/staff/mail/{mail.ids['letter']}/2", params={"find": "sister"}).text
    assert html.count("<rect") == 1
    assert "as the machine read it" in html
    assert '<span class="doubtful">' in html
    picture = ana.get(f"/staff/mail/{mail.ids['letter']}/2/picture")
    assert picture.headers["content-type"].startswith("image/")


def test_a_text_put_right_is_read_and_found(ana: Visitor, mail: Mail) -> None:
    page = f"/staff/mail/{mail.ids['letter']}/2"
    answer = ana.post_form(page, {"text": "Your brother drove\r\nto the lighthouse. "}, page)
    shown = ana.get(answer.headers["location"]).text
    assert "Kept." in shown
    assert "a person put it right" in shown
    assert "doubtful" not in shown.split("Where the machine")[1]
    hits = ana.get("/staff/mail", params={"q": "lighthouse"}).text
    assert f"{mail.ids['letter']}/2" in hits
    assert _verbs(mail).count("correct text") == 1


def test_a_page_that_is_not_there(ana: Visitor, mail: Mail) -> None:
    assert ana.get(f"/staff/mail/{mail.ids['letter']}/9").status_code == 404
    assert ana.get("/staff/mail/nothing/1").status_code == 404


def test_an_inmate_does_not_get_here(tobias: Visitor, mail: Mail) -> None:
    answer = tobias.get("/staff/mail", params={"q": "harbor"}, follow_redirects=False)
    assert answer.status_code in (303, 403)
    page = f"/staff/mail/{mail.ids['letter']}/2"
    assert tobias.get(page, follow_redirects=False).status_code in (303, 403)


def test_a_form_without_its_token_changes_nothing(ana: Visitor, mail: Mail) -> None:
    ana.post(f"/staff/mail/{mail.ids['letter']}/2", data={"text": "forged"})
    assert "correct text" not in _verbs(mail)
