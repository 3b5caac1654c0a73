"""The pages of originals: what a hand scanner types leads to the box, and two people destroy."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.originals import actions as originals
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, letter
from digitizer.support.clock import now
from tests.support.staff_logins import age_proofs
from tests.support.web_kit import Mail, Visitor, add_scan
from tests.support.whole_facility import CLERK

HERE = "/staff/originals"


def test_from_a_new_box_to_the_certificate(ana: Visitor, ruth: Visitor, mail: Mail) -> None:
    made = ana.post_form(f"{HERE}/boxes", {"shelf": "<i>Attic", "profile": "default"}, seen_on=HERE)
    box = str(made.headers["location"]).partition("?")[0]
    code = box.rpartition("/")[2]
    assert "&lt;i&gt;Attic" in ana.get(box).text
    assert ana.get(f"{box}/label.pdf").content.startswith(b"%PDF")
    scan = add_scan(mail, "attic-stack.pdf", taken_in=now() - timedelta(days=45))
    put = ana.post_form(box, {"act": "put", "item": scan}, seen_on=box)
    assert put.status_code == 303
    assert "No letter or scan" in ana.post_form(box, {"act": "put", "item": "x"}, seen_on=box).text
    for typed, place in (
        (code.lower(), box),
        (scan, f"{HERE}/scans/{scan}"),
        ("attic-stack.pdf", scan),
    ):
        found = ana.get(f"{HERE}/find?q={typed}", follow_redirects=False)
        assert place in found.headers["location"]
    assert "There is no box" in ana.get(f"{HERE}/find?q=zzz").text
    due = f"{HERE}/due"
    assert "attic-stack.pdf" in ana.get(due).text
    proof = {"proof_password": "plain-invented-words"}
    age_proofs(mail)
    asks = ana.post_form(due, {"scan": scan}, seen_on=due)
    assert asks.status_code == 403
    assert scan in asks.text
    listed = ana.post_form(due, {"scan": scan, **proof}, seen_on=due)
    page = str(listed.headers["location"]).partition("?")[0]
    own = ana.get(page).text
    assert "waits for a second person" in own
    assert "/confirm" not in own
    done = ruth.post_form(f"{page}/confirm", proof, seen_on=page)
    assert done.status_code == 303, done.text
    assert "The certificate is ready." in ruth.get(str(done.headers["location"])).text
    assert ruth.get(f"{page}/certificate.pdf").content.startswith(b"%PDF")
    assert ana.get(HERE).text.count("Ruth Harrow") == 1


def test_what_is_refused_says_why(ana: Visitor, mail: Mail) -> None:
    letter = mail.ids["letter"]
    place = f"{HERE}/scans/{letter}"
    wrong = ana.post_form(f"{place}/give", {"to": "nobody"}, seen_on=place)
    assert "Choose what becomes" in wrong.text
    assert ana.post_form(f"{place}/box", {"box": "zzz"}, seen_on=place).status_code == 409
    number = originals.ask_for(mail.facility, letter, "his mother", CLERK)
    refused = ana.post_form(f"{HERE}/asked/{number}", {"to": "refused"}, seen_on=HERE)
    assert "Say why it is refused" in refused.text
    assert ana.get(f"{HERE}/boxes/zzz").status_code == 404


def test_a_letter_that_moved_since_it_was_asked_for_is_not_given_out(
    ana: Visitor, mail: Mail
) -> None:
    asked = mail.ids["letter"]
    number = originals.ask_for(mail.facility, asked, "his mother", CLERK)
    with writing(mail.facility.engine) as tx:
        mine = sa.select(letter.c.inmate_id).where(letter.c.id == asked).scalar_subquery()
        other = tx.execute(sa.select(inmate).where(inmate.c.id != mine).limit(1)).one()
        tx.execute(sa.update(letter).where(letter.c.id == asked).values(inmate_id=other.id))
    page = ana.get(HERE).text
    assert f"{other.last_name}, {other.first_name}" in page
    assert "When it was asked for, it was a letter of" in page
    assert 'value="refused"' in page
    assert 'value="property"' not in page
    given = ana.post_form(f"{HERE}/asked/{number}", {"to": "property"}, seen_on=HERE)
    assert "another inmate" in given.text
