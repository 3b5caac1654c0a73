"""Who owns what is in a backup: that whose key in the key book opens it.

A page owns what was read on it and its picture, and the first page of a letter what is noted of
the letter: pages stay who they are however letters are cut and joined. A stored original owns
itself: it goes with the first of its letters. So does a file that waits in the inbox, apart from an
original of the same bytes, which may be destroyed already. A letter, a message and a scan own what
quotes them; one save of a draft owns itself. The rest is the home's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.scans.sealed_pages import named_sealed_pictures
from digitizer.model.mail import LetterState
from digitizer.model.retention import Fate, Thing
from digitizer.operations.stored_blobs import named_originals
from digitizer.storage.key_book import Owner, owner_of
from digitizer.storage.tables import letter, message, original, page, scan
from digitizer.storage.tables_messages import message_draft
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_retention import retention_item

DRAFT = "D"
_HOME, _ORIGINAL, _PAGE, _THING, _WAITING = "H", "O", "P", "T", "W"

#: What no destruction reaches: prints about nobody's mail, such as a delivery list.
HOME = owner_of(_HOME, "home")


def of_original(name: str) -> Owner:
    return owner_of(_ORIGINAL, name)


def of_waiting(name: str) -> Owner:
    """Of a file in the inbox, by the SHA-256 of its bytes."""
    return owner_of(_WAITING, name)


def of_page(scan_id: str, number: int) -> Owner:
    return owner_of(_PAGE, f"{scan_id}/{number}")


def of_thing(some_id: str) -> Owner:
    """Of a letter, a message or a scan."""
    return owner_of(_THING, some_id)


def of_draft(number: int, saved: datetime) -> Owner:
    """As SQLite writes the moment, by which a copy of the database knows it."""
    return owner_of(DRAFT, f"{number}/{saved.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}")


def kept(tx: sa.Connection) -> set[Owner]:
    """Every owner that was not destroyed."""
    found = {HOME, *(of_original(name) for name in named_originals(tx)), *drafts(tx)}
    found |= {of_page(row.scan_id, row.number) for row in _pages(tx, ~_PAGE_IS_GONE)}
    for ids in (
        sa.select(letter.c.id).where(letter.c.state != str(LetterState.DESTROYED)),
        sa.select(message.c.id),
        sa.select(scan.c.id).where(scan.c.destroyed.is_(None)),
    ):
        found |= {of_thing(some_id) for some_id in tx.execute(ids).scalars()}
    return found


def destroyed(tx: sa.Connection) -> set[Owner]:
    """Every owner that retention destroyed. What is gone for another reason is not among them."""
    found = {of_page(row.scan_id, row.number) for row in _pages(tx, _PAGE_IS_GONE)}
    gone = sa.select(retention_item.c.item).where(
        retention_item.c.fate == str(Fate.DESTROYED), retention_item.c.thing == str(Thing.MESSAGE)
    )
    for ids in (
        sa.select(letter.c.id).where(letter.c.state == str(LetterState.DESTROYED)),
        sa.select(scan.c.id).where(scan.c.destroyed.is_not(None)),
        gone,
    ):
        found |= {of_thing(some_id) for some_id in tx.execute(ids).scalars()}
    return found | {of_original(name) for name in _destroyed_originals(tx)}


def taken_in_and_destroyed(tx: sa.Connection) -> set[Owner]:
    """Of files that may have waited in the inbox of a backup: some may wait again."""
    return {of_waiting(name) for name in _destroyed_originals(tx)}


def _destroyed_originals(tx: sa.Connection) -> set[str]:
    rows = tx.execute(sa.select(original).where(original.c.destroyed.is_not(None)))
    # Its bytes may have waited in an inbox, by their own name, before they were sealed.
    names = {name for row in rows for name in (row.sha256, row.sealed_as) if name}
    return names - named_originals(tx).keys()


def drafts(tx: sa.Connection) -> set[Owner]:
    rows = tx.execute(sa.select(message_draft.c.id, message_draft.c.saved))
    return {of_draft(row.id, row.saved) for row in rows}


def owners_of_files(tx: sa.Connection) -> Mapping[str, Mapping[str, set[Owner]]]:
    """By store and name, of every file that the tables name."""
    pictures: dict[str, set[Owner]] = defaultdict(set)
    for row in _pages(tx, page.c.picture.is_not(None)):
        pictures[row.picture].add(of_page(row.scan_id, row.number))
    for name, scan_id in named_sealed_pictures(tx):
        pictures[name].add(of_thing(scan_id))
    for name, owner in (*_photos(tx), *_prints(tx)):
        pictures[name].add(owner)
    originals = {name: {of_original(name)} for name in named_originals(tx)}
    return {"originals": originals, "pictures": pictures}


def _photos(tx: sa.Connection) -> Iterator[tuple[str, Owner]]:
    for row in tx.execute(sa.select(message.c.id, message.c.photos)):
        for photo in row.photos:
            yield photo, of_thing(row.id)
    for row in tx.execute(
        sa.select(message_draft.c.id, message_draft.c.saved, message_draft.c.photos)
    ):
        for photo in row.photos:
            yield photo, of_draft(row.id, row.saved)


def _prints(tx: sa.Connection) -> Iterator[tuple[str, Owner]]:
    for row in tx.execute(sa.select(print_job).where(print_job.c.pdf.is_not(None))):
        about = row.copied or row.message_id
        yield row.pdf, of_thing(about) if about else HOME


def _pages(tx: sa.Connection, which: sa.ColumnElement[bool]) -> sa.CursorResult[Any]:
    return tx.execute(
        sa.select(page.c.scan_id, page.c.number, page.c.picture)
        .join(scan, scan.c.id == page.c.scan_id)
        .outerjoin(letter, letter.c.id == page.c.letter_id)
        .where(which)
    )


_PAGE_IS_GONE = scan.c.destroyed.is_not(None) | (
    sa.func.coalesce(letter.c.state, "") == str(LetterState.DESTROYED)
)
