"""Settling what is held: each a named person's decision, with its reason, in the audit chain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, permit
from digitizer.facility import House
from digitizer.model.errors import UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import HeldItem, PageRole
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.screening import exception_queue, replacements


def held(house: House, by: Actor) -> tuple[HeldItem, ...]:
    """All that waits for a person, oldest first."""
    with looking(house, by, Act.LOOK) as look:
        return exception_queue.held_items(look.tx)


def assign(house: House, held_id: str, booking_number: str, by: Actor, reason: str) -> str:
    """Delivers a held letter to an inmate in custody here; returns the letter's id."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        _check_custody(roster.find_inmate(deed.tx, booking_number))
        row = exception_queue.open_held_letter(deed.tx, held_id)
        exception_queue.deliver(deed.tx, row, roster.inmate_row_id(deed.tx, booking_number))
        deed.record(Verb.ASSIGN, Subject.letter(row.id), to=booking_number)
        return str(row.id)


def release(house: House, letter_id: str, by: Actor, reason: str) -> None:
    """Delivers a letter that awaited review, as its cover says."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        row = exception_queue.open_held_letter(deed.tx, letter_id)
        if row.inmate_id is not None:
            _check_custody(roster.inmate_of_row(deed.tx, row.inmate_id))
        exception_queue.release(deed.tx, row)
        deed.record(Verb.RELEASE, Subject.letter(row.id))


def _check_custody(person: Inmate) -> None:
    if person.status is not CustodyStatus.IN_CUSTODY:
        raise UsageError(
            f"{person.full_name} ({person.booking_number}) is not in custody here "
            f"({person.status.replace('_', ' ')}). Reject the letter, or correct the roster."
        )


def reject(house: House, held_id: str, by: Actor, reason: str) -> None:
    """A held letter, or a scan held whole, is not delivered; it is kept, with the reason."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        if replacements.is_letter(deed.tx, held_id):
            row = exception_queue.open_held_letter(deed.tx, held_id)
            exception_queue.reject_letter(deed.tx, row.id, deed.why)
            deed.record(Verb.REJECT, Subject.letter(row.id))
        else:
            _permit_whole(by, exception_queue.held_scan(deed.tx, held_id))
            exception_queue.reject_scan(deed.tx, held_id, deed.why)
            deed.record(Verb.REJECT, Subject.scan(held_id))


def rescanned(house: House, held_id: str, new_id: str, by: Actor, reason: str) -> None:
    """The sheets were scanned again and are now the letter or scan ``new_id``."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        replacements.check_replacement(deed.tx, held_id, new_id)
        if replacements.is_letter(deed.tx, held_id):
            row = exception_queue.open_held_letter(deed.tx, held_id)
            exception_queue.replace_letter(deed.tx, row.id, new_id)
            subject = Subject.letter(row.id)
        else:
            _permit_whole(by, exception_queue.held_scan(deed.tx, held_id))
            exception_queue.replace_scan(deed.tx, held_id, new_id)
            subject = Subject.scan(held_id)
        deed.record(Verb.RESCANNED, subject, as_id=new_id)


def cut(house: House, held_id: str, page: int, by: Actor, reason: str) -> tuple[str, str]:
    """Cuts a held letter before source page ``page``; returns both letters' ids."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        row = exception_queue.open_held_letter(deed.tx, held_id)
        second = exception_queue.cut(deed.tx, row, page)
        deed.record(Verb.CUT, Subject.letter(row.id), before=page, second=second)
        return str(row.id), second


def join(house: House, first_id: str, second_id: str, by: Actor, reason: str) -> str:
    """Puts the second held letter's pages into the first; returns the first's id."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        first = exception_queue.open_held_letter(deed.tx, first_id)
        second = exception_queue.open_held_letter(deed.tx, second_id)
        exception_queue.join(deed.tx, first, second)
        deed.record(Verb.JOIN, Subject.letter(first.id), second=second.id)
        return str(first.id)


def mark_page(house: House, held_id: str, page: int, role: PageRole, by: Actor, reason: str) -> str:
    """Says that a page of a held letter is content, a cover or blank; returns the letter's id."""
    with acting(house, by, Act.SETTLE, reason=reason) as deed:
        if role is PageRole.RECORDED:
            raise UsageError("A page of a letter can be marked as content, cover or blank.")
        row = exception_queue.open_held_letter(deed.tx, held_id)
        exception_queue.mark_page(deed.tx, row, page, role)
        deed.record(Verb.MARK_PAGE, Subject.letter(row.id), page=page, as_=str(role))
        return str(row.id)


def _permit_whole(by: Actor, held_scan: sa.Row[Any]) -> None:
    """What is sealed as legal mail is settled only by those who may unseal it."""
    if held_scan.sealed:
        permit(by, Act.UNSEAL)
