"""What is noted of a proxy takes the place of what was noted of it before."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.access.noting import note_forwarder
from digitizer.access.visitors import KEPT, Forwarder
from digitizer.facility import Facility
from digitizer.storage.database import reading
from digitizer.storage.tables import forwarder
from digitizer.support.clock import now


def test_one_note_an_address_and_none_that_is_too_old(facility: Facility) -> None:
    moment = now()
    for address, client, at in (
        ("10.0.0.1", "old", moment - KEPT - timedelta(minutes=1)),
        ("10.0.0.2", "first", moment - timedelta(hours=1)),
        ("10.0.0.2", "second", moment),
    ):
        note_forwarder(facility, Forwarder(address, False, client, "http", at))
    with reading(facility.engine) as tx:
        kept = tx.execute(sa.select(forwarder.c.address, forwarder.c.client)).all()
    assert [tuple(each) for each in kept] == [("10.0.0.2", "second")]
