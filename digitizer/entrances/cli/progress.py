"""A progress bar on stderr for long work; silent when stderr is not a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def _silent(_stage: str, _done: int, _total: int) -> None:
    return


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Gives a function to call with the stage, and how many of how many are done."""
    if not sys.stderr.isatty():
        yield _silent
        return
    with _bars() as bars:
        tasks: dict[str, TaskID] = {}
        tallies: dict[str, _Tally] = {}
        lock = threading.Lock()

        def show(stage: str, done: int, total: int) -> None:
            with lock:
                if stage not in tasks:
                    tasks[stage], tallies[stage] = bars.add_task(stage, total=None), _Tally()
                completed, of = tallies[stage].together(threading.get_ident(), done, total)
                bars.update(tasks[stage], completed=completed, total=of)

        yield show


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # Without this the bars would catch results that go to a file, and show them on the terminal.
    return Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
    )


class _Tally:
    """The pages of all scans at one stage: each thread has one scan in hand at a time."""

    def __init__(self) -> None:
        self._ended = 0
        self._in_hand: dict[int, tuple[int, int]] = {}

    def together(self, thread: int, done: int, total: int) -> tuple[int, int]:
        """How many of how many are done, now that this thread has ``done`` of ``total``."""
        before_done, before_total = self._in_hand.get(thread, (0, 0))
        if done <= before_done:  # the thread has started another scan
            self._ended += before_total
        self._in_hand[thread] = done, total
        all_done, all_total = (sum(each) for each in zip(*self._in_hand.values(), strict=True))
        return self._ended + all_done, self._ended + all_total
