"""Writing what came along with a person into the tables of the receiving facility, within its
transaction. What is there already, from a stay before or from a try that died, is left as it is.

Letters and messages keep their ids, so that each is found in both logs, and is never twice in one
mailbox. Each letter gets a scan of its own here, whose files are the pictures of its pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action
from digitizer.capture.stacks import BY_TRANSFER
from digitizer.letters.search.indexing import index_letter
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import MessageState, ScanState
from digitizer.model.retention import Fate
from digitizer.storage.tables import (
    correction,
    letter,
    message,
    original,
    page,
    scan,
    transcript,
)
from digitizer.storage.tables_correspondents import (
    contact,
    correspondent,
    earlier_name,
    letter_sender,
    mail_block,
)
from digitizer.storage.tables_messages import refused_photo, reply_seen
from digitizer.storage.tables_retention import kept_page, legal_hold, retention_item
from digitizer.storage.tables_screening import watch_rule, withheld_page, withheld_part
from digitizer.storage.tables_transfers import correspondent_mark
from digitizer.support.clock import new_id, now
from digitizer.support.failpoints import failpoint
from digitizer.transfers.parcels import Columns, Parcel, SentLetter, SentPage


@dataclass(frozen=True, slots=True)
class Stored:
    """Files that this facility keeps under its own key now: their sizes in bytes, by name. What
    the other one has lost is not among them."""

    originals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """How many of each are new here."""

    letters: int
    messages: int
    contacts: int
    restrictions: int


def unpack(action: Action, parcel: Parcel, inmate_id: int, origin: str, stored: Stored) -> Unpacked:
    """``origin`` is the code of the sending facility. Raises Conflict where a letter or message of
    this person is somebody else's here: then nothing may be written."""
    people = _correspondents(action.tx, parcel)
    failpoint("transfers.correspondents")
    contacts = _contacts(action.tx, parcel, inmate_id, people)
    messages = _messages(action.tx, parcel, inmate_id, people)
    failpoint("transfers.messages")
    restrictions = _restrictions(action.tx, parcel, inmate_id, people, origin)
    letters = 0
    for each in parcel.letters:
        if _is_new(action.tx, letter, each.row["id"], inmate_id):
            _letter(action.tx, each, inmate_id, people, stored)
            subject = Subject.letter(each.row["id"])
            action.record(Verb.TAKE_OVER_LETTER, subject, facility=origin, pages=len(each.pages))
            failpoint("transfers.letter")
            letters += 1
    failpoint("transfers.unpacked")
    return Unpacked(letters, messages, contacts, restrictions)


def only_new(tx: sa.Connection, parcel: Parcel, inmate_id: int) -> Parcel:
    """Without the mail that this facility has, or had: what it destroyed or sealed since has no
    plain file here any more, and gets none again. Raises Conflict as ``unpack``."""

    def new(table: sa.Table, row_id: str) -> bool:
        return _is_new(tx, table, row_id, inmate_id)

    return replace(
        parcel,
        letters=tuple(each for each in parcel.letters if new(letter, each.row["id"])),
        messages=tuple(each for each in parcel.messages if new(message, each["id"])),
    )


def _is_new(tx: sa.Connection, table: sa.Table, row_id: str, inmate_id: int) -> bool:
    """Whether nothing has this id here, or had it until it was destroyed. Raises Conflict where
    somebody else's has."""
    row = tx.execute(sa.select(table.c.inmate_id).where(table.c.id == row_id)).first()
    if row is not None and row.inmate_id not in (None, inmate_id):
        raise Conflict(
            f"The {table.name} {row_id} is in another mailbox here. Find out whose it is before "
            "this person is taken over."
        )
    return row is None and not _was_destroyed(tx, table.name, row_id)


def _was_destroyed(tx: sa.Connection, thing: str, row_id: str) -> bool:
    """By schedule: of a message not even a row is left."""
    this = retention_item.c.thing == thing, retention_item.c.item == row_id
    done = sa.exists().where(*this, retention_item.c.fate == str(Fate.DESTROYED))
    return bool(tx.execute(sa.select(done)).scalar())


def _without(row: Columns, *names: str, **instead: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names} | instead


# ---- people outside


