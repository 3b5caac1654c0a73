"""What somebody outside takes along: all that they wrote, and all that was sent to them."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.access.accounts import account_of
from digitizer.access.acting import Look, acting
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.letters.withheld_parts import WithheldPart, parts_of, picture_outside
from digitizer.messages import conversations
from digitizer.messages.conversations import Entry, EntryKind, Side
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people.correspondents import asks, contacts, records
from digitizer.storage.tables import page


@dataclass(frozen=True, slots=True)
class _File:
    """A stored picture, its name in the archive, and the parts of it that are withheld."""

    stored: str
    name: str
    parts: tuple[WithheldPart, ...] = ()


def export_own(facility: Facility, by: Actor) -> bytes:
    """A zip of ``mail.json``, which is everything in words, and the pictures that it names."""
    with acting(facility, by, Act.OWN_ACCOUNT) as action:
        me = action.correspondent or 0
        files: list[_File] = []
        told = _account(action, me) | {"conversations": _conversations(action, me, files)}
        action.record(Verb.EXPORT_OWN, Subject.correspondent(me))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail.json", json.dumps(told, ensure_ascii=False, indent=2))
        for each in files:
            picture = picture_outside(facility.pictures, each.stored, each.parts)
            archive.writestr(each.name, picture, zipfile.ZIP_STORED)
    return out.getvalue()


def _account(look: Look, me: int) -> dict[str, Any]:
    record, account = records.get(look.tx, me), account_of(look.tx, me)
    return {
        "name": record.name,
        "address": list(record.address),
        "email": account.email if account else "",
        "language": record.language,
        "account_made": _when(account.made) if account else None,
        "asked_to_write_to": [
            {
                "booking_number": each.booking_number,
                "name": each.name,
                "asked": _when(each.asked),
                "refused": each.refused,
            }
            for each in asks.of_correspondent(look.tx, me)
        ],
    }


def _conversations(look: Look, me: int, files: list[_File]) -> list[dict[str, Any]]:
    told = []
    for each in contacts.of_correspondent(look.tx, me):
        if each.approved is None:
            continue
        number = each.booking_number
        entries = conversations.entries_between(look.tx, number, me, Side.CORRESPONDENT)
        told.append(
            {
                "with": each.inmate,
                "booking_number": number,
                "entries": [_entry(look, entry, files) for entry in entries],
            }
        )
    return told


def _entry(look: Look, entry: Entry, files: list[_File]) -> dict[str, Any]:
    photos = [each for each in entry.photos if entry.mine or not each.refused]
    mine = [_File(each.stored, f"photos/{entry.id}-{each.place}.jpg") for each in photos]
    if entry.kind is EntryKind.REPLY:
        mine = _reply_pages(look, entry.id)
    files += mine
    return {
        "kind": str(entry.kind),
        "at": _when(entry.at),
        "from_me": entry.mine,
        "subject": entry.subject,
        "text": entry.text,
        "state": str(entry.state) if entry.state else None,
        "refused": entry.refused,
        "pictures": [each.name for each in mine],
    }


def _reply_pages(look: Look, letter_id: str) -> list[_File]:
    asked = (
        sa.select(page.c.id, page.c.position, page.c.picture)
        .where(page.c.letter_id == letter_id, page.c.role == "content")
        .order_by(page.c.position)
    )
    rows = [row for row in look.tx.execute(asked) if row.picture]
    parts = parts_of(look.tx, [row.id for row in rows])
    return [
        _File(row.picture, f"replies/{letter_id}-{row.position}.jpg", parts[row.id]) for row in rows
    ]


def _when(at: datetime) -> str:
    return at.astimezone().isoformat(timespec="seconds")
