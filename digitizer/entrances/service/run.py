"""The long-running entrances: the watcher, the worker, the web server, apart or together."""

from __future__ import annotations

import logging
import resource
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from digitizer.capture.intake import TakenIn, take_all_from_inbox
from digitizer.capture.worker import Worker, recover
from digitizer.entrances.service.stopping import Bell, stop_bell
from digitizer.facility import House
from digitizer.model.errors import (
    Conflict,
    DigitizerError,
    SettingsError,
    StorageError,
)
from digitizer.model.people import MACHINE
from digitizer.scanners.profiles import unwatched_folders, watched_folders
from inbox_watch.errors import UnsafeFolders
from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.safety import refuse_overlaps
from inbox_watch.watcher import Watcher

log = logging.getLogger("digitizer")

#: Seconds between looks at the queue when nobody said that something came in.
_IDLE_LOOK = 1.0
#: Seconds to wait after a failure that is not one scan's own (a full disk, a locked database).
_FAILURE_PAUSE = 5.0
#: A stack of single sheets has all its files in hand at once, and some 200 are open beside.
_OPEN_FILES = 8192
#: So often a file may be found changing, or in another watcher's hands, before staff hear of it.
_TRIES_BEFORE_FAULT = 4


class Service:
    """What the parts of one service share: the home, when to stop, and a nudge for the worker.

    ``troubles`` says of each part that runs here, and of each folder lost, what is wrong with
    it; empty text: it is well.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.stop = threading.Event()
        self.nudge = threading.Event()
        self.failed = False
        self.troubles: dict[str, str] = {}

    def end(self) -> None:
        self.stop.set()
        self.nudge.set()

    def when_stopped(self, action: Callable[[], None]) -> threading.Thread:
        """Does ``action``, in a thread of its own, once the service stops. Returns the thread."""

        def wait() -> None:
            self.stop.wait()
            action()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        return thread


def safe_folders(house: House) -> tuple[WatchedFolder, ...]:
    """The folders to watch. Raises SettingsError for overlaps, with the mend."""
    folders = watched_folders(house.profiles, house.home)
    for forgotten in unwatched_folders(house.profiles, house.home):
        log.warning("%s has no profile of its name: nothing in it is taken in", forgotten)
    try:
        refuse_overlaps(folders, house.home, house.home / "inbox")
    except UnsafeFolders as error:
        raise SettingsError(str(error)) from None
    return folders


def watch(service: Service) -> None:
    """Takes in what settles in the watched folders, until the service stops."""

    def hand_over(
        folder: WatchedFolder, stacks: Sequence[Sequence[Path]]
    ) -> list[Exception | None]:
        results = take_all_from_inbox(service.house, stacks, folder.name, MACHINE)
        for taken in results:  # None: another watcher was quicker, and told of it
            if isinstance(taken, TakenIn):
                _tell_taken(taken, folder)
                service.troubles["intake"] = ""
                service.nudge.set()
        return [each if isinstance(each, Exception) else None for each in results]

    def tell(report: Report) -> None:
        told = service.troubles.get("intake") and _store_refuses(report)
        _note_trouble(service, report)
        if not told:  # a full disk is told once, not for each scan at each try
            _tell(report)

    folders = safe_folders(service.house)
    log.info("watching %s", ", ".join(str(folder.path) for folder in folders))
    Watcher(folders, hand_over, tell).watch(service.stop)


def _tell_taken(taken: TakenIn, folder: WatchedFolder) -> None:
    done = "duplicate of" if taken.duplicate else "took in"
    about = {"event": done.replace(" ", "_"), "scan": taken.scan, "profile": folder.name}
    log.info("%s scan %s", done, taken.scan, extra=about)
    for name in taken.empty:  # its sheets lie at the scanner, and nobody else will say so
        says = "%s is empty, and long nothing was written to it: scan %s. Scan its sheets again."
        log.error(says, name, taken.scan, extra={**about, "event": "empty_file"})


def _tell(report: Report) -> None:
    quiet = report.news in (News.TAKEN_AT_LAST, News.FOLDER_BACK) or _will_pass(report)
    level = logging.INFO if quiet else logging.ERROR
    about = {"event": str(report.news), "folder": report.folder.name, "tries": report.tries}
    log.log(level, "%s", report.says, extra=about)


def _will_pass(report: Report) -> bool:
    """A file still being written, or in another watcher's hands: a fault only if it stays so."""
    return isinstance(report.error, Conflict) and report.tries < _TRIES_BEFORE_FAULT


