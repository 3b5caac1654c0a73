"""The system's events, by watchdog, as hints to look sooner; nothing relies on them.

Events overflow and are dropped in silence, and a folder that vanished gives none when it is
back. So a hint carries no name and no promise: it says "look now", and the clock says so anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from inbox_watch.folder import WatchedFolder

# Not "opened" and "closed without writing": the watcher's own last look at a file makes those.
_CHANGES: list[type[FileSystemEvent]] = [FileCreatedEvent, FileClosedEvent, FileMovedEvent]


class _Hint(FileSystemEventHandler):
    def __init__(self, hinted: threading.Event) -> None:
        self._hinted = hinted

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._hinted.set()


class Hints:
    """Listens to folders; ``trouble`` is called when the system will give no events for one."""

    def __init__(self, trouble: Callable[[WatchedFolder, OSError], None]) -> None:
        self._trouble = trouble
        self._observer: BaseObserver | None = None
        self._watches: dict[WatchedFolder, ObservedWatch] = {}
        self._hinted: dict[WatchedFolder, threading.Event] = {}

    def listen(self, folder: WatchedFolder) -> None:
        """Listens to ``folder``, or again if it was before."""
        try:
            observer = self._observer or self._started()
            if folder in self._watches:
                observer.unschedule(self._watches.pop(folder))
            hinted = self._hinted.setdefault(folder, threading.Event())
            self._watches[folder] = observer.schedule(
                _Hint(hinted), str(folder.path), event_filter=_CHANGES
            )
        except OSError as error:  # no such folder now, or the system's limit of watches
            self._trouble(folder, error)

    def _started(self) -> BaseObserver:
        observer = Observer()
        observer.start()
        self._observer = observer
        return observer

    def hinted(self, folder: WatchedFolder) -> bool:
        """Whether something happened in ``folder`` since it was last asked after."""
        event = self._hinted.get(folder)
        if event is None or not event.is_set():
            return False
        event.clear()
        return True

    def stop(self) -> None:
        """Ends the listening threads."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
