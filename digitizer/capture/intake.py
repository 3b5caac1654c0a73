"""Intake: bytes stored, ledger row committed, and only then may the file leave the inbox."""

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

from digitizer.access.acting import Action, acting, permit
from digitizer.access.permissions import Act
from digitizer.capture.file_state import FileState, has_changed, state_of
from digitizer.capture.scans import ledger, sealing, signs_of_life
from digitizer.capture.stacks import profile_named
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, StorageError, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Filed, Outcome
from digitizer.model.paper import Original
from digitizer.model.people import Actor
from digitizer.originals import papers
from digitizer.support.concurrency import each, good, or_raise
from digitizer.support.failpoints import failpoint

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
        """How a duplicate is reported: as which scan its bytes came in first, and when."""
        when = self.first_taken_in.astimezone().isoformat(" ", "seconds")
        before = f"as scan {self.scan} at {when}"
        message = f"The same bytes came in before, {before}."
        if self.empty:
            message = f"It is empty, and came in before, {before}. Scan its sheets again."
        return Filed(
            scan=self.scan,
            source=self.source,
            letter=None,
            outcome=Outcome.DUPLICATE,
            booking_number=None,
            pages=(),
            reason=message,
        )


@dataclass(frozen=True, slots=True)
class _Stack:
    """Files that are one stack. ``states``: each one's before it was read, in an inbox.
    ``local``: they are on a disk of this machine, whose times of change are its own clock's."""

    files: tuple[Path, ...]
    sources: tuple[str, ...]
    states: tuple[FileState, ...] = ()
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
    facility: Facility, files: Sequence[Path], profile: str, sources: Sequence[str], by: Actor
) -> TakenIn:
    """Stores the files of one stack and enters it in the ledger; the files stay where they are.

    Raises StorageError, or UsageError for what is not a file or cannot be read; then nothing is
    acknowledged.
    """
    permit(facility, by, Act.TAKE_IN)
    profile_named(facility.profiles, profile)
    stored = _store_all(facility, [_Stack(tuple(files), tuple(sources))])
    return or_raise(_enter_all(facility, stored, profile, by)[0]).taken


def take_from_inbox(
    facility: Facility, files: Sequence[Path], profile: str, by: Actor
) -> TakenIn | None:
    """As ``take_in``, and then removes the files; one that changed meanwhile stays.

    Returns None if the files are gone: another watcher was quicker. Raises Conflict when a file
    changed while it was read, or another watcher has locked it: it will be offered again.
    """
    taken = take_all_from_inbox(facility, [files], profile, by)[0]
    return None if taken is None else or_raise(taken)


def take_all_from_inbox(
    facility: Facility, stacks: Sequence[Sequence[Path]], profile: str, by: Actor
) -> list[TakenIn | Exception | None]:
    """As ``take_from_inbox``, for many stacks in little more time than one takes, since they wait
    for the disk together. A stack that fails has its error in its place; the others go on."""
    permit(facility, by, Act.TAKE_IN)
    local = not profile_named(facility.profiles, profile).polling
    with ExitStack() as locks:
        begun = each(partial(_lock_files, locks, local), [tuple(files) for files in stacks])
        failpoint("intake.begun")
        stored = each(_unchanged, _store_all(facility, begun))
        taken = each(_remove, _enter_all(facility, stored, profile, by))
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
    except OSError:  # a share that fell away: not known, and that error is raised instead
        return False
    return False


def _lock_files(locks: ExitStack, local: bool, files: tuple[Path, ...]) -> _Stack:
    """Locks each file; the kernel frees the lock when we die. Where a share has no locks, two
    watchers may both read the file, and the ledger sees that the bytes are the same."""
    for path in files:
        descriptor = _opened(path, os.O_NOFOLLOW)
        locks.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"Another program has locked {path.name}.") from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
    return _Stack(
        files=files,
        sources=tuple(path.name for path in files),
        states=tuple(state_of(path, local) for path in files),
        local=local,
    )


def _store_all(
    facility: Facility, stacks: Sequence[_Stack | Exception]
) -> list[_Stored | Exception]:
    """Stores all files of all stacks; a stack of which one could not be stored is an error."""
    files = [path for stack in good(stacks) for path in stack.files]
    blobs = iter(facility.originals.put_all([partial(_open_scan, path) for path in files]))

    def originals(stack: _Stack) -> _Stored:
        stored = [next(blobs) for _ in stack.files]
        failpoint("intake.blob_stored")
        return _Stored(
            stack,
            tuple(
                Original(sha256, _encodable(source), size)
                for source, (sha256, size) in zip(stack.sources, map(or_raise, stored), strict=True)
            ),
        )

    return each(originals, stacks)


