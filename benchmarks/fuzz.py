"""Mutated files and pictures through the isolated pool: each must end in a value or in our words.

    python -m benchmarks.fuzz --minutes 5 --target opening     # PDF, TIFF and picture files
    python -m benchmarks.fuzz --minutes 5 --target codes       # pictures of covers and barcodes

Seeds are files made here and, where the test corpus is at hand, its odd files and barcodes. A
file that opens or is refused with ``UnopenableFile``, a picture that gives sightings or an
``EngineError``, is as it should be. A worker that dies, hangs or grows too large is counted,
must harm nothing else, and its input is kept; so is whatever ends in any other way.
``--first N`` goes on with the N-th mutation of the seed.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import scanner
from benchmarks.fuzz_tasks import look_for_codes, open_some
from benchmarks.hostile import odd_files
from benchmarks.hostile_files import base_files, hostile_files
from benchmarks.mutations import LONGEST_SIDE, Picture, mutated_file, mutated_picture
from benchmarks.provenance import CORPUS, commit
from digitizer.parts.codes import KeyRing, new_cover_code, new_key, payload, short_id, verify
from digitizer.parts.isolation import Pool
from digitizer.parts.printing.covers import CoverSheet, cover_pdf
from digitizer.vocabulary.errors import (
    DigitizerError,
    EngineError,
    UnopenableFile,
    WorkerFailed,
    WorkerFault,
)
from digitizer.vocabulary.paper import CodeKind
from digitizer.vocabulary.people import CustodyStatus, Inmate

_SOMEBODY = Inmate("T-1", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
_PROCESSES = 2
_AHEAD = 6
_CONTAINED = tuple(
    f"worker {fault}" for fault in WorkerFault if fault is not WorkerFault.UNAVAILABLE
)
_LARGEST_SEED = 400_000  # bytes: more mutations a minute from small files


# --- the targets


@dataclass(frozen=True, slots=True)
class Job:
    """One mutation: its number, the file that holds it, and the task that looks at it."""

    number: int
    path: Path
    function: Callable[..., object]
    arguments: tuple[object, ...]


def opening_jobs(folder: Path, seed: int, first: int) -> Iterator[Job]:
    files = [*base_files().values(), *(each.content for each in hostile_files())]
    files += [each.content for each in odd_files()]
    seeds = [content for content in files if 0 < len(content) <= _LARGEST_SEED]
    for number in itertools.count(first):
        path = folder / f"{number}"
        path.write_bytes(mutated_file(seeds, random.Random(f"{seed} {number}")))
        yield Job(number, path, open_some, (str(path),))


def codes_jobs(folder: Path, seed: int, first: int) -> Iterator[Job]:
    seeds = [*_covers(), *_barcodes()]
    for number in itertools.count(first):
        rng = random.Random(f"{seed} {number}")
        path = folder / f"{number}.npy"
        np.save(path, mutated_picture(seeds, rng))
        dpi = rng.choice((1, 50, 72, 100, 150, 200, 300, 1200, 4800))
        yield Job(number, path, look_for_codes, (str(path), dpi))


TARGETS = {"opening": opening_jobs, "codes": codes_jobs}


def _covers() -> Iterator[Picture]:
    """A cover of each kind at about 75 dpi a side, and one corner of each at full sharpness."""
    ring = KeyRing({1: bytes(32)}, current=1)
    for kind in CodeKind:
        code = new_cover_code(kind, ring)
        who = _SOMEBODY if kind in (CodeKind.INMATE, CodeKind.REPLY) else None
        sheet = CoverSheet(
            "Example Jail", ("1 Example Road",), who, kind, payload(code, ring), short_id(code)
        )
        grey = np.asarray(
            Image.fromarray(scanner.pdf_pages(cover_pdf(sheet, "letter"))[0]).convert("L")
        )
        yield np.asarray(Image.fromarray(grey).resize((850, 1100)))
        yield grey[:LONGEST_SIDE, :LONGEST_SIDE]


def _barcodes() -> Iterator[Picture]:
    for path in sorted((CORPUS / "foreign-barcodes").glob("*/*.png"))[::7]:
        with Image.open(path) as picture:
            if max(picture.size) <= 2 * LONGEST_SIDE:
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                yield np.asarray(picture.convert("L"))


# --- the run


@dataclass(slots=True)
class Tally:
    """How the mutations ended. ``slowest`` in seconds; ``kept`` are the inputs to look at."""

    ends: Counter[str] = field(default_factory=Counter)
    surprises: int = 0
    accepted: int = 0
    slowest: float = 0.0
    kept: list[Path] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return sum(self.ends.values())


def fuzz(
    target: str, folder: Path, keep: Path, seed: int, first: int, ends: float, seconds: float
) -> Tally:
    """Mutates until ``ends`` (monotonic); a task may take ``seconds``."""
    tally, ring = Tally(), KeyRing({1: new_key()}, current=1)
    waiting: deque[tuple[Job, float, Future[object]]] = deque()
    jobs = TARGETS[target](folder, seed, first)
    with Pool(_PROCESSES) as pool:
        while time.monotonic() < ends or waiting:
            while time.monotonic() < ends and len(waiting) < _AHEAD:
                job = next(jobs)
                task = pool.submit(job.function, *job.arguments, seconds=seconds)
                waiting.append((job, time.monotonic(), task))
            job, begun, task = waiting.popleft()
            end, expected = _ending(target, task)
            tally.ends[end] += 1
            tally.slowest = max(tally.slowest, time.monotonic() - begun)
            if target == "codes" and task.exception() is None:
                texts = task.result()
                assert isinstance(texts, list)
                tally.accepted += sum(verify(text, ring) is not None for text in texts)
            if not expected:
                tally.surprises += end not in _CONTAINED
                _keep(job, end, keep, tally)
            job.path.unlink()
        _still_well(pool, folder)
    return tally


def _ending(target: str, task: Future[object]) -> tuple[str, bool]:
    """In words, and whether it is as it should be."""
    ours = UnopenableFile if target == "opening" else EngineError
    try:
        value = task.result()
    except ours as error:
        return f"refused ({type(error).__name__})", True
    except WorkerFailed as error:
        return f"worker {error.kind}", False
    except DigitizerError as error:
        return f"another of our errors ({type(error).__name__}: {str(error)[:60]})", False
    except Exception as error:
        return f"foreign error ({type(error).__name__}: {str(error)[:60]})", False
    return ("read something" if value else "nothing to show"), True


def _keep(job: Job, end: str, keep: Path, tally: Tally) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    kept = keep / f"{job.number}-{re.sub('[^a-z]+', '-', end.lower())[:40]}{job.path.suffix}"
    kept.write_bytes(job.path.read_bytes())
    tally.kept.append(kept)
    print(f"{job.number}: {end}", file=sys.stderr, flush=True)


def _still_well(pool: Pool, folder: Path) -> None:
    """After all that, a whole file is opened by every worker as if nothing had been."""
    whole = folder / "whole.tif"
    whole.write_bytes(base_files()["tif"])
    tasks = [pool.submit(open_some, str(whole), seconds=60) for _ in range(2 * _PROCESSES)]
    if [task.result() for task in tasks] != [3] * len(tasks):
        raise RuntimeError("the pool no longer opens a whole file")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--target", choices=TARGETS, default="opening")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20, help="that one look may take")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "fuzz-findings"))
    asked = parser.parse_args()
    ends = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as name:
        tally = fuzz(asked.target, Path(name), asked.keep / asked.target, asked.seed, asked.first,
                     ends, asked.seconds)  # fmt: skip
    print(f"Commit {commit()}, {asked.target}, seed {asked.seed} from {asked.first}: "
          f"{tally.tried} mutations.\n\n| how it ended | mutations |\n|---|--:|")  # fmt: skip
    for end, count in tally.ends.most_common():
        print(f"| {end} | {count} |")
    print(
        f"\nSlowest {tally.slowest:.1f} s (waiting included); {tally.accepted} codes accepted; "
        f"{tally.surprises} ended otherwise than they may; {len(tally.kept)} inputs kept."
    )
    return 1 if tally.surprises or tally.accepted else 0


if __name__ == "__main__":
    sys.exit(main())
