"""The pages on which inmates see their conversations and write, in a browser without script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared.paging import PER_PAGE
from digitizer.messages import writing
from digitizer.model.people import Actor, ActorKind
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.blocks import WantedBy
from digitizer.prints import actions as prints
from digitizer.screening import message_review
from digitizer.storage.database import writing as changing
from digitizer.storage.tables import session
from digitizer.support.clock import now
from tests.support.conversing import (
    IDA,
    a_photo,
    as_correspondent,
    give_account,
    make_contact,
    with_messages,
)
from tests.support.made_mail import CLERK, SUPERVISOR
from tests.support.web_kit import PIN, Mail, Visitor

OWNER, ANOTHER = "2026-00117", "2026-00118"
ME = Actor(ActorKind.INMATE, OWNER)


@pytest.fixture
def ida(mail: Mail) -> int:
    return make_contact(mail.facility, IDA, OWNER)


def _released(mail: Mail, by: Actor, whom: str, subject: str, body: str) -> str:
    made = writing.write(mail.facility, whom, subject, body, by)
    message_review.release_message(mail.facility, made, CLERK, "fine")
    return made


def _words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_the_mailbox_has_letters_and_messages(tobias: Visitor, mail: Mail, ida: int) -> None:
    made = _released(mail, as_correspondent(ida), OWNER, "The garden", "Tomatoes")
    html = tobias.get("/mail").text
    assert f'href="/mail/with/{ida}?at={made}#m-{made}" class="unread"' in html
    assert "Message from Ida Marlow" in html
    assert f'href="/mail/{mail.ids["letter"]}/1" class="unread"' in html
    assert html.index(made) < html.index(mail.ids["letter"]) < html.index(mail.ids["read"])
    found = tobias.get("/mail?q=tomatoes").text
    assert f"#m-{made}" in found  # a message …
    assert f'href="/mail/{mail.ids["letter"]}/1?find=tomatoes' in found  # … and a letter


def test_a_conversation_shows_what_both_wrote_and_how_far_it_is(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    by = as_correspondent(ida)
    writing.add_photo(mail.facility, OWNER, a_photo("red"), by)
    writing.add_photo(mail.facility, OWNER, a_photo("blue"), by)
    sent = writing.write(mail.facility, OWNER, "<b>Hi</b>", "Line one\nLine two", by)
    for place in (1, 2):
        message_review.message_photo(mail.facility, sent, place, CLERK)
    message_review.refuse_photo(mail.facility, sent, 2, CLERK, "not allowed here")
    message_review.release_message(mail.facility, sent, CLERK, "fine")
    waits = writing.write(mail.facility, str(ida), "", "It waits", ME)
    refused = writing.write(mail.facility, str(ida), "", "It is refused", ME)
    message_review.refuse_message(mail.facility, refused, CLERK, "a threat")
    _released(mail, ME, str(ida), "", "It goes")
    html = tobias.get(f"/mail/with/{ida}").text
    words = _words(html)
    assert "&lt;b&gt;Hi&lt;/b&gt;" in html
    assert "Line one\nLine two" in html
    assert f"/mail/messages/{sent}/photos/1/picture" in html
    assert f"/mail/messages/{sent}/photos/2/picture" not in html
    assert "Photo 2 was not delivered. The reason that staff gave: not allowed here" in words
    assert "Not sent yet: staff are looking at it." in words
    assert "Not sent. The reason that staff gave: a threat" in words
    assert "It will be printed and posted." in words  # she has no login
    assert words.index("It goes") < words.index("It waits")  # newest first
    photo = tobias.get(f"/mail/messages/{sent}/photos/1/picture")
    assert photo.headers["content-type"] == "image/jpeg"
    assert tobias.get(f"/mail/messages/{sent}/photos/2/picture").status_code == 404
    assert f"m-{waits}" in html
    assert "New" in words
    assert ">New<" not in tobias.get(f"/mail/with/{ida}").text  # they are opened now


def test_nothing_of_another_inmate_is_there(browser: Visitor, mail: Mail, ida: int) -> None:
    sent = _released(mail, as_correspondent(ida), OWNER, "Mine", "Tomatoes")
    browser.post("/login", data={"booking_number": ANOTHER, "pin": PIN})
    for path in (f"/mail/with/{ida}", f"/mail/with/{ida}/write", "/mail/with/99", "/mail/with/x"):
        assert browser.get(path).status_code == 404
    assert browser.get(f"/mail/messages/{sent}/photos/1/picture").status_code == 404
    assert "Ida Marlow" not in browser.get("/mail").text
    assert "Ida Marlow" not in browser.get("/mail/with").text
    assert "Mine" not in browser.get("/mail?q=tomatoes").text
    for what in ("draft", "send"):
        answer = browser.post_form(
            f"/mail/with/{ida}/{what}", {"body": "Hello"}, seen_on="/mail/with"
        )
        assert answer.status_code == 404


def test_a_draft_is_kept_and_sent_without_script(tobias: Visitor, mail: Mail, ida: int) -> None:
    desk = f"/mail/with/{ida}/write"
    kept = tobias.post_form(
        f"/mail/with/{ida}/draft", {"subject": "Hi", "body": "\r\nOne\r\nTwo"}, seen_on=desk
    )
    assert (kept.status_code, kept.headers["location"]) == (303, f"{desk}?saved=true")
    html = tobias.get(f"{desk}?saved=true").text
    assert "Saved at" in html
    assert re.search(r"<textarea[^>]*>\n\nOne\nTwo</textarea>", html)
    assert "Go on writing" in tobias.get(f"/mail/with/{ida}").text
    sent = tobias.post_form(
        f"/mail/with/{ida}/send", {"subject": "Hi", "body": "One\r\nTwo"}, seen_on=desk
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/mail/with/{ida}?sent=true")
    (entry,) = writing.conversation(mail.facility, str(ida), ME).entries
    assert entry.text == "One\nTwo"
    assert "was handed over" in tobias.get(sent.headers["location"]).text
    assert re.search(r"<textarea[^>]*>\n</textarea>", tobias.get(desk).text)


def test_what_cannot_be_sent_says_why_and_is_kept(tobias: Visitor, mail: Mail, ida: int) -> None:
    desk = f"/mail/with/{ida}/write"

    def send(body: str) -> str:
        answer = tobias.post_form(f"/mail/with/{ida}/send", {"body": body}, seen_on=desk)
        assert answer.status_code == 409
        return str(answer.text)

    assert "The message is empty" in send("  ")
    most = mail.facility.settings.messages.characters
    assert f"at most {most} characters" in tobias.get(desk).text
    assert "too long" in send("x" * (most + 1))
    assert "x" * (most + 1) in tobias.get(desk).text
    assert "cannot be printed here" in send("\ue000")
    correspondents.block_mail(mail.facility, ida, OWNER, SUPERVISOR, "court order 17")
    html = send("Hello")
    assert "You cannot write now." in html
    assert "court order 17" in html
    assert ">\nHello</textarea>" in tobias.get(desk).text
    assert "You cannot write now." in tobias.get(f"/mail/with/{ida}").text


def test_the_limit_of_a_day_is_said_before_and_after(mail: Mail, ida: int) -> None:
    few = with_messages(mail.facility, a_day=1)
    with Visitor(make_app(few), base_url="http://mail.example") as browser:
        browser.post("/login", data={"booking_number": OWNER, "pin": PIN})
        desk = f"/mail/with/{ida}/write"
        assert "You can send 1 more message today." in browser.get(desk).text
        browser.post_form(f"/mail/with/{ida}/send", {"body": "One"}, seen_on=desk)
        assert "You cannot send more messages today." in browser.get(desk).text
        answer = browser.post_form(f"/mail/with/{ida}/send", {"body": "Two"}, seen_on=desk)
        assert answer.status_code == 409
        assert "You cannot send more messages today." in answer.text


def test_a_session_that_fell_idle_keeps_a_draft_and_shows_nothing(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    """The connection was lost for longer than a session lasts."""
    desk = f"/mail/with/{ida}/write"
    html = tobias.get(desk).text
    token = re.search(r'name="csrf" value="([^"]+)"', html)
    assert token
    with changing(mail.facility.engine) as tx:
        tx.execute(sa.update(session).values(seen=now() - timedelta(hours=1)))
    sent = {"csrf": token[1], "body": "Late words", "quiet": "true"}
    answer = tobias.post(f"/mail/with/{ida}/draft", data=sent, follow_redirects=False)
    assert answer.status_code == 200
    assert re.fullmatch(r'\{"saved":"\d\d:\d\d"\}', answer.text)
    assert tobias.get(desk, follow_redirects=False).headers["location"] == "/login"
    late = tobias.post(f"/mail/with/{ida}/send", data=sent, follow_redirects=False)
    assert late.headers["location"] == "/login"
    assert writing.conversation(mail.facility, str(ida), ME).draft.body == "Late words"
    assert tobias.post("/login", data={"booking_number": OWNER, "pin": PIN}).status_code == 200
    assert "Late words" in tobias.get(desk).text
    again = tobias.post(
        f"/mail/with/{ida}/draft", data={**sent, "body": "Of before"}, follow_redirects=False
    )
    assert again.status_code == 403  # the form is of a session that a new login ended
    assert "Late words" in tobias.get(desk).text


def test_nothing_is_written_for_a_form_of_another_session(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    for what in ("draft", "send"):
        answer = tobias.post(f"/mail/with/{ida}/{what}", data={"body": "Hello", "csrf": "x"})
        assert answer.status_code == 403
    found = writing.conversation(mail.facility, str(ida), ME)
    assert (found.entries, found.draft.is_empty) == ((), True)


def test_the_list_of_people(tobias: Visitor, mail: Mail) -> None:
    assert "nobody yet to whom you may write" in tobias.get("/mail/with").text
    ida = make_contact(mail.facility, IDA, OWNER)
    _released(mail, as_correspondent(ida), OWNER, "", "Hello")
    html = tobias.get("/mail/with").text
    assert f'href="/mail/with/{ida}" class="unread"' in html
    assert f'href="/mail/with/{ida}/write"' in html
    assert "1 new" in html


def test_a_line_of_the_mailbox_leads_to_its_part_of_a_long_conversation(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    home = with_messages(mail.facility, a_day=1000, review="none")
    made = [
        writing.write(home, OWNER, "", f"Number {each}", as_correspondent(ida))
        for each in range(PER_PAGE + 1)
    ]
    first = tobias.get(f"/mail/with/{ida}?at={made[0]}").text
    assert f'id="m-{made[0]}"' in first
    assert f'id="m-{made[-1]}"' not in first
    newest = tobias.get(f"/mail/with/{ida}?at={made[-1]}").text
    assert f'id="m-{made[-1]}"' in newest
    assert f'id="m-{made[-1]}"' in tobias.get(f"/mail/with/{ida}?at=nothing").text


def test_why_one_cannot_write_is_said_in_their_language(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    correspondents.block_mail(
        mail.facility, ida, OWNER, SUPERVISOR, "orden 17", wanted_by=WantedBy.CORRESPONDENT
    )
    words = _words(tobias.get(f"/mail/with/{ida}/write?lang=es").text)
    assert "Ida Marlow pidió que se detengan los mensajes entre ustedes." in words
    assert "El motivo: orden 17" in words


def test_an_address_that_is_missing_is_said_before_they_write(tobias: Visitor, mail: Mail) -> None:
    nowhere = make_contact(mail.facility, Entry("Ben Orchard"), OWNER)
    assert "no address of Ben Orchard yet" in tobias.get(f"/mail/with/{nowhere}").text
    give_account(mail.facility, nowhere)
    assert "no address of" not in tobias.get(f"/mail/with/{nowhere}").text


def _form(browser: Visitor, desk: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', browser.get(desk).text)
    assert found is not None
    return found[1]


def test_a_form_that_is_sent_twice_gets_the_same_answer_and_is_one_message(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    here = f"/mail/with/{ida}"
    data = {"form": _form(tobias, f"{here}/write"), "body": "Once"}
    for _ in range(2):
        sent = tobias.post_form(f"{here}/send", data, seen_on=f"{here}/write")
        assert (sent.status_code, sent.headers["location"]) == (303, f"{here}?sent=true")
    late = data | {"quiet": "true", "save_number": "7"}
    answer = tobias.post_form(f"{here}/draft", late, seen_on=f"{here}/write")
    assert (answer.status_code, list(answer.json())) == (409, ["over"])
    opened = writing.conversation(mail.facility, str(ida), ME)
    assert [each.text for each in opened.entries] == ["Once"]
    assert opened.draft.is_empty


def test_a_save_that_comes_late_does_not_replace_a_later_one(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    here = f"/mail/with/{ida}"
    data = {"form": _form(tobias, f"{here}/write"), "quiet": "true"}
    for number, body in (("2", "The later"), ("1", "The earlier")):
        typed = data | {"body": body, "save_number": number}
        answer = tobias.post_form(f"{here}/draft", typed, seen_on=f"{here}/write")
        assert answer.status_code == 200
    assert writing.conversation(mail.facility, str(ida), ME).draft.body == "The later"


@pytest.mark.parametrize("what", ["draft", "send"])
def test_words_of_two_pages_are_both_kept(tobias: Visitor, mail: Mail, ida: int, what: str) -> None:
    here = f"/mail/with/{ida}"
    html = tobias.get(f"{here}/write").text
    found = dict(re.findall(r'name="(form|over)" value="([^"]*)"', html))
    writing.save_draft(mail.facility, str(ida), "", "x" * 9999, ME)
    typed = found | {"save_number": "1", "subject": "", "body": "Typed here"}
    answer = tobias.post_form(f"{here}/{what}", typed, seen_on=f"{here}/write")
    if what == "draft":
        assert answer.headers["location"] == f"{here}/write?both=true"
        answer = tobias.get(answer.headers["location"])
    assert "both are kept below" in answer.text
    opened = writing.conversation(mail.facility, str(ida), ME)
    assert opened.draft.body == "Typed here\n\n" + "x" * 9999
    assert not opened.entries


def test_an_inmate_reads_that_what_they_wrote_is_stopped_or_was_given_up(
    tobias: Visitor, mail: Mail, ida: int
) -> None:
    _released(mail, ME, str(ida), "", "It goes")
    correspondents.block_mail(mail.facility, ida, OWNER, SUPERVISOR, "a threat")
    here = f"/mail/with/{ida}"
    assert "It is not printed as long as mail between you is stopped." in tobias.get(here).text
    (stopped,) = prints.look_at_queue(mail.facility, SUPERVISOR).stopped
    prints.give_up(mail.facility, stopped.each.number, SUPERVISOR, "a threat")
    assert "but it was not printed, and it is not posted." in tobias.get(here).text