def _unchanged(stored: _Stored) -> _Stored:
    """Half a scan must not be entered: its writer is still writing it."""
    _check_unchanged(stored.stack)
    return stored


def _enter_all(
    facility: Facility, stacks: Sequence[_Stored | Exception], profile: str, by: Actor
) -> list[_Entered | Exception]:
    """Enters what was stored in one transaction. If a stack breaks it, each gets one of its own."""
    stored = good(stacks)
    if not stored:
        return [one for one in stacks if isinstance(one, Exception)]
    try:
        with acting(facility, by, Act.TAKE_IN) as action:
            signs_of_life.end_if_still(action.tx)
            entered = iter([_enter(facility, action, one, profile) for one in stored])
            failpoint("intake.audited")
        failpoint("intake.committed")
    except Exception as error:
        if isinstance(error, StorageError) or len(stored) < 2:
            return [one if isinstance(one, Exception) else error for one in stacks]
        return [_enter_all(facility, [one], profile, by)[0] for one in stacks]
    return each(lambda _: next(entered), stacks)


def _enter(facility: Facility, action: Action, stored: _Stored, profile: str) -> _Entered:
    if which := _which_empty(stored):
        entry = ledger.enter(action.tx, stored.originals, profile, which)
    else:
        entry = ledger.enter(action.tx, stored.originals, profile)
    _check_stored(facility, action.tx, entry)
    sources = [_encodable(source) for source in stored.stack.sources]
    new = entry.new
    into = papers.put_new(action.tx, entry.scan.id, profile, action.by.name) if new else None
    action.record(
        Verb.TAKE_IN if new else Verb.DUPLICATE,
        Subject.scan(entry.scan.id),
        sources=sources,
        digests=[part.sha256 for part in stored.originals],
        profile=profile,
        **({"box": into} if into else {}),
    )
    taken = TakenIn(
        scan=entry.scan.id,
        source=sources[0],
        duplicate=not entry.new,
        first_taken_in=entry.scan.taken_in,
        empty=tuple(part.source for part in stored.originals if not part.size),
    )
    return _Entered(stored.stack, taken)


def _which_empty(stored: _Stored) -> str:
    """Which of the scanner's failures this is, where an inbox's files are all empty: known by name
    and time of writing, so that a crash before the file is removed makes no second scan of it."""
    if not stored.stack.states or any(part.size for part in stored.originals):
        return ""
    return "\n".join(f"{path} {state[1]}" for path, state in _files_before(stored.stack))


def _check_stored(facility: Facility, tx: sa.Connection, entry: ledger.Entry) -> None:
    """Under the write lock: sealing a scan of the same bytes may have removed a plain original in
    the meantime; and the bytes of a sealed scan, come in again, must not be left unencrypted."""
    if not entry.new and facility.is_outpost:
        ledger.tell_home(tx, entry.scan.id)
    elif not entry.new:
        sealing.drop_plain(tx, facility.originals, facility.seal_keys)
    elif not all(facility.originals.exists(part.sha256) for part in entry.scan.originals):
        raise Conflict("A stored file disappeared while it was entered. Take it in again.")


def _remove(entered: _Entered) -> TakenIn:
    """Each file is checked right before it is removed: its name may be another scan's by now. What
    changed stays, and is a scan of its own."""
    stack = entered.stack
    before = _files_before(stack)
    changed = [path for path, state in before if not _removed(path, state, stack.local)]
    if changed:
        raise _conflict(changed[0])
    failpoint("intake.unlinked")
    return entered.taken


def _removed(path: Path, before: FileState, local: bool) -> bool:
    if has_changed(path, before, local):
        return False
    failpoint("intake.unlinking")
    path.unlink(missing_ok=True)  # a second watcher may have been quicker
    return True


def _check_unchanged(stack: _Stack) -> None:
    """Raises Conflict for files that are not what they were."""
    for path, state in _files_before(stack):
        if has_changed(path, state, stack.local):
            raise _conflict(path)


def _files_before(stack: _Stack) -> Iterable[tuple[Path, FileState]]:
    """Each file and its state before it was read."""
    return zip(stack.files, stack.states, strict=True)


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
        raise UsageError(f"{path} is not a file. Give the names of scanned files.")
    failpoint("intake.opened")
    return _ScanFile(descriptor, path)


class _ScanFile(io.FileIO):
    """A share that falls away while a scan is read is not an error of the store, and must not be
    reported as one."""

    def __init__(self, descriptor: int, path: Path) -> None:
        super().__init__(descriptor)
        self._path = path

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(-1 if size is None else size) or b""
        except OSError as error:
            raise UsageError(f"Cannot read {self._path}: {error.strerror}.") from None


def _encodable(name: str) -> str:
    """A name that any encoding can write: bytes that are not UTF-8 are shown as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