def _correspondents(tx: sa.Connection, parcel: Parcel) -> Mapping[str, int]:
    """The number of each record here, by its mark. Nobody is recognised by a name: who bears no
    known mark gets a record of their own, which staff may merge with another."""
    known = {row.mark: row.correspondent_id for row in tx.execute(sa.select(correspondent_mark))}
    for mark, row in parcel.correspondents.items():
        if mark in known:
            continue
        made = tx.execute(
            sa.insert(correspondent).values(**_without(row, "id")).returning(correspondent.c.id)
        )
        known[mark] = int(made.scalar_one())
        tx.execute(sa.insert(correspondent_mark).values(mark=mark, correspondent_id=known[mark]))
        for name in parcel.earlier_names.get(mark, ()):
            tx.execute(
                sa.insert(earlier_name).values(correspondent_id=known[mark], plain_name=name)
            )
    return {mark: known[mark] for mark in parcel.correspondents}


def _here(parcel: Parcel, people: Mapping[str, int], number: int | None) -> int | None:
    """The record here of the one that has this number there."""
    return None if number is None else people.get(parcel.named.get(number, ""))


def _contacts(tx: sa.Connection, parcel: Parcel, inmate_id: int, people: Mapping[str, int]) -> int:
    new = 0
    for row in parcel.contacts:
        of = _here(parcel, people, row["correspondent_id"])
        same = contact.c.correspondent_id == of, contact.c.inmate_id == inmate_id
        if of is None or tx.execute(sa.select(contact.c.id).where(*same)).first():
            continue
        values = _without(row, "id", correspondent_id=of, inmate_id=inmate_id)
        tx.execute(sa.insert(contact).values(**values))
        new += 1
    return new


# ---- what restricts


def _restrictions(
    tx: sa.Connection,
    parcel: Parcel,
    inmate_id: int,
    people: Mapping[str, int],
    origin: str,
) -> int:
    """Blocks, watch rules and legal holds. A block of somebody's whole mail there is one of their
    mail to this person here: about others this facility decides itself."""
    new = 0
    for row in parcel.blocks:
        of = _here(parcel, people, row["correspondent_id"])
        if row["correspondent_id"] is not None and of is None:
            continue
        values = _without(row, "id", correspondent_id=of, inmate_id=inmate_id)
        new += _add_block(tx, values)
    for row in parcel.rules:
        if tx.execute(sa.select(watch_rule.c.id).where(watch_rule.c.id == row["id"])).first():
            continue
        by = f"{row['set_by']} ({origin})"[:120]
        tx.execute(sa.insert(watch_rule).values(**{**row, "inmate_id": inmate_id, "set_by": by}))
        new += 1
    for row in parcel.holds:
        on = None if row["inmate_id"] is None else inmate_id
        values = _without(row, "id", inmate_id=on, by=f"{row['by']} ({origin})"[:120])
        new += _add_hold(tx, values)
    return new


def _add_block(tx: sa.Connection, values: Mapping[str, Any]) -> bool:
    """Unless there was the same one here, also where somebody ended it."""
    columns = ("correspondent_id", "inmate_id", "wanted_by", "since")
    if tx.execute(sa.select(mail_block.c.id).where(*_same(mail_block, columns, values))).first():
        return False
    tx.execute(sa.insert(mail_block).values(**values))
    return True


def _add_hold(tx: sa.Connection, values: Mapping[str, Any]) -> bool:
    columns = ("letter", "message", "inmate_id", "correspondent_id", "case", "since")
    if tx.execute(sa.select(legal_hold.c.id).where(*_same(legal_hold, columns, values))).first():
        return False
    tx.execute(sa.insert(legal_hold).values(**values))
    return True


def _same(
    table: sa.Table, columns: Collection[str], values: Mapping[str, Any]
) -> list[sa.ColumnElement[bool]]:
    return [table.c[name].is_not_distinct_from(values[name]) for name in columns]


# ---- mail


def _messages(tx: sa.Connection, parcel: Parcel, inmate_id: int, people: Mapping[str, int]) -> int:
    """One that still waits for the other facility's printer is printed and sent there; here it is
    on the screen alone. The code of its reply sheet is that facility's."""
    new: set[str] = set()
    for row in parcel.messages:
        if not _is_new(tx, message, row["id"], inmate_id):
            continue
        waits = row["state"] == MessageState.QUEUED
        values = _without(
            row,
            inmate_id=inmate_id,
            correspondent_id=_here(parcel, people, row["correspondent_id"]),
            state=str(MessageState.DELIVERED) if waits else row["state"],
            cover_id=None,
        )
        tx.execute(sa.insert(message).values(**values))
        new.add(row["id"])
    for row in parcel.refused_photos:
        if row["message_id"] in new:
            tx.execute(sa.insert(refused_photo).values(**row))
    return len(new)


