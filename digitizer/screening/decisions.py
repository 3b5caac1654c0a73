"""Settling what is held: each a named person's decision, with its reason, in the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.access.permissions import Act, need_reason, permit
from digitizer.facility import House
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import HeldItem, LetterState, PageRole
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.screening import exception_queue
from digitizer.storage.tables import letter, reading, scan, writing


def held(house: House) -> tuple[HeldItem, ...]:
    with reading(house.engine) as tx:
        return exception_queue.held_items(tx)


@contextmanager
def _deciding(house: House, by: Actor, reason: str) -> Iterator[tuple[sa.Connection, str]]:
    if by.kind is not ActorKind.STAFF:
        raise NotAllowed("Only a named member of staff decides about held mail.")
    permit(by, Act.SETTLE)
    why = need_reason(reason)
    with writing(house.engine) as tx:
        yield tx, why


def assign(house: House, held_id: str, booking_number: str, by: Actor, reason: str) -> str:
    """Delivers a held letter to an inmate in custody here; returns the letter's id."""
    with _deciding(house, by, reason) as (tx, why):
        _check_custody(roster.find_inmate(tx, booking_number))
        row = exception_queue.open_held_letter(tx, held_id)
        exception_queue.deliver(tx, row, roster.inmate_row_id(tx, booking_number))
        audit.record(tx, by, "assign", f"letter:{row.id}", to=booking_number, why=why)
        return str(row.id)


def release(house: House, letter_id: str, by: Actor, reason: str) -> None:
    """Delivers a letter that awaited review, as its cover says."""
    with _deciding(house, by, reason) as (tx, why):
        row = exception_queue.open_held_letter(tx, letter_id)
        if row.inmate_id is not None:
            _check_custody(roster.inmate_of_row(tx, row.inmate_id))
        exception_queue.release(tx, row)
        audit.record(tx, by, "release", f"letter:{row.id}", why=why)


def _check_custody(person: Inmate) -> None:
    if person.status is not CustodyStatus.IN_CUSTODY:
        raise UsageError(
            f"{person.full_name} ({person.booking_number}) is not in custody here "
            f"({person.status.replace('_', ' ')}). Reject the letter, or correct the roster."
        )


def reject(house: House, held_id: str, by: Actor, reason: str) -> None:
    """A held letter, or a scan held whole, is not delivered; it is kept, with the reason."""
    with _deciding(house, by, reason) as (tx, why):
        if _is_letter(tx, held_id):
            row = exception_queue.open_held_letter(tx, held_id)
            exception_queue.reject_letter(tx, row.id, why)
            audit.record(tx, by, "reject", f"letter:{row.id}", why=why)
        else:
            _permit_whole(by, exception_queue.held_scan(tx, held_id))
            exception_queue.reject_scan(tx, held_id, why)
            audit.record(tx, by, "reject", f"scan:{held_id}", why=why)


def rescanned(house: House, held_id: str, new_id: str, by: Actor, reason: str) -> None:
    """The sheets were scanned again and are now the letter or scan ``new_id``."""
    with _deciding(house, by, reason) as (tx, why):
        _check_replacement(tx, held_id, new_id)
        if _is_letter(tx, held_id):
            row = exception_queue.open_held_letter(tx, held_id)
            exception_queue.replace_letter(tx, row.id, new_id)
            subject = f"letter:{row.id}"
        else:
            _permit_whole(by, exception_queue.held_scan(tx, held_id))
            exception_queue.replace_scan(tx, held_id, new_id)
            subject = f"scan:{held_id}"
        audit.record(tx, by, "rescanned", subject, as_id=new_id, why=why)


def cut(house: House, held_id: str, page: int, by: Actor, reason: str) -> tuple[str, str]:
    """Cuts a held letter before source page ``page``; returns both letters' ids."""
    with _deciding(house, by, reason) as (tx, why):
        row = exception_queue.open_held_letter(tx, held_id)
        second = exception_queue.cut(tx, row, page)
        audit.record(tx, by, "cut", f"letter:{row.id}", before=page, second=second, why=why)
        return str(row.id), second


def join(house: House, first_id: str, second_id: str, by: Actor, reason: str) -> str:
    """Puts the second held letter's pages into the first; returns the first's id."""
    with _deciding(house, by, reason) as (tx, why):
        first = exception_queue.open_held_letter(tx, first_id)
        second = exception_queue.open_held_letter(tx, second_id)
        exception_queue.join(tx, first, second)
        audit.record(tx, by, "join", f"letter:{first.id}", second=second.id, why=why)
        return str(first.id)


def mark_page(house: House, held_id: str, page: int, role: PageRole, by: Actor, reason: str) -> str:
    """Says that a page of a held letter is content, a cover or blank; returns the letter's id."""
    if role is PageRole.RECORDED:
        raise UsageError("A page of a letter can be marked as content, cover or blank.")
    with _deciding(house, by, reason) as (tx, why):
        row = exception_queue.open_held_letter(tx, held_id)
        exception_queue.mark_page(tx, row, page, role)
        audit.record(tx, by, "mark page", f"letter:{row.id}", page=page, as_=str(role), why=why)
        return str(row.id)


def _permit_whole(by: Actor, held_scan: sa.Row[Any]) -> None:
    """What is sealed as legal mail is settled only by those who may unseal it."""
    if held_scan.sealed:
        permit(by, Act.UNSEAL)


def _check_replacement(tx: sa.Connection, held_id: str, new_id: str) -> None:
    """The new picture is of another scan, and is itself neither set aside nor rejected."""
    old_scan, _ = _scan_and_use(tx, held_id)
    new_scan, in_use = _scan_and_use(tx, new_id)
    if old_scan is None:
        raise NotFound(f"Nothing held has the id {held_id}. See: digitizer held")
    if new_scan is None or new_scan == old_scan:
        raise NotFound(f"There is no letter or scan {new_id} of another scan.")
    if not in_use:
        raise Conflict(f"{new_id} is itself rejected or replaced: it cannot stand for another.")


def _scan_and_use(tx: sa.Connection, some_id: str) -> tuple[str | None, bool]:
    """The scan that a letter or scan is of, and whether it still counts."""
    row = tx.execute(sa.select(letter).where(letter.c.id == some_id)).first()
    if row is not None:
        return row.scan_id, row.state not in (LetterState.REJECTED, LetterState.REPLACED)
    row = tx.execute(sa.select(scan).where(scan.c.id == some_id)).first()
    if row is None:
        return None, False
    return row.id, not row.rejected and row.replaced_by is None


def _is_letter(tx: sa.Connection, some_id: str) -> bool:
    return tx.execute(sa.select(letter.c.id).where(letter.c.id == some_id)).first() is not None
