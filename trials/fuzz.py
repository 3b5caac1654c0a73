"""Mutated files and pictures through the isolated pool: each must end in a value or in our words.

    python -m trials.fuzz --minutes 5 --target opening     # PDF, TIFF and picture files
    python -m trials.fuzz --minutes 5 --target codes       # pictures of covers and barcodes
    python -m trials.fuzz --minutes 30 --guided            # by what the mutations reach

Seeds are files made here and, where the test corpus is at hand, its odd files and barcodes. A
file that opens or is refused with ``UnopenableFile``, a picture that gives sightings or an
``EngineError``, is as it should be. A sandbox that dies, hangs or grows too large is counted,
must harm nothing else, and its input is kept; so is whatever ends in any other way.
``--first N`` goes on with the N-th mutation of the seed.

``--guided`` follows the coverage: each seed is tried as it is, and a mutation that takes a way
through our parts, or through Pillow's, that no input took before becomes a seed itself.
"""

from __future__ import annotations

import argparse
import itertools
import json
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
from typing import Any

import numpy as np
from PIL import Image

from digitizer.engines.codes.cover_code import (
    KeyRing,
    new_cover_code,
    new_key,
    payload,
    short_id,
    verify,
)
from digitizer.engines.isolation import Pool
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.errors import (
    DigitizerError,
    EngineError,
    SandboxFailed,
    SandboxProblem,
    UnopenableFile,
)
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate
from tests.support import scanner
from tests.support.provenance import CORPUS, commit
from trials.fuzz_tasks import Way, look_for_codes, open_some, traced, ways_file
from trials.hostile import odd_files
from trials.hostile_files import base_files, hostile_files
from trials.mutations import LONGEST_SIDE, Picture, mutated_file, mutated_picture

_SOMEBODY = Inmate("T-1", "Sample", "Pat", "U-1", CustodyStatus.IN_CUSTODY)
_PROCESSES = 2
_AHEAD = 6
_CONTAINED = tuple(
    f"sandbox {problem}" for problem in SandboxProblem if problem is not SandboxProblem.UNAVAILABLE
)
_OF_FOUND = 0.5  # of the guided mutations are of what was found, the others of the seeds
_LARGEST_SEED = 400_000  # bytes: more mutations a minute from small files


# --- the targets


@dataclass(frozen=True, slots=True)
class Job:
    """One mutation: its number, the file that holds it, and the task that looks at it."""

    number: int
    path: Path
    function: Callable[..., object]
    arguments: tuple[object, ...]


