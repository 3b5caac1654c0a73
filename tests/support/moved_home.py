"""A home that moves to another database: killed on its way, and looked at without its own code."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import sqlalchemy as sa

from digitizer.facility import open_facility
from digitizer.model.events import Verb
from digitizer.operations.moving import move_home
from digitizer.storage.database import reading
from digitizer.storage.every_table import metadata
from digitizer.storage.tables import event
from digitizer.support import failpoints
from tests.support.made_mail import OPERATOR

#: Between these the old database is closed, and the settings do not name the new one yet.
CLOSED = ("moving.closed", "moving.opened")


def killed_at(home: Path, url: str, point: str) -> bool:
    """Whether a move of ``home`` reached the point at which it is killed."""
    child = os.fork()
    if not child:
        try:
            failpoints.arm(point)
            move_home(home, url, OPERATOR)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def moves_begun(home: Path) -> tuple[str, int]:
    """On what the home works, and how often its log says that a move was begun."""
    facility = open_facility(home)
    with reading(facility.engine) as tx:
        begun = tx.execute(sa.select(event.c.seq).where(event.c.verb == Verb.MOVE_DATABASE)).all()
    facility.engine.dispose()
    return facility.engine.dialect.name, len(begun)


def all_rows(engine: sa.Engine) -> dict[str, list[str]]:
    """Of each table, as text that is the same on both."""
    found = {}
    with engine.connect() as tx:
        for table in metadata.sorted_tables:
            name = table.name
            if name == "event" and sa.inspect(tx).has_table("event_before_move"):
                name = "event_before_move"
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            asked = sa.text(f"SELECT {columns} FROM {name}").columns(*table.columns)
            found[table.name] = sorted(repr(tuple(row)) for row in tx.execute(asked))
    return found
