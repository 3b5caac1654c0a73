"""What was refused is in the log too; a flood of it is not.

Of the same person, account or terminal and the same act, one event is written in ten minutes; what
is refused in between is counted, and the next event names the number. A number that no further
refusal names is written down when somebody is refused anything a day later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.tables_refusals import refusal
from digitizer.support.clock import now

_ONE_EVENT = timedelta(minutes=10)
_UNTOLD = timedelta(days=1)


def note(tx: sa.Connection, by: Actor, subject: Subject, asked: str, **detail: Any) -> None:
    """Records that ``asked`` was refused, or counts it. ``subject`` is who, or which account or
    terminal; ``detail`` goes into the event, if one is written."""
    at = now()
    key = (
        refusal.c.actor_kind == str(by.kind),
        refusal.c.actor == by.name,
        refusal.c.subject == str(subject),
        refusal.c.asked == asked,
    )
    known = tx.execute(sa.select(refusal).where(*key)).first()
    if known is not None and timedelta() <= at - known.noted < _ONE_EVENT:
        tx.execute(sa.update(refusal).where(*key).values(more=known.more + 1))
        return
    more = {"more": known.more} if known is not None and known.more else {}
    audit.record(tx, by, Verb.REFUSE, subject, asked=asked, **more, **detail)
    tx.execute(sa.delete(refusal).where(*key))
    values = {"actor_kind": str(by.kind), "actor": by.name, "subject": str(subject)}
    tx.execute(sa.insert(refusal).values(**values, asked=asked, noted=at, more=0))
    _tell_old(tx, at)


def _tell_old(tx: sa.Connection, at: datetime) -> None:
    """Numbers that nothing named for a day are recorded; what has none is forgotten."""
    tx.execute(sa.delete(refusal).where(refusal.c.more == 0, refusal.c.noted < at - _ONE_EVENT))
    old = refusal.c.noted < at - _UNTOLD
    for row in tx.execute(sa.select(refusal).where(old)).all():
        by = Actor(ActorKind(row.actor_kind), row.actor)
        about = Subject(*row.subject.split(":", 1))
        audit.record(tx, by, Verb.REFUSE, about, asked=row.asked, more=row.more, late=True)
    tx.execute(sa.delete(refusal).where(old))
