"""The ledger of scans, which is also the queue: who has which, and how often it was tried.

A claim is held by a *claimant*: a running worker that gives signs of life (see ``leases`` and
``signs_of_life``). When they cease its scans are given back. Each claim has a number, the scan's
next: a worker that was only cut off, and comes back, finds that its own is no longer the last.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.capture.reasons import reason_of
from digitizer.capture.scans.sealed_pages import cleared_pages
from digitizer.model.errors import NotFound
from digitizer.model.mail import ScanState
from digitizer.model.paper import Doubt, DoubtReason, Original, Scan
from digitizer.storage.tables import original, scan
from digitizer.support.clock import new_id, now
from digitizer.support.failpoints import failpoint
from digitizer.support.wording import counted

#: After this many deaths of the whole service while it worked on a scan, the scan is held.
DEATHS_BEFORE_HOLD = 10
#: A scan of more bytes takes minutes, not seconds: some two hundred pages.
LARGE = 20_000_000
#: About what working a byte takes. A scan waits so long for smaller ones that came in after it,
#: and no longer, so that none waits for ever.
_WORK_A_BYTE, _LONGEST_WORK = timedelta(microseconds=10), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """The ledger's answer to bytes that came in: their scan, and whether it is new."""

    scan: Scan
    new: bool


def fingerprint(originals: Sequence[Original]) -> str:
    """One digest for a stack: the file's own, or one over the digests of several files."""
    if len(originals) == 1:
        return originals[0].sha256
    return hashlib.sha256("".join(part.sha256 for part in originals).encode()).hexdigest()


def enter(tx: sa.Connection, originals: Sequence[Original], profile: str, which: str = "") -> Entry:
    """Enters a stack as WAITING; the same bytes a second time give the first scan.

    ``which`` identifies a stack of empty files: having no bytes, two of them are not the same but
    two separate failures. The same one a second time gives the first scan.
    """
    digest = hashlib.sha256(os.fsencode(which)).hexdigest() if which else fingerprint(originals)
    before = tx.execute(sa.select(scan.c.id).where(scan.c.fingerprint == digest)).scalar()
    if before is not None:
        return Entry(find_scan(tx, before), new=False)
    entered = Scan(id=new_id(), originals=tuple(originals), profile=profile, taken_in=now())
    tx.execute(
        sa.insert(scan).values(
            id=entered.id,
            fingerprint=digest,
            profile=profile,
            state=str(ScanState.WAITING),
            taken_in=entered.taken_in,
            due=entered.taken_in + min(_WORK_A_BYTE * entered.size, _LONGEST_WORK),
        )
    )
    failpoint("ledger.scan_entered")
    for ordinal, part in enumerate(originals, start=1):
        tx.execute(
            sa.insert(original).values(
                scan_id=entered.id,
                ordinal=ordinal,
                sha256=part.sha256,
                source=part.source,
                size=part.size,
            )
        )
        failpoint("ledger.original_entered")
    return Entry(entered, new=True)


def find_scan(tx: sa.Connection, scan_id: str) -> Scan:
    """Raises NotFound."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"No scan has the id {scan_id}.")
    return Scan(
        id=row.id,
        originals=_originals(tx, scan_id),
        profile=row.profile,
        taken_in=row.taken_in,
        cleared=cleared_pages(tx, scan_id),
        claim=row.claims,
    )


def _originals(tx: sa.Connection, scan_id: str) -> tuple[Original, ...]:
    """Those that are kept; all, where all were destroyed: their names stay known."""
    rows = tx.execute(
        sa.select(original).where(original.c.scan_id == scan_id).order_by(original.c.ordinal)
    ).all()
    kept = [row for row in rows if row.destroyed is None]
    return tuple(Original(row.sha256, row.source, row.size) for row in kept or rows)


def scan_state(tx: sa.Connection, scan_id: str) -> ScanState:
    return ScanState(tx.execute(sa.select(scan.c.state).where(scan.c.id == scan_id)).scalar_one())


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a claimant takes a scan. ``last``: ids of scans that wait behind the others.
    ``beside``: the claimants of the same machine, which a scan can kill; None: all that there are.
    ``away``: not in the facility's home, so that what needs the keys of seals is left. ``small``:
    the next one shall not be large. ``crowded``: other scans are at work in the same process."""

    last: Collection[str] = ()
    beside: Collection[str] | None = None
    away: bool = False
    small: bool = False
    crowded: bool = False


