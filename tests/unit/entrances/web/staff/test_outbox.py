"""The page of the outbox."""

from __future__ import annotations

import re

from digitizer.model.events import LOG
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.storage.database import reading, writing
from tests.support.web_kit import Mail, Visitor


def _doubtful(mail: Mail) -> str:
    with writing(mail.facility.engine) as tx:
        made = outbox.put(tx, "a@b.example", "An <alarm>", "B", cause=LOG, sender="c@d.example")
        outbox.end(tx, made, OutState.DOUBTFUL, "The connection died.")
    return made


def _state(mail: Mail, item_id: str) -> OutState | None:
    with reading(mail.facility.engine) as tx:
        found = outbox.find(tx, item_id)
    return found.state if found else None


def test_a_supervisor_sends_again_or_drops(mail: Mail, ruth: Visitor) -> None:
    for decision, state in (("resend", OutState.QUEUED), ("drop", OutState.DROPPED)):
        item = _doubtful(mail)
        page = ruth.get("/staff/outbox").text
        assert "An &lt;alarm&gt;" in page
        assert "The connection died." in page
        sent = ruth.post_form(f"/staff/outbox/{decision}", {"item": item}, seen_on="/staff/outbox")
        assert (sent.status_code, _state(mail, item)) == (303, state)
    page = ruth.get("/staff/outbox").text
    assert "Nothing is doubtful" in page
    assert "dropped" in page


def test_a_clerk_does_not_see_to_whom_is_written(mail: Mail, ana: Visitor) -> None:
    _doubtful(mail)
    answer = ana.get("/staff/outbox")
    assert answer.status_code == 403
    assert "a@b.example" not in answer.text


def test_several_are_decided_about_by_one_button(mail: Mail, ruth: Visitor) -> None:
    items = [_doubtful(mail), _doubtful(mail)]
    page = ruth.get("/staff/outbox").text
    (whole,) = [form for form in page.split("<form")[1:] if "Send all again" in form]
    assert all(f'name="item" value="{item}"' in whole for item in items)
    csrf = re.search(r'name="csrf" value="([^"]+)"', whole)
    assert csrf
    fields = {"csrf": csrf[1], "item": items}
    sent = ruth.post("/staff/outbox/drop", data=fields, follow_redirects=False)
    assert sent.status_code == 303
    assert [_state(mail, each) for each in items] == [OutState.DROPPED] * 2


def test_a_paused_webhook_is_said(mail: Mail, ruth: Visitor) -> None:
    with writing(mail.facility.engine) as tx:
        made = outbox.put_webhook(tx, "https://x.example", "Changes", "{}", cause=LOG)
        outbox.end(tx, made, OutState.FAILED, "https://x.example answered 410.")
    page = ruth.get("/staff/outbox").text
    assert "The webhook is paused" in page
    assert "answered 410" in page


def _sealed(mail: Mail, state: OutState, *, sent: bool = False) -> str:
    """To the protected line; ``sent``: it came back."""
    with writing(mail.facility.engine) as tx:
        made = outbox.put_sealed(tx, "line@b.example", "A", "B", cause=LOG, sender="c@d.example")
        if sent:
            outbox.end(tx, made, OutState.SENT)
        if state is not OutState.QUEUED:
            outbox.end(tx, made, state, "why")
    return made


def test_of_the_protected_line_only_what_can_be_done_is_offered(mail: Mail, ruth: Visitor) -> None:
    plain = [_doubtful(mail), _doubtful(mail)]
    waits = _sealed(mail, OutState.QUEUED)
    doubtful, came_back = (
        _sealed(mail, OutState.DOUBTFUL),
        _sealed(mail, OutState.FAILED, sent=True),
    )
    page = ruth.get("/staff/outbox").text
    forms = page.split("<form")[1:]
    (whole,) = [each for each in forms if "Send all again" in each]
    assert all(f'value="{each}"' in whole for each in plain)
    assert f'value="{waits}"' not in page
    for item in (doubtful, came_back):
        assert f'value="{item}"' not in whole
        (own,) = [each for each in forms if f'value="{item}"' in each]
        assert "Drop" in own
        assert ("Send again" in own) == (item == doubtful)
    assert "decided about one by one" in page
