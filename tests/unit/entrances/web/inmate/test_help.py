"""What was not delivered, and help, as pages."""

from __future__ import annotations

from digitizer.appeals import actions as appeals
from digitizer.messages import writing
from digitizer.screening import message_review
from digitizer.screening.appeal_decisions import decide_appeal
from tests.support.appealing import WARDEN, give_notices, rejection_of
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
    assert "You can appeal within 10 days." in html
    for line in (own.appeal_to, *own.mail_address):
        assert line in html
    assert "You can appeal until" in html


def test_an_inmate_appeals_on_the_page(tobias: Visitor, mail: Mail) -> None:
    ida = make_contact(mail.facility, IDA, OWNER)
    sent = writing.write(mail.facility, OWNER, "", "Words", as_correspondent(ida))
    message_review.refuse_message(mail.facility, sent, CLERK, "in a code")
    give_notices(mail.facility)
    number = rejection_of(mail.facility, sent).number
    here = "/mail/refused"
    empty = tobias.post_form(f"{here}/{number}", {"words": " "}, seen_on=here)
    assert (empty.status_code, "Write why the decision is wrong." in empty.text) == (409, True)
    done = tobias.post_form(f"{here}/{number}", {"words": "It is <b>plain</b>"}, seen_on=here)
    assert (done.status_code, done.headers["location"]) == (303, f"{here}?sent=true")
    html = tobias.get(done.headers["location"]).text
    assert "Your appeal was sent." in html
    assert "It is &lt;b&gt;plain&lt;/b&gt;" in html
    assert "Waits for a decision" in html
    again = tobias.post_form(f"{here}/{number}", {"words": "Again"}, seen_on=here)
    assert again.status_code == 409
    (waiting,) = appeals.queue(mail.facility, CLERK).waiting
    decide_appeal(mail.facility, waiting.number, WARDEN, "It is plain", granted=True)
    html = tobias.get(f"{here}?lang=es").text
    assert "Aceptada" in html
    assert "It is plain" in html


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
