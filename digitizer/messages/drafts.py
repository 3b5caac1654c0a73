"""What somebody is writing to one person: kept as they type, until it is sent or thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.mail import Direction
from digitizer.storage.tables_messages import message_draft
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """``photos`` are the names of its stored photos; ``saved`` is None where nothing was kept."""

    subject: str = ""
    body: str = ""
    photos: tuple[str, ...] = ()
    saved: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.subject or self.body or self.photos)


@dataclass(frozen=True, slots=True)
class Between:
    """Who writes to whom: the row of an inmate, the record of a correspondent, and who of the two
    is writing."""

    direction: Direction
    inmate_id: int
    correspondent_id: int


def kept(tx: sa.Connection, between: Between) -> KeptDraft:
    """Empty where nothing was kept."""
    row = tx.execute(sa.select(message_draft).where(*_this(between))).first()
    return KeptDraft(row.subject, row.body, tuple(row.photos), row.saved) if row else KeptDraft()


def keep(
    tx: sa.Connection, between: Between, subject: str, body: str, photos: Sequence[str]
) -> None:
    """From now on this is the draft."""
    values = {"subject": subject, "body": body, "photos": list(photos), "saved": now()}
    this = sa.update(message_draft).where(*_this(between))
    if tx.execute(this.values(**values)).rowcount:
        return
    whose = {"inmate_id": between.inmate_id, "correspondent_id": between.correspondent_id}
    tx.execute(sa.insert(message_draft).values(direction=str(between.direction), **whose, **values))


def discard(tx: sa.Connection, between: Between) -> None:
    tx.execute(sa.delete(message_draft).where(*_this(between)))


def _this(between: Between) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        message_draft.c.direction == str(between.direction),
        message_draft.c.inmate_id == between.inmate_id,
        message_draft.c.correspondent_id == between.correspondent_id,
    )
