"""The signs of life of a worker or watcher, from a thread of its own: on PostgreSQL, where others
may be on other machines. A worker's also gives back what the silent held."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from digitizer.capture.recovery import give_back_from_the_silent, look_after_outposts
from digitizer.capture.scans import signs_of_life
from digitizer.capture.scans.signs_of_life import BEAT, LEASE, Kind
from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.storage.database import writing_beside

log = logging.getLogger("digitizer")


class Pulse:
    """Gives a sign every few seconds until it is stopped. ``clock`` gives seconds that only grow.

    Its transactions take no lock that writers wait for: somebody who files for a long time must not
    make others look dead.
    """

    def __init__(
        self,
        facility: Facility,
        name: str,
        kind: Kind,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._facility = facility
        self.name, self._kind = name, kind
        self._machine = signs_of_life.machine_of(facility.run_folder)
        self._clock = clock
        self._since: float | None = None  # when the signs began that have had no gap
        self._last = 0.0
        self._one_at_a_time = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="pulse")

    def start(self) -> None:
        """The first sign at once. One that does not come through is given later."""
        self.step()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def may_judge(self) -> bool:
        """Whether our own signs have come through for as long as makes others dead."""
        return self._since is not None and self._last - self._since >= LEASE

    def beat(self) -> None:
        """One sign. Raises StorageError."""
        with self._one_at_a_time:
            with writing_beside(self._facility.engine) as tx:
                signs_of_life.end_if_still(tx)
                known = signs_of_life.beat(tx, self.name)
                if not known:
                    signs_of_life.enlist(tx, self.name, self._kind, self._machine)
            now = self._clock()
            if not known or self._since is None or now - self._last > LEASE / 2:
                self._since = now
            self._last = now

    def step(self) -> None:
        """One sign, and, of a worker that may judge, a look for the silent."""
        try:
            self.beat()
            if not self._facility.is_outpost:
                look_after_outposts(self._facility)
            if self._kind is Kind.WORKER and self.may_judge:
                given_back = give_back_from_the_silent(self._facility)
                if given_back:
                    about = {"event": "given_back"}
                    log.warning("gave back %d scans of silent workers", given_back, extra=about)
        except StorageError:
            self._since = None  # the parts that work and watch report a database that is away
        except Exception:  # whatever it was, the next sign is due
            self._since = None
            log.exception("no sign of life could be given")

    def _run(self) -> None:
        while not self._stopped.wait(BEAT):
            self.step()


@contextmanager
def watching(facility: Facility) -> Iterator[None]:
    """Whoever watches folders here gives signs of life meanwhile, by the same name each time: if
    they cease, somebody hears of it, for files may wait there. No sign, where the database is away,
    is no reason not to watch."""
    if not signs_of_life.are_written(facility.engine):
        yield
        return
    pulse = Pulse(facility, signs_of_life.watcher_name(facility.home), Kind.WATCHER)
    pulse.start()
    try:
        yield
    finally:
        pulse.stop()
        with suppress(StorageError), writing_beside(facility.engine) as tx:
            signs_of_life.dismiss(tx, pulse.name)
