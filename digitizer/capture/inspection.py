"""Looks at files without taking them in: what is read on them, and which codes they carry."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from digitizer.access.acting import looking, permit
from digitizer.access.permissions import Act
from digitizer.capture.isolated.page_reading import read_from_file
from digitizer.capture.isolated.survey import all_symbols, count
from digitizer.capture.pipeline import Progress, no_progress
from digitizer.capture.private_folder import private_folder
from digitizer.covers.register import Registered, look_up, retired_keys
from digitizer.engines.codes.cover_code import is_ours, verify
from digitizer.engines.codes.item_code import verify_item
from digitizer.engines.codes.protected_code import verify_protected
from digitizer.engines.isolation import Pool
from digitizer.engines.opening import OpeningLimits
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.model.paper import Symbol, Transcript
from digitizer.model.people import Actor
from digitizer.model.settings import Work

_LIMITS = Work()
#: There is no second attempt here: every page is given the time that the largest may take.
_SECONDS = _LIMITS.seconds_to_read(_LIMITS.page_megapixels)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read. ``seconds`` are of wall time, opening and preparing included."""

    number: int
    transcript: Transcript
    seconds: float


@dataclass(frozen=True, slots=True)
class DecodedSymbol:
    """``trusted``: our version, a key of this home, a valid MAC; ``why`` explains the rest."""

    format: str
    text: str
    trusted: bool
    why: str


@dataclass(frozen=True, slots=True)
class DecodedPage:
    number: int
    symbols: tuple[DecodedSymbol, ...]


def read_files(
    paths: Sequence[Path], languages: tuple[str, ...], progress: Progress = no_progress
) -> Iterator[tuple[int, ReadPage | DigitizerError]]:
    """Reads every page of every file, in order, with a process for each core; each page comes with
    its file's place in ``paths``. Calls ``progress`` with how many of how many are done. A file or
    page that cannot be read has its error in its place."""
    limits = OpeningLimits(_LIMITS.pages, _LIMITS.page_megapixels)
    processes = os.cpu_count() or 1
    with Pool(processes) as pool:
        counts = [_submit(pool, count, str(path), limits) for path in paths]
        tasks = _page_tasks(pool, paths, counts, limits, languages)
        ahead = deque(islice(tasks, 2 * processes))
        done = 0
        while ahead:
            file, number, task = ahead.popleft()
            progress("reading", done, done + len(ahead) + 1)
            try:
                transcript, seconds = task.result()
                yield file, ReadPage(number, transcript, seconds)
            except DigitizerError as error:
                yield file, error
            done += 1
            ahead.extend(islice(tasks, 1))


def _page_tasks(
    pool: Pool,
    paths: Sequence[Path],
    counts: Sequence[Future[int]],
    limits: OpeningLimits,
    languages: tuple[str, ...],
) -> Iterator[tuple[int, int, Future[Any]]]:
    """A task for each page; for a file that cannot be opened the one that failed."""
    for file, (path, counted) in enumerate(zip(paths, counts, strict=True)):
        if counted.exception() is not None:
            yield file, 0, counted
            continue
        for number in range(1, counted.result() + 1):
            task = _submit(pool, read_from_file, str(path), number, limits, languages)
            yield file, number, task


def decode_file(facility: Facility | None, path: Path, by: Actor) -> Iterator[DecodedPage]:
    """Every symbol of any format on every page; changes nothing. Raises NotAllowed at once, then
    UnopenableFile, WorkerFailed or EngineError."""
    if facility is not None:
        permit(facility, by, Act.LOOK)
    return _decode_file(facility, path, by)


def _decode_file(facility: Facility | None, path: Path, by: Actor) -> Iterator[DecodedPage]:
    limits = OpeningLimits(_LIMITS.pages, _LIMITS.page_megapixels)
    with Pool(1) as pool:
        for number in range(1, _run(pool, count, str(path), limits) + 1):
            found: tuple[Symbol, ...] = _run(pool, all_symbols, str(path), number, limits)
            yield DecodedPage(number, tuple(_judged(facility, by, symbol) for symbol in found))


def codes_in_picture(facility: Facility, content: bytes, by: Actor) -> tuple[str, ...]:
    """What the codes in a picture of an envelope hold, of its first page; the picture is gone when
    this returns, and nothing else of it is looked at. Raises NotAllowed at once, then
    UnopenableFile, WorkerFailed or EngineError."""
    permit(facility, by, Act.SCAN_LEGAL)
    with private_folder(facility) as folder, Pool(1) as pool:
        path = folder / "envelope"
        path.write_bytes(content)
        limits = OpeningLimits(1, _LIMITS.page_megapixels)
        found: tuple[Symbol, ...] = _run(pool, all_symbols, str(path), 1, limits)
    return tuple(each.text for each in found)


def _run(pool: Pool, function: Any, *arguments: Any) -> Any:
    return _submit(pool, function, *arguments).result()


def _submit(pool: Pool, function: Any, *arguments: Any) -> Future[Any]:
    return pool.submit(function, *arguments, seconds=_SECONDS)


def _judged(facility: Facility | None, by: Actor, symbol: Symbol) -> DecodedSymbol:
    trusted, why = _judge(facility, by, symbol.text)
    return DecodedSymbol(symbol.format, symbol.text, trusted, why)


def _judge(facility: Facility | None, by: Actor, text: str) -> tuple[bool, str]:
    if not is_ours(text):
        return False, "foreign: not a code of this system"
    if facility is None:
        return False, "looks like ours, but no home was named, so there are no keys to verify it"
    if verify_item(text, facility.keys):
        return True, "the code of an item of legal mail: scan it on the page of legal mail"
    if verify_protected(text, facility.keys):
        return True, "the code of a sheet for the protected line: scan it on that page, unopened"
    code = verify(text, facility.keys)
    if code is None:
        return False, "claims to be ours, but its version, key or MAC is not valid"
    with looking(facility, by, Act.LOOK) as look:
        known = look_up(look.tx, code.cover_id)
        retired = code.key_id in retired_keys(look.tx)
    if retired:
        return True, f"{code.kind} code, but its key, number {code.key_id}, is retired"
    if known is None:
        return True, f"{code.kind} code, but its id is unknown here"
    return True, f"{code.kind} code {known.short_id}, {_state(known)}"


def _state(known: Registered) -> str:
    whose = f"for {known.inmate.booking_number}" if known.inmate else "for no inmate"
    if known.revoked:
        return f"{whose}, revoked"
    if known.is_single_use and known.used_by:
        return f"{whose}, used"
    if known.code.label:
        return f"{whose}, good, of a label, which delivers nothing by itself"
    return f"{whose}, good"
