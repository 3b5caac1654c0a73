"""Takes files in and works them to the end, several at once, for whoever waits for the outcome."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digitizer.access.acting import permit
from digitizer.access.permissions import Act
from digitizer.capture.intake import TakenIn, take_in
from digitizer.capture.pipeline import Progress
from digitizer.capture.recovery import recover
from digitizer.capture.stacks import stacks_of
from digitizer.capture.worker import Worker, filed, work_to_end
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.model.mail import Filed
from digitizer.model.people import Actor

_ELSEWHERE = 0.2  # seconds between looks at a scan that another process is working


@dataclass(frozen=True, slots=True)
class Ingested:
    """The files of one stack, and a line a letter, or why they could not be taken in."""

    files: tuple[Path, ...]
    outcome: tuple[Filed, ...] | DigitizerError


def ingest_all(
    facility: Facility,
    files: Sequence[Path],
    profile: str,
    source: Callable[[Path], str],
    progress: Progress,
    by: Actor,
) -> Generator[Ingested]:
    """Each stack's outcome, in the order given; the files stay where they are.

    ``source`` gives the name under which a file is recorded. Close the generator to stop early:
    what is being worked then goes back to the queue. Raises NotAllowed at once.
    """
    permit(facility, by, Act.TAKE_IN)
    return _ingest_all(facility, files, profile, source, progress, by)


def _ingest_all(
    facility: Facility,
    files: Sequence[Path],
    profile: str,
    source: Callable[[Path], str],
    progress: Progress,
    by: Actor,
) -> Generator[Ingested]:
    recover(facility)
    lanes = facility.settings.work.processes
    begun: deque[tuple[tuple[Path, ...], Future[tuple[Filed, ...]]]] = deque()
    with (
        ThreadPoolExecutor(lanes, thread_name_prefix="ingest") as threads,
        Worker(facility, progress) as worker,  # stopped before its threads are waited for
    ):
        for stack in stacks_of(facility.profiles, profile, files):
            try:
                taken = take_in(facility, stack, profile, [source(file) for file in stack], by)
                begun.append((stack, threads.submit(_worked, facility, worker, taken)))
            except DigitizerError as error:
                begun.append((stack, _failed(error)))
            while len(begun) > 2 * lanes:
                yield _ended(*begun.popleft())
        while begun:
            yield _ended(*begun.popleft())


def _worked(facility: Facility, worker: Worker, taken: TakenIn) -> tuple[Filed, ...]:
    """Also works what came in before: the process that took it in may have died since."""
    work_to_end(facility, worker, taken.scan, wait=lambda: time.sleep(_ELSEWHERE))
    return (taken.as_line,) if taken.duplicate else filed(facility, taken.scan)


def _failed(error: DigitizerError) -> Future[tuple[Filed, ...]]:
    future: Future[tuple[Filed, ...]] = Future()
    future.set_exception(error)
    return future


def _ended(files: tuple[Path, ...], future: Future[tuple[Filed, ...]]) -> Ingested:
    try:
        return Ingested(files, future.result())
    except DigitizerError as error:
        return Ingested(files, error)
