"""Taking in: bytes stored, ledger row committed, and only then may the file leave the inbox."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from digitizer.access.acting import Deed, acting
from digitizer.access.permissions import Act, permit
from digitizer.capture.file_state import Mark, has_changed, mark_of
from digitizer.capture.scans import ledger, sealing
from digitizer.capture.stacks import profile_named
from digitizer.facility import House
from digitizer.model.errors import Conflict, StorageError, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Filed, Outcome
from digitizer.model.paper import Original
from digitizer.model.people import Actor
from digitizer.support.concurrency import each, good, or_raise
from digitizer.support.failpoints import reach

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a stack that came in. A duplicate names the first scan and its moment.
    ``empty``: those of its files in which nothing was."""

    scan: str
    source: str
    duplicate: bool
    first_taken_in: datetime
    empty: tuple[str, ...] = ()

    @property
    def as_line(self) -> Filed:
        """What is said of a duplicate: whose bytes they are, and since when."""
        before = f"as scan {self.scan} at {self.first_taken_in}"
        says = f"The same bytes came in before, {before}."
        if self.empty:
            says = f"It is empty, like what came in before, {before}. Scan its sheets again."
        return Filed(self.scan, self.source, None, Outcome.DUPLICATE, None, (), says)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Files that are one stack. ``marks``: what each was like before it was read, in an inbox.
    ``local``: they lie on a disk of this machine, whose times of change are its own clock's."""

    files: tuple[Path, ...]
    sources: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    local: bool = False


@dataclass(frozen=True, slots=True)
class _Stored:
    stack: _Stack
    originals: tuple[Original, ...]


@dataclass(frozen=True, slots=True)
class _Entered:
    stack: _Stack
    taken: TakenIn


def take_in(
    house: House, files: Sequence[Path], profile: str, sources: Sequence[str], by: Actor
) -> TakenIn:
    """Stores the files of one stack and enters it in the ledger; the files stay where they are.

    Raises StorageError, or UsageError for what is no file or cannot be read; then nothing is
    acknowledged.
    """
    permit(by, Act.TAKE_IN)
    profile_named(house.profiles, profile)
    stored = _store_all(house, [_Stack(tuple(files), tuple(sources))])
    return or_raise(_enter_all(house, stored, profile, by)[0]).taken


def take_from_inbox(house: House, files: Sequence[Path], profile: str, by: Actor) -> TakenIn | None:
    """As ``take_in``, and then removes the files; one that changed meanwhile stays.

    Returns None if the files are gone: another watcher was quicker. Raises Conflict when a file
    changed while it was read, or another watcher has it in hand: it is offered again.
    """
    taken = take_all_from_inbox(house, [files], profile, by)[0]
    return None if taken is None else or_raise(taken)


def take_all_from_inbox(
    house: House, stacks: Sequence[Sequence[Path]], profile: str, by: Actor
) -> list[TakenIn | Exception | None]:
    """As ``take_from_inbox``, for many stacks in little more time than one takes: the disk is
    waited for once for all. A stack that fails has its error in its place; the others go on."""
    permit(by, Act.TAKE_IN)
    local = not profile_named(house.profiles, profile).polling
    with ExitStack() as hands:
        begun = each(partial(_in_hand, hands, local), [tuple(files) for files in stacks])
        reach("intake.begun")
        stored = each(_unchanged, _store_all(house, begun))
        taken = each(_remove, _enter_all(house, stored, profile, by))
    return [_unless_gone(one, files) for one, files in zip(taken, stacks, strict=True)]


def _unless_gone(taken: TakenIn | Exception, files: Sequence[Path]) -> TakenIn | Exception | None:
    """None where it could not be taken because another watcher was quicker."""
    may_be_gone = isinstance(taken, (OSError, UsageError, Conflict))
    return None if may_be_gone and all(map(_is_gone, files)) else taken


def _is_gone(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except OSError:  # a share that fell away: nobody knows, and the fault itself is told
        return False
    return False


def _in_hand(hands: ExitStack, local: bool, files: tuple[Path, ...]) -> _Stack:
    """Takes a lock on each file, which the kernel frees when we die. Where a share knows no
    locks, two watchers both read the file, and the ledger sees that the bytes are the same."""
    for path in files:
        descriptor = _opened(path, os.O_NOFOLLOW)
        hands.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"Another program has {path.name} in hand.") from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
    marks = tuple(mark_of(path, local) for path in files)
    return _Stack(files, tuple(path.name for path in files), marks, local)


def _store_all(house: House, stacks: Sequence[_Stack | Exception]) -> list[_Stored | Exception]:
    """Stores all files of all stacks; a stack of which one could not be stored is an error."""
    files = [path for stack in good(stacks) for path in stack.files]
    blobs = iter(house.originals.put_all([partial(_open_scan, path) for path in files]))

    def originals(stack: _Stack) -> _Stored:
        stored = [next(blobs) for _ in stack.files]
        reach("intake.blob_stored")
        return _Stored(
            stack,
            tuple(
                Original(sha256, _speakable(source), size)
                for source, (sha256, size) in zip(stack.sources, map(or_raise, stored), strict=True)
            ),
        )

    return each(originals, stacks)


