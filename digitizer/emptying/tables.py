"""Emptying the tables of what is destroyed: all in one transaction, with the event of it.

What stays is that it was there: its id, its scan, whose it was, when it came, how many pages it
had, and its events. Nothing of what was in it stays, nor who is said to have sent it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from digitizer.access.second_person import forget
from digitizer.emptying.stacks import NewFile, Parted, stack_of
from digitizer.letters.search.indexing import forget_words
from digitizer.model.errors import Conflict, StorageError
from digitizer.model.events import Subject
from digitizer.model.mail import LetterState
from digitizer.model.retention import Thing
from digitizer.storage.blobs import BlobStore
from digitizer.storage.tables import (
    correction,
    cover,
    letter,
    message,
    original,
    page,
    scan,
    transcript,
)
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_correspondents import letter_sender
from digitizer.storage.tables_messages import refused_photo, reply_seen
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_requests import request_step
from digitizer.storage.tables_retention import kept_page, leftover_file
from digitizer.storage.tables_screening import (
    blind_check,
    first_look,
    watch_mark,
    withheld_page,
    withheld_part,
)
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now


def note_leftover(tx: sa.Connection, run: int | None, store: str, name: str) -> None:
    """The file is deleted by this run, unless something names it by then. Without a run it is not
    here at all: it was destroyed before its row came back."""
    if run is None:
        return
    this = leftover_file.c.store == store, leftover_file.c.sha256 == name
    if tx.execute(sa.select(leftover_file).where(*this)).first() is None:
        tx.execute(sa.insert(leftover_file).values(store=store, sha256=name, run_id=run))


def empty_letter(
    tx: sa.Connection, originals: BlobStore, run: int | None, letter_id: str, parted: Parted
) -> tuple[str, ...]:
    """Returns the digests of the originals that go with it. Raises Conflict where its stack is no
    longer as it was taken apart, and StorageError where a new file is gone: then nothing is
    changed."""
    if stack_of(tx, letter_id) != parted.stack:
        raise Conflict("Its stack was changed meanwhile.")
    hashes = change_files(
        tx, originals, run, parted.stack.scan, parted.gone, parted.new, parted.places
    )
    own = [each.id for each in parted.stack.own]
    tx.execute(sa.update(page).where(page.c.id.in_(own)).values(letter_id=letter_id))
    whole = parted.stack.is_alone
    every = own + [each.id for some in parted.stack.others.values() for each in some if whole]
    empty_pages(tx, run, every)
    for table in (watch_mark, first_look, blind_check, letter_sender, reply_seen):
        tx.execute(sa.delete(table).where(table.c.letter_id == letter_id))
    nobody = dict.fromkeys(("sender", "subject", "reason", "message_id"))
    this = sa.update(letter).where(letter.c.id == letter_id)
    tx.execute(this.values(state=str(LetterState.DESTROYED), doubts=[], **nobody))
    # What earlier versions copied of it, where it was a form for a request.
    tx.execute(
        sa.update(request_step).where(request_step.c.letter_id == letter_id).values(words="")
    )
    _close_scan(tx, parted.stack.scan, whole)
    _empty_what_is_about(tx, run, Thing.LETTER, letter_id)
    return hashes


def change_files(
    tx: sa.Connection,
    originals: BlobStore,
    run: int | None,
    scan_id: str,
    gone: Sequence[int],
    new: Sequence[NewFile],
    places: Mapping[int, tuple[int, int]],
    lost: Collection[str] = (),
) -> tuple[str, ...]:
    """Originals of a scan go, and ``new`` ones are there instead; ``places`` is where each page is
    that stays in an old one. Returns the digests of what goes. Raises StorageError where a new one
    is not stored, but for those that a restored home had ``lost`` before: scrub names them."""
    if not all(originals.exists(each.sha256) for each in new if each.sha256 not in lost):
        raise StorageError("A file that was just stored is gone.")
    hashes = _let_go(tx, run, original.c.id.in_(gone))
    _name_new_files(tx, scan_id, new, places)
    return hashes


def empty_scan(tx: sa.Connection, run: int | None, scan_id: str) -> tuple[str, ...]:
    """A scan that never became letters: all of it. Returns the digests of its originals."""
    hashes = _let_go(tx, run, original.c.scan_id == scan_id)
    pages = sa.select(page.c.id).where(page.c.scan_id == scan_id)
    empty_pages(tx, run, tx.execute(pages).scalars().all())
    _close_scan(tx, scan_id, whole=True)
    _empty_what_is_about(tx, run, Thing.SCAN, scan_id)
    return hashes


def empty_message(tx: sa.Connection, run: int | None, message_id: str) -> tuple[str, ...]:
    """Its row goes; a reply sheet to it that comes back later is held for a person. A photo that
    somebody else adds, too, stays for them. Returns the digests of its photos."""
    photos = tuple(
        tx.execute(sa.select(message.c.photos).where(message.c.id == message_id)).scalar_one()
    )
    for photo in photos:
        note_leftover(tx, run, "pictures", photo)
    _empty_what_is_about(tx, run, Thing.MESSAGE, message_id)
    tx.execute(sa.delete(refused_photo).where(refused_photo.c.message_id == message_id))
    for table in (letter, print_job):
        named = table.c.message_id == message_id
        tx.execute(sa.update(table).where(named).values(message_id=None))
    of_cover = cover.c.message_id == message_id
    unspent = of_cover & cover.c.revoked.is_(None) & cover.c.used_by.is_(None)
    tx.execute(sa.update(cover).where(unspent).values(revoked=now()))
    tx.execute(sa.update(cover).where(of_cover).values(message_id=None, sender=None))
    tx.execute(sa.delete(message).where(message.c.id == message_id))
    return photos


def _let_go(tx: sa.Connection, run: int | None, which: sa.ColumnElement[bool]) -> tuple[str, ...]:
    """These originals are destroyed, once nothing else has the same bytes."""
    rows = tx.execute(sa.select(original).where(which, original.c.destroyed.is_(None))).all()
    for row in rows:
        note_leftover(tx, run, "originals", row.sealed_as or row.sha256)
        tx.execute(sa.delete(kept_page).where(kept_page.c.original_id == row.id))
    ids = [row.id for row in rows]
    tx.execute(sa.update(original).where(original.c.id.in_(ids)).values(destroyed=now()))
    return tuple(row.sha256 for row in rows)


def _name_new_files(
    tx: sa.Connection,
    scan_id: str,
    new: Sequence[NewFile],
    kept: Mapping[int, tuple[int, int]],
) -> None:
    """The ledger names what was stored for the other letters, and where each page is from now
    on."""
    of_scan = original.c.scan_id == scan_id
    first = tx.execute(sa.select(original).where(of_scan).order_by(original.c.ordinal)).first()
    assert first is not None
    last: int = tx.execute(sa.select(sa.func.max(original.c.ordinal)).where(of_scan)).scalar_one()
    places = dict(kept)
    for ordinal, each in enumerate(new, start=last + 1):
        done = tx.execute(
            sa.insert(original).values(
                scan_id=scan_id,
                ordinal=ordinal,
                sha256=each.sha256,
                source=first.source,
                size=each.size,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        places |= {page_id: (key[0], place) for place, page_id in enumerate(each.pages, start=1)}
    tx.execute(sa.delete(kept_page).where(kept_page.c.page_id.in_(list(places))))
    for page_id, (original_id, place) in places.items():
        values = {"page_id": page_id, "original_id": original_id, "place": place}
        tx.execute(sa.insert(kept_page).values(**values))


def empty_pages(tx: sa.Connection, run: int | None, page_ids: Sequence[int]) -> None:
    """Nothing of what was on them stays."""
    for picture in tx.execute(
        sa.select(page.c.picture).where(page.c.id.in_(page_ids), page.c.picture.is_not(None))
    ).scalars():
        note_leftover(tx, run, "pictures", str(picture))
    forget_words(tx, page_ids)
    tx.execute(sa.delete(watch_mark).where(watch_mark.c.page_id.in_(page_ids)))
    for table in (transcript, correction, withheld_page, withheld_part, kept_page):
        tx.execute(sa.delete(table).where(table.c.page_id.in_(page_ids)))
    bare = sa.update(page).where(page.c.id.in_(page_ids)).values(picture=None, position=None)
    tx.execute(bare.values(ink=0, quality=[], stripes=[], paper=[]))


def _close_scan(tx: sa.Connection, scan_id: str, whole: bool) -> None:
    """The same bytes, come in again, are another scan from now on: these are kept no more."""
    this = sa.update(scan).where(scan.c.id == scan_id)
    tx.execute(this.values(fingerprint="destroyed:" + scan_id))  # no digest: no bytes have it
    if whole:
        tx.execute(this.values(destroyed=now()))


def _empty_what_is_about(tx: sa.Connection, run: int | None, thing: Thing, some_id: str) -> None:
    """Prints, news and appeals: they may quote it."""
    subject = Subject(str(thing), some_id)
    its = sa.or_(print_job.c.copied == some_id, print_job.c.message_id == some_id)
    _drop_prints(tx, run, tx.execute(sa.select(print_job).where(its)).all())
    of_outbox = sa.update(outbox).where(outbox.c.cause == str(subject))
    tx.execute(of_outbox.values(recipient="", subject="", body="", problem=None, leave=None))
    rejections = sa.select(rejection.c.id).where(rejection.c.item == some_id)
    tx.execute(
        sa.update(appeal).where(appeal.c.rejection_id.in_(rejections)).values(words="", why="")
    )
    forget(tx, subject)


def _drop_prints(tx: sa.Connection, run: int | None, rows: Iterable[sa.Row[Any]]) -> None:
    for row in rows:
        if row.pdf is not None:
            note_leftover(tx, run, "pictures", row.pdf)
        this = sa.update(print_job).where(print_job.c.id == row.id)
        tx.execute(this.values(pdf=None, title="", reason=""))
