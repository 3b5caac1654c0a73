"""The stored PDFs of prints, and what becomes of a print whose PDF is lost: one pile of paper does
not wait for one bad file."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence

from digitizer.access.acting import Action
from digitizer.model.errors import NotFound, StorageError
from digitizer.model.events import PRINT_QUEUE, Subject, Verb
from digitizer.model.prints import Print
from digitizer.prints import queue
from digitizer.storage.blobs import BlobStore
from digitizer.storage.encrypted_files import DamagedFile


def intact_pdf(pictures: BlobStore, each: Print) -> bytes | None:
    """The PDF of a print; None where it has none, or it is gone or damaged. Raises StorageError
    where the store does not answer."""
    if each.pdf is None:
        return None
    try:
        pdf = pictures.get(each.pdf)
    except (NotFound, DamagedFile):
        return None
    except StorageError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EIO:
            return None
        raise
    return pdf if hashlib.sha256(pdf).hexdigest() == each.pdf else None


def forget_pdf(pictures: BlobStore, each: Print) -> None:
    """Deletes what is left of a damaged PDF, so that a good one can take its name."""
    if each.pdf is not None:
        pictures.delete(each.pdf)


def set_aside_lost(action: Action, prints: Sequence[Print]) -> None:
    """Of prints whose PDFs are lost: a message waits to be rendered again from what was written;
    anything else is doubtful, and a person decides."""
    written = [each.number for each in prints if each.message]
    others = [each for each in prints if not each.message]
    for number in written:
        queue.lose_pdf(action.tx, number)
    if written:
        action.record(Verb.DOUBT_PRINT, PRINT_QUEUE, prints=written, fate="rendered again")
    if others:
        batch = queue.doubt_lost(action.tx, others, action.by.name)
        numbers = [each.number for each in others]
        action.record(Verb.DOUBT_PRINT, Subject.batch(batch), prints=numbers, fate="PDF lost")
