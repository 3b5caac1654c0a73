"""Whose mail a correspondent may touch: that of inmates with whom their contact is approved."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.tables import inmate
from digitizer.storage.tables_correspondents import contact


def need_contact(tx: sa.Connection, by: Actor, booking_number: str | None) -> None:
    """Raises NotFound where a correspondent asks for an inmate who is none of their approved
    contacts; the answer is the same where nobody has the booking number."""
    if by.kind is not ActorKind.CORRESPONDENT or booking_number is None:
        return
    theirs = (
        sa.select(contact.c.id)
        .join(inmate, contact.c.inmate_id == inmate.c.id)
        .where(
            contact.c.correspondent_id == int(by.name),
            contact.c.approved.is_not(None),
            inmate.c.booking_number == booking_number,
        )
    )
    if tx.execute(theirs).first() is None:
        raise NotFound(f"There is no conversation with {booking_number}.")
