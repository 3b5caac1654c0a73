"""Photos of e-messages: cleaned in a sandbox on their way in, then stored; and removed once neither
a draft nor a message has them.

A photo is noted before it is stored, so that none is stored for good that nothing refers to,
whenever a process dies; and it is removed only under the lock of those who write, a day after that
was seen.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from digitizer.engines.isolation import Pool
from digitizer.messages.drafts import Between
from digitizer.model.errors import Conflict, SandboxFailed, UnopenableFile, UsageError
from digitizer.model.mail import Direction
from digitizer.storage.blobs import BlobStore
from digitizer.storage.tables import message, page
from digitizer.storage.tables_messages import added_photo, message_draft
from digitizer.support.clock import now

#: Bytes of one photo as it is sent; the largest of telephones are below it.
LARGEST = 25 * 1024 * 1024
_SECONDS = 30.0
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: Names that are looked for in messages at once.
_TOGETHER = 50


def cleaned(data: bytes) -> bytes:
    """The photo drawn anew, upright and without metadata: the bytes that were sent are not kept.
    Raises UsageError, in words for its sender."""
    from digitizer.engines.imaging.sent_photos import clean_photo  # OpenCV is slow to load

    if len(data) > LARGEST:
        raise UsageError(f"A photo can have at most {LARGEST // 2**20} MB.")
    with Pool(1) as pool:
        try:
            clean: bytes = pool.submit(clean_photo, data, seconds=_SECONDS).result()
        except UnopenableFile as error:
            raise UsageError(str(error)) from error
        except SandboxFailed as error:
            raise UsageError("This photo cannot be opened. Send it again as a JPEG.") from error
    return clean


def begin_adding(tx: sa.Connection, between: Between, an_hour: int) -> int:
    """Notes that whoever is writing adds a photo, good or not; returns the number of that. Raises
    Conflict where they added as many within the hour as they may."""
    if added_within(tx, between, _HOUR) >= an_hour:
        raise Conflict(
            "You have added as many photos as the facility allows in one hour. Wait a while, then "
            "add this one. What you wrote is kept."
        )
    made = tx.execute(
        sa.insert(added_photo)
        .values(
            direction=str(between.direction),
            inmate_id=between.inmate_id,
            correspondent_id=between.correspondent_id,
            at=now(),
        )
        .returning(added_photo.c.id)
    )
    return int(made.scalar_one())


def added_within(tx: sa.Connection, between: Between, time: timedelta) -> int:
    """How many photos whoever is writing added, to anybody."""
    whose = (
        added_photo.c.inmate_id == between.inmate_id
        if between.direction is Direction.FROM_INMATE
        else added_photo.c.correspondent_id == between.correspondent_id
    )
    same = added_photo.c.direction == str(between.direction)
    asked = sa.select(sa.func.count()).where(whose, same, added_photo.c.at > now() - time)
    return int(tx.execute(asked).scalar_one())


def name_added(tx: sa.Connection, number: int, clean: bytes) -> str:
    """Notes under which name the photo will be stored; returns that."""
    stored = hashlib.sha256(clean).hexdigest()
    this = sa.update(added_photo).where(added_photo.c.id == number)
    tx.execute(this.values(stored=stored, at=now()))
    return stored


def store(pictures: BlobStore, clean: bytes) -> None:
    pictures.put(io.BytesIO(clean))


def forget_unused(tx: sa.Connection, pictures: BlobStore) -> int:
    """Removes the photos that nothing has had for a day; returns how many. In the transaction of
    whoever writes: nobody sends or adds meanwhile. Raises StorageError."""
    drafted, sent = _drafted(tx), _sent(tx, _noted(tx))
    _note_use(tx, drafted | sent)
    old, unused = added_photo.c.at < now() - _DAY, added_photo.c.unused < now() - _DAY
    tx.execute(sa.delete(added_photo).where(old, added_photo.c.stored.is_(None)))
    tx.execute(sa.delete(added_photo).where(old, _is_among(sent)))
    over = set(tx.execute(sa.select(added_photo.c.stored).where(unused)).scalars())
    again = sa.select(added_photo.c.stored).where(sa.or_(added_photo.c.unused.is_(None), ~unused))
    gone = over - set(tx.execute(again).scalars())
    for stored in sorted(gone):
        pictures.delete(stored)
    tx.execute(sa.delete(added_photo).where(unused))
    return len(gone)


def _note_use(tx: sa.Connection, used: Collection[str]) -> None:
    """Since when each that is stored has not been used."""
    is_used = _is_among(used)
    tx.execute(sa.update(added_photo).where(is_used).values(unused=None))
    fresh = added_photo.c.stored.is_not(None), added_photo.c.unused.is_(None)
    tx.execute(sa.update(added_photo).where(~is_used, *fresh).values(unused=now()))


def _is_among(names: Collection[str]) -> sa.ColumnElement[bool]:
    """Compared as a list in the query: drafts and photos of a day are hundreds, not millions."""
    return added_photo.c.stored.in_(sorted(names))


def _noted(tx: sa.Connection) -> list[str]:
    asked = sa.select(added_photo.c.stored).where(added_photo.c.stored.is_not(None)).distinct()
    return [str(each) for each in tx.execute(asked).scalars()]


def _drafted(tx: sa.Connection) -> set[str]:
    drafts = tx.execute(sa.select(message_draft.c.photos)).scalars()
    return {each for photos in drafts for each in photos}


def _sent(tx: sa.Connection, names: Collection[str]) -> set[str]:
    """Those of the names that a message, or a page, has."""
    wanted, found = sorted(names), set[str]()
    for start in range(0, len(wanted), _TOGETHER):
        some = wanted[start : start + _TOGETHER]
        has = sa.cast(message.c.photos, sa.Text)
        asked = sa.select(message.c.photos).where(sa.or_(*(has.contains(each) for each in some)))
        found |= {each for photos in tx.execute(asked).scalars() for each in photos}
        pages = sa.select(page.c.picture).where(page.c.picture.in_(some))
        found |= set(tx.execute(pages).scalars())
    return found & set(names)
