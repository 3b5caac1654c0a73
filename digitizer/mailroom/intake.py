"""Taking in: bytes stored, ledger row committed, and only then may the file leave the inbox."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer.mailroom.house import House
from digitizer.parts.tables import writing
from digitizer.processes import audit, ledger, sealing
from digitizer.vocabulary.errors import Conflict, StorageError, UsageError
from digitizer.vocabulary.mail import Filed, Outcome
from digitizer.vocabulary.paper import Original
from digitizer.vocabulary.people import MACHINE
from digitizer.vocabulary.points import reach
from digitizer.vocabulary.profiles import ScannerProfile, Stack

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a stack that came in. A duplicate names the first scan and its moment."""

    scan: str
    source: str
    duplicate: bool
    first_taken_in: datetime

    @property
    def as_line(self) -> Filed:
        """What is said of a duplicate: whose bytes they are, and since when."""
        says = f"The same bytes came in before, as scan {self.scan} at {self.first_taken_in}."
        return Filed(self.scan, self.source, None, Outcome.DUPLICATE, None, (), says)


def profile_named(house: House, name: str) -> ScannerProfile:
    """Raises UsageError naming the profiles there are."""
    if name not in house.profiles:
        known = ", ".join(sorted(house.profiles))
        raise UsageError(f"There is no scanner profile {name!r}. Known: {known}.")
    return house.profiles[name]


def stacks_of(house: House, profile: str, files: Sequence[Path]) -> tuple[tuple[Path, ...], ...]:
    """Which files are one stack: each its own, or all one where a file holds one sheet."""
    if profile_named(house, profile).stack is Stack.FILES and files:
        return (tuple(files),)
    return tuple((path,) for path in files)


def take_in(house: House, files: Sequence[Path], profile: str, sources: Sequence[str]) -> TakenIn:
    """Stores the files of one stack and enters it in the ledger; the files stay where they are.

    Raises StorageError, or UsageError for what is no file or cannot be read; then nothing is
    acknowledged.
    """
    profile_named(house, profile)
    originals = tuple(
        _store(house, path, source) for path, source in zip(files, sources, strict=True)
    )
    with writing(house.engine) as tx:
        entry = ledger.enter(tx, originals, profile)
        _check_stored(house, tx, entry)
        audit.record(
            tx, MACHINE, "take in" if entry.new else "duplicate", f"scan:{entry.scan.id}",
            sources=[_speakable(source) for source in sources], profile=profile,
        )  # fmt: skip
        reach("intake.audited")
    reach("intake.committed")
    return TakenIn(entry.scan.id, _speakable(sources[0]), not entry.new, entry.scan.taken_in)


def _check_stored(house: House, tx: sa.Connection, entry: ledger.Entry) -> None:
    """Under the write lock: a plain original may have gone since, with the sealing of a scan of
    the same bytes; and the bytes of a sealed scan, come in again, must not lie there plain."""
    if not entry.new:
        sealing.drop_plain(tx, house.originals)
    elif not all(house.originals.exists(part.sha256) for part in entry.scan.originals):
        raise StorageError("A stored file went away while it was entered. Take it in again.")


def take_from_inbox(house: House, files: Sequence[Path], profile: str) -> TakenIn | None:
    """As ``take_in``, and then removes the files; one that changed meanwhile stays.

    Returns None if the files are gone: another watcher was quicker. Raises Conflict when a file
    changed while it was read, or another watcher has it in hand: it is offered again.
    """
    try:
        with _in_hand(files):
            return _take_and_remove(house, files, profile)
    except (OSError, UsageError, Conflict):
        if any(path.exists() for path in files):
            raise
        return None


@contextmanager
def _in_hand(files: Sequence[Path]) -> Iterator[None]:
    """Holds a lock on each file, which the kernel frees when we die. Where a share knows no
    locks, two watchers both read the file, and the ledger sees that the bytes are the same."""
    with ExitStack() as held:
        for path in files:
            descriptor = _opened(path)
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(f"Another program has {path.name} in hand.") from None
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
        yield


def _take_and_remove(house: House, files: Sequence[Path], profile: str) -> TakenIn:
    before = [_mark(path) for path in files]
    reach("intake.begun")
    taken = take_in(house, files, profile, [path.name for path in files])
    changed = [path for path, mark in zip(files, before, strict=True) if _changed(path, mark)]
    if changed:
        raise Conflict(f"{changed[0].name} changed while it was taken in; it stays in the inbox.")
    for path in files:
        reach("intake.unlinking")
        path.unlink(missing_ok=True)  # a second watcher may have been quicker
    reach("intake.unlinked")
    return taken


def _changed(path: Path, mark: tuple[int, int, int]) -> bool:
    try:
        return _mark(path) != mark
    except FileNotFoundError:
        return False


def _mark(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None


def _store(house: House, path: Path, source: str) -> Original:
    descriptor = _opened(path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a file. Name scanned files.")
    reach("intake.opened")
    with os.fdopen(descriptor, "rb") as stream:
        sha256, size = house.originals.put(stream)
    reach("intake.blob_stored")
    return Original(sha256, _speakable(source), size)


def _speakable(name: str) -> str:
    """A name that any encoding can write: bytes that are no UTF-8 are shown as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
