"""The folder of the nightly roster: what settles there is imported, or set aside for a person. No
file is ever deleted: it is moved into ``done`` or ``set-aside`` beside it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from digitizer.entrances.service.run import Service, safe_folders
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, SettingsError
from digitizer.model.people import MACHINE
from digitizer.people import rosters
from digitizer.people.rosters import FolderRoster
from inbox_watch.errors import UnsafeFolders
from inbox_watch.folder import WatchedFolder
from inbox_watch.names import printable
from inbox_watch.reports import News, Report
from inbox_watch.safety import refuse_overlaps
from inbox_watch.watcher import Watcher

log = logging.getLogger("digitizer")

DONE, SET_ASIDE = "done", "set-aside"
_OWN_FOLDER = "inbox-roster"
_TROUBLE = "folder of rosters"
_PATTERNS = ("*.csv", "*.txt", "*.tsv", "*.tab", "*.psv", "*.json")


def roster_folder(facility: Facility) -> WatchedFolder:
    """The folder to watch; the home's own is made if it is not there. Raises SettingsError where it
    cannot be used, with the fix."""
    wanted = facility.settings.roster
    own = facility.home / _OWN_FOLDER
    folder = WatchedFolder(
        Path(wanted.folder) if wanted.folder else own, "roster", _PATTERNS, wanted.settle_seconds
    )
    try:
        if wanted.folder:
            beside = (*safe_folders(facility), folder)
            refuse_overlaps(beside, facility.home, facility.home / "inbox")
        else:
            own.mkdir(mode=0o700, exist_ok=True)
            refuse_overlaps((folder,), facility.home, own)
    except UnsafeFolders as error:
        raise SettingsError(f"[roster] folder: {error}") from None
    return folder


def watch_rosters(service: Service) -> None:
    """Imports what settles in the folder, one file after another, until the service stops."""
    folder = roster_folder(service.facility)

    def hand_over(_: WatchedFolder, stacks: Sequence[Sequence[Path]]) -> list[Exception | None]:
        return [_take(service.facility, file) for (file,) in stacks]

    def report_news(report: Report) -> None:
        if report.news is News.FOLDER_LOST:
            service.troubles[_TROUBLE] = report.message
        elif report.news is News.FOLDER_BACK:
            service.troubles[_TROUBLE] = ""
        _report(report)

    Watcher((folder,), hand_over, report_news).watch(service.stop)


def _take(facility: Facility, file: Path) -> Exception | None:
    """What went wrong: then the file stays, and is offered again."""
    try:
        taken = rosters.import_from_folder(facility, file, MACHINE)
        _move_away(file, taken)
    except (DigitizerError, OSError) as error:
        return error
    _log(file, taken)
    return None


def _move_away(file: Path, taken: FolderRoster) -> None:
    """Named by its hash first: the same file again takes its own place."""
    folder = file.parent / (DONE if taken.reason is None else SET_ASIDE)
    folder.mkdir(mode=0o700, exist_ok=True)
    file.rename(folder / f"{taken.sha256[:16]}-{file.name}")


def _log(file: Path, taken: FolderRoster) -> None:
    name, change = printable(file.name), taken.change
    about = {"event": "roster", "file": taken.sha256[:16]}
    if taken.reason is not None:  # the reason may name people, whom no log names
        message = "the roster %s was not imported and is set aside: see Today, or the page Roster"
        log.error(message, name, extra={**about, "event": "roster_set_aside"})
    elif change is None:
        log.info("the roster %s was imported before", name, extra=about)
    else:
        counts = (change.added, change.changed, change.departed, len(change.held))
        message = "imported the roster %s: %d new, %d changed, %d not listed, %d held"
        log.info(message, name, *counts, extra=about)


def _report(report: Report) -> None:
    if report.news is News.IGNORED and {each.name for each in report.paths} <= {DONE, SET_ASIDE}:
        return
    about = {"event": str(report.news), "folder": report.folder.name, "tries": report.tries}
    log.warning("%s", report.message, extra=about)
