"""What staff do about what is doubtful or failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import LOG, Verb
from digitizer.notifications import outbox, sending
from digitizer.notifications.actions import drop, outbox_now, send_again
from digitizer.notifications.outbox import Outgoing, OutState
from digitizer.notifications.sending import send_due
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, SUPERVISOR, events
from tests.support.mail_server import mail_server, with_mail


def _put(facility: Facility, state: OutState) -> str:
    with writing(facility.engine) as tx:
        made = outbox.put(tx, "chief@example.org", "A", "B", cause=LOG, sender="m@example.org")
        if state is not OutState.QUEUED:
            outbox.end(tx, made, state, "why")
    return made


def _put_sealed(facility: Facility, state: OutState) -> str:
    """To the protected line; FAILED: it was sent, and came back."""
    with writing(facility.engine) as tx:
        made = outbox.put_sealed(
            tx, "line@example.org", "A", "sealed words", cause=LOG, sender="m@example.org"
        )
        if state is OutState.FAILED:
            outbox.end(tx, made, OutState.SENT)
        if state is not OutState.QUEUED:
            outbox.end(tx, made, state, "why")
    return made


def _found(facility: Facility, item_id: str) -> Outgoing:
    with reading(facility.engine) as tx:
        found = outbox.find(tx, item_id)
    assert found is not None
    return found


def test_what_came_back_from_the_protected_line_is_not_sent_empty(facility: Facility) -> None:
    item_id = _put_sealed(facility, OutState.FAILED)
    with pytest.raises(Conflict, match="Nothing is left"):
        send_again(facility, [item_id], SUPERVISOR)
    assert _found(facility, item_id).state is OutState.FAILED
    drop(facility, [item_id], SUPERVISOR)


@pytest.mark.parametrize("decide", [send_again, drop])
def test_what_goes_to_the_protected_line_is_decided_about_by_itself(
    facility: Facility, decide: Callable[..., None]
) -> None:
    items = [_put_sealed(facility, OutState.DOUBTFUL), _put(facility, OutState.DOUBTFUL)]
    with pytest.raises(Conflict, match="by itself"):
        decide(facility, items, SUPERVISOR)
    assert _found(facility, items[0]).body == "sealed words"
    decide(facility, items[:1], SUPERVISOR)


@pytest.mark.parametrize("state", [OutState.DOUBTFUL, OutState.FAILED])
def test_what_nobody_sends_to_the_protected_line_is_erased_after_some_days(
    facility: Facility, state: OutState, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id, other = _put_sealed(facility, state), _put(facility, state)
    at = now()
    monkeypatch.setattr(sending, "now", lambda: at + timedelta(days=6))
    send_due(facility, OPERATOR)
    assert _found(facility, item_id).state is state
    monkeypatch.setattr(sending, "now", lambda: at + timedelta(days=8))
    send_due(facility, OPERATOR)
    gone = _found(facility, item_id)
    assert (gone.state, gone.body, gone.problem) == (OutState.DROPPED, "", "why")
    assert (Verb.DROP_MAIL, f"outgoing:{item_id}", OPERATOR.name) in events(facility)
    assert _found(facility, other).state is state


def test_each_is_in_its_list(facility: Facility) -> None:
    made = {state: _put(facility, state) for state in OutState}
    seen = outbox_now(facility, SUPERVISOR)
    assert {each.id for each in seen.for_a_person} == {
        made[OutState.DOUBTFUL],
        made[OutState.FAILED],
    }
    assert {each.id for each in seen.waiting} == {made[OutState.QUEUED], made[OutState.SENDING]}
    assert {each.id for each in seen.done} == {made[OutState.SENT], made[OutState.DROPPED]}


@pytest.mark.parametrize("state", [OutState.DOUBTFUL, OutState.FAILED])
def test_it_is_sent_again_under_the_same_message_id(
    facility: Facility, tmp_path: Path, state: OutState
) -> None:
    item_id = _put(facility, state)
    with reading(facility.engine) as tx:
        before = outbox.find(tx, item_id)
    send_again(facility, [item_id], SUPERVISOR)
    with mail_server(tmp_path / "server") as server:
        assert send_due(with_mail(facility, server.settings), OPERATOR) == 1
    assert before is not None
    assert server.taken[0]["Message-ID"] == before.message_id


@pytest.mark.parametrize("state", [OutState.QUEUED, OutState.SENDING, OutState.SENT])
def test_nothing_is_sent_again_that_needs_no_decision(facility: Facility, state: OutState) -> None:
    with pytest.raises(Conflict, match=state):
        send_again(facility, [_put(facility, state)], SUPERVISOR)


@pytest.mark.parametrize("state", [OutState.SENDING, OutState.SENT, OutState.DROPPED])
def test_nothing_is_dropped_that_may_be_out(facility: Facility, state: OutState) -> None:
    with pytest.raises(Conflict, match=state):
        drop(facility, [_put(facility, state)], SUPERVISOR)


def test_what_is_not_there_is_not_found(facility: Facility) -> None:
    for decide in (send_again, drop):
        with pytest.raises(NotFound):
            decide(facility, ["nothing"], SUPERVISOR)


@pytest.mark.parametrize(("decide", "state"), [(send_again, "queued"), (drop, "dropped")])
def test_several_are_decided_about_at_once_and_all_of_them_or_none(
    facility: Facility, decide: Callable[..., None], state: str
) -> None:
    items = [_put(facility, OutState.DOUBTFUL), _put(facility, OutState.FAILED)]
    sent = _put(facility, OutState.SENT)
    with pytest.raises(Conflict):
        decide(facility, [*items, sent], SUPERVISOR)
    assert len(outbox_now(facility, SUPERVISOR).for_a_person) == 2
    with pytest.raises(UsageError):
        decide(facility, [], SUPERVISOR)
    decide(facility, items, SUPERVISOR)
    with reading(facility.engine) as tx:
        found = [outbox.find(tx, each) for each in items]
    assert [each and each.state for each in found] == [state, state]
