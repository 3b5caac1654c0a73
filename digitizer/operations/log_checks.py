"""Once a day the service walks along the whole event log: a log that somebody altered is an alarm,
not something that is found in a trial a year later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.events import LOG, Verb
from digitizer.model.people import Actor
from digitizer.storage.database import reading
from digitizer.storage.tables_auditing import log_check
from digitizer.support.clock import now

_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LogCheck:
    """``events`` were intact; ``fault`` is what is wrong with the next one, empty if nothing is."""

    at: datetime
    events: int
    fault: str


def last(tx: sa.Connection) -> LogCheck | None:
    row = tx.execute(sa.select(log_check)).first()
    return None if row is None else LogCheck(row.at, row.events, row.fault)


def check_log_if_due(facility: Facility, by: Actor) -> LogCheck | None:
    """Walks along the log, where that was not done for a day; returns what was found, None where
    it was not due. The log can be read while it goes on: the walk sees one moment of it."""
    permit(facility, by, Act.OPERATE)
    with reading(facility.engine) as tx:
        known = last(tx)
        if known is not None and now() - known.at < _EVERY:
            return None
        walked = audit.walk(tx)
    found = LogCheck(now(), walked.events, walked.fault or "")
    with acting(facility, by, Act.OPERATE) as action:
        values = {"at": found.at, "events": found.events, "fault": found.fault}
        if action.tx.execute(sa.update(log_check).values(**values)).rowcount == 0:
            action.tx.execute(sa.insert(log_check).values(id=1, **values))
        action.record(Verb.CHECK_LOG, LOG, events=found.events, fault=found.fault)
    return found
