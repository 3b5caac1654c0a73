"""Settling what is held: each a named person's decision, with its reason, in the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from digitizer.mailroom.house import House
from digitizer.mailroom.permissions import Act, need_reason, permit
from digitizer.parts.tables import letter, reading, scan, writing
from digitizer.processes import audit, desk, roster
from digitizer.processes.desk import DeskPage
from digitizer.vocabulary.errors import NotFound, UsageError
from digitizer.vocabulary.mail import HeldItem, PageRole
from digitizer.vocabulary.people import Actor, CustodyStatus


def held(house: House) -> tuple[HeldItem, ...]:
    with reading(house.engine) as tx:
        return desk.held_items(tx)


def held_item(house: House, held_id: str, by: Actor) -> tuple[HeldItem, tuple[DeskPage, ...]]:
    """One held letter or scan with every page of its scan. Raises NotFound."""
    permit(by, Act.LOOK)
    with reading(house.engine) as tx:
        for item in desk.held_items(tx):
            if held_id in (item.letter, item.scan if item.letter is None else None):
                return item, desk.desk_pages(tx, item.scan)
    raise NotFound(f"Nothing held has the id {held_id}. See: digitizer held")


@contextmanager
def _deciding(house: House, by: Actor, reason: str) -> Iterator[tuple[sa.Connection, str]]:
    permit(by, Act.SETTLE)
    why = need_reason(reason)
    with writing(house.engine) as tx:
        yield tx, why


def assign(house: House, held_id: str, booking_number: str, by: Actor, reason: str) -> str:
    """Delivers a held letter to an inmate in custody here; returns the letter's id."""
    with _deciding(house, by, reason) as (tx, why):
        person = roster.find_inmate(tx, booking_number)
        if person.status is not CustodyStatus.IN_CUSTODY:
            raise UsageError(
                f"{person.full_name} ({booking_number}) is not in custody here "
                f"({person.status.replace('_', ' ')}). Reject the letter, or correct the roster."
            )
        row = desk.open_held_letter(tx, held_id)
        desk.deliver(tx, row.id, roster.inmate_row_id(tx, booking_number))
        audit.record(tx, by, "assign", f"letter:{row.id}", to=booking_number, why=why)
        return str(row.id)


def release(house: House, letter_id: str, by: Actor, reason: str) -> None:
    """Delivers a letter that awaited review, as its cover says."""
    with _deciding(house, by, reason) as (tx, why):
        desk.release(tx, letter_id)
        audit.record(tx, by, "release", f"letter:{letter_id}", why=why)


def reject(house: House, held_id: str, by: Actor, reason: str) -> None:
    """A held letter, or a scan held whole, is not delivered; it is kept, with the reason."""
    with _deciding(house, by, reason) as (tx, why):
        if _is_letter(tx, held_id):
            row = desk.open_held_letter(tx, held_id)
            desk.reject_letter(tx, row.id, why)
            audit.record(tx, by, "reject", f"letter:{row.id}", why=why)
        else:
            desk.held_scan(tx, held_id)
            desk.reject_scan(tx, held_id)
            audit.record(tx, by, "reject", f"scan:{held_id}", why=why)


def rescanned(house: House, held_id: str, new_id: str, by: Actor, reason: str) -> None:
    """The sheets were scanned again and are now the letter or scan ``new_id``."""
    with _deciding(house, by, reason) as (tx, why):
        if new_id == held_id or not (_is_letter(tx, new_id) or _is_scan(tx, new_id)):
            raise NotFound(f"There is no other letter or scan {new_id}.")
        if _is_letter(tx, held_id):
            row = desk.open_held_letter(tx, held_id)
            desk.replace_letter(tx, row.id, new_id)
            subject = f"letter:{row.id}"
        else:
            desk.held_scan(tx, held_id)
            desk.replace_scan(tx, held_id, new_id)
            subject = f"scan:{held_id}"
        audit.record(tx, by, "rescanned", subject, as_id=new_id, why=why)


def cut(house: House, held_id: str, page: int, by: Actor, reason: str) -> tuple[str, str]:
    """Cuts a held letter before source page ``page``; returns both letters' ids."""
    with _deciding(house, by, reason) as (tx, why):
        row = desk.open_held_letter(tx, held_id)
        second = desk.cut(tx, row, page)
        audit.record(tx, by, "cut", f"letter:{row.id}", before=page, second=second, why=why)
        return str(row.id), second


def join(house: House, first_id: str, second_id: str, by: Actor, reason: str) -> str:
    """Puts the second held letter's pages into the first; returns the first's id."""
    with _deciding(house, by, reason) as (tx, why):
        first = desk.open_held_letter(tx, first_id)
        second = desk.open_held_letter(tx, second_id)
        desk.join(tx, first, second)
        audit.record(tx, by, "join", f"letter:{first.id}", second=second.id, why=why)
        return str(first.id)


def mark_page(
    house: House, held_id: str, page: int, role: PageRole, by: Actor, reason: str
) -> str:
    """Says that a page of a held letter is content, a cover or blank; returns the letter's id."""
    if role is PageRole.RECORDED:
        raise UsageError("A page of a letter can be marked as content, cover or blank.")
    with _deciding(house, by, reason) as (tx, why):
        row = desk.open_held_letter(tx, held_id)
        desk.mark_page(tx, row, page, role)
        audit.record(tx, by, "mark page", f"letter:{row.id}", page=page, as_=str(role), why=why)
        return str(row.id)


def _is_letter(tx: sa.Connection, some_id: str) -> bool:
    return tx.execute(sa.select(letter.c.id).where(letter.c.id == some_id)).first() is not None


def _is_scan(tx: sa.Connection, some_id: str) -> bool:
    return tx.execute(sa.select(scan.c.id).where(scan.c.id == some_id)).first() is not None
