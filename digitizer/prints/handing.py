"""Handing a batch to a printer, so that a crash at any moment loses no print and prints none twice.

The batch is entered as being sent before the printer gets it, and marked afterwards. One process of
a home prints at a time, so whatever is found being sent by the next one was interrupted.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from digitizer.access.acting import Action, Look, acting, looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.prints import Batch, Print, PrintState
from digitizer.prints import queue
from digitizer.prints.printers import (
    Fate,
    Printer,
    Refused,
    Staged,
    Unsure,
    fate_of_file,
    publish,
    send_to_lp,
    stage,
)
from digitizer.prints.stopped import check_none_stopped
from digitizer.support.failpoints import failpoint
from digitizer.support.wording import counted

_LOOK_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Handing:
    """Whoever gives something to a printer of this facility."""

    facility: Facility
    by: Actor

    @contextmanager
    def alone(self, wait_seconds: float) -> Iterator[tuple[Batch, ...]]:
        """Waits until nobody else prints, and says first what an earlier process left in doubt.

        Yields the batches of folders that turned out to be there whole. Raises Conflict if somebody
        prints all that time.
        """
        self.facility.run_folder.mkdir(mode=0o700, exist_ok=True)
        lock = self.facility.run_folder / "printing.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor, monotonic() + wait_seconds)
            yield self._settle()
        finally:
            os.close(descriptor)

    def _settle(self) -> tuple[Batch, ...]:
        with self._look() as look:
            left = queue.interrupted(look.tx)
            drafts = [queue.draft_of(look.tx, each.number) for each in left]
        whole = []
        for batch, draft in zip(left, drafts, strict=True):
            fate = Fate.UNKNOWN
            if batch.file and draft:
                fate = fate_of_file(Path(batch.file), Path(draft))
            with self._act() as action:
                _mark_fate(action, batch, fate)
            if fate is Fate.NOT_OUT and draft:
                Path(draft).unlink(missing_ok=True)
            whole += [batch] if fate is Fate.OUT else []
        return tuple(whole)

    def give(
        self,
        printer: Printer,
        prints: Sequence[Print],
        pdf: Callable[[], bytes],
        name: str,
        *,
        for_unit: bool = False,
    ) -> int:
        """Gives prints that wait and are rendered to the printer, as one PDF; returns the number of
        the batch. Within ``alone``. ``name`` is that of a file, ``for_unit`` as ``begin_batch`` has
        it.

        Raises StorageError; where that is not Unsure, nothing came out and all of it waits as
        before. Raises Conflict if somebody else was quicker, or one of them must not be printed
        now.
        """
        if printer.folder is None:
            return self._to_program(printer, prints, pdf())
        staged = stage(printer.folder, name, pdf())
        try:
            batch = self._begin(printer, prints, staged, for_unit)
        except BaseException:
            staged.draft.unlink(missing_ok=True)
            raise
        self._or_back(batch, lambda: publish(staged))
        with self._act() as action:
            queue.accept(action.tx, batch, PrintState.PRINTED)
            record_printed(action, prints)
            action.record(Verb.CONFIRM_PRINT, Subject.batch(batch), found=str(staged.path))
        failpoint("prints.marked")
        return batch

    def _to_program(self, printer: Printer, prints: Sequence[Print], pdf: bytes) -> int:
        batch = self._begin(printer, prints, None)
        said: list[str | None] = []

        def send() -> None:
            if printer.queue is not None:
                title = f"Batch {batch}, {counted(len(prints), 'print')}"  # no names: others see it
                said.append(send_to_lp(printer.queue, title, pdf))
            failpoint("prints.sent")

        self._or_back(batch, send)
        request = said[0] if said else None
        with self._act() as action:
            queue.accept(action.tx, batch, PrintState.SENT, request)
            action.record(Verb.SEND_TO_PRINTER, Subject.batch(batch), taken=True, request=request)
        return batch

    def _begin(
        self,
        printer: Printer,
        prints: Sequence[Print],
        staged: Staged | None,
        for_unit: bool = False,
    ) -> int:
        with self._act() as action:
            check_none_stopped(action.tx, prints)
            names = staged.names if staged else None
            batch = queue.begin_batch(
                action.tx, printer.name, self.by.name, prints, names, for_unit=for_unit
            )
            numbers = [each.number for each in prints]
            subject = Subject.batch(batch)
            action.record(Verb.SEND_TO_PRINTER, subject, printer=printer.name, prints=numbers)
        failpoint("prints.begun")
        return batch

    def _or_back(self, batch: int, send: Callable[[], None]) -> None:
        """Sends; where the printer took nothing, all waits again, and where that is not known it is
        doubtful. The error goes on."""
        try:
            send()
        except (Refused, Unsure) as error:
            fate = Fate.UNKNOWN if isinstance(error, Unsure) else Fate.NOT_OUT
            with self._act() as action:
                _mark_fate(action, queue.find_batch(action.tx, batch), fate)
            raise

    def _act(self) -> AbstractContextManager[Action]:
        return acting(self.facility, self.by, Act.PRINT)

    def _look(self) -> AbstractContextManager[Look]:
        return looking(self.facility, self.by, Act.PRINT)


def _lock(descriptor: int, until: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise Conflict("Somebody else is printing now. Try again in a moment.") from None
            sleep(_LOOK_AGAIN)


def _mark_fate(action: Action, batch: Batch, fate: Fate) -> None:
    subject, numbers = Subject.batch(batch.number), [each.number for each in batch.prints]
    match fate:
        case Fate.OUT:
            queue.accept(action.tx, batch.number, PrintState.PRINTED)
            record_printed(action, batch.prints)
            action.record(Verb.CONFIRM_PRINT, subject, prints=numbers, found=batch.file)
        case Fate.NOT_OUT:
            queue.take_back(action.tx, batch.number)
            action.record(Verb.DOUBT_PRINT, subject, prints=numbers, fate=str(fate))
        case Fate.UNKNOWN:
            queue.doubt(action.tx, batch.number)
            action.record(Verb.DOUBT_PRINT, subject, prints=numbers, fate=str(fate))


def record_printed(action: Action, prints: Sequence[Print]) -> None:
    """An event for each message: its paper is there."""
    for each in prints:
        if each.message:
            action.record(Verb.PRINT_MESSAGE, Subject.message(each.message), pages=each.pages)
