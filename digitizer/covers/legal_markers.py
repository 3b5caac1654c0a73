"""The register of legal markers: each is good for one scan, on one day, at the facility that
printed it.

A second scan with a marker is a doubt even on the same day: a stack that is scanned again and a
copy of its marker look the same, and a supervisor looks at either. The same scan worked again is
no second use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from digitizer.covers import register
from digitizer.engines.codes.cover_code import short_id
from digitizer.model.paper import CoverCode, Scan
from digitizer.storage.tables import legal_marker


class MarkerStanding(StrEnum):
    """What is known about a page that seals. Only GOOD, and ITEM (a verified code of an item of
    legal mail), mean that it is legal mail."""

    GOOD = "good"
    ITEM = "legal item"
    NO_CODE = "no code"
    UNREGISTERED = "unregistered"
    BEFORE = "printed before"
    ELSEWHERE = "other facility"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED = "used"
    SAID = "said by a person"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A marker's standing in one scan, and the sentence about it for a supervisor."""

    standing: MarkerStanding
    message: str


@dataclass(frozen=True, slots=True)
class _Binding:
    """To which facility a marker is bound, and to which scan and day once it was used."""

    facility: str
    scan: str | None
    day: date | None


def enrol(tx: sa.Connection, code: CoverCode, facility: str) -> None:
    """Binds a marker, which is in the register already, to the facility that prints it."""
    tx.execute(sa.insert(legal_marker).values(cover_id=code.cover_id, facility=facility))


def judge(tx: sa.Connection, code: CoverCode, scan: Scan, facility: str) -> Judgement:
    """What this facility's register contains about a marker that is in this scan."""
    known = register.look_up(tx, code.cover_id)
    bound = _binding(tx, code)
    named = f"The legal marker {short_id(code)}"
    if known is None:
        return Judgement(
            MarkerStanding.UNREGISTERED, f"{named} is signed with our key, but was never printed."
        )
    if known.revoked is not None:
        return Judgement(MarkerStanding.REVOKED, f"{named} was revoked.")
    if bound is None:
        return Judgement(
            MarkerStanding.BEFORE,
            f"{named} was printed by an earlier version, whose markers were not limited to one "
            "scan. Print new ones, and throw the old ones away.",
        )
    if bound.facility != facility:
        return Judgement(MarkerStanding.ELSEWHERE, f"{named} was printed for {bound.facility}.")
    if known.expires is not None and known.expires <= scan.taken_in:
        return Judgement(MarkerStanding.EXPIRED, f"{named} expired on {known.expires:%F}.")
    if bound.scan not in (None, scan.id):
        return Judgement(MarkerStanding.USED, _used(named, bound, scan))
    return Judgement(MarkerStanding.GOOD, f"{named} is valid.")


def _binding(tx: sa.Connection, code: CoverCode) -> _Binding | None:
    row = tx.execute(
        sa.select(legal_marker).where(legal_marker.c.cover_id == code.cover_id)
    ).first()
    return None if row is None else _Binding(row.facility, row.scan_id, row.day)


def _used(named: str, bound: _Binding, scan: Scan) -> str:
    if bound.day == _day(scan.taken_in):
        return (
            f"{named} was already used on the same day, in scan {bound.scan}: either that batch "
            "was scanned again, or the marker was copied."
        )
    return (
        f"{named} was already used on {bound.day:%F}, in scan {bound.scan}: it was copied, or "
        "kept and used again."
    )


def bind(tx: sa.Connection, code: CoverCode, scan: Scan) -> None:
    """Binds the marker to this scan and its day."""
    tx.execute(
        sa.update(legal_marker)
        .where(legal_marker.c.cover_id == code.cover_id, legal_marker.c.scan_id.is_(None))
        .values(scan_id=scan.id, day=_day(scan.taken_in))
    )
    register.spend(tx, code.cover_id, scan.id)


def _day(moment: datetime) -> date:
    """The facility's own day, by the clock of this machine."""
    return moment.astimezone().date()
