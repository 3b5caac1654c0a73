"""The rows of the print queue."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.model.prints import Pile, PrintKind, PrintState
from digitizer.people import roster
from digitizer.prints import queue
from digitizer.storage.database import writing
from tests.support.made_mail import ORSON, PETRA, new_cover

_PDF = ("0" * 64, 2)


def _add(tx: sa.Connection, booking: str | None = None, kind: PrintKind = PrintKind.NOTICE) -> int:
    owner = roster.inmate_row_id(tx, booking) if booking else None
    return queue.add(tx, kind, "Notice of rejected mail", inmate_id=owner, pdf=_PDF)


def test_what_waits_lies_by_where_it_goes(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        sheet = _add(tx, kind=PrintKind.SEPARATOR)
        petra, orson = _add(tx, PETRA), _add(tx, ORSON)
        post = _add(tx, ORSON, PrintKind.SENDERS_NOTICE)
        found = {each.number: each.pile for each in queue.waiting(tx)}
    assert found == {
        sheet: (Pile.SHEETS, ""),
        orson: (Pile.UNIT, "B-1"),
        petra: (Pile.UNIT, "B/1"),
        post: (Pile.OUT, ""),
    }


def test_a_batch_goes_out_once(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        _add(tx, ORSON)
        waiting = queue.waiting(tx)
        batch = queue.begin_batch(tx, "office", "Clara Clerk", waiting)
        assert queue.waiting(tx) == ()
        assert [each.number for each in queue.interrupted(tx)] == [batch]
        with pytest.raises(Conflict, match="Somebody else"):
            queue.begin_batch(tx, "office", "Super Visor", waiting)


@pytest.mark.parametrize("fate", ["taken", "refused", "unknown"])
def test_what_becomes_of_a_batch(facility: Facility, fate: str) -> None:
    with writing(facility.engine) as tx:
        number = _add(tx, ORSON)
        batch = queue.begin_batch(tx, "office", "Clara Clerk", queue.waiting(tx))
        match fate:
            case "taken":
                queue.accept(tx, batch, PrintState.SENT, "office-7")
                (found,) = queue.unconfirmed(tx)
                assert (found.request, found.is_doubtful) == ("office-7", False)
                queue.came_out(tx, batch)
                assert queue.unconfirmed(tx) == ()
            case "refused":
                queue.take_back(tx, batch)
                assert [each.number for each in queue.waiting(tx)] == [number]
                assert queue.find_batch(tx, batch).prints == ()
            case "unknown":
                queue.doubt(tx, batch)
                assert queue.waiting(tx) == ()
                assert [each.is_doubtful for each in queue.unconfirmed(tx)] == [True]


def test_a_message_is_printed_only_when_its_paper_is_there(facility: Facility) -> None:
    draft = Draft(Direction.TO_INMATE, ORSON, "Aunt Ida", "Hi", "Dear Orson")
    code = new_cover(facility).cover_id
    with writing(facility.engine) as tx:
        outgoing.queue_message(tx, draft, code)
        (waiting,) = queue.waiting(tx)
        assert (waiting.kind, waiting.state) == (PrintKind.LETTER, PrintState.QUEUED)
        queue.keep_pdf(tx, waiting.number, *_PDF)
        batch = queue.begin_batch(tx, "office", "Clara Clerk", queue.waiting(tx))
        queue.accept(tx, batch, PrintState.SENT)
        assert outgoing.threads_of(tx, ORSON)[0].message.state is MessageState.QUEUED
        queue.came_out(tx, batch)
        printed = outgoing.threads_of(tx, ORSON)[0].message
        assert printed.state is MessageState.PRINTED
        again = queue.repeat(tx, queue.find_batch(tx, batch).prints[0], "a jam")
        (copy,) = queue.waiting(tx)
        assert (copy.number, copy.copy_of) == (again, waiting.number)
        assert copy.pdf is None, "a message is rendered again, not found again"


def test_numbers_and_batches_that_are_not_there(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        with pytest.raises(NotFound, match="no print 7"):
            queue.numbered(tx, [7])
        with pytest.raises(NotFound, match="no batch 7"):
            queue.find_batch(tx, 7)


def test_all_that_is_not_final_is_asked_by_pile_in_a_restored_home(facility: Facility) -> None:
    """Neither what waited nor what a printer had is printed by itself."""
    with writing(facility.engine) as tx:
        rows = {each: roster.inmate_row_id(tx, each) for each in (ORSON, PETRA)}
        made = {
            name: queue.add(tx, PrintKind.LETTER, name, inmate_id=rows[who], pdf=pdf)
            for name, who, pdf in (
                ("queued", ORSON, None),
                ("rendered", ORSON, ("a" * 64, 2)),
                ("another unit", PETRA, ("b" * 64, 2)),
                ("sent", ORSON, ("c" * 64, 2)),
                ("printed", ORSON, ("d" * 64, 2)),
                ("sending", PETRA, ("e" * 64, 2)),
            )
        }
        for name, state in (("sent", PrintState.SENT), ("printed", PrintState.PRINTED)):
            given = queue.begin_batch(tx, "office", "Ana", queue.numbered(tx, [made[name]]))
            queue.accept(tx, given, state)
        queue.begin_batch(tx, "office", "Ana", queue.numbered(tx, [made["sending"]]))
        assert queue.doubt_all(tx, "Ana") == 5
        assert queue.waiting(tx) == ()
        assert queue.interrupted(tx) == ()
        asked = queue.unconfirmed(tx)
    assert {
        (each.is_restored, tuple(sorted(one.title for one in each.prints))) for each in asked
    } == {
        (True, ("queued", "rendered")),
        (True, ("another unit",)),
        (False, ("sent",)),
        (False, ("sending",)),
    }
    assert all(each.is_doubtful for each in asked)
    with writing(facility.engine) as tx:
        for batch in asked:
            queue.take_back(tx, batch.number)
        states = {each.title: each.state for each in queue.waiting(tx)}
    assert states == {
        "queued": PrintState.QUEUED,  # it has no PDF yet
        **dict.fromkeys(("rendered", "another unit", "sent", "sending"), PrintState.RENDERED),
    }
