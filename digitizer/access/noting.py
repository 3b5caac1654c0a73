"""What the service notes of its visitors' proxies, by itself: ``visitors`` shows it."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from digitizer.access.visitors import KEPT, Forwarder
from digitizer.facility import Facility
from digitizer.storage.database import writing
from digitizer.storage.tables import forwarder


def note_forwarder(facility: Facility, seen: Forwarder) -> None:
    """Keeps the newest of each address, for a week."""
    with writing(facility.engine) as tx:
        old = (forwarder.c.address == seen.address) | (forwarder.c.at < seen.at - KEPT)
        tx.execute(sa.delete(forwarder).where(old))
        tx.execute(sa.insert(forwarder).values(**asdict(seen)))
