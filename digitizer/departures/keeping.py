"""The file of an open code, kept until its hour ends, so that a line that breaks goes on where it
was.

It lies encrypted under a key that only this process has, in a file without a name: it is gone with
the process, however that ends, and nobody else reads it. Another process makes its own.
"""

from __future__ import annotations

import io
import os
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from digitizer.departures import making
from digitizer.departures.codes import Fitting
from digitizer.departures.contents import Item, items_of
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.storage.database import reading
from digitizer.storage.encrypted_files import chunks_of, encrypted, opened
from digitizer.support.clock import now

#: So many are kept, and the oldest goes; so many are made or wait for that, each on a thread.
_MOST_KEPT, _MOST_MADE = 8, 4

Whose = tuple[Path, int]  # the home, and the id of the code


class BeingMade(Conflict):
    """This file, or too many others, are being made just now."""

    def __init__(self) -> None:
        super().__init__("The file is being made. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was made: its length in bytes, a ``tag`` that no other one has, how many
    ``items`` are in it, and how many pictures were ``lost``."""

    file: int
    key: bytes
    tag: str
    length: int
    found: tuple[Item, ...]
    lost: int

    @property
    def items(self) -> int:
        return len(self.found)

    def open(self, start: int) -> IO[bytes]:
        """Its content from there on, which is before its end; it can be read also when this is not
        kept any more."""
        return opened(self.key, io.BufferedReader(_Again(os.dup(self.file))), start)


class _Again(io.RawIOBase):
    """A file that others read too, each at their own place."""

    def __init__(self, file: int) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset if whence == os.SEEK_SET else self._at + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = os.preadv(self._file, [buffer], self._at)
        self._at += size
        return size

    def close(self) -> None:
        if not self.closed:
            os.close(self._file)
        super().close()


_guard = threading.Lock()
_kept: dict[Whose, Kept] = {}
_being_made: set[Whose] = set()


def kept(facility: Facility, code: Fitting) -> tuple[Kept, bool]:
    """The file of this code, and whether it was made now. It is made anew where the mailbox is
    another since. Raises BeingMade and StorageError."""
    whose = (facility.home, code.id)
    with reading(facility.engine) as tx:
        found = items_of(tx, code.inmate_id)
    with _guard:
        known = _kept.get(whose)
        if known is not None and known.found == found:
            return known, False
        if whose in _being_made or len(_being_made) >= _MOST_MADE:
            raise BeingMade
        _being_made.add(whose)
    try:
        new = _make(facility, code, found)
        _keep(whose, new, code.closes)
    finally:
        with _guard:
            _being_made.discard(whose)
    return new, True


def forget(facility: Facility, code_id: int) -> None:
    """Nothing is kept of this code any more."""
    _forget((facility.home, code_id))


def _make(facility: Facility, code: Fitting, found: tuple[Item, ...]) -> Kept:
    key = secrets.token_bytes(32)
    with making.made(facility, code.inmate_id) as built:
        length, copy = built.file.stat().st_size, built.file.with_name("kept")
        with making.disk_trouble_said(), built.file.open("rb") as plain, copy.open("wb") as out:
            for piece in encrypted(key, chunks_of(plain)):
                out.write(piece)
        file = os.open(copy, os.O_RDONLY | os.O_CLOEXEC)
    return Kept(file, key, secrets.token_hex(16), length, found, built.lost)


def _keep(whose: Whose, new: Kept, until: datetime | None) -> None:
    _forget(whose)
    with _guard:
        oldest = next(iter(_kept)) if len(_kept) >= _MOST_KEPT else None
        _kept[whose] = new
    if oldest is not None:
        _forget(oldest)
    left = (until - now()).total_seconds() if until else 0.0
    timer = threading.Timer(max(0.0, left), _forget, (whose, new.tag))
    timer.daemon = True
    timer.start()


def _forget(whose: Whose, tag: str = "") -> None:
    with _guard:
        known = _kept.get(whose)
        if known is not None and tag in ("", known.tag):
            del _kept[whose]
            os.close(known.file)
