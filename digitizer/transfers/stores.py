"""Stored files of one facility, stored anew in another: each home has a key of its own, so what is
encrypted under the first is decrypted, and encrypted under the second."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from digitizer.emptying.files import erase_unnamed
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.support.failpoints import failpoint
from digitizer.transfers.parcels import Parcel
from digitizer.transfers.unpacking import Stored, slip_of

log = logging.getLogger("digitizer")


@dataclass(slots=True)
class Cargo:
    """``new``: files that the receiving facility had not before, the store of each and its name.
    ``needed``: the names of what goes along, as was known last."""

    new: set[tuple[str, str]] = field(default_factory=set)
    needed: frozenset[str] = frozenset()


@contextmanager
def loading(receiver: Facility) -> Iterator[Cargo]:
    """Erases at the end what was stored for nothing: of mail that was sealed or recalled there in
    the meantime, or, after an error, of somebody who was not taken over."""
    cargo = Cargo()
    try:
        yield cargo
    except Exception:
        _forget(receiver, cargo.new)
        raise
    _forget(receiver, {each for each in cargo.new if each[1] not in cargo.needed})


def _forget(receiver: Facility, stored: set[tuple[str, str]]) -> None:
    try:
        erase_unnamed(receiver, stored)
    except StorageError as error:
        log.error("files of a transfer were stored for nothing, and could not go: %s", error)


def carry(
    sender: Facility, receiver: Facility, parcel: Parcel, before: Stored, cargo: Cargo
) -> Stored:
    """Stores durably what ``before`` has not. What the sending home has lost or altered is left
    out, and named in the log: one bad file keeps nobody's mailbox back. Raises StorageError where
    something cannot be stored."""
    cargo.needed = parcel.pictures
    originals = dict(before.originals)
    of_pages = {name for each in parcel.letters for name in each.pictures}
    for name in sorted(parcel.pictures - set(originals)):
        content = _kept(sender, name)
        if content is None:
            log.warning("the picture %s is lost, and does not go along", name)
            continue
        _put(receiver, content, name, name in of_pages, cargo)
        originals[name] = len(content)
        failpoint("transfers.stored")
    for slip in _slips(parcel, originals):
        name = hashlib.sha256(slip).hexdigest()
        _put(receiver, slip, name, True, cargo)
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


def _put(receiver: Facility, content: bytes, name: str, of_page: bool, cargo: Cargo) -> None:
    """As a picture, and as a file that came in where a letter of its own is made of it."""
    stores = {"pictures": receiver.pictures, "originals": receiver.originals}
    for where in ("pictures", "originals") if of_page else ("pictures",):
        if not stores[where].exists(name):
            cargo.new.add((where, name))
        stored, _ = stores[where].put(io.BytesIO(content))
        if stored != name:
            raise StorageError(f"A picture was stored as {stored}, and it is {name}.")
