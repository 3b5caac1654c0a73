"""What was not delivered, and help, as pages."""

from __future__ import annotations

from digitizer.messages import writing
from digitizer.screening import message_review
from tests.support.conversing import IDA, as_correspondent, make_contact
from tests.support.made_mail import CLERK
from tests.support.web_kit import Mail, Visitor

OWNER = "2026-00117"


def test_what_was_refused_is_shown_with_how_to_appeal(tobias: Visitor, mail: Mail) -> None:
    assert "Nothing of your mail was refused." in tobias.get("/mail/refused").text
    ida = make_contact(mail.facility, IDA, OWNER)
    sent = writing.write(mail.facility, OWNER, "", "Secret words", as_correspondent(ida))
    message_review.refuse_message(mail.facility, sent, CLERK, "in a code")
    html = tobias.get("/mail/refused").text
    assert "A message from Ida Marlow was not given to you" in html
    assert "in a code" in html
    assert "Secret words" not in html
    own = mail.facility.settings.facility
    assert f"You can appeal within {own.appeal_days} days." in html
    for line in (own.appeal_to, *own.mail_address):
        assert line in html
    assert "You can appeal until" in html


def test_help_is_in_both_languages(tobias: Visitor) -> None:
    assert "Here are your letters and your messages." in tobias.get("/mail/help").text
    assert "Aquí están sus cartas y sus mensajes." in tobias.get("/mail/help?lang=es").text


def test_larger_letters_and_more_contrast_last_for_the_visit_only(tobias: Visitor) -> None:
    assert '<html lang="en">' in tobias.get("/mail").text
    assert '<html lang="en" class="large">' in tobias.get("/mail?type=large").text
    assert 'class="large contrast"' in tobias.get("/mail?contrast=high").text
    assert 'class="large contrast"' in tobias.get("/mail/help").text
    assert '<html lang="en" class="contrast">' in tobias.get("/mail?type=usual").text
    assert '<html lang="en" class="contrast">' in tobias.get("/mail?type=nonsense").text
    tobias.post_form("/logout", {}, seen_on="/mail")
    assert '<html lang="en">' in tobias.get("/login").text


def test_a_copy_is_asked_for_and_its_state_is_shown(tobias: Visitor, mail: Mail) -> None:
    letter = f"/mail/{mail.ids['letter']}"
    asked = tobias.post_form(f"{letter}/copy", {}, seen_on=f"{letter}/1")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{letter}/1?copy=asked")
    html = tobias.get(asked.headers["location"]).text
    assert "Staff will print it and bring it to you." in html
    assert "it waits to be printed" in html
    again = tobias.post_form(f"{letter}/copy", {}, seen_on=f"{letter}/1")
    assert again.headers["location"] == f"{letter}/1?copy=before"
    assert "once a day" in tobias.get(again.headers["location"]).text
    other = tobias.post_form(f"/mail/{mail.ids['other']}/copy", {}, seen_on=f"{letter}/1")
    assert other.status_code == 404