def _unchanged(stored: _Stored) -> _Stored:
    """Half a scan is not to be entered: its writer goes on with it."""
    _check_unchanged(stored.stack)
    return stored


def _enter_all(
    house: House, stacks: Sequence[_Stored | Exception], profile: str, by: Actor
) -> list[_Entered | Exception]:
    """Enters in one transaction what was stored. Should a stack break it, each has its own."""
    stored = good(stacks)
    if not stored:
        return [one for one in stacks if isinstance(one, Exception)]
    try:
        with acting(house, by, Act.TAKE_IN) as deed:
            entered = iter([_enter(house, deed, one, profile) for one in stored])
            reach("intake.audited")
        reach("intake.committed")
    except Exception as error:
        if isinstance(error, StorageError) or len(stored) < 2:
            return [one if isinstance(one, Exception) else error for one in stacks]
        return [_enter_all(house, [one], profile, by)[0] for one in stacks]
    return each(lambda _: next(entered), stacks)


def _enter(house: House, deed: Deed, stored: _Stored, profile: str) -> _Entered:
    if which := _which_empty(stored):
        entry = ledger.enter(deed.tx, stored.originals, profile, which)
    else:
        entry = ledger.enter(deed.tx, stored.originals, profile)
    _check_stored(house, deed.tx, entry)
    sources = [_speakable(source) for source in stored.stack.sources]
    deed.record(
        Verb.TAKE_IN if entry.new else Verb.DUPLICATE, Subject.scan(entry.scan.id),
        sources=sources, profile=profile,
    )  # fmt: skip
    empty = tuple(part.source for part in stored.originals if not part.size)
    taken = TakenIn(entry.scan.id, sources[0], not entry.new, entry.scan.taken_in, empty)
    return _Entered(stored.stack, taken)


def _which_empty(stored: _Stored) -> str:
    """Which of the scanner's failures this is, where an inbox's files hold no byte at all: told
    by name and time, so that a crash before the file went makes no second scan of it."""
    if not stored.stack.marks or any(part.size for part in stored.originals):
        return ""
    return "\n".join(f"{path} {mark[1]}" for path, mark in _marked(stored.stack))


def _check_stored(house: House, tx: sa.Connection, entry: ledger.Entry) -> None:
    """Under the write lock: a plain original may have gone since, with the sealing of a scan of
    the same bytes; and the bytes of a sealed scan, come in again, must not lie there plain."""
    if not entry.new:
        sealing.drop_plain(tx, house.originals)
    elif not all(house.originals.exists(part.sha256) for part in entry.scan.originals):
        raise Conflict("A stored file went away while it was entered. Take it in again.")


def _remove(entered: _Entered) -> TakenIn:
    """Each file is looked at right before it goes: its name may be another scan's by now. What
    changed stays, and is a scan of its own."""
    stack = entered.stack
    changed = [path for path, mark in _marked(stack) if not _removed(path, mark, stack.local)]
    if changed:
        raise _conflict(changed[0])
    reach("intake.unlinked")
    return entered.taken


def _removed(path: Path, mark: Mark, local: bool) -> bool:
    if has_changed(path, mark, local):
        return False
    reach("intake.unlinking")
    path.unlink(missing_ok=True)  # a second watcher may have been quicker
    return True


def _check_unchanged(stack: _Stack) -> None:
    """Raises Conflict for files that are not what they were."""
    for path, mark in _marked(stack):
        if has_changed(path, mark, stack.local):
            raise _conflict(path)


def _marked(stack: _Stack) -> Iterable[tuple[Path, Mark]]:
    return zip(stack.files, stack.marks, strict=True)


def _conflict(changed: Path) -> Conflict:
    return Conflict(f"{changed.name} changed while it was taken in; it stays in the inbox.")


def _opened(path: Path, how: int = 0) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | how)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None


def _open_scan(path: Path) -> IO[bytes]:
    descriptor = _opened(path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a file. Name scanned files.")
    reach("intake.opened")
    return _ScanFile(descriptor, path)


class _ScanFile(io.FileIO):
    """A share that falls away while a scan is read is no fault of the store, nor told as one."""

    def __init__(self, descriptor: int, path: Path) -> None:
        super().__init__(descriptor)
        self._path = path

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(-1 if size is None else size) or b""
        except OSError as error:
            raise UsageError(f"Cannot read {self._path}: {error.strerror}.") from None


def _speakable(name: str) -> str:
    """A name that any encoding can write: bytes that are no UTF-8 are shown as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
