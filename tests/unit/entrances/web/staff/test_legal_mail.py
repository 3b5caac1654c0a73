"""The mailroom's page of legal mail, and the steps of an item."""

from __future__ import annotations

import io
import re

from PIL import Image

from digitizer.entrances.web.staff import legal_mail
from digitizer.legal import codes, registry
from digitizer.model.legal import NewSender, SenderKind
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.legal_kit import check
from tests.support.web_kit import Mail, Visitor

HERE = legal_mail.router.prefix
RUTH = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)
COURT = NewSender(SenderKind.COURT, "", "Court <i>of Lake</i> County")


def _made(mail: Mail, count: int) -> list[codes.Made]:
    check(mail.facility, 0)
    sender = registry.add_sender(mail.facility, COURT, RUTH)
    return [codes.make_code(mail.facility, sender, "2026-00117", RUTH) for _ in range(count)]


def _scan(ana: Visitor, text: str) -> str:
    return str(ana.post_form(f"{HERE}/scan", {"code": text}, seen_on=HERE).text)


def _answer(html: str) -> str:
    return "".join(re.findall(r'data-answer="(\w+)"', html))


def test_a_scan_is_answered_on_the_whole_screen(ana: Visitor, mail: Mail) -> None:
    made, other = _made(mail, 2)
    passed = _scan(ana, made.text)
    assert _answer(passed) == "pass"
    assert "Court &lt;i&gt;of Lake&lt;/i&gt; County" in passed
    assert "Quillfeather, Tobias" in passed
    again = _scan(ana, made.item.short_id)
    assert _answer(again) == "duplicate"
    assert "First scanned by Ana Brookwater" in again
    assert "You scanned this code a moment ago" in again
    assert _answer(_scan(ana, "0000-0000-1")) == "unreadable"
    assert _answer(_scan(ana, "MD1" + "A" * 32)) == "unknown"
    form = {"code": other.text, **ana.tokens_on(HERE)}
    part = ana.post(f"{HERE}/scan", data=form, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="waiting" hx-swap-oob="true"' in part
    assert "2 items of legal mail wait" in ana.get("/staff").text


def test_a_picture_is_looked_at_and_gone(ana: Visitor, mail: Mail) -> None:
    (made,) = _made(mail, 1)
    png = codes.drawn(mail.facility, made, "png")
    tokens = ana.tokens_on(HERE)
    sent = ana.post(f"{HERE}/picture", data=tokens, files={"picture": ("e.png", png)})
    assert _answer(sent.text) == "pass"
    blank = io.BytesIO()
    Image.new("L", (300, 300), 255).save(blank, "PNG")
    for content in (blank.getvalue(), b"no picture", b""):
        sent = ana.post(f"{HERE}/picture", data=tokens, files={"picture": ("e.png", content)})
        assert _answer(sent.text) == "unreadable"
    left = [each for each in mail.facility.work_folder.rglob("*") if each.is_file()]
    assert left == []


def test_an_item_goes_from_hand_to_hand(ana: Visitor, mail: Mail) -> None:
    first, second = _made(mail, 2)
    for each in (first, second):
        _scan(ana, each.text)
    item = f"{HERE}/items/{first.item.id}"
    early = ana.post_form(f"{item}/handed", {"signed": "yes"}, seen_on=item)
    assert (early.status_code, "First log that it was opened" in early.text) == (409, True)
    assert ana.post_form(f"{item}/opened", {}, seen_on=item).status_code == 409
    assert ana.post_form(f"{item}/opened", {"found": "yes"}, seen_on=item).status_code == 303
    assert "something was found" in ana.get(item).text
    assert ana.post_form(f"{item}/handed", {}, seen_on=item).status_code == 409
    done = ana.post_form(f"{item}/handed", {"signed": "yes"}, seen_on=item)
    assert "Handed over and signed" in ana.get(done.headers["location"]).text
    other = f"{HERE}/items/{second.item.id}"
    assert ana.post_form(f"{other}/returned", {}, seen_on=other).status_code == 409
    back = ana.post_form(f"{other}/returned", {"reason": "released"}, seen_on=other)
    assert back.status_code == 303
    assert "Nothing waits" in ana.get(HERE).text
