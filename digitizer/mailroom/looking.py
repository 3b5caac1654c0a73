"""Looking at files without taking them in: what is read on them, what codes they carry."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitizer.mailroom.house import House
from digitizer.parts.codes import is_ours, verify
from digitizer.parts.isolation import Pool
from digitizer.parts.opening import OpeningLimits
from digitizer.parts.tables import reading
from digitizer.processes.pipeline import Progress, no_progress
from digitizer.processes.register import Registered, look_up
from digitizer.processes.survey import SurveyOrder, all_symbols, count, read_picture, survey
from digitizer.vocabulary.paper import Symbol, Transcript
from digitizer.vocabulary.settings import Work

_LIMITS = Work()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read. ``seconds`` are of wall time, opening and preparing included."""

    number: int
    transcript: Transcript
    seconds: float


@dataclass(frozen=True, slots=True)
class DecodedSymbol:
    """``trusted``: our version, a key of this home, a good MAC; ``why`` says what else."""

    format: str
    text: str
    trusted: bool
    why: str


@dataclass(frozen=True, slots=True)
class DecodedPage:
    number: int
    symbols: tuple[DecodedSymbol, ...]


def read_file(
    path: Path, languages: tuple[str, ...], progress: Progress = no_progress
) -> Iterator[ReadPage]:
    """Reads every page in order, and tells ``progress`` how many of how many are done. Raises
    UnopenableFile, WorkerFailed or EngineError."""
    limits = OpeningLimits(_LIMITS.pages, _LIMITS.page_megapixels)
    with Pool(1) as pool, tempfile.TemporaryDirectory(prefix="digitizer-") as folder:
        pages = _run(pool, count, str(path), limits)
        for number in range(1, pages + 1):
            progress("reading", number - 1, pages)
            start = time.perf_counter()
            order = SurveyOrder(str(path), (number,), 1, folder, limits, 0, 0.0, (0, 0, 1, 1))
            (page,) = _run(pool, survey, order)
            picture = Path(folder) / page.image
            transcript = _run(pool, read_picture, str(picture), page.dpi, languages)
            picture.unlink()
            yield ReadPage(number, transcript, time.perf_counter() - start)


def decode_file(house: House | None, path: Path) -> Iterator[DecodedPage]:
    """Every symbol of any format on every page; changes nothing. Raises as ``read_file``."""
    limits = OpeningLimits(_LIMITS.pages, _LIMITS.page_megapixels)
    with Pool(1) as pool:
        for number in range(1, _run(pool, count, str(path), limits) + 1):
            found: tuple[Symbol, ...] = _run(pool, all_symbols, str(path), number, limits)
            yield DecodedPage(number, tuple(_judged(house, symbol) for symbol in found))


def _run(pool: Pool, function: Any, *arguments: Any) -> Any:
    future: Future[Any] = pool.submit(function, *arguments, seconds=_LIMITS.read_seconds)
    return future.result()


def _judged(house: House | None, symbol: Symbol) -> DecodedSymbol:
    trusted, why = _judge(house, symbol.text)
    return DecodedSymbol(symbol.format, symbol.text, trusted, why)


def _judge(house: House | None, text: str) -> tuple[bool, str]:
    if not is_ours(text):
        return False, "foreign: not a code of this system"
    if house is None:
        return False, "looks like ours, but no home was named whose keys could verify it"
    code = verify(text, house.keys)
    if code is None:
        return False, "claims to be ours, but its version, key or MAC is not good"
    with reading(house.engine) as tx:
        known = look_up(tx, code.cover_id)
    if known is None:
        return True, f"{code.kind} code, but its id is unknown here"
    return True, f"{code.kind} code {known.short_id}, {_state(known)}"


def _state(known: Registered) -> str:
    whose = f"for {known.inmate.booking_number}" if known.inmate else "for nobody"
    if known.revoked:
        return f"{whose}, revoked"
    if known.once and known.used_by:
        return f"{whose}, used"
    return f"{whose}, good"
