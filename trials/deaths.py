"""Makes sandboxes die over certain files, without a word of it in the product.

``prepare`` writes a ``sitecustomize.py`` that every Python process with its folder on PYTHONPATH
runs at its start. In a sandbox of ours, and only there, it watches what is opened: an
original's file name is its SHA-256, and a table says over which of them to die, how, and when.
``hang-reading`` lets the file be looked at, and hangs where a page of it is read.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_SANDBOX = "digitizer.engines.isolation.child"
_TABLE = "deaths"
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Death:
    """Over the file with this SHA-256: from the ``first`` to the ``last`` time it is opened."""

    sha256: str
    way: str
    first: int = 1
    last: int = 1_000_000


def _segfault() -> None:
    ctypes.string_at(0)


def _hang() -> None:
    while True:
        pass


def _burst() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(b"x") * (4 * _MEGABYTE))


WAYS: dict[str, Callable[[], None]] = {
    "segfault": _segfault,
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "hang": _hang,
    "burst": _burst,
    "hang-reading": _hang,
}
_READING = "hang-reading"
_ORIGINAL = re.compile("[0-9a-f]{64}")


def prepare(folder: Path, deaths: Iterable[Death]) -> None:
    """Writes the table and the hook; put ``folder`` first on the service's PYTHONPATH."""
    lines = (f"{each.sha256} {each.way} {each.first} {each.last}\n" for each in deaths)
    (folder / _TABLE).write_text("".join(lines))
    (folder / "sitecustomize.py").write_text(
        f"from trials.deaths import hook\n\nhook({str(folder)!r})\n"
    )


def hook(folder: str) -> None:
    """Called at the start of every Python process; does nothing where it is no sandbox."""
    if _SANDBOX not in sys.orig_argv:
        return
    words = (line.split() for line in (Path(folder) / _TABLE).read_text().splitlines())
    table = {sha: Death(sha, way, int(first), int(last)) for sha, way, first, last in words}

    deadly = False  # are the pages that this sandbox is about to write?

    def look(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal deadly
        if event != "open" or not isinstance(arguments[0], (str, Path)):
            return
        path = Path(arguments[0])
        if path.name.startswith("page-"):
            _look_at_page(folder, path, deadly, writes=arguments[1] != "r")
        elif _ORIGINAL.fullmatch(path.name):
            death = table.get(path.name)
            way = death.way if death and _is_time(folder, death) else None
            deadly = way == _READING
            if way and not deadly:
                WAYS[way]()

    sys.addaudithook(look)


def _look_at_page(folder: str, page: Path, deadly: bool, *, writes: bool) -> None:
    """A try's pages lie in a folder of their own; a mark named like it warns other sandboxes."""
    mark = Path(folder) / f"deadly-{page.parent.name}"
    if writes:
        if deadly:
            mark.touch()
    elif mark.exists():
        WAYS[_READING]()


def _is_time(folder: str, death: Death) -> bool:
    """Counted in a file, for the process that counted the last time is dead."""
    with (Path(folder) / f"opened-{death.sha256}").open("a") as counter:
        counter.write(".")
        return death.first <= counter.tell() <= death.last
