"""Sending by a real server: nothing is sent twice, or not at all, without being shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.audit import latest_events
from digitizer.facility import Facility
from digitizer.model.events import LOG
from digitizer.notifications import outbox, smtp
from digitizer.notifications.actions import drop
from digitizer.notifications.outbox import LEASE, Outgoing, OutState
from digitizer.notifications.sending import send_due, send_one
from digitizer.storage import tables_upkeep
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR
from tests.support.mail_server import DIES, MadeMailServer, mail_server, with_mail


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
def mailing(facility: Facility, server: MadeMailServer) -> Facility:
    return with_mail(facility, server.settings)


def _put(facility: Facility) -> str:
    with writing(facility.engine) as tx:
        return outbox.put(tx, "chief@example.org", "A", "B", cause=LOG, sender="m@example.org")


def _now_due(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        tx.execute(tables_upkeep.outbox.update().values(next_try=now() - LEASE))


def _found(facility: Facility, item_id: str) -> Outgoing:
    with reading(facility.engine) as tx:
        found = outbox.find(tx, item_id)
    assert found is not None
    return found


def test_it_is_sent_once_and_recorded(mailing: Facility, server: MadeMailServer) -> None:
    item_id = _put(mailing)
    assert [send_due(mailing, OPERATOR) for _ in range(2)] == [1, 0]
    (taken,) = server.taken
    item = _found(mailing, item_id)
    assert (item.state, item.problem, item.tries) == (OutState.SENT, None, 1)
    assert taken["Message-ID"] == item.message_id
    with reading(mailing.engine) as tx:
        (event,) = latest_events(tx, 1)
    assert (event.verb, event.subject) == ("send mail", f"outgoing:{item_id}")
    assert event.detail["result"] == "sent"


def test_its_recipient_ends_such_mail_with_one_click(
    mailing: Facility, server: MadeMailServer
) -> None:
    """RFC 8058. Of what was sent, neither text nor link stays in the outbox."""
    leave = "https://mail.jail.example/family/leave/token"
    with writing(mailing.engine) as tx:
        item_id = outbox.put(
            tx, "a@example.org", "A", f"B {leave}", cause=LOG, sender="m@example.org", leave=leave
        )
    assert _found(mailing, item_id).leave == leave
    assert send_due(mailing, OPERATOR) == 1
    (taken,) = server.taken
    assert taken["List-Unsubscribe"] == f"<{leave}>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert leave in taken.get_content()
    kept = _found(mailing, item_id)
    assert (kept.body, kept.leave, kept.recipient) == ("", None, "a@example.org")


def test_a_server_that_is_busy_is_tried_again(mailing: Facility, server: MadeMailServer) -> None:
    server.answers["RCPT"] = "451 busy"
    item_id = _put(mailing)
    assert send_due(mailing, OPERATOR) == 0
    item = _found(mailing, item_id)
    assert (item.state, "451 busy" in str(item.problem)) == (OutState.QUEUED, True)
    assert send_due(mailing, OPERATOR) == 0, "not before its time"
    server.answers.clear()
    _now_due(mailing)
    assert send_due(mailing, OPERATOR) == 1
    assert server.taken[0]["Message-ID"] == item.message_id


def test_a_recipient_whom_the_server_does_not_know_has_failed(
    mailing: Facility, server: MadeMailServer
) -> None:
    server.answers["RCPT"] = "550 no such person"
    item_id = _put(mailing)
    send_due(mailing, OPERATOR)
    _now_due(mailing)
    assert send_due(mailing, OPERATOR) == 0
    assert _found(mailing, item_id).state is OutState.FAILED


@pytest.mark.parametrize("step", ["DATA", "BODY"])
def test_a_connection_that_dies_after_data_leaves_a_doubt(
    mailing: Facility, server: MadeMailServer, step: str
) -> None:
    server.answers[step] = DIES
    item_id = _put(mailing)
    send_due(mailing, OPERATOR)
    server.answers.clear()
    _now_due(mailing)
    assert send_due(mailing, OPERATOR) == 0, "it is never sent again by itself"
    assert (_found(mailing, item_id).state, server.taken) == (OutState.DOUBTFUL, [])


def test_a_process_that_dies_after_data_leaves_a_doubt(
    mailing: Facility, server: MadeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*given: object) -> None:
        given[3]()  # type: ignore[operator]  # it is about to be taken
        raise KeyboardInterrupt

    item_id = _put(mailing)
    with monkeypatch.context() as dying:
        dying.setattr(smtp, "send", die)
        with pytest.raises(KeyboardInterrupt):
            send_one(mailing, item_id, OPERATOR)
    assert _found(mailing, item_id).state is OutState.SENDING
    assert send_due(mailing, OPERATOR) == 0
    assert _found(mailing, item_id).state is OutState.SENDING, "it may still live"
    _now_due(mailing)
    assert send_due(mailing, OPERATOR) == 0
    assert (_found(mailing, item_id).state, server.taken) == (OutState.DOUBTFUL, [])


def test_what_is_dropped_just_before_is_not_sent(
    mailing: Facility, server: MadeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = _put(mailing)
    begin = outbox.begin

    def drop_first(*given: object) -> bool:
        outbox.end(given[0], item_id, OutState.DROPPED)  # type: ignore[arg-type]
        return begin(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "begin", drop_first)
    assert send_one(mailing, item_id, OPERATOR) is None
    assert server.taken == []


def test_what_was_dropped_is_not_due(mailing: Facility, server: MadeMailServer) -> None:
    item_id = _put(mailing)
    drop(mailing, [item_id], OPERATOR)
    assert send_due(mailing, OPERATOR) == 0
    assert server.taken == []


def test_without_a_server_it_waits_and_says_why(facility: Facility) -> None:
    item_id = _put(facility)
    send_due(facility, OPERATOR)
    item = _found(facility, item_id)
    assert (item.state, "write host under [mail]" in str(item.problem)) == (OutState.QUEUED, True)


def test_an_address_that_no_header_can_hold_has_failed(
    mailing: Facility, server: MadeMailServer
) -> None:
    with writing(mailing.engine) as tx:
        item_id = outbox.put(tx, "a@b\r\nBcc: c@d", "A", "B", cause=LOG, sender="m@example.org")
    send_due(mailing, OPERATOR)
    assert (_found(mailing, item_id).state, server.taken) == (OutState.FAILED, [])
