"""The long-running entrances: the watcher, the worker, the web server, apart or together."""

from __future__ import annotations

import itertools
import logging
import resource
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path

from digitizer.capture.floor import Floor
from digitizer.capture.intake import TakenIn, take_all_from_inbox
from digitizer.capture.pulse import watching
from digitizer.capture.recovery import recover
from digitizer.capture.worker import Worker
from digitizer.entrances.service.entrance import EVERY, Entrance
from digitizer.entrances.service.listening import check_address
from digitizer.entrances.service.stopping import Bell, stop_bell
from digitizer.facility import Facility
from digitizer.model.errors import (
    Conflict,
    DigitizerError,
    SettingsError,
    StorageError,
)
from digitizer.model.people import MACHINE
from digitizer.operations import actions as operations
from digitizer.scanners.profiles import unwatched_folders, watched_folders
from digitizer.support.clock import now
from inbox_watch.errors import UnsafeFolders
from inbox_watch.folder import WatchedFolder
from inbox_watch.reports import News, Report
from inbox_watch.safety import refuse_overlaps, refuse_shared
from inbox_watch.watcher import Watcher

log = logging.getLogger("digitizer")

#: Seconds between looks at the queue while the watcher reports nothing new.
_IDLE_LOOK = 1.0
#: Seconds to wait after a failure that is not one scan's own (a full disk, a locked database).
_FAILURE_PAUSE = 5.0
#: Seconds from one anchor of the event log to the next, and until another try at one.
_ANCHOR_EVERY, _ANCHOR_AGAIN = 86_400.0, 3_600.0
#: A stack of single sheets has all its files open at once, besides some 200 others.
_OPEN_FILES = 8192
#: Attempts at a file that is still changing, or in use by another watcher, before it is an error.
_TRIES_BEFORE_PROBLEM = 4


class Service:
    """What the parts of one service share: the home, when to stop, and a nudge for the worker.

    ``troubles`` holds what is wrong with each part that runs here, and with each lost folder;
    an empty text means that nothing is.
    """

    def __init__(self, facility: Facility, beside: Service | None = None) -> None:
        """``beside``: the service of another facility in the same process; they end together."""
        self.facility = facility
        self.stop: threading.Event = beside.stop if beside else threading.Event()
        self.nudge: threading.Event = beside.nudge if beside else threading.Event()
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


def safe_folders(*facilities: Facility) -> tuple[WatchedFolder, ...]:
    """The folders to watch. Raises SettingsError for overlaps, also between facilities, with the
    fix."""
    every: list[WatchedFolder] = []
    try:
        for facility in facilities:
            own = watched_folders(facility.profiles, facility.home)
            for forgotten in unwatched_folders(facility.profiles, facility.home):
                log.warning("%s has no profile with its name: nothing in it is taken in", forgotten)
            refuse_overlaps(own, facility.home, facility.home / "inbox")
            every += own
        refuse_shared(every)
    except UnsafeFolders as error:
        raise SettingsError(str(error)) from None
    return tuple(every)


def watch(service: Service) -> None:
    """Takes in what settles in the watched folders, until the service stops."""

    def hand_over(
        folder: WatchedFolder, stacks: Sequence[Sequence[Path]]
    ) -> list[Exception | None]:
        results = take_all_from_inbox(service.facility, stacks, folder.name, MACHINE)
        for taken in results:  # None: another watcher was quicker, and logs it
            if isinstance(taken, TakenIn):
                _log_taken(taken, folder)
                service.troubles["intake"] = ""
                service.nudge.set()
        return [each if isinstance(each, Exception) else None for each in results]

    def report_news(report: Report) -> None:
        known = service.troubles.get("intake") and _store_refuses(report)
        _note_trouble(service, report)
        if not known:  # a full disk is logged once, not for each scan at each attempt
            _log_report(report)

    folders = safe_folders(service.facility)
    log.info("watching %s", ", ".join(str(folder.path) for folder in folders))
    with watching(service.facility):
        Watcher(folders, hand_over, report_news).watch(service.stop)


def _log_taken(taken: TakenIn, folder: WatchedFolder) -> None:
    done = "duplicate of" if taken.duplicate else "took in"
    about = {"event": done.replace(" ", "_"), "scan": taken.scan, "profile": folder.name}
    log.info("%s scan %s", done, taken.scan, extra=about)
    for name in taken.empty:  # its sheets are still at the scanner, and nothing else reports them
        message = "%s is empty and stayed so for a long time: scan %s. Scan its sheets again."
        log.error(message, name, taken.scan, extra={**about, "event": "empty_file"})


