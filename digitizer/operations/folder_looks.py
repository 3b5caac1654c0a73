"""Whether the watched folders are emptied. A share whose server is gone may not answer for
minutes, so each look is in a thread of its own, and nobody waits long for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digitizer.operations.findings import Finding
from digitizer.support.wording import counted, local_moment
from inbox_watch.errors import FolderLost
from inbox_watch.folder import FolderLook, WatchedFolder, look

#: A file is taken in seconds after it settled; one that lies so long is not being taken.
_TAKEN_WITHIN = timedelta(minutes=10)
_SECONDS = 0.5


class _Look:
    """One look at a folder, in a thread of its own."""

    def __init__(self, folder: WatchedFolder) -> None:
        self.found: FolderLook | FolderLost | None = None
        self._folder = folder
        self._until = time.monotonic() + _SECONDS
        self._over = threading.Event()
        threading.Thread(target=self._look, name="folder look", daemon=True).start()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def wait(self) -> None:
        """Not for long, however many ask."""
        self._over.wait(max(0.0, self._until - time.monotonic()))

    def _look(self) -> None:
        try:
            self.found = look(self._folder)
        except FolderLost as error:
            self.found = error
        finally:
            self._over.set()


#: The newest look at each folder of this process.
_looking: dict[Path, _Look] = {}
_lock = threading.Lock()


def folder_findings(folders: Iterable[WatchedFolder], at: datetime) -> Iterator[Finding]:
    """For each watched folder that is lost, does not answer, or is not being emptied."""
    for folder in folders:
        what = f"folder {folder.name}"
        try:
            seen = _look(folder)
        except FolderLost as error:
            yield Finding(what, False, str(error), "Mount the share, or make the folder again.")
            continue
        if seen is None:
            fix = "Look whether the machine that has the share is on, and mount it again."
            yield Finding(what, False, f"{folder.path} does not answer", fix)
            continue
        lying = [since for since in _since(seen, folder) if at - since >= _TAKEN_WITHIN]
        if lying:
            yield Finding(
                what,
                False,
                f"{counted(len(lying), 'file')} in {folder.path} not taken in, the oldest there "
                f"since {local_moment(min(lying))}",
                "Look whether the service runs (digitizer serve, or watch), and at its log.",
            )


def _since(seen: FolderLook, folder: WatchedFolder) -> Iterator[datetime]:
    """When each file that could be taken in last changed."""
    for state in seen.files.values():
        nanoseconds = state.changed_ns or state.mtime_ns
        yield datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def _look(folder: WatchedFolder) -> FolderLook | None:
    """None where it does not answer: then the one look goes on, and no other is begun. Raises
    FolderLost."""
    with _lock:
        looking = _looking.get(folder.path)
        if looking is None or looking.is_over:
            looking = _looking[folder.path] = _Look(folder)
    looking.wait()
    if isinstance(looking.found, FolderLost):
        raise looking.found
    return looking.found
