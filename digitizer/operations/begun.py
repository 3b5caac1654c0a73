"""What was begun in a home when its backup was made: a restored home ends it."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.access import kiosks, sessions, tokens
from digitizer.notifications import outbox
from digitizer.storage.tables import joint_request
from digitizer.storage.tables_upkeep import backup_run


def end_what_was_begun(tx: sa.Connection) -> int:
    """Ends sessions, requests for a second person, and kiosks' codes that wait: since the backup
    they may have been ended for a reason, or used. All tokens are revoked for the same reason, and
    what waited to be sent is doubtful: it may have been sent since. Returns how many sessions there
    were."""
    tx.execute(sa.delete(joint_request))
    tx.execute(sa.delete(backup_run).where(backup_run.c.finished.is_(None)))
    outbox.doubt_all(tx)
    kiosks.forget_codes(tx)
    tokens.revoke_all(tx)
    return sessions.close_all_sessions(tx)