def _log_report(report: Report) -> None:
    quiet = report.news in (News.TAKEN_AT_LAST, News.FOLDER_BACK) or _will_pass(report)
    level = logging.INFO if quiet else logging.ERROR
    about = {"event": str(report.news), "folder": report.folder.name, "tries": report.tries}
    log.log(level, "%s", report.message, extra=about)


def _will_pass(report: Report) -> bool:
    """A file is still being written, or another watcher uses it: an error only if it stays so."""
    return isinstance(report.error, Conflict) and report.tries < _TRIES_BEFORE_PROBLEM


def _store_refuses(report: Report) -> bool:
    return report.news is News.NOT_TAKEN and isinstance(report.error, StorageError)


def _note_trouble(service: Service, report: Report) -> None:
    """The service is not ready while a folder cannot be read or the store refuses a file."""
    folder = f"folder {report.folder.name}"
    if report.news is News.FOLDER_LOST:
        service.troubles[folder] = report.message
    elif report.news is News.FOLDER_BACK:
        service.troubles[folder] = ""
    elif _store_refuses(report):
        service.troubles["intake"] = report.message
    elif report.news is News.TAKEN_AT_LAST:
        service.troubles["intake"] = ""


def work(service: Service) -> None:
    """Works the scans that wait, until the service stops.

    As many scans are worked side by side as there are processes for their pages. When one fails
    or hangs, the others go on.
    """
    work_all((service,))


def work_all(services: Sequence[Service]) -> None:
    """As ``work``, for several facilities: each gets an equal share, as long as it has scans that
    wait, whatever the others have."""
    first = services[0]
    for each in services:
        recover(each.facility)
    settings = first.facility.settings.work
    with Floor(settings) as floor, ExitStack() as ends:
        hands = [
            _Hand(each, ends.enter_context(Worker(each.facility, floor=floor))) for each in services
        ]

        def stop() -> None:
            for hand in hands:
                hand.worker.stop()
            floor.pool.close()

        first.when_stopped(stop)
        lanes = settings.processes
        with ThreadPoolExecutor(lanes, thread_name_prefix="work") as threads:
            lines = [threads.submit(_work_until_stopped, first, hands) for _ in range(lanes)]
        for line in lines:
            line.result()


@dataclass(slots=True)
class _Hand:
    """The worker of one facility. ``turn``: when it was asked last for a scan."""

    service: Service
    worker: Worker
    turn: int = 0


def _work_until_stopped(service: Service, hands: Sequence[_Hand]) -> None:
    """One lane. Whatever stands still at one facility, it goes on with the others meanwhile."""
    rest: dict[Worker, float] = {}

    def once(hand: _Hand) -> bool:
        if time.monotonic() < rest.get(hand.worker, 0.0):
            return False
        worked = _work_once(hand.service, hand.worker)
        if worked is None:
            rest[hand.worker] = time.monotonic() + _FAILURE_PAUSE
        return bool(worked)

    try:
        while not service.stop.is_set():
            if not any(once(hand) for hand in _in_turn(hands)):
                service.nudge.wait(_IDLE_LOOK)
                service.nudge.clear()
    finally:
        service.end()  # when one thread fails, the others must not go on as if it were there


_turns = itertools.count(1)


def _in_turn(hands: Sequence[_Hand]) -> Iterator[_Hand]:
    """Whoever has least at work first; of equals the one that has waited longest."""
    for hand in sorted(hands, key=lambda hand: (hand.worker.busy, hand.turn)):
        hand.turn = next(_turns)
        yield hand


def _work_once(service: Service, worker: Worker) -> bool | None:
    """Whether a scan was worked. None after a failure that is not one scan's own, which is
    logged: the next try has time."""
    try:
        worked = worker.work_next()
        if worked or not worker.has_work():  # else the scan that fails may be in other hands
            service.troubles["work"] = ""
        return worked
    except (DigitizerError, OSError) as error:
        message = f"work has stopped: {error}"
        if service.troubles.get("work") != message:  # logged once, not every few seconds
            log.error("%s", message, extra={"event": "work_stands_still"})
        service.troubles["work"] = message
    return None


def serve_web(
    host: str, port: int, beside: str = "", entrances: Collection[Entrance] = ()
) -> Callable[[Sequence[Service]], None]:
    """A part that serves the web pages and the API, or only the ``entrances`` that are named, of
    several facilities by their host names, and logs its address. What bounds a flood is set by the
    first. ``beside`` describes the parts that run with it. It takes no signals. Raises
    DigitizerError at once where the address cannot be listened on."""
    check_address(host, port)

    def web(services: Sequence[Service]) -> None:
        from digitizer.entrances.service.by_host import ByHost
        from digitizer.entrances.service.served import served
        from digitizer.entrances.service.web_server import AnnouncedServer

        first = services[0]
        apps, ends = [], []
        for each in services:
            app, end = served(each.facility, entrances or EVERY, partial(dict, each.troubles))
            apps.append((each.facility, app))
            ends.append(end)

        def close() -> None:
            for end in ends:
                end()

        one = apps[0][1] if len(apps) == 1 else ByHost(apps)
        server = AnnouncedServer(one, host, port, first.facility.settings.web, beside, close)
        first.when_stopped(partial(setattr, server, "should_exit", True))
        server.run()

    return web


