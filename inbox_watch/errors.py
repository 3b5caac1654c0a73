"""What can be wrong with a folder; each message says how to fix it."""

from __future__ import annotations


class WatchError(Exception):
    """The root of this package's errors."""


class UnsafeFolders(WatchError):
    """Folders that must not be watched as they are; one line a problem."""


class FolderLost(WatchError):
    """A watched folder cannot be read just now: it is gone, or its share fell away."""
