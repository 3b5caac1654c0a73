"""The register of legal markers: each is good for one scan, of one day, of the facility that
printed it.

A second scan under a marker is a doubt even on the same day: a stack that is scanned again and a
copy of its marker look the same, and a supervisor looks at either. The same scan tried again is no
second use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.covers import register
from digitizer.engines.codes.cover_code import short_id
from digitizer.model.paper import CoverCode, Scan
from digitizer.storage.tables import legal_marker


class MarkerStanding(StrEnum):
    """What is known of a page that seals. Only GOOD says that it is legal mail."""

    GOOD = "good"
    NO_CODE = "no code"
    UNREGISTERED = "unregistered"
    BEFORE = "printed before"
    ELSEWHERE = "other facility"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A marker's standing in one scan, and what to tell a supervisor of it."""

    standing: MarkerStanding
    says: str


def enrol(tx: sa.Connection, code: CoverCode, facility: str) -> None:
    """Binds a marker, which the register has already, to the facility that prints it."""
    tx.execute(sa.insert(legal_marker).values(cover_id=code.cover_id, facility=facility))


def judge(tx: sa.Connection, code: CoverCode, scan: Scan, facility: str) -> Judgement:
    """What this facility's register says of a marker that lies in this scan."""
    known = register.look_up(tx, code.cover_id)
    bound = tx.execute(
        sa.select(legal_marker).where(legal_marker.c.cover_id == code.cover_id)
    ).first()
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
            f"{named} was printed before markers were made good for one batch on one day. Print "
            "new ones and throw the old ones away.",
        )
    if bound.facility != facility:
        return Judgement(MarkerStanding.ELSEWHERE, f"{named} was printed for {bound.facility}.")
    if known.expires is not None and known.expires <= scan.taken_in:
        return Judgement(MarkerStanding.EXPIRED, f"{named} expired on {known.expires:%F}.")
    if bound.scan_id not in (None, scan.id):
        return Judgement(MarkerStanding.USED, f"{named} {_used(bound, scan)}")
    return Judgement(MarkerStanding.GOOD, f"{named} says so.")


def _used(bound: sa.Row[Any], scan: Scan) -> str:
    if bound.day == _day(scan.taken_in):
        return (
            f"was used the same day already, in scan {bound.scan_id}: this is that batch scanned "
            "again, or a copy."
        )
    return f"was used on {bound.day:%F} already, in scan {bound.scan_id}: it was copied or kept."


def bind(tx: sa.Connection, code: CoverCode, scan: Scan) -> None:
    """From now on the marker is this scan's and its day's."""
    tx.execute(
        sa.update(legal_marker)
        .where(legal_marker.c.cover_id == code.cover_id, legal_marker.c.scan_id.is_(None))
        .values(scan_id=scan.id, day=_day(scan.taken_in))
    )
    register.spend(tx, code.cover_id, scan.id)


def _day(moment: datetime) -> date:
    """The facility's own day, by this machine's clock."""
    return moment.astimezone().date()
