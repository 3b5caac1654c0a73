"""Stored files of one facility, stored anew in another: each home has a key of its own, so what is
encrypted under the first is decrypted, and encrypted under the second."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Collection

from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.support.failpoints import failpoint
from digitizer.transfers.parcels import Parcel
from digitizer.transfers.unpacking import Stored, slip_of

log = logging.getLogger("digitizer")


def carry(sender: Facility, receiver: Facility, parcel: Parcel, before: Stored) -> Stored:
    """Stores durably what ``before`` has not. What the sending home has lost or altered is left
    out, and named in the log: one bad file keeps nobody's mailbox back. Raises StorageError where
    something cannot be stored."""
    originals = dict(before.originals)
    of_pages = {name for each in parcel.letters for name in each.pictures}
    for name in sorted(parcel.pictures - set(originals)):
        content = _kept(sender, name)
        if content is None:
            log.warning("the picture %s is lost, and does not go along", name)
            continue
        _put(receiver, content, name, original=name in of_pages)
        originals[name] = len(content)
        failpoint("transfers.stored")
    for slip in _slips(parcel, originals):
        name = hashlib.sha256(slip).hexdigest()
        _put(receiver, slip, name, original=True)
        originals[name] = len(slip)
    return Stored(originals)


def _slips(parcel: Parcel, stored: Collection[str]) -> list[bytes]:
    """Of the letters of which no picture is stored."""
    return [slip_of(each.row["id"]) for each in parcel.letters if not {*each.pictures} & {*stored}]


def _kept(sender: Facility, name: str) -> bytes | None:
    """None where it is not there any more as it was stored."""
    try:
        content = sender.pictures.get(name)
    except (NotFound, DamagedFile):
        return None
    return content if hashlib.sha256(content).hexdigest() == name else None


def _put(receiver: Facility, content: bytes, name: str, *, original: bool) -> None:
    """As a picture, and as a file that came in where a letter of its own is made of it."""
    for store in (receiver.pictures, receiver.originals) if original else (receiver.pictures,):
        stored, _ = store.put(io.BytesIO(content))
        if stored != name:
            raise StorageError(f"A picture was stored as {stored}, and it is {name}.")
