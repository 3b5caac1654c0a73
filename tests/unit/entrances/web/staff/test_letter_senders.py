"""Who sent a letter, named and changed by a person: held, and after it was delivered."""

from __future__ import annotations

import pytest

from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry
from digitizer.screening import senders
from tests.support.conversing import IDA, make_contact
from tests.support.made_mail import CLERK, with_web_settings
from tests.support.web_kit import Mail, Visitor

OWNER = "2026-00117"


@pytest.fixture
def mail(mail: Mail) -> Mail:
    """Nobody is asked why they open a letter."""
    mail.facility = with_web_settings(mail.facility, reading_reason_for=())
    return mail


@pytest.fixture
def ida(mail: Mail) -> int:
    return make_contact(mail.facility, IDA, OWNER)


def test_a_delivered_letter_is_given_its_sender_and_another(
    ana: Visitor, mail: Mail, ida: int
) -> None:
    letter = mail.ids["letter"]
    page = f"/staff/mail/{letter}/1"
    assert f'href="/staff/sender/{letter}"' in ana.get(page).text
    here = f"/staff/sender/{letter}"
    asked = ana.get(here).text
    assert "Nobody has said who sent it." in asked
    assert "Ida Marlow" in asked
    named = ana.post_form(here, {"correspondent": str(ida)}, seen_on=here)
    assert (named.status_code, named.headers["location"]) == (303, f"/staff/mail/{letter}")
    assert "Ida Marlow" in ana.get(page).text
    ben = actions.add_correspondent(mail.facility, Entry("Ben <Orchard>", "3 Oak Road"), CLERK)
    found = ana.get(f"{here}?find=orch", headers={"HX-Request": "true"}).text
    assert "<h1>" not in found
    assert "Ben &lt;Orchard&gt;" in found
    assert "No approved contact" in found
    assert "leaves the conversation with Ida Marlow" in ana.get(here).text
    ana.post_form(here, {"correspondent": str(ben)}, seen_on=here)
    now = senders.look_at_senders(mail.facility, letter, CLERK)
    assert now.named is not None
    assert now.named.id == ben


def test_a_held_letter_is_given_somebody_new(ana: Visitor, mail: Mail) -> None:
    held = mail.ids["held"]
    here = f"/staff/sender/{held}"
    assert f'href="{here}"' in ana.get(f"/staff/held/{held}").text
    empty = ana.post_form(here, {"name": " "}, seen_on=here)
    assert empty.status_code == 409
    form = {"name": "Nora Newcomer", "address": "1 New Road"}
    named = ana.post_form(here, form, seen_on=here)
    assert (named.status_code, named.headers["location"]) == (303, f"/staff/held/{held}")
    assert "Nora Newcomer" in ana.get(f"/staff/held/{held}").text
