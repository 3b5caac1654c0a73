"""The ledger of scans, which is also the queue: who has what, and how often it was tried.

A claim is held by a *claimant*: a running supervisor that keeps a lock on a file of its own
(see ``claimants``). When the lock is free its owner is dead, and its work is given back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.reasons import reason_of
from digitizer.capture.scans.sealed_pages import cleared_pages
from digitizer.model.errors import NotFound
from digitizer.model.mail import ScanState
from digitizer.model.paper import Doubt, DoubtReason, Original, Scan
from digitizer.storage.tables import original, scan
from digitizer.support.clock import new_id, now
from digitizer.support.failpoints import reach

#: After so many deaths of the whole service while it worked on a scan, the scan is held.
DEATHS_BEFORE_HOLD = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of bytes that came in: their scan, and whether it is new."""

    scan: Scan
    new: bool


def fingerprint(originals: Sequence[Original]) -> str:
    """One digest for a stack: the file's own, or one over the digests of several files."""
    if len(originals) == 1:
        return originals[0].sha256
    return hashlib.sha256("".join(part.sha256 for part in originals).encode()).hexdigest()


def enter(tx: sa.Connection, originals: Sequence[Original], profile: str, which: str = "") -> Entry:
    """Enters a stack as WAITING; the same bytes a second time give the first scan.

    ``which`` tells a stack of empty files from another: where there are no bytes, none are the
    same, and each is a failure of its own. The same one a second time gives the first scan.
    """
    mark = hashlib.sha256(os.fsencode(which)).hexdigest() if which else fingerprint(originals)
    before = tx.execute(sa.select(scan.c.id).where(scan.c.fingerprint == mark)).scalar()
    if before is not None:
        return Entry(find_scan(tx, before), new=False)
    entered = Scan(new_id(), tuple(originals), profile, now())
    tx.execute(
        sa.insert(scan).values(
            id=entered.id, fingerprint=mark, profile=profile,
            state=str(ScanState.WAITING), taken_in=entered.taken_in,
        )
    )  # fmt: skip
    reach("ledger.scan_entered")
    for ordinal, part in enumerate(originals, start=1):
        tx.execute(
            sa.insert(original).values(
                scan_id=entered.id, ordinal=ordinal, sha256=part.sha256,
                source=part.source, size=part.size,
            )
        )  # fmt: skip
        reach("ledger.original_entered")
    return Entry(entered, new=True)


