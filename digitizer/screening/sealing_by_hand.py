"""A person says that what is held may be legal mail: its whole scan is sealed, as by a marker.

That is possible as long as nothing of the scan was delivered, rejected or destroyed: the stored
original holds all its letters, and what is sealed is the original. Nothing that was read of it
stays.
"""

from __future__ import annotations

import io

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.capture.held_queues import OPEN
from digitizer.capture.scans import ledger, sealed_pages, sealing
from digitizer.facility import Facility
from digitizer.letters.search.indexing import unindex_letter
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState, ScanState
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.model.people import Actor
from digitizer.protected_line import sheets
from digitizer.screening import held_letters
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import encrypt
from digitizer.storage.seal_keys import SealKey
from digitizer.storage.tables import correction, letter, page, scan, transcript
from digitizer.storage.tables_requests import request_step
from digitizer.storage.tables_retention import kept_page
from digitizer.storage.tables_screening import (
    blind_check,
    first_look,
    watch_mark,
    withheld_page,
    withheld_part,
)
from digitizer.support.failpoints import failpoint

_DECIDED = (LetterState.DELIVERED, LetterState.REJECTED)


def decided_letters(tx: sa.Connection, scan_id: str) -> tuple[str, ...]:
    """The letters of a scan that were delivered or rejected: they keep it from being sealed."""
    found = sa.select(letter.c.id).where(letter.c.scan_id == scan_id, letter.c.state.in_(_DECIDED))
    return tuple(tx.execute(found.order_by(letter.c.id)).scalars())


def seal_held(facility: Facility, held_id: str, number: int, by: Actor, reason: str) -> str:
    """Seals the scan of a held letter, or a scan held whole, unread from now on; returns its id.

    Of page ``number``, the one on which the person saw it, a picture is kept under the seal's key
    for the supervisor, unless it may be a sheet for the protected line; of the others none. Text,
    search words and marks of all its pages go, and its held letters with them. Whatever fails, the
    plain originals are there, or the encrypted ones and their key. Raises NotAllowed, UsageError
    without a reason, NotFound, Conflict and StorageError.
    """
    deciding = acting(facility, by, Act.DECIDE, reason=reason)
    with reading(facility.engine) as tx:
        scan_id = _scan_of(tx, held_id)
        _check(tx, scan_id)
        known = ledger.find_scan(tx, scan_id)
        name = _picture_of(tx, scan_id, number)
        if sheets.may_come(tx, facility.settings):
            name = None
    with facility.seal_keys.new() as key:
        made = sealing.seal(facility.originals, known, key)
        picture = _locked_picture(facility, key, name)
        with deciding as action:
            _check(action.tx, scan_id)
            _forget_what_was_read(action.tx, scan_id)
            sealing.record_seal(action.tx, scan_id, made)
            doubt = _doubt(number, by, action.why)
            sealed_pages.record_said(action.tx, scan_id, number, doubt.message, picture)
            ledger.hold_scan(action.tx, scan_id, doubt)
            action.record(Verb.SEAL, Subject.scan(scan_id), pages=[f"{number} said by a person"])
            failpoint("sealing_by_hand.recorded")
    failpoint("sealing_by_hand.committed")
    with writing(facility.engine) as tx:
        sealing.drop_plain(tx, facility.originals, facility.seal_keys)
        sealing.drop_pictures(tx, facility.pictures)
    return scan_id


def _scan_of(tx: sa.Connection, held_id: str) -> str:
    of_letter = sa.select(letter.c.scan_id, letter.c.state).where(letter.c.id == held_id)
    row = tx.execute(of_letter).first()
    if row is None:
        return held_letters.open_held_scan(tx, held_id).id
    if row.state not in OPEN:
        raise Conflict(f"Letter {held_id} is already {row.state}: there is nothing to decide.")
    return str(row.scan_id)


def _check(tx: sa.Connection, scan_id: str) -> None:
    """Whether it can be sealed as a whole."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if row.sealed:
        raise Conflict(f"Scan {scan_id} is sealed already.")
    if row.state not in (ScanState.FILED, ScanState.HELD) or row.rejected or row.replaced_by:
        raise Conflict(f"Scan {scan_id} is being read, or was decided: it cannot be sealed now.")
    if decided := decided_letters(tx, scan_id):
        raise Conflict(
            f"Scan {scan_id} cannot be sealed: letters of it are decided already "
            f"({', '.join(decided)}). Do not read on. Ask a supervisor to recall these, then seal "
            "it; until then leave it."
        )

    if _was_taken_apart(tx, scan_id):
        raise Conflict(
            f"Scan {scan_id} cannot be sealed: a letter of it was destroyed by schedule, and its "
            "file was taken apart. Do not read on. Leave it, and ask a supervisor."
        )


def _was_taken_apart(tx: sa.Connection, scan_id: str) -> bool:
    """Once a letter of it was destroyed, its files have neither its separators nor its order:
    unsealed, and worked anew, they could become other letters."""
    destroyed = letter.c.scan_id == scan_id, letter.c.state == str(LetterState.DESTROYED)
    moved = sa.select(kept_page.c.page_id).join(page, page.c.id == kept_page.c.page_id)
    found = sa.select(letter.c.id).where(*destroyed), moved.where(page.c.scan_id == scan_id)
    return any(tx.execute(each.limit(1)).first() for each in found)


def _picture_of(tx: sa.Connection, scan_id: str, number: int) -> str | None:
    row = tx.execute(
        sa.select(page.c.picture).where(page.c.scan_id == scan_id, page.c.number == number)
    ).first()
    if row is None:
        raise NotFound(f"There is no page {number} in scan {scan_id}.")
    return None if row.picture is None else str(row.picture)


def _locked_picture(facility: Facility, key: SealKey, name: str | None) -> str | None:
    """The page's picture again, encrypted."""
    if name is None:
        return None
    locked = encrypt(key.key, facility.pictures.get(name))
    return facility.pictures.put(io.BytesIO(locked))[0]


def _forget_what_was_read(tx: sa.Connection, scan_id: str) -> None:
    """Its letters are no more, and of its pages nothing is left that anybody could read. What they
    look like is dropped with the plain original (``sealing.drop_pictures``)."""
    pages = sa.select(page.c.id).where(page.c.scan_id == scan_id)
    letters = tx.execute(sa.select(letter.c.id).where(letter.c.scan_id == scan_id)).scalars().all()
    for letter_id in letters:
        unindex_letter(tx, letter_id)
    for about_letter in (watch_mark, first_look, blind_check):
        tx.execute(sa.delete(about_letter).where(about_letter.c.letter_id.in_(letters)))
    for about_page in (withheld_page, withheld_part, correction, transcript):
        tx.execute(sa.delete(about_page).where(about_page.c.page_id.in_(pages)))
    # What earlier versions copied of forms for requests.
    copied = sa.update(request_step).where(request_step.c.letter_id.in_(letters))
    tx.execute(copied.values(words=""))
    tx.execute(
        sa.update(page).where(page.c.scan_id == scan_id).values(letter_id=None, position=None)
    )
    tx.execute(
        sa.update(letter)
        .where(letter.c.id.in_(letters), letter.c.state.in_(OPEN))
        .values(state=str(LetterState.REPLACED), replaced_by=scan_id)
    )


def _doubt(number: int, by: Actor, reason: str) -> Doubt:
    return Doubt(
        DoubtReason.LEGAL_DOUBT,
        f"Perhaps legal mail (page {number}): {by.name} says so: {reason.rstrip('.')}. It was read "
        "by a machine before; what it read is destroyed. The scan is sealed, and can be unsealed.",
        "A supervisor decides what happens to it.",
    )
