"""What staff do about what is doubtful or failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import LOG
from digitizer.notifications import outbox
from digitizer.notifications.actions import drop, outbox_now, send_again
from digitizer.notifications.outbox import OutState
from digitizer.notifications.sending import send_due
from digitizer.storage.database import reading, writing
from tests.support.made_mail import OPERATOR, SUPERVISOR
from tests.support.mail_server import mail_server, with_mail


def _put(facility: Facility, state: OutState) -> str:
    with writing(facility.engine) as tx:
        made = outbox.put(tx, "chief@example.org", "A", "B", cause=LOG, sender="m@example.org")
        if state is not OutState.QUEUED:
            outbox.end(tx, made, state, "why")
    return made


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
