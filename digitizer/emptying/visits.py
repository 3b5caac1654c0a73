"""Emptying the tables of visits, and of the recordings of their calls; as ``tables``."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.emptying.tables import note_leftover
from digitizer.model.events import Subject
from digitizer.storage.tables_calls import call_seat, recorded_file, recording, video_call
from digitizer.storage.tables_upkeep import outbox
from digitizer.storage.tables_visits import visit, visit_guest, visit_left
from digitizer.support.clock import now

#: As stores are named where leftovers are: the files of one call, and its key.
FILES, KEY = "recordings", "recording keys"


def empty_recording(tx: sa.Connection, run: int, call_id: str) -> tuple[str, ...]:
    """Its files and its key go; that there was one stays. Returns the digests of what was
    recorded."""
    its = recorded_file.c.call_id == call_id
    hashes = tuple(tx.execute(sa.select(recorded_file.c.sha256).where(its)).scalars())
    asked = sa.select(recording.c.key).where(recording.c.call_id == call_id)
    note_leftover(tx, run, KEY, str(tx.execute(asked).scalar_one()))
    note_leftover(tx, run, FILES, call_id)
    tx.execute(sa.delete(recorded_file).where(its))
    this = sa.update(recording).where(recording.c.call_id == call_id)
    tx.execute(this.values(key=None, destroyed=now()))
    return hashes


def empty_visit(tx: sa.Connection, visit_id: str) -> tuple[str, ...]:
    """It, its visitors and its call go; its events stay, and say no more than who decided what. The
    recording of its call was destroyed before."""
    of_outbox = sa.update(outbox).where(outbox.c.cause == str(Subject.visit(visit_id)))
    tx.execute(of_outbox.values(recipient="", subject="", body="", problem=None, leave=None))
    tx.execute(sa.delete(recording).where(recording.c.call_id == visit_id))
    tx.execute(sa.delete(call_seat).where(call_seat.c.call_id == visit_id))
    tx.execute(sa.delete(video_call).where(video_call.c.id == visit_id))
    for table in (visit_guest, visit_left):
        tx.execute(sa.delete(table).where(table.c.visit_id == visit_id))
    tx.execute(sa.delete(visit).where(visit.c.id == visit_id))
    return ()


def is_named(tx: sa.Connection, store: str, name: str) -> bool:
    """Whether a recording still has this key, or these files."""
    column = recording.c.key if store == KEY else recording.c.call_id
    kept = sa.select(recording.c.call_id).where(column == name, recording.c.destroyed.is_(None))
    return tx.execute(kept).first() is not None
