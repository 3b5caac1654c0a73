"""Where somebody went who was given to another facility of the agency."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.storage.tables import inmate
from digitizer.storage.tables_departures import departure
from digitizer.storage.tables_transfers import transfer


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """``facility`` is the other one's name, ``address`` where it gets its mail (lines), and
    ``booking_number`` theirs there, which may be another one by now."""

    facility: str
    address: str
    booking_number: str


def where_went(tx: sa.Connection, booking_number: str) -> Whereabouts | None:
    """Where the person went last; None where no other facility took them over, or they were back
    here since: whoever left then left for somewhere else."""
    row = tx.execute(
        sa.select(transfer)
        .join(inmate, transfer.c.inmate_id == inmate.c.id)
        .outerjoin(departure, departure.c.inmate_id == inmate.c.id)
        .where(
            inmate.c.booking_number == booking_number,
            transfer.c.taken.is_not(None),
            sa.or_(departure.c.returned.is_(None), departure.c.returned < transfer.c.taken),
        )
        .order_by(transfer.c.taken.desc())
        .limit(1)
    ).first()
    return None if row is None else Whereabouts(row.facility_name, row.address, row.taken_as)