@dataclass(slots=True)
class Guide:
    """What is mutated: the seeds, and what was ``found`` to take ways that none took before."""

    seeds: list[Any]
    found: list[Any] = field(default_factory=list)
    ways: set[Way] = field(default_factory=set)

    def some(self, rng: random.Random) -> list[Any]:
        return self.found if self.found and rng.random() < _OF_FOUND else self.seeds

    def learn(self, job: Job, content: Any) -> None:
        """``content`` is what ``job`` was about; a sandbox that died has left no ways. Of what is
        empty nothing more can be made."""
        written = ways_file(job.path)
        if not written.exists():
            return
        ways = {(file, start, end) for file, start, end in json.loads(written.read_text())}
        if not ways <= self.ways and job.number >= len(self.seeds) and len(content):
            self.found.append(content)
        self.ways |= ways
        written.unlink()


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: how inputs are made, mutated, written to a file and read from it, and the
    job that looks at one."""

    seeds: Callable[[], list[Any]]
    mutated: Callable[[list[Any], random.Random], Any]
    write: Callable[[Path, Any], None]
    job: Callable[[int, Path, random.Random], Job]


def _files() -> list[bytes]:
    files = [*base_files().values(), *(each.content for each in hostile_files())]
    files += [each.content for each in odd_files()]
    return [content for content in files if 0 < len(content) <= _LARGEST_SEED]


def _write_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _opening(number: int, path: Path, _rng: random.Random) -> Job:
    return Job(number, path, open_some, (str(path),))


def _pictures() -> list[Picture]:
    return [*_covers(), *_barcodes()]


def _write_picture(path: Path, picture: Picture) -> None:
    with path.open("wb") as out:
        np.save(out, picture)


def _codes(number: int, path: Path, rng: random.Random) -> Job:
    dpi = rng.choice((1, 50, 72, 100, 150, 200, 300, 1200, 4800))
    return Job(number, path, look_for_codes, (str(path), dpi))


TARGETS = {
    "opening": Target(_files, mutated_file, _write_file, _opening),
    "codes": Target(_pictures, mutated_picture, _write_picture, _codes),
}


def jobs(
    target: Target, guide: Guide, folder: Path, seed: int, first: int, guided: bool
) -> Iterator[tuple[Job, Any]]:
    """Each with its content. Guided, the seeds themselves come first, unless ``first`` is later."""
    for number in itertools.count(first):
        rng, path = random.Random(f"{seed} {number}"), folder / f"{number}"
        whole = guided and number < len(guide.seeds)
        content = guide.seeds[number] if whole else target.mutated(guide.some(rng), rng)
        target.write(path, content)
        yield target.job(number, path, rng), content


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
    name: str,
    folder: Path,
    keep: Path,
    seed: int,
    first: int,
    lasting: float,
    seconds: float,
    guide: Guide | None = None,
) -> Tally:
    """Mutates for so long (seconds); a task may take ``seconds``. With a guide of its own it
    follows what the mutations reach, and the guide has learnt after."""
    tally, ring = Tally(), KeyRing({1: new_key()}, current=1)
    waiting: deque[tuple[Job, Any, float, Future[object]]] = deque()
    target, guided = TARGETS[name], guide is not None
    guide = guide or Guide(target.seeds())
    to_do = jobs(target, guide, folder, seed, first, guided)
    ends = time.monotonic() + lasting
    with Pool(_PROCESSES) as pool:
        while time.monotonic() < ends or waiting:
            while time.monotonic() < ends and len(waiting) < _AHEAD:
                job, content = next(to_do)
                words = (traced, job.function) if guided else (job.function,)
                task = pool.submit(*words, *job.arguments, seconds=seconds)
                waiting.append((job, content, time.monotonic(), task))
            job, content, begun, task = waiting.popleft()
            end, expected = _ending(name, task)
            tally.ends[end] += 1
            tally.slowest = max(tally.slowest, time.monotonic() - begun)
            if name == "codes" and task.exception() is None:
                texts = task.result()
                assert isinstance(texts, list)
                tally.accepted += sum(verify(text, ring) is not None for text in texts)
            if not expected:
                tally.surprises += end not in _CONTAINED
                _keep(job, end, keep, tally)
            guide.learn(job, content)
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
    except SandboxFailed as error:
        return f"sandbox {error.kind}", False
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
    """After all that, a whole file is opened by every sandbox as if nothing had been."""
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
    parser.add_argument("--guided", action="store_true", help="by what the mutations reach")
    parser.add_argument("--seconds", type=float, default=20, help="that one look may take")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "fuzz-findings"))
    asked = parser.parse_args()
    guide = Guide(TARGETS[asked.target].seeds()) if asked.guided else None
    with tempfile.TemporaryDirectory() as name:
        tally = fuzz(
            asked.target,
            Path(name),
            asked.keep / asked.target,
            asked.seed,
            asked.first,
            60 * asked.minutes,
            asked.seconds,
            guide,
        )
    print(
        f"Commit {commit()}, {asked.target}, seed {asked.seed} from {asked.first}: "
        f"{tally.tried} mutations.\n\n| how it ended | mutations |\n|---|--:|"
    )
    for end, count in tally.ends.most_common():
        print(f"| {end} | {count} |")
    print(
        f"\nSlowest {tally.slowest:.1f} s (waiting included); {tally.accepted} codes accepted; "
        f"{tally.surprises} ended otherwise than they may; {len(tally.kept)} inputs kept."
    )
    if guide:
        print(
            f"{len(guide.ways)} ways from line to line were taken; {len(guide.found)} mutations "
            f"took a new one and were mutated further, beside {len(guide.seeds)} seeds."
        )
    return 1 if tally.surprises or tally.accepted else 0


if __name__ == "__main__":
    sys.exit(main())
