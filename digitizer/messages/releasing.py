"""What becomes of an e-message that may go on: onto its recipient's screen, and to paper."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.messages import news
from digitizer.messages.outgoing import queue_print
from digitizer.model.errors import Conflict
from digitizer.model.mail import Direction, MessageState
from digitizer.model.settings import Settings
from digitizer.storage.tables import message
from digitizer.storage.tables_correspondents import correspondent_account
from digitizer.support.clock import now


def _first_state(tx: sa.Connection, settings: Settings, message_id: str) -> MessageState:
    """Where a message goes that is released: an inmate's to paper where its recipient has no login;
    one to an inmate to paper as the facility says."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    if row.direction == Direction.TO_INMATE:
        on_paper = settings.messages.paper == "always"
    else:
        on_paper = not has_account(tx, row.correspondent_id)
    return MessageState.QUEUED if on_paper else MessageState.DELIVERED


def release(tx: sa.Connection, settings: Settings, message_id: str) -> MessageState:
    """Its recipient sees it from now on, and one outside is told; what goes to paper is in the
    print queue. Returns its state."""
    state = _first_state(tx, settings, message_id)
    _need_address(tx, state, message_id)
    this = sa.update(message).where(message.c.id == message_id)
    tx.execute(this.values(state=str(state), released=now()))
    if state is MessageState.QUEUED:
        queue_print(tx, message_id)
    news.tell_released(tx, settings, message_id)
    return state


def _need_address(tx: sa.Connection, state: MessageState, message_id: str) -> None:
    """Raises Conflict where it could only be posted, and has no address: its recipient deleted
    their account, perhaps, while it waited."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    posted = state is MessageState.QUEUED and row.direction == Direction.FROM_INMATE
    if posted and not row.address:
        raise Conflict(
            f"The facility has no address of {row.correspondent} yet. Ask staff to add it."
        )


def has_account(tx: sa.Connection, correspondent_id: int | None) -> bool:
    """Whether this person reads on a screen."""
    whose = correspondent_account.c.correspondent_id == correspondent_id
    return tx.execute(sa.select(correspondent_account.c.id).where(whose)).first() is not None
