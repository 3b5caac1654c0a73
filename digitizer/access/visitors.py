"""What the service noted of the proxies before it, for its operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.people import Actor
from digitizer.storage.tables import forwarder
from digitizer.support.clock import now

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Forwarder:
    """Someone who passed a request on. ``client`` and ``scheme`` are what the service then took for
    the visitor's; of one who is not ``trusted``, as if it had passed on nothing."""

    address: str
    trusted: bool
    client: str
    scheme: str
    at: datetime


def forwarders(facility: Facility, by: Actor) -> tuple[Forwarder, ...]:
    """Of the last week, the newest first."""
    with looking(facility, by, Act.LOOK) as look:
        newest = sa.select(forwarder).where(forwarder.c.at >= now() - KEPT)
        rows = look.tx.execute(newest.order_by(forwarder.c.at.desc()))
        return tuple(Forwarder(**row._mapping) for row in rows)
