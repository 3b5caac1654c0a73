"""Stored files: whether anything names them still, and erasing those that nothing does."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.storage.blobs import BlobStore
from digitizer.storage.database import writing
from digitizer.storage.tables import message, original, page, sealed_page
from digitizer.storage.tables_messages import added_photo, message_draft
from digitizer.storage.tables_prints import print_job
from digitizer.support.slices import in_slices

#: How many are looked up in one transaction: others write in between.
_AT_ONCE = 50


def is_named(tx: sa.Connection, store: str, name: str) -> bool:
    """Whether something names this blob of the store "originals" or "pictures"; also a photo that
    is being added, before any draft has it."""
    if store == "originals":
        stored_as = sa.func.coalesce(original.c.sealed_as, original.c.sha256)
        its = sa.or_(original.c.sha256 == name, original.c.sealed_as == name)
        kept = sa.select(original.c.id).where(its, original.c.destroyed.is_(None))
        return tx.execute(kept.where(stored_as == name)).first() is not None
    by_name = (
        sa.select(page.c.id).where(page.c.picture == name),
        sa.select(sealed_page.c.scan_id).where(sealed_page.c.picture == name),
        sa.select(print_job.c.id).where(print_job.c.pdf == name),
        sa.select(added_photo.c.id).where(added_photo.c.stored == name),
        *(
            sa.select(each.c.id).where(sa.cast(each.c.photos, sa.Text).contains(name))
            for each in (message, message_draft)
        ),
    )
    return any(tx.execute(each.limit(1)).first() for each in by_name)


def erase_unnamed(facility: Facility, stored: Collection[tuple[str, str]]) -> None:
    """Erases those of ``stored``, each a store as above and a name, that nothing names. Raises
    StorageError."""
    stores: dict[str, BlobStore] = {
        "originals": facility.originals,
        "pictures": facility.pictures,
    }
    for some in in_slices(sorted(stored), _AT_ONCE):
        with writing(facility.engine) as tx:
            for store, name in some:
                if not is_named(tx, store, name):
                    stores[store].erase(name)
