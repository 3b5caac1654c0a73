"""The two ends of a transfer, each in the tables of its facility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import Conflict, NotFound
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.storage.tables_transfers import arrival, transfer
from digitizer.support.clock import now


class TransferState(StrEnum):
    """How far a transfer is, as its facility knows. One that is TAKEN in the receiving facility,
    and still WAITING in the sending one, was interrupted: it is taken over once more."""

    WAITING = "waiting"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as one of its facilities has it. ``incoming``: it is the receiving one;
    ``facility`` is the other's code. ``inmate`` is who that is here, None until somebody of the
    receiving one said so; ``listed`` how the sending one lists them. ``taken_as`` is the booking
    number in the receiving one, empty until then."""

    id: str
    incoming: bool
    facility: str
    facility_name: str
    inmate: Inmate | None
    listed: Inmate
    reason: str
    by: str
    made: datetime
    state: TransferState
    taken: datetime | None
    taken_by: str
    taken_as: str


def outgoing(tx: sa.Connection, transfer_id: str) -> Transfer:
    """Raises NotFound."""
    for found in _outgoing(tx, transfer.c.id == transfer_id):
        return found
    raise NotFound(f"There is no transfer {transfer_id}.")


def incoming(tx: sa.Connection, transfer_id: str) -> Transfer:
    """Raises NotFound."""
    for found in _incoming(tx, arrival.c.id == transfer_id):
        return found
    raise NotFound(f"No transfer {transfer_id} came to this facility.")


def all_transfers(tx: sa.Connection) -> tuple[Transfer, ...]:
    """Both ways, the newest first."""
    every = [*_outgoing(tx, sa.true()), *_incoming(tx, sa.true())]
    return tuple(sorted(every, key=lambda each: (each.made, each.id), reverse=True))


def of_inmate(tx: sa.Connection, inmate_id: int) -> tuple[Transfer, ...]:
    """Both ways, the newest first."""
    every = [
        *_outgoing(tx, transfer.c.inmate_id == inmate_id),
        *_incoming(tx, arrival.c.inmate_id == inmate_id),
    ]
    return tuple(sorted(every, key=lambda each: (each.made, each.id), reverse=True))


def row_of(tx: sa.Connection, transfer_id: str) -> int:
    """Whose it is in the sending facility."""
    asked = sa.select(transfer.c.inmate_id).where(transfer.c.id == transfer_id)
    return int(tx.execute(asked).scalar_one())


def waiting_for(tx: sa.Connection, inmate_id: int) -> Transfer | None:
    """The transfer of this person that nobody took over yet."""
    open_ = transfer.c.taken.is_(None), transfer.c.withdrawn.is_(None)
    return next(iter(_outgoing(tx, transfer.c.inmate_id == inmate_id, *open_)), None)


def make(tx: sa.Connection, inmate_id: int, values: dict[str, Any]) -> None:
    tx.execute(sa.insert(transfer).values(inmate_id=inmate_id, made=now(), **values))


def offer(tx: sa.Connection, sent: Transfer, facility: str, facility_name: str) -> None:
    """Enters in the receiving facility what the sending one, which has this code, says."""
    tx.execute(
        sa.insert(arrival).values(
            id=sent.id,
            facility=facility,
            facility_name=facility_name,
            booking_number=sent.listed.booking_number,
            last_name=sent.listed.last_name,
            first_name=sent.listed.first_name,
            reason=sent.reason,
            by=sent.by,
            came=now(),
        )
    )


def is_offered(tx: sa.Connection, transfer_id: str) -> bool:
    asked = sa.select(arrival.c.id).where(arrival.c.id == transfer_id)
    return tx.execute(asked).first() is not None


def taken_here(tx: sa.Connection) -> tuple[Transfer, ...]:
    """Whom this facility took over."""
    return tuple(_incoming(tx, arrival.c.taken.is_not(None)))


def still_waiting(tx: sa.Connection) -> frozenset[str]:
    """The transfers of which this facility does not know that they were taken over."""
    wanted = sa.select(transfer.c.id).where(
        transfer.c.taken.is_(None), transfer.c.withdrawn.is_(None)
    )
    return frozenset(tx.execute(wanted).scalars())


def need_waiting(found: Transfer) -> None:
    """Raises Conflict."""
    if found.state is TransferState.WITHDRAWN:
        raise Conflict(f"The transfer {found.id} was withdrawn.")
    if found.state is TransferState.TAKEN:
        raise Conflict(f"{found.taken_by} took them over already, as {found.taken_as}.")


def mark_taken(
    tx: sa.Connection, table: sa.Table, transfer_id: str, by: str, **more: object
) -> None:
    this = sa.update(table).where(table.c.id == transfer_id)
    tx.execute(this.values(taken=now(), taken_by=by, **more))


def mark_withdrawn(tx: sa.Connection, table: sa.Table, transfer_id: str) -> None:
    this = sa.update(table).where(table.c.id == transfer_id, table.c.withdrawn.is_(None))
    tx.execute(this.values(withdrawn=now()))


def _outgoing(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Transfer]:
    rows = tx.execute(sa.select(transfer).where(*where)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return [
        Transfer(
            id=row.id,
            incoming=False,
            facility=row.facility,
            facility_name=row.facility_name,
            inmate=people[row.inmate_id],
            listed=people[row.inmate_id],
            reason=row.reason,
            by=row.by,
            made=row.made,
            state=_state(row),
            taken=row.taken,
            taken_by=row.taken_by,
            taken_as=row.taken_as,
        )
        for row in rows
    ]


def _incoming(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Transfer]:
    rows = tx.execute(sa.select(arrival).where(*where)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows} - {None})
    return [
        Transfer(
            id=row.id,
            incoming=True,
            facility=row.facility,
            facility_name=row.facility_name,
            inmate=people.get(row.inmate_id),
            listed=_listed(row),
            reason=row.reason,
            by=row.by,
            made=row.came,
            state=_state(row),
            taken=row.taken,
            taken_by=row.taken_by,
            taken_as=people[row.inmate_id].booking_number if row.inmate_id else "",
        )
        for row in rows
    ]


def _state(row: sa.Row[Any]) -> TransferState:
    if row.taken is not None:
        return TransferState.TAKEN
    return TransferState.WAITING if row.withdrawn is None else TransferState.WITHDRAWN


def _listed(row: sa.Row[Any]) -> Inmate:
    away = CustodyStatus.TRANSFERRED
    return Inmate(row.booking_number, row.last_name, row.first_name, "", away)
