"""What became of each scan in the trial of several machines."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.facility import Facility, open_facility
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.storage.database import reading
from digitizer.storage.encryption import decrypt
from digitizer.storage.tables import inmate, letter, original, scan
from trials.machine_world import Arrived, World


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lost``: nowhere. ``doubled``: filed twice, or in the ledger and in an inbox. ``astray``: in
    another facility, or another mailbox than its cover's. ``altered``: other bytes, or plain beside
    its seal. ``stuck``: not worked to its end, or a good one held. ``ended``: processes that ended
    by themselves while they should run."""

    good: bool
    arrived: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    astray: tuple[str, ...]
    altered: tuple[str, ...]
    stuck: tuple[str, ...]
    unbalanced: int
    broken_logs: int
    ended: int
    deaths: int


def judge(world: World) -> Verdict:
    arrived = world.arrived()
    found: Counter[str] = Counter()
    astray, altered, doubled, stuck = [], [], [], []
    unbalanced = broken = deaths = 0
    for code, home in world.homes.items():
        facility = open_facility(home)
        try:
            for each in _stored(facility):
                known = arrived.get(each.sha256)
                found[each.sha256] += 1
                if known is None or known.facility != code:
                    astray.append(f"{each.sha256} in {code}")
                    continue
                astray += _astray(known, each)
                stuck += _stuck(known, each)
                doubled += [each.sha256] if len(each.mailboxes) > 1 else []
                altered += [] if _is_whole(facility, each) else [each.sha256]
                deaths += each.deaths
            unbalanced += sum(not each.balanced for each in reconcile(facility, MACHINE))
            broken += verify_audit(facility, MACHINE)[1] is not None
        finally:
            facility.engine.dispose()
    inbox = world.in_inboxes()
    lost = [sha256 for sha256 in arrived if not found[sha256] and not inbox[sha256]]
    doubled += [sha256 for sha256 in arrived if found[sha256] + inbox[sha256] > 1]
    bad = (*lost, *doubled, *astray, *altered, *stuck)
    return Verdict(
        good=not bad and not unbalanced and not broken,
        arrived=len(arrived),
        lost=tuple(lost),
        doubled=tuple(doubled),
        astray=tuple(astray),
        altered=tuple(altered),
        stuck=tuple(stuck),
        unbalanced=unbalanced,
        broken_logs=broken,
        ended=world.ended,
        deaths=deaths,
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    """A scan in a ledger; ``mailboxes``: whose each of its letters is, "" for nobody's."""

    sha256: str
    sealed_as: str | None
    key_id: str | None
    state: str
    deaths: int
    mailboxes: tuple[str, ...]


def _stored(facility: Facility) -> Iterator[_Stored]:
    with reading(facility.engine) as tx:
        rows = tx.execute(
            sa.select(original, scan.c.state, scan.c.seal_key_id, scan.c.deaths).join(scan)
        ).all()
        letters = tx.execute(
            sa.select(letter.c.scan_id, letter.c.state, inmate.c.booking_number).outerjoin(
                inmate, letter.c.inmate_id == inmate.c.id
            )
        ).all()
    for row in rows:
        mine = [each for each in letters if each.scan_id == row.scan_id]
        whose = tuple(each.booking_number if each.state == "delivered" else "" for each in mine)
        yield _Stored(row.sha256, row.sealed_as, row.seal_key_id, row.state, row.deaths, whose)


def _astray(known: Arrived, stored: _Stored) -> list[str]:
    wrong = [each for each in stored.mailboxes if each and each != known.mailbox]
    return [f"{stored.sha256} in {each}" for each in wrong]


def _stuck(known: Arrived, stored: _Stored) -> list[str]:
    if stored.state in ("waiting", "working"):
        return [f"{stored.sha256} {stored.state}"]
    held = known.mailbox and stored.mailboxes != (known.mailbox,)
    return [f"{stored.sha256} is held, {stored.state}"] if held else []


def _is_whole(facility: Facility, stored: _Stored) -> bool:
    content = facility.originals.get(stored.sealed_as or stored.sha256)
    if stored.sealed_as:
        assert stored.key_id is not None
        content = decrypt(facility.seal_keys.find(stored.key_id), content)
        if facility.originals.exists(stored.sha256):
            return False
    return hashlib.sha256(content).hexdigest() == stored.sha256
