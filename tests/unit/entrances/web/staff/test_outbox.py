"""The page of the outbox."""

from __future__ import annotations

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
        sent = ruth.post_form(f"/staff/outbox/{item}/{decision}", {}, seen_on="/staff/outbox")
        assert (sent.status_code, _state(mail, item)) == (303, state)
    page = ruth.get("/staff/outbox").text
    assert "Nothing is doubtful" in page
    assert "dropped" in page


def test_a_clerk_does_not_see_to_whom_is_written(mail: Mail, ana: Visitor) -> None:
    _doubtful(mail)
    answer = ana.get("/staff/outbox")
    assert answer.status_code == 403
    assert "a@b.example" not in answer.text