def _store_refuses(report: Report) -> bool:
    return report.news is News.NOT_TAKEN and isinstance(report.error, StorageError)


def _note_trouble(service: Service, report: Report) -> None:
    """A folder that cannot be read, and a store that refuses, keep the service from being ready."""
    folder = f"folder {report.folder.name}"
    if report.news is News.FOLDER_LOST:
        service.troubles[folder] = report.says
    elif report.news is News.FOLDER_BACK:
        service.troubles[folder] = ""
    elif _store_refuses(report):
        service.troubles["intake"] = report.says
    elif report.news is News.TAKEN_AT_LAST:
        service.troubles["intake"] = ""


def work(service: Service) -> None:
    """Works what waits, as many scans side by side as there are processes for their pages, until
    the service stops. Others go on when one fails, or hangs."""
    recover(service.house)
    with Worker(service.house) as worker:
        service.when_stopped(worker.stop)
        lanes = service.house.settings.work.processes
        with ThreadPoolExecutor(lanes, thread_name_prefix="work") as threads:
            ends = [threads.submit(_work_until_stopped, service, worker) for _ in range(lanes)]
        for end in ends:
            end.result()


def _work_until_stopped(service: Service, worker: Worker) -> None:
    try:
        while not service.stop.is_set():
            if not _work_once(service, worker):
                service.nudge.wait(_IDLE_LOOK)
                service.nudge.clear()
    finally:
        service.end()  # where one fails, the others must not go on as if it were there


def _work_once(service: Service, worker: Worker) -> bool:
    """Whether something was worked. A failure that is no scan's own is told, and waited out."""
    try:
        worked = worker.work_next()
        if worked or not worker.has_work():  # else what is at work elsewhere may be what fails
            service.troubles["work"] = ""
        return worked
    except (DigitizerError, OSError) as error:
        says = f"work stands still: {error}"
        if service.troubles.get("work") != says:  # told once, not every few seconds
            log.error("%s", says, extra={"event": "work_stands_still"})
        service.troubles["work"] = says
    service.stop.wait(_FAILURE_PAUSE)
    return False


def serve_web(host: str, port: int, beside: str = "") -> Callable[[Service], None]:
    """A part that serves the web pages, and tells where. It runs beside others, where it takes no
    signals; ``beside`` says what they do."""

    def web(service: Service) -> None:
        from digitizer.entrances.service.web_server import TellingServer
        from digitizer.entrances.web.app import make_app

        app = make_app(service.house)
        app.state.troubles = lambda: dict(service.troubles)
        server = TellingServer(app, host, port, beside)
        service.when_stopped(partial(setattr, server, "should_exit", True))
        server.run()

    return web


def run(house: House, *parts: Callable[[Service], None], bell: Bell | None = None) -> bool:
    """Runs the parts side by side until a signal, or until one fails; False if one failed.

    ``bell`` hears the signals, from before this call on; None: from now on. Only the main thread
    may call this.
    """
    with ExitStack() as hung:
        bell = bell or hung.enter_context(stop_bell())
        return bell.asked or _run(Service(house), parts, bell)


def _run(service: Service, parts: Sequence[Callable[[Service], None]], bell: Bell) -> bool:
    _allow_open_files()
    waking = service.when_stopped(bell.ring)
    threads = [
        threading.Thread(target=_guarded, args=(service, part), name=part.__name__)
        for part in parts
    ]
    for thread in threads:
        thread.start()
    while not (bell.asked or service.stop.is_set()):
        bell.wait()
    service.end()
    for thread in (*threads, waking):
        thread.join()
    return not service.failed


def _allow_open_files() -> None:
    """As many as we may need, up to what the system grants; it begins with 1,024 as a rule."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _OPEN_FILES:  # below 0: without end
        most = _OPEN_FILES if hard < 0 else min(hard, _OPEN_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _guarded(service: Service, part: Callable[[Service], None]) -> None:
    """A part that fails ends the whole service, loudly: half a service loses mail quietly."""
    service.troubles[part.__name__] = ""
    try:
        part(service)
    except DigitizerError as error:
        service.failed = True
        log.critical("%s", error)
    except (Exception, SystemExit):
        service.failed = True
        log.critical("the service ends because a part of it failed", exc_info=True)
    finally:
        service.troubles[part.__name__] = "it has ended"
        service.end()