_ANY = Terms()


def claim_next(tx: sa.Connection, claimant: str, terms: Terms = _ANY) -> Scan | None:
    """Claims the waiting scan that is due first: of two that came in together the smaller. One over
    which the service died comes before, and alone; one whose attempts failed waits behind all that
    failed less often, since it may hang again.

    Returns None if there is nothing to do, or if a scan that must be alone is at work or would
    not be alone.
    """
    first = tx.execute(
        sa.select(scan.c.id)
        .where(scan.c.state == ScanState.WAITING, *_within_reach(terms), *_of_size(terms))
        .order_by(
            scan.c.deaths.desc(),
            scan.c.id.in_(terms.last),
            scan.c.tries,
            sa.func.coalesce(scan.c.due, scan.c.taken_in),
            scan.c.taken_in,
            scan.c.id,
        )
        .limit(1)
    ).scalar()
    return None if first is None else claim(tx, first, claimant, terms)


def _within_reach(terms: Terms) -> tuple[sa.ColumnElement[bool], ...]:
    return (sa.not_(scan.c.at_home),) if terms.away else ()


def _of_size(terms: Terms) -> tuple[sa.ColumnElement[bool], ...]:
    if not terms.small:
        return ()
    size = sa.select(sa.func.sum(original.c.size)).where(original.c.scan_id == scan.c.id)
    return (sa.or_(scan.c.deaths > 0, size.scalar_subquery() <= LARGE),)


def is_deadly(tx: sa.Connection, scan_id: str) -> bool:
    """Whether the service died over it, so that it must be alone."""
    return bool(tx.execute(sa.select(scan.c.deaths).where(scan.c.id == scan_id)).scalar())


def waits_alone(tx: sa.Connection, terms: Terms) -> bool:
    """Whether one waits that must be alone."""
    waits = (scan.c.state == ScanState.WAITING, scan.c.deaths > 0, *_within_reach(terms))
    return bool(tx.execute(sa.select(sa.exists().where(*waits))).scalar())


def _may_begin(tx: sa.Connection, scan_id: str, terms: Terms) -> bool:
    """A scan over which the service died is worked alone, to know which one it is that kills: no
    other is at work on that machine."""
    here = () if terms.beside is None else (scan.c.claimed_by.in_(list(terms.beside)),)
    at_work = sa.select(scan.c.deaths).where(scan.c.state == ScanState.WORKING, *here)
    busy = tx.execute(at_work).scalars().all()
    crowded = terms.crowded or bool(busy)
    return not any(busy) and not (crowded and is_deadly(tx, scan_id))


def claim(tx: sa.Connection, scan_id: str, claimant: str, terms: Terms = _ANY) -> Scan | None:
    """Claims one particular scan if it is waiting and may be worked now.

    None if another has it, if it is done, or if it or one at work must be alone.
    """
    if not _may_begin(tx, scan_id, terms):
        return None
    waits = (scan.c.id == scan_id, scan.c.state == ScanState.WAITING, *_within_reach(terms))
    taken = tx.execute(
        sa.update(scan)
        .where(*waits)
        .values(state=str(ScanState.WORKING), claimed_by=claimant, claims=scan.c.claims + 1)
    )
    failpoint("ledger.claimed")
    return find_scan(tx, scan_id) if taken.rowcount == 1 else None


def tries(tx: sa.Connection, scan_id: str) -> int:
    """How many attempts at the scan failed."""
    return int(tx.execute(sa.select(scan.c.tries).where(scan.c.id == scan_id)).scalar_one())


