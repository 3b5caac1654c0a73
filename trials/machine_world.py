"""The world of the trial of several machines: an agency's home, outposts, a database and a store,
each a process that can die, and scans that arrive all the time."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.agency import FOLDER, members
from digitizer.capture.scans import signs_of_life
from digitizer.covers import actions as covers
from digitizer.facility import make_home, open_facility
from digitizer.model.errors import StorageError
from digitizer.model.people import Actor, ActorKind
from digitizer.operations.facilities import add_facility
from digitizer.operations.moving import move_home
from digitizer.operations.outposts import make_outpost
from digitizer.people import actions as people
from digitizer.storage.database import open_engine, reading
from digitizer.storage.tables import scan
from digitizer.storage.tables_queue import claimant
from tests.support import postgres, s3_server, scanner
from trials.kill_scans import BOOKINGS, PROFILE, ROSTER, TEXT, save_scan

_BY = Actor(ActorKind.MACHINE, "trial of machines")
_DIGITIZER = str(Path(sys.executable).parent / "digitizer")
CODES = ("main", "north", "south")
#: The first facility has a flood, the others have not.
_WEIGHTS = (6, 1, 1)
_KINDS = {"good": 8, "legal": 1, "junk": 1}
_MOST_OPEN = 12
_LOOK = 0.1
#: Far more than the promised 60 s, so that a broken promise shows.
_LONGEST_RETURN = 300.0
#: So long a worker is waited for that has nothing to do.
_LONGEST_IDLE = 20.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """A scan that lay whole in an inbox: of which facility, and whose mailbox; "" for nobody's."""

    facility: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A scan that a worker had when it fell silent: by which claim, and when (monotonic)."""

    code: str
    scan_id: str
    claim: int
    since: float


class Process:
    """A command of ours on a machine, with all that it starts; whoever runs it starts it again if
    it ends by itself, as systemd does."""

    def __init__(self, words: list[str], home: Path, log: Path) -> None:
        self.home = home
        self._words = [_DIGITIZER, "--home", str(home), *words]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0
            )

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def stand_still(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class World:
    """``homes``: of each facility, by code. ``ended``: how many processes ended by themselves."""

    def __init__(
        self,
        folder: Path,
        database: postgres.Cluster,
        store: s3_server.Store,
        seed: int,
    ) -> None:
        self.database, self.store = database, store
        self.homes: Mapping[str, Path] = {}
        self.workers: list[Process] = []
        self.watchers: list[Process] = []
        self.others: list[Process] = []
        self.ended = 0
        self._folder, self._rng = folder, random.Random(seed)
        self._inboxes: dict[str, Path] = {}
        self._scans: dict[str, list[tuple[bytes, str]]] = {}
        self._arrived: dict[str, Arrived] = {}
        self._known: dict[str, sa.Engine] = {}
        self._over = threading.Event()
        self._writer = threading.Thread(target=self._write, daemon=True)

    def make(self, workers: int) -> None:
        home = self._folder / "home"
        address = f"s3://mail/jail?endpoint={self.store.address}"
        make_home(home)
        with (home / "config.toml").open("a") as settings:
            settings.write(f'\n[store]\nblobs_url = "{address}"\n')
        move_home(home, self.database.url, _BY)
        for code in CODES[1:]:
            add_facility(home, code, f"{code.capitalize()} Jail", _BY)
        self.homes = {each.code: each.home for each in members(home)}
        for code, each in self.homes.items():
            self._scans[code] = list(self._fill(code, each))
        for number in range(workers):
            made = make_outpost(home, self._folder / f"outpost-{number}", _BY)
            self.workers.append(self._process(["worker"], made.folder, f"worker-{number}"))
        site = make_outpost(home, self._folder / "site", _BY).folder
        for code in CODES:
            place = site if code == CODES[0] else site / FOLDER / code
            self._inboxes[code] = place / "inbox" / "default"
            words = ["--facility", code, "watch"]
            self.watchers.append(self._process(words, site, f"watch-{code}"))
        self.others.append(self._process(["worker"], home, "home"))

    def _process(self, words: list[str], home: Path, name: str) -> Process:
        return Process(words, home, self._folder / f"{name}.log")

    def _fill(self, code: str, home: Path) -> Iterator[tuple[bytes, str]]:
        """A roster, and the bytes of scans with whose mailbox they belong in."""
        (home / "profiles" / "default.toml").write_text(PROFILE)
        facility = open_facility(home)
        try:
            roster = self._folder / "roster.csv"
            roster.write_text(ROSTER)
            people.import_roster(facility, roster, False, _BY)
            path = self._folder / f"{code}.tif"
            for booking in BOOKINGS:
                cover = covers.print_inmate_cover(facility, booking, _BY)
                save_scan(path, scanner.pdf_pages(cover.pdf)[0], TEXT)
                yield path.read_bytes(), booking
            legal = covers.print_legal_marker(facility, _BY, None)
            save_scan(path, scanner.pdf_pages(legal.pdf)[0], TEXT)
            yield path.read_bytes(), "legal"
            yield b"II*\0 this is no picture", "junk"
        finally:
            facility.engine.dispose()

    def begin(self) -> None:
        for each in (*self.workers, *self.watchers, *self.others):
            each.start()
        self._writer.start()

    def end(self) -> None:
        self.stop_arriving()
        for each in (*self.workers, *self.watchers, *self.others):
            each.kill()
        for engine in self._known.values():
            engine.dispose()

    def rest(self, seconds: float) -> None:
        """Time goes by; what ended by itself is started again."""
        until = time.monotonic() + seconds
        while True:
            for each in (*self.workers, *self.watchers, *self.others):
                if each.has_ended():
                    self.ended += 1
                    each.start()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.5))

    # What arrives

    def _write(self) -> None:
        number = 0
        while not self._over.wait(self._rng.uniform(0.1, 0.6)):
            if self._open_files() < _MOST_OPEN:
                self._drop(number)
                number += 1

    def _drop(self, number: int) -> None:
        (code,) = self._rng.choices(CODES, _WEIGHTS)
        (kind,) = self._rng.choices([*_KINDS], [*_KINDS.values()])
        fitting = [
            each for each in self._scans[code] if (each[1] if each[1] in _KINDS else "good") == kind
        ]
        base, whose = self._rng.choice(fitting)
        content = base + b"%" + self._rng.randbytes(16)  # no two scans are alike
        target = self._inboxes[code] / f"scan{number:05}.tif"
        unfinished = target.with_name(f".{target.name}")
        unfinished.write_bytes(content)
        mailbox = "" if whose in _KINDS else whose
        self._arrived[hashlib.sha256(content).hexdigest()] = Arrived(code, mailbox)
        unfinished.rename(target)

    def _open_files(self) -> int:
        return sum(1 for inbox in self._inboxes.values() for _ in inbox.iterdir()) + self._queued

    @property
    def _queued(self) -> int:
        """How many scans wait or are worked; none where the database cannot say."""
        open_states = scan.c.state.in_(("waiting", "working"))
        found = 0
        with suppress(Exception):
            for engine in self._engines().values():
                with reading(engine) as tx:
                    asked = sa.select(sa.func.count()).select_from(scan).where(open_states)
                    found += tx.execute(asked).scalar_one()
        return found

    def _ask(self, code: str, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """Of a facility's database, which may have come back a moment ago."""
        until = time.monotonic() + _LONGEST_RETURN
        while True:
            try:
                with reading(self._engines()[code]) as tx:
                    return tx.execute(query).all()
            except StorageError:
                if time.monotonic() > until:
                    raise
                time.sleep(_LOOK)

    def _engines(self) -> dict[str, sa.Engine]:
        if not self._known:
            self._known = {
                code: open_engine(f"{self.database.url}{_schema(code)}") for code in CODES
            }
        return self._known

    def stop_arriving(self) -> None:
        self._over.set()
        if self._writer.is_alive():
            self._writer.join()

    def arrived(self) -> Mapping[str, Arrived]:
        return dict(self._arrived)

    def in_inboxes(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for inbox in self._inboxes.values():
            found.update(hashlib.sha256(each.read_bytes()).hexdigest() for each in inbox.iterdir())
        return found

    # What the silent had

    def silence(self, host: Process) -> list[Lost]:
        """Stops a worker as soon as it has something; returns what it has, of each facility."""
        until = time.monotonic() + _LONGEST_IDLE
        while not self._at_work(host) and time.monotonic() < until:
            self.rest(_LOOK)
        host.stand_still()
        return self._at_work(host)

    def _at_work(self, host: Process) -> list[Lost]:
        found: list[Lost] = []
        for code in CODES:
            place = host.home if code == CODES[0] else host.home / FOLDER / code
            machine = signs_of_life.machine_of(place / "run")
            names = sa.select(claimant.c.name).where(claimant.c.machine == machine)
            working = (scan.c.state == "working", scan.c.claimed_by.in_(names))
            rows = self._ask(code, sa.select(scan.c.id, scan.c.claims).where(*working))
            found += [Lost(code, row.id, row.claims, time.monotonic()) for row in rows]
        return found

    def returned(self, lost: list[Lost]) -> list[float]:
        """Waits until each waits again, or is in other hands; how long that took. One that was
        filed before the blow fell does not count."""
        took: list[float] = []
        for each in lost:
            while (since := time.monotonic() - each.since) < _LONGEST_RETURN:
                (row,) = self._ask(each.code, sa.select(scan).where(scan.c.id == each.scan_id))
                if row.state in ("filed", "held") and row.claims == each.claim:
                    break
                if row.state != "working" or row.claims != each.claim:
                    took.append(since)
                    break
                self.rest(_LOOK)
            else:
                took.append(_LONGEST_RETURN)
        return took

    def settle(self, seconds: float) -> None:
        """Works all to its end. Raises AssertionError where that takes too long."""
        until = time.monotonic() + seconds
        while self._open_files():
            assert time.monotonic() < until, f"{self._open_files()} scans are not worked"
            self.rest(1.0)


def _schema(code: str) -> str:
    return "" if code == CODES[0] else f"?schema={code}"


@contextmanager
def made_world(folder: Path, workers: int, seed: int) -> Iterator[World]:
    os.environ.update(s3_server.ENVIRONMENT)
    for name in ("postgres", "s3"):
        (folder / name).mkdir()
    database, store = postgres.Cluster(folder / "postgres"), s3_server.Store(folder / "s3")
    world = World(folder, database, store, seed)
    try:
        database.start()
        store.start()
        world.make(workers)
        world.begin()
        yield world
    finally:
        world.end()
        store.kill()
        with suppress(Exception):
            database.stop()
