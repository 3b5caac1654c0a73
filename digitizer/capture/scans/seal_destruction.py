"""Destroys the key of a sealed scan, so that what is recorded as destroyed is.

Three steps, each durable before the next: the decision is entered, the key is destroyed, the
destruction is recorded. After a crash the decision is carried out: a key is never lost without a
decision, and none is left once its destruction is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.capture.scans import sealed_pages, sealing
from digitizer.model.events import Subject
from digitizer.model.mail import PageRole, ScanState
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.blobs import BlobStore
from digitizer.storage.seal_keys import SealKeys
from digitizer.storage.tables import joint_request, page, scan, seal_destruction, staff
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose key is to be destroyed, who decided it, and why."""

    scan_id: str
    key_id: str
    by: Actor
    why: str


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Which pages were cut out before, and the encrypted pictures to which nothing refers."""

    cut_out: tuple[int, ...]
    pictures: tuple[str, ...]


def decide(tx: sa.Connection, scan_id: str, by: Actor, why: str) -> Decision:
    """Enters the decision; from now on nobody can open the scan. Raises NotFound and Conflict."""
    decision = Decision(scan_id, sealing.seal_key_id(tx, scan_id), by, why)
    tx.execute(
        sa.insert(seal_destruction).values(
            scan_id=scan_id,
            actor_kind=str(by.kind),
            actor=by.name,
            shell=by.shell or None,
            why=why,
            at=now(),
        )
    )
    return decision


def undone(tx: sa.Connection) -> tuple[Decision, ...]:
    """The decisions whose destruction is not recorded yet, oldest first."""
    rows = tx.execute(
        sa.select(seal_destruction, scan.c.seal_key_id)
        .join(scan, scan.c.id == seal_destruction.c.scan_id)
        .order_by(seal_destruction.c.at, seal_destruction.c.scan_id)
    )
    return tuple(Decision(row.scan_id, row.seal_key_id, _who(row), row.why) for row in rows)


def _who(row: sa.Row[Any]) -> Actor:
    """As they came when they decided: nobody decides this unproven."""
    return Actor(ActorKind(row.actor_kind), row.actor, proven=True, shell=row.shell or "")


def take_request(tx: sa.Connection, decision: Decision) -> dict[str, str]:
    """Who asked for it before, and why, as the event of the destruction names them; the request is
    gone. Empty where nobody else did."""
    about = joint_request.c.subject == str(Subject.scan(decision.scan_id))
    row = tx.execute(
        sa.select(staff.c.name, joint_request.c.reason)
        .join(staff, staff.c.id == joint_request.c.staff_id)
        .where(about, staff.c.name != decision.by.name)
    ).first()
    tx.execute(sa.delete(joint_request).where(about))
    return {"asked_by": row.name, "asked_why": row.reason} if row else {}


def finish(
    tx: sa.Connection, store: BlobStore, keys: SealKeys, decision: Decision
) -> Destroyed | None:
    """Enters that the key is destroyed, which it must be; the pages count as recorded only. A plain
    original that could not be proven is dropped too. None if someone else finished it.
    """
    this = seal_destruction.c.scan_id == decision.scan_id
    if tx.execute(sa.delete(seal_destruction).where(this)).rowcount == 0:
        return None
    if keys.exists(decision.key_id):
        raise AssertionError("a key that is still there is recorded as destroyed")
    known = sealed_pages.pages_of(tx, decision.scan_id)
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == decision.scan_id)
        .values(seal_key_id=None, state=str(ScanState.FILED), finished=now())
    )
    of_scan = page.c.scan_id == decision.scan_id
    tx.execute(sa.update(page).where(of_scan).values(role=str(PageRole.RECORDED)))
    pictures = sealed_pages.forget_pictures(tx, decision.scan_id)
    sealing.drop_plain(tx, store, keys)
    return Destroyed(tuple(each.number for each in known if each.cut_into), tuple(pictures))
