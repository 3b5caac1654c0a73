"""The booking numbers that people had earlier, as the tables have them."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from digitizer.storage.tables import earlier_number, inmate
from digitizer.support.clock import now


def all_earlier(tx: sa.Connection) -> Mapping[str, str]:
    """Of each earlier number, the number that its person has now."""
    rows = tx.execute(
        sa.select(earlier_number.c.booking_number, inmate.c.booking_number.label("number")).join(
            inmate, earlier_number.c.inmate_id == inmate.c.id
        )
    )
    return {row.booking_number: row.number for row in rows}


def note_earlier(tx: sa.Connection, booking_number: str, inmate_id: int) -> None:
    """This person had the number until now."""
    forget_earlier(tx, booking_number)
    row = {"booking_number": booking_number, "inmate_id": inmate_id, "since": now()}
    tx.execute(sa.insert(earlier_number).values(**row))


def forget_earlier(tx: sa.Connection, booking_number: str) -> None:
    """The number is somebody's again."""
    tx.execute(sa.delete(earlier_number).where(earlier_number.c.booking_number == booking_number))