def anchor_daily(service: Service) -> None:
    """Anchors the event log once a day, where the settings name a place for it."""
    wanted = service.facility.settings.audit
    wait = 0.0 if wanted.anchor_path or wanted.mail_to or wanted.timestamp_url else None
    while not service.stop.wait(wait):
        try:
            wait = _anchor_if_due(service.facility)
        except (DigitizerError, OSError) as error:
            log.error("the event log was not anchored: %s", error, extra={"event": "not_anchored"})
            wait = _ANCHOR_AGAIN


def _anchor_if_due(facility: Facility) -> float:
    """Returns the seconds until the next anchor is due."""
    last = operations.anchored_last(facility, MACHINE)
    due = _ANCHOR_EVERY - (now() - last).total_seconds() if last else 0.0
    if due > 0:
        return due
    made = operations.anchor_log(facility, MACHINE)
    for problem in made.problems:
        log.error("%s", problem, extra={"event": "not_anchored"})
    return _ANCHOR_AGAIN if made.problems else _ANCHOR_EVERY


def _note_settings(facility: Facility) -> None:
    """A change of the settings takes effect now, so it is recorded now."""
    try:
        operations.note_settings(facility, MACHINE)
    except (DigitizerError, OSError) as error:
        log.error("the settings were not noted in the event log: %s", error)


def run(facility: Facility, *parts: Callable[[Service], None], bell: Bell | None = None) -> bool:
    """Runs the parts side by side until a signal, or until one fails; False if one failed.

    ``bell`` has caught the signals since before this call; without it they are caught from now on.
    Only the main thread may call this.
    """
    return run_all((facility,), (), *parts, bell=bell)


def run_all(
    facilities: Sequence[Facility],
    together: Collection[Callable[[Sequence[Service]], None]],
    *parts: Callable[[Service], None],
    bell: Bell | None = None,
) -> bool:
    """As ``run``, for several facilities: parts that work for all of them ``together``, and
    ``parts`` for each. Raises SettingsError for facilities whose clocks differ."""
    _check_clocks(facilities)
    with ExitStack() as hung:
        bell = bell or hung.enter_context(stop_bell())
        first = Service(facilities[0])
        services = [first, *(Service(each, first) for each in facilities[1:])]
        shared = [(first, _for_all(services, part)) for part in together]
        todo = [(service, part) for service in services for part in parts]
        return bell.asked or _run(services, [*shared, *todo], bell)


def _for_all(
    services: Sequence[Service], part: Callable[[Sequence[Service]], None]
) -> Callable[[Service], None]:
    @wraps(part)
    def of_all(_: Service) -> None:
        part(services)

    return of_all


def _check_clocks(facilities: Sequence[Facility]) -> None:
    """One process goes by one clock: days and terms are counted by it."""
    zones = {each.settings.facility.time_zone for each in facilities}
    if len(zones) > 1:
        raise SettingsError(
            f"These facilities are in different time zones ({', '.join(sorted(zones))}). Start "
            "one for each: digitizer --facility CODE worker (or serve, web)"
        )


def _run(
    services: Sequence[Service],
    parts: Sequence[tuple[Service, Callable[[Service], None]]],
    bell: Bell,
) -> bool:
    _allow_open_files()
    for each in services:
        if not each.facility.is_outpost:
            _note_settings(each.facility)
    service = services[0]
    waking = service.when_stopped(bell.ring)
    threads = [
        threading.Thread(target=_guarded, args=(service, part), name=part.__name__)
        for service, part in parts
    ]
    for thread in threads:
        thread.start()
    while not (bell.asked or service.stop.is_set()):
        bell.wait()
    service.end()
    for thread in (*threads, waking):
        thread.join()
    return not any(each.failed for each in services)


def _allow_open_files() -> None:
    """Raises the limit of open files to what we may need, or as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _OPEN_FILES:  # below 0: no limit
        most = _OPEN_FILES if hard < 0 else min(hard, _OPEN_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _guarded(service: Service, part: Callable[[Service], None]) -> None:
    """A part that fails ends the whole service, loudly: half a service would lose mail quietly."""
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
