"""People outside, on the staff's pages."""

from __future__ import annotations

import html

import pytest
import sqlalchemy as sa

from digitizer.notifications import bounces
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from tests.support.web_kit import Mail, Visitor

LIST = "/staff/correspondents"
TOBIAS = "/staff/inmates/2026-00117"
IDA = {"name": "Ida Marlow", "address": "12 Elm Street\r\nSpringfield", "language": "es"}


def _verbs(mail: Mail) -> list[str]:
    with reading(mail.facility.engine) as tx:
        return list(tx.execute(sa.select(event.c.verb).order_by(event.c.seq)).scalars())


def _add(visitor: Visitor, **fields: str) -> str:
    """The address of the new record."""
    answer = visitor.post_form(LIST, {**IDA, **fields}, seen_on=LIST)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture
def ida(ana: Visitor) -> str:
    return _add(ana)


def test_somebody_is_added_and_found_while_one_types(ana: Visitor, ida: str) -> None:
    _add(ana, name="Ben Orchard", address="")
    typed = ana.get(LIST, params={"find": "marl"}, headers={"HX-Request": "true"}).text
    assert (f'href="{ida}"' in typed, "Orchard" in typed, "<html" in typed) == (True, False, False)
    entered = ana.get(LIST, params={"find": "marl elm"}, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, ida)
    assert "Nobody whom staff noted" in ana.get(LIST, params={"find": "zzz"}).text


def test_what_is_refused_keeps_what_was_typed(ana: Visitor) -> None:
    answer = ana.post_form(LIST, {**IDA, "email": "no address"}, seen_on=LIST)
    assert answer.status_code == 409
    page = html.unescape(answer.text)
    assert ('value="Ida Marlow"' in page, "12 Elm Street" in page) == (True, True)
    assert "no e-mail address" in page


def test_a_record_is_changed(ana: Visitor, mail: Mail, ida: str) -> None:
    changed = {**IDA, "address": "1 New Road"}
    assert ana.post_form(ida, changed, seen_on=ida).status_code == 303
    assert "1 New Road" in ana.get(ida).text
    assert _verbs(mail)[-1] == "change correspondent"


def test_a_clerk_notes_a_contact_and_a_supervisor_approves_it(
    ana: Visitor, ruth: Visitor, mail: Mail, ida: str
) -> None:
    noted = ana.post_form(f"{ida}/contact", {"booking": "2026-00117"}, seen_on=ida)
    assert noted.status_code == 303
    assert ("not yet" in ana.get(ida).text, 'name="approve"' in ana.get(ida).text) == (True, False)
    form = {"booking": "2026-00117", "approve": "true", "reason": "a sister"}
    assert ana.post_form(f"{ida}/contact", form, seen_on=ida).status_code == 403
    assert ruth.post_form(f"{ida}/contact", form, seen_on=ida).status_code == 303
    assert "not yet" not in ruth.get(ida).text
    assert f'href="{ida}"' in ruth.get(TOBIAS).text
    again = ruth.post_form(f"{ida}/contact", form, seen_on=ida)
    assert (again.status_code, "approved already" in again.text) == (409, True)


def test_mail_is_blocked_and_both_pages_say_why_and_until_when(
    ruth: Visitor, mail: Mail, ida: str
) -> None:
    form = {"booking": "2026-00117", "reason": "threats", "wanted_by": "inmate"}
    past = ruth.post_form(f"{ida}/block", {**form, "until": "2020-01-01"}, seen_on=ida)
    assert (past.status_code, "is past" in past.text) == (409, True)
    assert ruth.post_form(f"{ida}/block", {**form, "until": "2099-12-31"}, ida).status_code == 303
    for page in (ida, TOBIAS):
        shown = ruth.get(page).text
        assert ("threats" in shown, "2099-12-31" in shown, "the inmate" in shown) == (True,) * 3
    ended = ruth.post_form(f"{TOBIAS}/unblock", {"block": "1", "reason": "wrong"}, TOBIAS)
    assert ended.status_code == 303
    assert ("threats" in ruth.get(TOBIAS).text, "threats" in ruth.get(ida).text) == (False, True)


def test_an_inmates_mail_is_suspended(ruth: Visitor, ana: Visitor, mail: Mail) -> None:
    form = {"reason": "court order 17", "until": ""}
    assert ana.post_form(f"{TOBIAS}/suspend", form, TOBIAS).status_code == 403
    assert ruth.post_form(f"{TOBIAS}/suspend", {"reason": " "}, TOBIAS).status_code == 409
    assert ruth.post_form(f"{TOBIAS}/suspend", form, TOBIAS).status_code == 303
    assert "court order 17" in ana.get(TOBIAS).text
    assert "Hold their mail" not in ana.get(TOBIAS).text


def test_two_records_become_one(ruth: Visitor, ana: Visitor, ida: str) -> None:
    other = _add(ana, name="I. Marlow")
    into = other.rpartition("/")[2]
    answer = ruth.post_form(f"{ida}/merge", {"into": into, "reason": "one address"}, ida)
    assert (answer.status_code, answer.headers["location"]) == (303, other)
    assert ruth.get(ida).status_code == 404
    missing = ruth.post_form(f"{other}/merge", {"into": "99", "reason": "?"}, other)
    assert missing.status_code == 409


def test_who_may_only_look_gets_no_form(ida: str, ivo: Visitor) -> None:
    for page in (LIST, ida):
        shown = ivo.get(page)
        assert shown.status_code == 200
        assert 'method="post"' not in shown.text.split("</header>")[1]


def test_staff_see_that_e_mails_come_back_and_say_when_they_work_again(
    ana: Visitor, mail: Mail
) -> None:
    ida = _add(ana, email="ida@example.org")
    assert "come back since" not in ana.get(ida).text
    with writing(mail.facility.engine) as tx:
        bounces.note_refused(tx, "Ida@Example.org", "5.1.1 <no> such user")
    page = ana.get(ida).text
    assert "E-mails to this person come back since" in page
    assert "<q>5.1.1 &lt;no&gt; such user</q>" in page
    assert ana.post_form(f"{ida}/reach", {}, seen_on=ida).status_code == 303
    assert "come back since" not in ana.get(ida).text
    assert _verbs(mail)[-1] == "change correspondent"
    assert ana.post_form(f"{ida}/reach", {}, seen_on=ida).status_code == 409