def holds(tx: sa.Connection, claimed: Scan, claimant: str) -> bool:
    """Whether this claimant still has the scan, by this very claim: asked in the same transaction
    that files it. One that was taken for dead may have claimed it again since, in other hands."""
    row = tx.execute(sa.select(scan).where(scan.c.id == claimed.id)).one()
    ours = row.claimed_by == claimant and row.claims == claimed.claim
    return bool(row.state == ScanState.WORKING and ours)


def leave_to_home(tx: sa.Connection, scan_id: str) -> None:
    """The scan waits again, uncounted, for a worker in the facility's home."""
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(state=str(ScanState.WAITING), claimed_by=None, at_home=True)
    )


def tell_home(tx: sa.Connection, scan_id: str) -> None:
    """The bytes of a scan came in again, elsewhere: if it is sealed, its home removes the plain
    ones."""
    tx.execute(sa.update(scan).where(scan.c.id == scan_id, scan.c.sealed).values(at_home=True))


def take_told(tx: sa.Connection) -> bool:
    """Whether home was told of any since this was asked last."""
    told = (scan.c.sealed, scan.c.at_home, scan.c.state.in_((ScanState.HELD, ScanState.FILED)))
    done = tx.execute(sa.update(scan).where(*told).values(at_home=False))
    return done.rowcount > 0


def is_told(tx: sa.Connection) -> bool:
    return bool(tx.execute(sa.select(sa.exists().where(scan.c.sealed, scan.c.at_home))).scalar())


def claimants_at_work(tx: sa.Connection) -> tuple[str, ...]:
    rows = tx.execute(
        sa.select(scan.c.claimed_by).where(scan.c.state == ScanState.WORKING).distinct()
    )
    return tuple(name for name in rows.scalars() if name)


def put_back_all_but(tx: sa.Connection, at_work: Collection[str], claimant: str) -> None:
    """Puts those of a living claimant's scans that it no longer works back in the queue, without
    counting an attempt."""
    tx.execute(
        sa.update(scan)
        .where(
            scan.c.claimed_by == claimant,
            scan.c.state == ScanState.WORKING,
            scan.c.id.not_in(list(at_work)),
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
            hold_scan(
                tx,
                scan_id,
                Doubt(
                    DoubtReason.WORKER_FAILED,
                    f"The service died {counted(deaths, 'time')} while working on this scan.",
                    "Look at the original and file it by hand.",
                ),
            )
    return ids


def count_try(tx: sa.Connection, scan_id: str, tries_allowed: int, why: str) -> bool:
    """Counts a failed attempt; the scan waits again, or is held once none is left.

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
    hold_scan(
        tx,
        scan_id,
        Doubt(
            DoubtReason.WORKER_FAILED,
            f"This file could not be processed in {counted(failed, 'attempt')} ({why}).",
            "Ask for it to be scanned again, or file it by hand.",
        ),
    )
    return True


def hold_scan(tx: sa.Connection, scan_id: str, *doubts: Doubt, pages: int | None = None) -> None:
    """Holds a whole scan for a person. Its reason in one word is that of the first doubt."""
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


def finish(tx: sa.Connection, scan_id: str, pages: int, counted: int = 0, missing: int = 0) -> None:
    """The scan's letters are filed; its work is over. ``counted`` and ``missing``: see Split."""
    tx.execute(
        sa.update(scan)
        .where(scan.c.id == scan_id)
        .values(
            state=str(ScanState.FILED),
            pages=pages,
            counted=counted,
            missing=missing,
            claimed_by=None,
            finished=now(),
        )
    )
    failpoint("ledger.finished")


@dataclass(frozen=True, slots=True)
class QueueState:
    """For health and the staff page: how many scans wait, and since when."""

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
    counts = {state: number for state, number, _ in rows}
    oldest = min((taken_in for _, _, taken_in in rows), default=None)
    return QueueState(
        waiting=counts.get(ScanState.WAITING, 0),
        working=counts.get(ScanState.WORKING, 0),
        oldest=oldest,
    )
