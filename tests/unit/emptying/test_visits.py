"""Visits and recordings whose time is over: what goes, what stays, and what keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.calls import recordings
from digitizer.calls.states import Stage
from digitizer.facility import Facility
from digitizer.model.events import Subject
from digitizer.model.people import MACHINE
from digitizer.model.retention import HoldOn, MailKind, Waits
from digitizer.model.retention_settings import Retention, Schedule
from digitizer.people.correspondents.records import Entry
from digitizer.retention import actions
from digitizer.storage.database import reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.tables_calls import call_seat, recording, video_call
from digitizer.storage.tables_visits import visit, visit_guest
from digitizer.support.clock import now
from tests.support.kept_mail import destroyed, scheduled
from tests.support.made_mail import OPERATOR, ORSON, SUPERVISOR
from tests.support.met_calls import bring, leave_recording, plan, with_calls
from tests.support.visiting import book_first, make_session, make_visitor

YEAR = Schedule(keep="1 year", source="Invented schedule 1")
LONG_AGO = timedelta(days=400)


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_calls(scheduled(facility, Retention(recordings=YEAR, visits=YEAR)), record=True)


def _old_visit(here: Facility, *, outcome: str | None = "completed") -> str:
    """Booked by staff for a visitor and a cousin, and over for long."""
    make_session(here)
    guest = make_visitor(here, Entry("Ida Zqvisitor", "", "ida@example.org", "en"))
    made = book_first(here, guest)
    _grow_old(here, made)
    with writing(here.engine) as tx:
        tx.execute(sa.update(visit).values(outcome=outcome, outcome_note="zqnote"))
        tx.execute(sa.text("UPDATE outbox SET state = 'sent'"))
    return made


def _grow_old(here: Facility, made: str) -> None:
    then = now() - LONG_AGO
    when = {"starts": then, "ends": then + timedelta(minutes=30)}
    with writing(here.engine) as tx:
        tx.execute(sa.update(visit).where(visit.c.id == made).values(**when))


def _recorded(here: Facility) -> str:
    """A call that is over, whose recording was kept long ago."""
    guest = make_visitor(here, Entry("Ira Other", "", "ira@example.org", "en"))
    assert guest.correspondent is not None
    call = plan(here, ORSON, guest.correspondent)
    leave_recording(here, call)
    assert recordings.take_in(here, MACHINE).calls == 1
    with writing(here.engine) as tx:
        tx.execute(sa.update(recording).values(made=now() - LONG_AGO))
    return call


def _waits(here: Facility, kind: MailKind) -> list[tuple[Waits, ...]]:
    return [each.waits for each in actions.due(here, OPERATOR, kind)]


def test_of_a_visit_nothing_stays_but_its_events(here: Facility) -> None:
    made = _old_visit(here)
    assert _waits(here, MailKind.VISITS) == [()]
    run = destroyed(here, MailKind.VISITS)
    with reading(here.engine) as tx:
        for table in (visit, visit_guest, video_call):
            assert tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
        for table in metadata.tables.values():
            if table.name not in ("correspondent", "contact", "account"):
                rows = "\n".join(map(str, tx.execute(sa.select(table)).all()))
                assert "zqnote" not in rows, table.name
        last = list(events_of(tx, Subject.visit(made)))[-1]
    assert (last.detail["run"], last.verb) == (run, "destroy")
    assert actions.due(here, OPERATOR, MailKind.VISITS) == ()


def test_a_visit_of_which_nobody_said_what_became_of_it_stays(here: Facility) -> None:
    _old_visit(here, outcome=None)
    assert _waits(here, MailKind.VISITS) == [(Waits.UNSETTLED,)]


def test_nothing_is_due_without_a_schedule(here: Facility) -> None:
    _old_visit(here)
    settings = here.settings.model_copy(update={"retention": Retention()})
    assert _waits(replace(here, settings=settings), MailKind.VISITS) == []


@pytest.mark.parametrize("on", [HoldOn.INMATE, HoldOn.CORRESPONDENT])
def test_a_legal_hold_keeps_both(here: Facility, on: HoldOn) -> None:
    _old_visit(here)
    _recorded(here)
    with reading(here.engine) as tx:
        who = {
            HoldOn.INMATE: ORSON,
            HoldOn.CORRESPONDENT: str(
                tx.execute(sa.select(visit_guest.c.correspondent_id)).scalar_one()
            ),
        }[on]
    number = actions.set_hold(here, on, who, SUPERVISOR, "a claim")
    kept = _waits(here, MailKind.VISITS)
    if on is HoldOn.INMATE:
        kept += _waits(here, MailKind.RECORDINGS)
    assert all(Waits.LEGAL_HOLD in each for each in kept)
    actions.lift_hold(here, number, SUPERVISOR, "it is over")
    assert _waits(here, MailKind.VISITS) == [()]


def test_of_a_recording_key_and_files_go(here: Facility, tmp_path: Path) -> None:
    call = _recorded(here)
    (key,) = recordings.keys_of(here).names()
    destroyed(here, MailKind.RECORDINGS)
    assert recordings.keys_of(here).names() == set()
    assert [*recordings.store_of(here, call).names()] == []
    found = recordings.recorded(here, call, SUPERVISOR)
    assert found is not None
    assert found.destroyed
    assert found.files == 0
    for path in here.home.rglob("*"):
        assert not path.is_file() or key.encode() not in path.read_bytes(), path
    assert recordings.incomplete(here) == ()
    assert actions.due(here, OPERATOR, MailKind.RECORDINGS) == ()


def test_what_comes_late_of_a_destroyed_recording_goes_too(here: Facility) -> None:
    call = _recorded(here)
    destroyed(here, MailKind.RECORDINGS)
    late = leave_recording(here, call)
    assert recordings.take_in(here, MACHINE).refused == 1
    assert not late.exists()


def test_a_visit_goes_after_its_recording(here: Facility) -> None:
    made = _old_visit(here)
    with writing(here.engine) as tx:
        whose = tx.execute(sa.select(visit_guest.c.correspondent_id)).scalar_one()
    plan(here, ORSON, whose, visit=made)
    bring(here, made, Stage.ENDED)
    leave_recording(here, made)
    recordings.take_in(here, MACHINE)
    assert _waits(here, MailKind.VISITS) == [(Waits.RECORDING,)]
    with writing(here.engine) as tx:
        tx.execute(sa.update(recording).values(made=now() - LONG_AGO))
    destroyed(here, MailKind.RECORDINGS)
    assert _waits(here, MailKind.VISITS) == [()]
    destroyed(here, MailKind.VISITS)
    with reading(here.engine) as tx:
        for table in (recording, video_call, call_seat):
            assert tx.execute(sa.select(table)).all() == []
