"""The books: reconcile, and the audit chain."""

from __future__ import annotations

from digitizer import audit
from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.facility import House
from digitizer.model.people import Actor
from digitizer.operations import reconcile as accounts
from digitizer.operations.reconcile import Account


def reconcile(house: House, by: Actor) -> tuple[Account, ...]:
    """One account a scan, oldest first."""
    with looking(house, by, Act.LOOK) as look:
        return tuple(accounts.reconcile(look.tx, house.originals))


def verify_audit(house: House, by: Actor) -> tuple[int, str | None]:
    """How many events hold, and the first fault if there is one."""
    with looking(house, by, Act.LOOK) as look:
        return audit.verify_chain(look.tx)
