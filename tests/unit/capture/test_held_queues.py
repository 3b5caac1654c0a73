"""The counts of the queues are those of the items in them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.capture.held_queues import longest_waiting, queue_lines
from digitizer.facility import Facility
from digitizer.model.mail import Queue
from digitizer.screening.cases import id_of
from digitizer.screening.exception_queue import held_items
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan
from digitizer.support.clock import now
from tests.support.held_mail import awaiting, sealed
from tests.support.made_mail import (
    GONE,
    OPERATOR,
    file,
    held_letter,
    held_whole,
    letter_of,
    new_cover,
    split_of,
)


def _fill(facility: Facility) -> None:
    """Something in each queue, and a letter with two doubts."""
    held_letter(facility)
    held_whole(facility)
    awaiting(facility)
    sealed(facility)
    file(facility, split_of(letter_of(new_cover(facility, GONE), 1, 2)), content=b"gone")


def test_they_count_what_the_list_lists_and_know_its_oldest(facility: Facility) -> None:
    _fill(facility)
    with reading(facility.engine) as tx:
        items, lines = held_items(tx, OPERATOR), queue_lines(tx)
        longest = longest_waiting(tx, 3)
    assert tuple(line.queue for line in lines) == tuple(Queue)
    for line in lines:
        since = [item.since for item in items if item.queue is line.queue]
        assert (line.count, line.oldest) == (len(since), min(since))
    assert [each.since for each in longest] == sorted(item.since for item in items)[:3]
    known = {(id_of(item), item.queue, item.since, item.reason) for item in items}
    assert {(each.id, each.queue, each.since, each.reason) for each in longest} <= known


def test_what_waits_longest_comes_first_from_whatever_queue(facility: Facility) -> None:
    held_letter(facility)
    whole = held_whole(facility)
    with writing(facility.engine) as tx:
        old = now() - timedelta(days=9)
        tx.execute(sa.update(scan).where(scan.c.id == whole).values(finished=old))
        (first,) = longest_waiting(tx, 1)
    assert (first.id, first.queue) == (whole, Queue.EXCEPTION)


def test_where_nothing_waits_each_queue_says_so(facility: Facility) -> None:
    with reading(facility.engine) as tx:
        assert [(line.count, line.oldest) for line in queue_lines(tx)] == [(0, None)] * len(Queue)
        assert longest_waiting(tx, 5) == ()