def _letter(
    tx: sa.Connection,
    sent: SentLetter,
    inmate_id: int,
    people: Mapping[str, int],
    stored: Stored,
) -> None:
    scan_id, letter_id = new_id(), sent.row["id"]
    tx.execute(
        sa.insert(scan).values(
            id=scan_id,
            fingerprint=hashlib.sha256(f"transfer of letter {letter_id}".encode()).hexdigest(),
            profile=BY_TRANSFER,
            state=str(ScanState.FILED),
            taken_in=sent.taken_in,
            finished=now(),
            pages=len(sent.pages),
        )
    )
    answered = sent.row["message_id"]
    known = tx.execute(sa.select(message.c.id).where(message.c.id == answered)).first()
    values = _without(
        sent.row,
        scan_id=scan_id,
        inmate_id=inmate_id,
        cover_id=None,
        message_id=answered if known else None,
        proposed=None,
        doubts=[],
        reason=None,
        replaced_by=None,
    )
    tx.execute(sa.insert(letter).values(**values))
    _pages(tx, sent, scan_id, stored)
    if sent.sender is not None and sent.sender in people:
        tx.execute(
            sa.insert(letter_sender).values(
                letter_id=letter_id, correspondent_id=people[sent.sender], at=sent.sender_at
            )
        )
    if sent.reply_seen is not None:
        tx.execute(sa.insert(reply_seen).values(letter_id=letter_id, at=sent.reply_seen))
    index_letter(tx, letter_id)


def _pages(tx: sa.Connection, sent: SentLetter, scan_id: str, stored: Stored) -> None:
    """Each in one file, which is its picture; in doubt where a page is, a row says it."""
    files: dict[int, int] = {}
    for number, each in enumerate(sent.pages, start=1):
        picture = each.row["picture"] if each.row["picture"] in stored.originals else None
        page_id = _page(tx, each, number, scan_id, sent.row["id"], picture)
        if picture:
            source = f"{sent.row['id']}-{number:03}"
            files[page_id] = _file(tx, scan_id, number, picture, source, stored)
    if not files:  # a scan is never without a file
        slip = slip_of(sent.row["id"])
        _file(tx, scan_id, 1, hashlib.sha256(slip).hexdigest(), "slip.txt", stored)
    elif len(files) < len(sent.pages):
        for page_id, original_id in files.items():
            tx.execute(
                sa.insert(kept_page).values(page_id=page_id, original_id=original_id, place=1)
            )


def slip_of(letter_id: str) -> bytes:
    """What is stored in place of the pictures of a letter that has none."""
    return f"Letter {letter_id} came by a transfer, without pictures of its pages.\n".encode()


def _file(
    tx: sa.Connection, scan_id: str, ordinal: int, name: str, source: str, stored: Stored
) -> int:
    made = tx.execute(
        sa.insert(original)
        .values(
            scan_id=scan_id,
            ordinal=ordinal,
            sha256=name,
            source=source,
            size=stored.originals[name],
        )
        .returning(original.c.id)
    )
    return int(made.scalar_one())


def _page(
    tx: sa.Connection,
    sent: SentPage,
    number: int,
    scan_id: str,
    letter_id: str,
    picture: str | None,
) -> int:
    values = _without(
        sent.row,
        "id",
        scan_id=scan_id,
        number=number,
        place=number,
        letter_id=letter_id if sent.row["letter_id"] is not None else None,
        picture=picture,
    )
    made = tx.execute(sa.insert(page).values(**values).returning(page.c.id))
    page_id = int(made.scalar_one())
    if sent.transcript is not None:
        tx.execute(sa.insert(transcript).values(**{**sent.transcript, "page_id": page_id}))
    for each in sent.corrections:
        tx.execute(sa.insert(correction).values(**_without(each, "id", page_id=page_id)))
    if sent.withheld is not None:
        tx.execute(sa.insert(withheld_page).values(page_id=page_id, reason=sent.withheld))
    for each in sent.parts:
        tx.execute(sa.insert(withheld_part).values(**_without(each, "id", page_id=page_id)))
    return page_id
