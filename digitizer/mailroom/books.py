"""The books: reconcile, and the audit chain."""

from __future__ import annotations

from digitizer.mailroom.house import House
from digitizer.parts.tables import reading
from digitizer.processes import accounts, audit, ledger
from digitizer.processes.accounts import Account
from digitizer.processes.ledger import QueueState


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