def find_scan(tx: sa.Connection, scan_id: str) -> Scan:
    """Raises NotFound."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"No scan has the id {scan_id}.")
    cleared = cleared_pages(tx, scan_id)
    return Scan(row.id, _originals(tx, scan_id), row.profile, row.taken_in, cleared)


def _originals(tx: sa.Connection, scan_id: str) -> tuple[Original, ...]:
    rows = tx.execute(
        sa.select(original).where(original.c.scan_id == scan_id).order_by(original.c.ordinal)
    )
    return tuple(Original(row.sha256, row.source, row.size) for row in rows)


def scan_state(tx: sa.Connection, scan_id: str) -> ScanState:
    return ScanState(tx.execute(sa.select(scan.c.state).where(scan.c.id == scan_id)).scalar_one())


def claim_next(tx: sa.Connection, claimant: str, last: Collection[str] = ()) -> Scan | None:
    """Takes the oldest waiting scan; one that saw the service die comes first, and alone; one
    that was tried in vain waits behind all that were tried less, for it may well hang again;
    those of the ids in ``last`` wait behind the others.

    Returns None where there is nothing to do, or where a scan that must be alone is at work
    or would not be alone.
    """
    first = tx.execute(
        sa.select(scan.c.id)
        .where(scan.c.state == ScanState.WAITING)
        .order_by(
            scan.c.deaths.desc(), scan.c.id.in_(last), scan.c.tries, scan.c.taken_in, scan.c.id
        )
        .limit(1)
    ).scalar()
    return None if first is None else claim(tx, first, claimant)


def _may_begin(tx: sa.Connection, scan_id: str) -> bool:
    """A scan that saw the service die is worked alone, so that it is known which one kills."""
    busy = tx.execute(
        sa.select(scan.c.deaths).where(scan.c.state == ScanState.WORKING)
    ).scalars().all()  # fmt: skip
    deaths = tx.execute(sa.select(scan.c.deaths).where(scan.c.id == scan_id)).scalar() or 0
    return not any(busy) and not (deaths and busy)


def claim(tx: sa.Connection, scan_id: str, claimant: str) -> Scan | None:
    """Takes one certain scan if it waits and may be worked now.

    None if someone else has it, if it is done, or if it or one at work must be alone.
    """
    if not _may_begin(tx, scan_id):
        return None
    taken = tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id, scan.c.state == ScanState.WAITING)
        .values(state=str(ScanState.WORKING), claimed_by=claimant)
    )
    reach("ledger.claimed")
    return find_scan(tx, scan_id) if taken.rowcount == 1 else None


def tries(tx: sa.Connection, scan_id: str) -> int:
    """How often the scan was tried in vain."""
    return int(tx.execute(sa.select(scan.c.tries).where(scan.c.id == scan_id)).scalar_one())


def holds(tx: sa.Connection, scan_id: str, claimant: str) -> bool:
    """Whether this claimant still has the scan: asked in the very transaction that files it."""
    row = tx.execute(sa.select(scan.c.state, scan.c.claimed_by).where(scan.c.id == scan_id)).one()
    return bool(row.state == ScanState.WORKING and row.claimed_by == claimant)


def claimants_at_work(tx: sa.Connection) -> tuple[str, ...]:
    rows = tx.execute(
        sa.select(scan.c.claimed_by).where(scan.c.state == ScanState.WORKING).distinct()
    )
    return tuple(name for name in rows.scalars() if name)


def put_back_all_but(tx: sa.Connection, in_hand: Collection[str], claimant: str) -> None:
    """Puts the scans that a living claimant has no more in hand back in the queue, uncounted."""
    tx.execute(
        sa.update(scan)
        .where(
            scan.c.claimed_by == claimant,
            scan.c.state == ScanState.WORKING,
            scan.c.id.not_in(in_hand),
        )
        .values(state=str(ScanState.WAITING), claimed_by=None)
    )


def give_back(tx: sa.Connection, claimant: str, died: bool) -> tuple[str, ...]:
    """Puts a claimant's scans back in the queue; a death is counted on them, a stop is not.

    A scan under which the service died DEATHS_BEFORE_HOLD times is held instead.
    """
    mine = (scan.c.claimed_by == claimant) & (scan.c.state == ScanState.WORKING)
    ids = tuple(tx.execute(sa.select(scan.c.id).where(mine)).scalars())
    tx.execute(
        sa.update(scan)
        .where(mine)
        .values(state=str(ScanState.WAITING), claimed_by=None, deaths=scan.c.deaths + int(died))
    )
    for scan_id in ids:
        deaths = tx.execute(sa.select(scan.c.deaths).where(scan.c.id == scan_id)).scalar_one()
        if deaths >= DEATHS_BEFORE_HOLD:
            hold_scan(tx, scan_id, Doubt(
                DoubtReason.WORKER_FAILED,
                f"The service died {deaths} times while working on this scan.",
                "Look at the original and file it by hand.",
            ))  # fmt: skip
    return ids


def count_try(tx: sa.Connection, scan_id: str, tries_allowed: int, why: str) -> bool:
    """Counts a failed try; the scan waits again, or is held when its tries are spent.

    Returns whether it is held now.
    """
    failed = tries(tx, scan_id) + 1
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(tries=failed, state=str(ScanState.WAITING), claimed_by=None)
    )
    if failed < tries_allowed:
        return False
    hold_scan(tx, scan_id, Doubt(
        DoubtReason.WORKER_FAILED,
        f"This file could not be worked in {failed} tries ({why}).",
        "Ask for it to be scanned again, or file it by hand.",
    ))  # fmt: skip
    return True


def hold_scan(tx: sa.Connection, scan_id: str, *doubts: Doubt, pages: int | None = None) -> None:
    """Holds a whole scan for a person. Its reason in one word is the first doubt's."""
    values: dict[str, Any] = {
        "state": str(ScanState.HELD),
        "doubt": str(doubts[0].reason),
        "reason": reason_of(doubts),
        "claimed_by": None,
        "finished": now(),
    }
    if pages is not None:
        values["pages"] = pages
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(**values))


def finish(tx: sa.Connection, scan_id: str, pages: int) -> None:
    """The scan's letters are filed; its work is over."""
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(state=str(ScanState.FILED), pages=pages, claimed_by=None, finished=now())
    )
    reach("ledger.finished")


@dataclass(frozen=True, slots=True)
class QueueState:
    """For health and the staff page: how much waits, and since when."""

    waiting: int
    working: int
    oldest: datetime | None


def queue_state(tx: sa.Connection) -> QueueState:
    open_states = (ScanState.WAITING, ScanState.WORKING)
    rows = tx.execute(
        sa.select(scan.c.state, sa.func.count(), sa.func.min(scan.c.taken_in))
        .where(scan.c.state.in_(open_states))
        .group_by(scan.c.state)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    oldest = min((row[2] for row in rows), default=None)
    return QueueState(counts.get(ScanState.WAITING, 0), counts.get(ScanState.WORKING, 0), oldest)
