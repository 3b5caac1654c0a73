"""A progress bar on stderr for long work; silent when nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _silent(_stage: str, _done: int, _total: int) -> None:
    return


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Gives a function to call with the stage, and how many of how many are done."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    # What goes to a file must not be caught and shown on the terminal, as the bars would do.
    bars = Progress(*columns, console=Console(stderr=True), transient=True,
                    redirect_stdout=sys.stdout.isatty())  # fmt: skip
    with bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
