"""Letters that some of the staff do not open: forms for requests that are about them.

A request is shown to nobody whom it is about (28 CFR 115.52(c)), so neither is the scan of its
form, wherever staff open letters; nor are pages that were cut from it, or joined to it.
"""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.people import Actor, ActorKind
from digitizer.people.correspondents.origins import kin_of
from digitizer.people.names import is_meant
from digitizer.storage.tables import letter
from digitizer.storage.tables_requests import inmate_request, request_form, request_step


def about(tx: sa.Connection, by: Actor) -> frozenset[str]:
    """The ids of the letters that this person does not open."""
    if by.kind is not ActorKind.STAFF:
        return frozenset()
    named = sa.select(inmate_request.c.id, inmate_request.c.about).where(
        inmate_request.c.about != ""
    )
    theirs = [row.id for row in tx.execute(named) if is_meant(row.about, by.name)]
    if not theirs:
        return frozenset()
    came = sa.select(request_step.c.letter_id).where(
        request_step.c.request_id.in_(theirs), request_step.c.letter_id.is_not(None)
    )
    # A form for a later step, which waits for somebody.
    waits = (
        sa.select(letter.c.id)
        .join(request_form, request_form.c.cover_id == letter.c.cover_id)
        .where(request_form.c.request_id.in_(theirs))
    )
    forms = {*tx.execute(came).scalars(), *tx.execute(waits).scalars()}
    return frozenset().union(*(kin_of(tx, each) for each in forms))


def check_not_about(tx: sa.Connection, letter_id: str, by: Actor) -> None:
    """Raises NotFound, as where there is no such letter."""
    if letter_id in about(tx, by):
        raise NotFound(f"There is no letter {letter_id}.")
