"""Roster files that came in, as the tables have them: the bytes while a person looks at what they
would do, and afterwards that they were applied."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.people.roster_choices import from_json, to_json
from digitizer.people.roster_file.layout import Choices
from digitizer.storage.tables import roster_file
from digitizer.support.clock import now

#: How long an uploaded file waits for somebody to apply it.
KEPT_FOR = timedelta(hours=2)


class RosterState(StrEnum):
    """PREVIEWED: uploaded, and waits. SET_ASIDE: from the watched folder, not applied. DISMISSED: a
    person decided so, or a newer one was applied."""

    PREVIEWED = "previewed"
    SET_ASIDE = "set aside"
    APPLIED = "applied"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class KeptRoster:
    """``reason`` is why it was set aside; ``content`` is None once it is no longer needed."""

    sha256: str
    name: str
    state: RosterState
    content: bytes | None
    full: bool
    choices: Choices
    reason: str
    came: datetime
    applied: datetime | None


def keep(
    tx: sa.Connection,
    sha256: str,
    name: str,
    content: bytes,
    *,
    full: bool,
    reason: str | None = None,
) -> None:
    """With a ``reason`` as set aside, else as previewed; but one that was set aside stays so until
    a person applies or dismisses it. Uploads nobody applied in time go."""
    _forget_old(tx)
    known = find(tx, sha256)
    if known and known.state is RosterState.SET_ASIDE:
        reason = reason or known.reason
    values = {
        "name": name,
        "state": str(RosterState.PREVIEWED if reason is None else RosterState.SET_ASIDE),
        "content": zlib.compress(content),
        "full": full,
        "choices": {},
        "reason": reason or "",
        "came": now(),
    }
    _write(tx, sha256, values)


def note_applied(tx: sa.Connection, sha256: str, name: str, full: bool) -> None:
    """Its bytes are no longer kept; and those that were set aside before it are out of date."""
    waiting = roster_file.c.state == RosterState.SET_ASIDE
    old = {"state": str(RosterState.DISMISSED), "content": None}
    tx.execute(sa.update(roster_file).where(waiting).values(**old))
    values = {"state": str(RosterState.APPLIED), "content": None, "applied": now()}
    _write(tx, sha256, {"name": name, "full": full, "came": now(), **values})


def _write(tx: sa.Connection, sha256: str, values: dict[str, Any]) -> None:
    known = sa.update(roster_file).where(roster_file.c.sha256 == sha256)
    if tx.execute(known.values(**values)).rowcount == 0:
        tx.execute(sa.insert(roster_file).values(sha256=sha256, **values))


def choose(tx: sa.Connection, sha256: str, choices: Choices, full: bool) -> None:
    known = sa.update(roster_file).where(roster_file.c.sha256 == sha256)
    tx.execute(known.values(choices=to_json(choices), full=full))


def dismiss(tx: sa.Connection, sha256: str) -> None:
    values = {"state": str(RosterState.DISMISSED), "content": None}
    tx.execute(sa.update(roster_file).where(roster_file.c.sha256 == sha256).values(**values))


def find(tx: sa.Connection, sha256: str) -> KeptRoster | None:
    row = tx.execute(sa.select(roster_file).where(roster_file.c.sha256 == sha256)).first()
    return _kept(row) if row else None


def find_content(tx: sa.Connection, sha256: str) -> tuple[KeptRoster, bytes]:
    """Raises NotFound where it does not wait for anybody, or no longer."""
    kept = find(tx, sha256)
    waits = kept and (kept.state is RosterState.SET_ASIDE or kept.came > now() - KEPT_FOR)
    if kept is None or kept.content is None or not waits:
        raise NotFound("That roster file is no longer kept here. Upload it again.")
    return kept, kept.content


def set_aside(tx: sa.Connection) -> tuple[KeptRoster, ...]:
    """Those that wait for a person, the newest first, without their bytes."""
    waiting = roster_file.c.state == RosterState.SET_ASIDE
    rows = tx.execute(
        sa.select(roster_file).where(waiting).order_by(roster_file.c.came.desc())
    ).all()
    return tuple(_kept(row, bare=True) for row in rows)


def is_older(tx: sa.Connection, kept: KeptRoster) -> bool:
    """Whether another file was applied since this one was, or since it came in."""
    others = sa.select(sa.func.max(roster_file.c.applied)).where(
        roster_file.c.sha256 != kept.sha256
    )
    newest = tx.execute(others).scalar()
    return newest is not None and newest > (kept.applied or kept.came)


def _forget_old(tx: sa.Connection) -> None:
    old = (roster_file.c.state == RosterState.PREVIEWED) & (roster_file.c.came < now() - KEPT_FOR)
    tx.execute(sa.delete(roster_file).where(old, roster_file.c.applied.is_(None)))
    again = {"state": str(RosterState.APPLIED), "content": None}
    tx.execute(sa.update(roster_file).where(old).values(**again))


def _kept(row: Any, bare: bool = False) -> KeptRoster:
    return KeptRoster(
        sha256=row.sha256,
        name=row.name,
        state=RosterState(row.state),
        content=zlib.decompress(row.content) if row.content and not bare else None,
        full=row.full,
        choices=from_json(row.choices or {}),
        reason=row.reason,
        came=row.came,
        applied=row.applied,
    )
