"""E-messages on their way to paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.model.errors import NotFound
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.model.prints import PrintState
from digitizer.prints import queue
from digitizer.storage.database import writing
from tests.support.made_mail import ORSON, PETRA, new_cover

_DRAFT = Draft(Direction.TO_INMATE, ORSON, "Aunt Ida", "Hi", "Dear Orson")


def _print(tx: sa.Connection) -> None:
    """All that waits comes out of a printer."""
    waiting = queue.waiting(tx)
    for each in waiting:
        queue.keep_pdf(tx, each.number, "0" * 64, 1)
    batch = queue.begin_batch(tx, "office", "Clara Clerk", waiting)
    queue.accept(tx, batch, PrintState.PRINTED)


def test_what_is_queued_waits_by_housing_unit_then_name(facility: Facility) -> None:
    codes = [new_cover(facility).cover_id for _ in range(3)]
    with writing(facility.engine) as tx:
        ids = [
            outgoing.queue_message(tx, replace(_DRAFT, booking_number=number), code)
            for number, code in zip((PETRA, ORSON, ORSON), codes, strict=True)
        ]
        waiting = outgoing.queued_messages(tx)
    assert [each.inmate.booking_number for each in waiting] == [ORSON, ORSON, PETRA]
    assert {each.id for each in waiting} == set(ids)
    assert waiting[0].body == "Dear Orson"


def test_a_printed_message_waits_no_more_and_says_when(facility: Facility) -> None:
    code = new_cover(facility).cover_id
    with writing(facility.engine) as tx:
        message = outgoing.queue_message(tx, _DRAFT, code)
        _print(tx)
        assert outgoing.queued_messages(tx) == ()
        (thread,) = outgoing.threads_of(tx, ORSON)
        assert thread.message.state is MessageState.PRINTED
        assert thread.message.printed is not None
        outgoing.mark_answered(tx, message)
        assert outgoing.threads_of(tx, ORSON)[0].message.state is MessageState.ANSWERED


def test_threads_are_the_inmates_own_newest_first(facility: Facility) -> None:
    *codes, hers = (new_cover(facility).cover_id for _ in range(4))
    with writing(facility.engine) as tx:
        ids = [outgoing.queue_message(tx, _DRAFT, code) for code in codes]
        outgoing.queue_message(tx, replace(_DRAFT, booking_number=PETRA), hers)
        assert [each.message.id for each in outgoing.threads_of(tx, ORSON)] == ids[::-1]


def test_a_message_to_nobody_is_refused(facility: Facility) -> None:
    code = new_cover(facility).cover_id
    with writing(facility.engine) as tx, pytest.raises(NotFound):
        outgoing.queue_message(tx, replace(_DRAFT, booking_number="A-999"), code)


@pytest.mark.parametrize("printed", [False, True])
def test_without_its_reply_a_message_is_as_it_was_before(facility: Facility, printed: bool) -> None:
    code = new_cover(facility).cover_id
    with writing(facility.engine) as tx:
        message = outgoing.queue_message(tx, _DRAFT, code)
        if printed:
            _print(tx)
        outgoing.mark_answered(tx, message)
        outgoing.mark_unanswered(tx, message)
        (thread,) = outgoing.threads_of(tx, ORSON)
    before = MessageState.PRINTED if printed else MessageState.QUEUED
    assert thread.message.state is before
