"""The books: reconcile, and the audit chain."""

from __future__ import annotations

from digitizer import audit
from digitizer.capture.scans import ledger
from digitizer.capture.scans.ledger import QueueState
from digitizer.facility import House
from digitizer.operations import reconcile as accounts
from digitizer.operations.reconcile import Account
from digitizer.storage.tables import reading


def reconcile(house: House) -> tuple[Account, ...]:
    with reading(house.engine) as tx:
        return tuple(accounts.reconcile(tx, house.originals))


def verify_audit(house: House) -> tuple[int, str | None]:
    """How many events hold, and the first fault if there is one."""
    with reading(house.engine) as tx:
        return audit.verify_chain(tx)


def queue(house: House) -> QueueState:
    with reading(house.engine) as tx:
        return ledger.queue_state(tx)
