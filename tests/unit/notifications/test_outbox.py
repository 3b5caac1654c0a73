"""What is put into the outbox stays there until its fate is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.model.events import LOG
from digitizer.notifications import outbox
from digitizer.notifications.outbox import GIVE_UP_AFTER, LEASE, Outgoing, OutState
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now


def _put(facility: Facility, recipient: str = "chief@example.org") -> Outgoing:
    with writing(facility.engine) as tx:
        made = outbox.put(tx, recipient, "Two\nlines", "Text", cause=LOG, sender="m@example.org")
        found = outbox.find(tx, made)
    assert found is not None
    return found


def test_what_an_event_causes_is_put_with_it_or_not_at_all(facility: Facility) -> None:
    def fail_after_it() -> None:
        with writing(facility.engine) as tx:
            outbox.put(tx, "chief@example.org", "A", "B", cause=LOG, sender="m@example.org")
            raise RuntimeError("the event is not recorded after all")

    with pytest.raises(RuntimeError):
        fail_after_it()
    with reading(facility.engine) as tx:
        assert outbox.due(tx, now()) == ()


def test_it_waits_in_the_order_in_which_it_was_put(facility: Facility) -> None:
    first, second = _put(facility), _put(facility)
    assert (first.state, first.subject, first.cause) == (OutState.QUEUED, "Two lines", "log")
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@example.org>")
    with reading(facility.engine) as tx:
        assert outbox.due(tx, now()) == (first.id, second.id)


def test_one_process_tries_it_at_a_time(facility: Facility) -> None:
    item, at = _put(facility), now()
    with writing(facility.engine) as tx:
        claimed = outbox.claim(tx, item.id, at)
        assert claimed is not None
        assert claimed.tries == 1
        assert outbox.claim(tx, item.id, at) is None
        assert outbox.due(tx, at) == ()
        assert outbox.claim(tx, item.id, at + LEASE) is not None, "its process died before DATA"


def test_what_is_being_sent_is_doubtful_once_its_time_is_over(facility: Facility) -> None:
    item, at = _put(facility), now()
    with writing(facility.engine) as tx:
        outbox.claim(tx, item.id, at)
        assert outbox.begin(tx, item.id, at)
        assert outbox.abandoned(tx, at) == ()
        assert outbox.abandoned(tx, at + LEASE) == (item.id,)
        assert outbox.due(tx, at + timedelta(days=30)) == (), "nobody sends it again"


def test_what_was_dropped_is_not_begun(facility: Facility) -> None:
    item = _put(facility)
    with writing(facility.engine) as tx:
        outbox.claim(tx, item.id, now())
        outbox.end(tx, item.id, OutState.DROPPED)
        assert not outbox.begin(tx, item.id, now())


def test_the_waits_grow_to_an_hour_and_end_after_three_days(facility: Facility) -> None:
    item = _put(facility)
    at, waits = item.since, []
    with writing(facility.engine) as tx:
        while True:
            claimed = outbox.claim(tx, item.id, at)
            assert claimed is not None
            if outbox.try_later(tx, claimed, "busy", at) is OutState.FAILED:
                break
            again = outbox.find(tx, item.id)
            assert again is not None
            waits.append((again.next_try - at).total_seconds() / 60)
            at = again.next_try
        last = outbox.find(tx, item.id)
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert set(waits[6:]) == {60}
    assert at - item.since >= GIVE_UP_AFTER
    assert last is not None
    assert (last.state, last.problem, last.message_id) == (
        OutState.FAILED,
        "busy",
        item.message_id,
    )


def test_a_restored_home_sends_nothing_that_waited(facility: Facility) -> None:
    """The home that the backup is of may have sent it meanwhile."""
    waiting, sent = _put(facility), _put(facility)
    with writing(facility.engine) as tx:
        outbox.end(tx, sent.id, OutState.SENT)
        assert outbox.doubt_all(tx) == 1
        found = [outbox.find(tx, each.id) for each in (waiting, sent)]
    assert [each.state for each in found if each] == [OutState.DOUBTFUL, OutState.SENT]
