"""What inmates see of their mail, and what they cannot see."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.letters import actions as letters
from digitizer.messages import reply_sheets
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter, message, transcript
from tests.support.web_kit import (
    Mail,
    Visitor,
    add_letter,
    add_letter_with_a_back,
    add_page,
    add_scan,
    without_code,
)


def test_the_mailbox_lists_its_letters_newest_first(tobias: Visitor, mail: Mail) -> None:
    html = tobias.get("/mail").text
    assert html.index(mail.ids["letter"]) < html.index(mail.ids["read"])
    assert "Philippa Quillfeather" in html
    assert "3 pages" in html
    assert html.count('class="unread"') == 1
    for name in ("other", "held", "beside", "review"):
        assert mail.ids[name] not in html


def test_an_empty_mailbox_shows_that_it_is(browser: Visitor) -> None:
    browser.post("/login", data={"booking_number": "2026-00204", "pin": "830417"})
    assert "no mail yet" in browser.get("/mail").text


def test_released_people_read_their_letters(browser: Visitor) -> None:
    browser.post("/login", data={"booking_number": "2025-00031", "pin": "830417"})
    assert browser.get("/mail", follow_redirects=False).status_code == 200


def test_a_letter_opens_at_its_first_page(tobias: Visitor, mail: Mail) -> None:
    answer = tobias.get(f"/mail/{mail.ids['letter']}", follow_redirects=False)
    assert answer.headers["location"] == f"/mail/{mail.ids['letter']}/1"


def test_a_page_has_its_picture_its_text_and_its_neighbours(tobias: Visitor, mail: Mail) -> None:
    here = f"/mail/{mail.ids['letter']}"
    html = tobias.get(f"{here}/2").text
    assert f'src="{here}/2/picture"' in html
    assert f'href="{here}/1"' in html
    assert f'href="{here}/3"' in html
    assert "sister" in html
    assert '<span class="doubtful">driving</span>' in html


def test_a_page_that_is_perhaps_blank_says_so(tobias: Visitor, mail: Mail) -> None:
    letter_id = add_letter_with_a_back(mail, "2026-00117")
    assert "perhaps blank" not in tobias.get(f"/mail/{letter_id}/1").text
    assert "perhaps blank" in tobias.get(f"/mail/{letter_id}/2").text


def test_the_first_and_last_page_end_there(tobias: Visitor, mail: Mail) -> None:
    here = f"/mail/{mail.ids['letter']}"
    assert f'href="{here}/0"' not in tobias.get(f"{here}/1").text
    assert f'href="{here}/4"' not in tobias.get(f"{here}/3").text


def test_what_was_searched_for_is_framed_on_the_picture(tobias: Visitor, mail: Mail) -> None:
    page = f"/mail/{mail.ids['letter']}/2"
    assert "<rect" not in tobias.get(page).text
    found = tobias.get(
        page, params={"find": "sistre"}
    ).text  # mistyped: the most similar word is framed
    assert found.count("<rect") == 1
    assert "?find=sistre" in found  # and stays framed on the next page and when enlarged
    assert "<rect" not in tobias.get(page, params={"find": "xylophone"}).text


def test_opening_marks_it_read_and_is_logged(tobias: Visitor, mail: Mail) -> None:
    tobias.get(f"/mail/{mail.ids['letter']}/1")
    assert 'class="unread"' not in tobias.get("/mail").text
    with reading(mail.facility.engine) as tx:
        row = tx.execute(
            sa.text("SELECT actor FROM event WHERE verb = 'open' AND subject = :s"),
            {"s": f"letter:{mail.ids['letter']}"},
        ).one()
    assert row.actor == "2026-00117"


def test_the_picture_is_a_picture_and_never_cached(tobias: Visitor, mail: Mail) -> None:
    answer = tobias.get(f"/mail/{mail.ids['letter']}/1/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xff\xd8")


def test_a_letter_is_saved_as_pdf_which_is_a_look(tobias: Visitor, mail: Mail) -> None:
    here = f"/mail/{mail.ids['letter']}"
    assert f'href="{here}/letter.pdf"' in tobias.get(f"{here}/1").text
    answer = tobias.get(f"/mail/{mail.ids['letter']}/letter.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    with reading(mail.facility.engine) as tx:
        newest = sa.text("SELECT verb, subject, actor FROM event ORDER BY seq DESC LIMIT 1")
        shown = tuple(tx.execute(newest).one())
    assert shown == ("copy as PDF", f"letter:{mail.ids['letter']}", "2026-00117")


def test_what_the_marks_of_doubt_mean_is_shown_with_them(tobias: Visitor, mail: Mail) -> None:
    page = f"/mail/{mail.ids['letter']}/2"
    english, spanish = tobias.get(page).text, tobias.get(page, params={"lang": "es"}).text
    assert "read by a machine" in english
    assert "Doubtful words: 2 of 15. They are marked like this:" in english
    assert "Palabras dudosas: 2 de 15." in spanish


def test_a_page_that_may_have_lost_a_line_says_so(tobias: Visitor, mail: Mail) -> None:
    page = f"/mail/{mail.ids['letter']}/2"
    assert "not read: look at the picture" not in tobias.get(page).text
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(transcript).values(unread=0.05))
    assert "not read: look at the picture" in tobias.get(page).text
    assert "no se leyó: mire la imagen" in tobias.get(page, params={"lang": "es"}).text


def test_a_corrected_text_shows_that_a_person_corrected_it(tobias: Visitor, mail: Mail) -> None:
    page = f"/mail/{mail.ids['letter']}/2"
    clerk = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)
    letters.give_reason(mail.facility, mail.ids["letter"], "The addressee asked for it", clerk)
    letters.correct_page(mail.facility, mail.ids["letter"], 2, "Your sister drove.", clerk)
    html = tobias.get(page).text
    assert "corrected by a person" in html
    assert "read by a machine" not in html
    assert "doubtful" not in html.lower()
    assert "Brookwater" not in html  # who it was is the staff's business
    letters.correct_page(mail.facility, mail.ids["letter"], 2, "", clerk, may_be_empty=True)
    assert "there is no text on it" in tobias.get(page).text


def test_finds_are_shown_as_a_machines_reading(tobias: Visitor) -> None:
    assert "read by a machine" in tobias.get("/mail", params={"q": "harbor"}).text
    assert "read by a machine" not in tobias.get("/mail", params={"q": "xylophone"}).text


def test_zoom_is_a_plain_link(tobias: Visitor, mail: Mail) -> None:
    here = f"/mail/{mail.ids['letter']}/1"
    assert f"{here}?zoom=2" in tobias.get(here).text
    assert "zoom-3" in tobias.get(f"{here}?zoom=3").text
    assert tobias.get(f"{here}?zoom=9").status_code == 400


def test_a_page_scanned_the_wrong_way_up_is_turned(tobias: Visitor, mail: Mail) -> None:
    here = f"/mail/{mail.ids['letter']}/2"
    assert f"{here}?zoom=1&amp;quarter=1" in tobias.get(here).text
    turned = tobias.get(f"{here}?zoom=2&quarter=3&find=sister").text
    assert f"{here}?zoom=2&amp;quarter=0&amp;find=sister" in turned
    assert f"{here}?zoom=3&amp;quarter=3&amp;find=sister" in turned
    assert '<svg class="turned" viewBox="0 0 1100 850"' in turned
    assert turned.count("<rect") == 1  # the frames turn with the picture
    assert tobias.get(f"{here}?quarter=4").status_code == 400


def test_what_is_anothers_and_what_is_not_there_are_one_page(tobias: Visitor, mail: Mail) -> None:
    ids = ["no-such-letter-00", *(mail.ids[name] for name in ("other", "held", "review"))]
    for ending in ("/1", "/1/picture", "/99", "/letter.pdf"):
        answers = [tobias.get(f"/mail/{each}{ending}") for each in ids]
        assert {answer.status_code for answer in answers} == {404}
        assert len({without_code(answer.text) for answer in answers}) == 1
        assert len({tuple(answer.headers.items()) for answer in answers}) == 1


def test_replies_and_held_letters_are_not_in_the_mailbox(tobias: Visitor, mail: Mail) -> None:
    scan_id = add_scan(mail, "reply.pdf")
    reply = add_letter(mail, scan_id, "2026-00117", kind="reply")
    add_page(mail, scan_id, 1, reply, "my answer", position=1)
    assert reply not in tobias.get("/mail").text
    assert tobias.get(f"/mail/{reply}/1").status_code == 404


def test_search_finds_the_page_and_links_to_it(tobias: Visitor, mail: Mail) -> None:
    html = tobias.get("/mail", params={"q": "harbor"}).text
    assert f'href="/mail/{mail.ids["letter"]}/2?find=harbor"' in html
    assert "Found on 1 page" in html


def test_words_that_only_look_alike_are_shown_apart(tobias: Visitor, mail: Mail) -> None:
    html = tobias.get("/mail", params={"q": "barbor"}).text
    assert "Nothing found" in html
    assert "Found on" not in html
    assert html.index("1 page where a word only looks like it") < html.index("/2?find=barbor")


def test_search_never_finds_anothers(tobias: Visitor, mail: Mail) -> None:
    html = tobias.get("/mail", params={"q": "lighthouse"}).text
    assert "Nothing found" in html
    assert mail.ids["other"] not in html


def test_what_people_write_is_shown_as_text(tobias: Visitor, mail: Mail) -> None:
    bad = '<script>alert("x")</script>'
    with writing(mail.facility.engine) as tx:
        tx.execute(
            sa.update(letter)
            .where(letter.c.id == mail.ids["letter"])
            .values(sender=bad, subject=bad)
        )
    for path in ("/mail", f"/mail?q={bad}", f"/mail/{mail.ids['letter']}/1"):
        assert "<script>alert" not in tobias.get(path).text


def test_a_page_without_a_picture_says_so(tobias: Visitor, mail: Mail) -> None:
    with writing(mail.facility.engine) as tx:
        tx.execute(
            sa.text("UPDATE page SET picture = NULL WHERE letter_id = :id"),
            {"id": mail.ids["read"]},
        )
    assert "no picture" in tobias.get(f"/mail/{mail.ids['read']}/1").text


def test_the_inmates_pages_are_not_for_staff(ana: Visitor, mail: Mail) -> None:
    answer = ana.get(f"/mail/{mail.ids['letter']}/1", follow_redirects=False)
    assert answer.headers["location"] == "/login"
    me = Actor(ActorKind.INMATE, "2026-00117")
    assert not [
        each
        for each in letters.mailbox(mail.facility, "2026-00117", me)
        if each.letter == mail.ids["letter"] and each.read
    ]


def test_a_letter_names_no_sender_but_whom_its_cover_was_printed_for(
    tobias: Visitor, mail: Mail
) -> None:
    for address in ("/mail", "/mail?q=garden", f"/mail/{mail.ids['letter']}/1"):
        html = tobias.get(address).text
        shown = "Came under the cover printed for Philippa Quillfeather; the sender is not checked"
        assert shown in html, address
        assert "Letter from" not in html
    assert "The sender is not checked" in tobias.get(f"/mail/{mail.ids['read']}/1").text
    spanish = tobias.get("/mail?lang=es").text
    assert "no se comprueba quién la envió" in spanish


def _add_reply(mail: Mail, booking: str, **values: object) -> str:
    reply_sheets.print_reply_sheet(
        mail.facility, booking, Actor(ActorKind.MACHINE, "x"), correspondent="Aunt Ida"
    )
    with reading(mail.facility.engine) as tx:
        newest = sa.select(message.c.id).order_by(message.c.created.desc())
        message_id = tx.execute(newest).scalars().first()
    scan_id = add_scan(mail, "reply.pdf")
    owner = None if values.get("state") else booking
    reply = add_letter(
        mail, scan_id, owner, **({"kind": "reply", "message_id": message_id} | values)
    )
    add_page(mail, scan_id, 1, reply, "my answer", position=1)
    return reply


def test_an_inmate_sees_each_reply_in_their_name(tobias: Visitor, mail: Mail) -> None:
    assert "reply sheet in your name" not in tobias.get("/mail").text
    mine, held = _add_reply(mail, "2026-00117"), _add_reply(mail, "2026-00117", state="held")
    other = _add_reply(mail, "2026-00118")
    html = tobias.get("/mail").text
    assert html.count("A reply sheet in your name to Aunt Ida was received on") == 2
    listed = tobias.get("/mail/replies").text
    assert f'href="/mail/replies/{mine}/1"' in listed
    assert "Staff are looking at it" in listed
    assert other not in listed
    here = f"/mail/replies/{mine}/1"
    assert "my answer" in tobias.get(here).text
    assert tobias.get(f"{here}/picture").headers["content-type"] == "image/jpeg"
    assert (
        tobias.get("/mail").text.count("A reply sheet in your name to Aunt Ida was received on")
        == 1
    )
    for address in (f"/mail/replies/{each}/1" for each in (held, other, mail.ids["letter"], "x")):
        assert tobias.get(address).status_code == 404
        assert tobias.get(f"{address}/picture").status_code == 404
