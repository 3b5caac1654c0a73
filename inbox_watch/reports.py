"""What a watcher has to report to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inbox_watch.folder import WatchedFolder


class News(StrEnum):
    """What happened.

    NOT_TAKEN: a hand-over raised; it is tried again. TAKEN_AT_LAST: it then went well.
    IGNORED: something lies there that is never handed over. STILL_OPEN: a file is at rest, but
    a program keeps it open for writing. NEVER_QUIET: files that belong together wait, because
    something in their folder keeps changing. FOLDER_LOST and FOLDER_BACK: a folder cannot be
    read, and can again. FOLDER_REPLACED: it is on another disk or share than before.
    NO_EVENTS: the system gives no events for it; it is looked at on the clock alone.
    """

    NOT_TAKEN = "not_taken"
    TAKEN_AT_LAST = "taken_at_last"
    IGNORED = "ignored"
    STILL_OPEN = "still_open"
    NEVER_QUIET = "never_quiet"
    FOLDER_LOST = "folder_lost"
    FOLDER_BACK = "folder_back"
    FOLDER_REPLACED = "folder_replaced"
    NO_EVENTS = "no_events"


@dataclass(frozen=True, slots=True)
class Report:
    """One piece of news. ``message`` is a printable sentence for a person; ``paths`` the files it
    is about (none: the folder); ``error`` what was raised; ``tries`` how often it failed."""

    news: News
    folder: WatchedFolder
    message: str
    paths: tuple[Path, ...] = ()
    error: Exception | None = None
    tries: int = 0


Reporter = Callable[[Report], None]
