"""What was begun in a home when its backup was made: a restored home ends it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access import kiosks, sessions, tokens
from digitizer.departures import codes
from digitizer.model.people import Actor
from digitizer.notifications import outbox
from digitizer.prints import queue
from digitizer.storage.tables import joint_request
from digitizer.storage.tables_upkeep import backup_run


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions were ended, and how many prints and things to send are doubtful now."""

    sessions: int
    prints: int
    outgoing: int


def end_what_was_begun(tx: sa.Connection, by: Actor) -> Ended:
    """Ends sessions, requests for a second person, and codes that wait: since the backup
    they may have been ended for a reason, or used. All tokens are revoked for the same reason, and
    what waited to be sent or printed is doubtful: it may have been since. ``by`` restores it."""
    tx.execute(sa.delete(joint_request))
    tx.execute(sa.delete(backup_run).where(backup_run.c.finished.is_(None)))
    kiosks.forget_codes(tx)
    codes.end_all(tx)
    tokens.revoke_all(tx)
    return Ended(
        sessions=sessions.close_all_sessions(tx),
        prints=queue.doubt_all(tx, by.name),
        outgoing=outbox.doubt_all(tx),
    )
