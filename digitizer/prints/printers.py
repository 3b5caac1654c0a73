"""Giving a PDF to a printer: to the print system (CUPS, through ``lp``), or into a folder.

Both can be interrupted at any moment, so each says afterwards what is certain. A folder's file is
written under another name first: while it has that name, it did not come out; once it has its own,
it did; if it has neither, somebody took it. What ``lp`` was doing when it died is never certain.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Literal

from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.storage.blobs import sync_folder
from digitizer.storage.unfinished_files import folder_lock
from digitizer.support.failpoints import failpoint

#: The printer where none is set up: a folder of the home.
OUTBOX = "outbox"
#: Whoever prints gets the PDF in their browser, and prints it there.
HERE = "this computer"

_LP_SECONDS = 60.0
_REQUEST = re.compile(r"request id is (\S+)")


@dataclass(frozen=True, slots=True)
class Printer:
    """``folder`` is where its files go; None: ``queue`` is what the print system calls it, and
    where that is None too, whoever prints opens the PDF."""

    name: str
    folder: Path | None = None
    queue: str | None = None

    @property
    def kind(self) -> Literal["folder", "lp", "here"]:
        return "folder" if self.folder else "lp" if self.queue else "here"


class Fate(StrEnum):
    """What is certain of something that was given to a printer."""

    OUT = "out"
    NOT_OUT = "not out"
    UNKNOWN = "unknown"


class Refused(StorageError):
    """The printer did not take it: nothing comes out."""


class Unsure(StorageError):
    """Nobody knows whether the printer took it."""


def printers(facility: Facility) -> Mapping[str, Printer]:
    """Those of the settings in their order, or else the outbox; and the browser of who prints."""
    found = {name: _printer(name, where) for name, where in facility.settings.printers.items()}
    found = found or {OUTBOX: Printer(OUTBOX, folder=facility.home / "outbox")}
    return {**found, HERE: Printer(HERE)}


def find_printer(facility: Facility, name: str) -> Printer:
    """Raises NotFound."""
    known = printers(facility)
    if name not in known:
        raise NotFound(f"There is no printer {name}. The printers are: {', '.join(known)}.")
    return known[name]


def _printer(name: str, where: str) -> Printer:
    is_folder = Path(where).is_absolute()
    return Printer(name, Path(where)) if is_folder else Printer(name, queue=where)


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is written whole, under ``draft``; ``path`` is the name it is given."""

    draft: Path
    path: Path

    @property
    def names(self) -> tuple[str, str]:
        return str(self.path), str(self.draft)


def make_folder(folder: Path) -> None:
    """Makes it where it is missing. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"Cannot write to {folder}: {error.strerror}.") from None


def stage(folder: Path, name: str, pdf: bytes) -> Staged:
    """Writes the file under a name that begins with a dot. Its own will be the first free one of
    NAME.pdf, NAME-2.pdf, …: an earlier file may still have to be printed. Raises StorageError."""
    make_folder(folder)
    try:
        path = _first_free(folder, name)
        draft = folder / f".{path.name}.part"
        try:
            with draft.open("wb") as out:
                out.write(pdf)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(f"Cannot write to {folder}: {error.strerror}.") from None
    failpoint("prints.staged")
    return Staged(draft, path)


def _first_free(folder: Path, name: str) -> Path:
    names = (f"{name}.pdf" if number == 1 else f"{name}-{number}.pdf" for number in count(1))
    return next(path for each in names if not (path := folder / each).exists())


def publish(staged: Staged) -> None:
    """Gives the file its own name; from then on it is there whole. Raises Refused if it could not,
    which is certain: then it is gone."""
    try:
        with folder_lock(staged.path.parent):
            if staged.path.exists():  # somebody else's, since it was staged
                raise FileExistsError(17, f"{staged.path.name} is there already")
            staged.draft.rename(staged.path)
        failpoint("prints.published")
        sync_folder(staged.path.parent)
    except OSError as error:
        if not staged.draft.exists():
            raise Unsure(f"{staged.path} may not last: {error.strerror}.") from None
        staged.draft.unlink(missing_ok=True)
        raise Refused(f"Cannot write {staged.path}: {error.strerror}.") from None


def fate_of_file(path: Path, draft: Path) -> Fate:
    """What became of a file whose writer died."""
    if draft.exists():
        return Fate.NOT_OUT
    return Fate.OUT if path.exists() else Fate.UNKNOWN


def send_to_lp(queue: str, title: str, pdf: bytes) -> str | None:
    """Gives a PDF to the print system; returns what that calls it, if it says so.

    That it took it is all that is known: ``lpstat`` says the same of a job that was printed and of
    one that was cancelled (seen with CUPS 2.4), so a person says that the paper is there. Raises
    Refused where it did not take it, and Unsure if it did not answer in time.
    """
    program = shutil.which("lp")
    if program is None:
        raise Refused("There is no lp here, the program that prints: install CUPS (cups-client).")
    try:
        done = subprocess.run(
            [program, "-d", queue, "-t", title],
            input=pdf,
            capture_output=True,
            timeout=_LP_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise Unsure(f"The print system did not answer within {_LP_SECONDS:.0f} seconds.") from None
    except OSError as error:
        raise Refused(f"lp cannot be started: {error.strerror}.") from None
    if done.returncode < 0:
        raise Unsure("lp was killed while it printed.")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or f"it ended with {done.returncode}"
        raise Refused(f"The printer {queue} took nothing: {said}")
    found = _REQUEST.search(done.stdout.decode("utf-8", "replace"))
    return found[1] if found else None
