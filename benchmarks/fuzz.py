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
import collections
import io
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import scanner
from benchmarks.hostile import odd_files
from benchmarks.hostile_files import base_files, hostile_files
from benchmarks.provenance import CORPUS, commit
from digitizer.parts.codes import KeyRing, new_cover_code, new_key, payload, short_id, verify
from digitizer.parts.isolation import Pool
from digitizer.parts.marks import find_marks
from digitizer.parts.opening import OpenedPage, OpeningLimits, count_pages, open_pages
from digitizer.parts.printing.covers import CoverSheet, cover_pdf
from digitizer.parts.symbols import find_all_symbols, find_our_symbols
from digitizer.vocabulary.errors import (
    DigitizerError,
    EngineError,
    UnopenableFile,
    WorkerFailed,
    WorkerFault,
)
from digitizer.vocabulary.paper import CodeKind

Picture = NDArray[np.uint8]

_PROCESSES = 2
_AHEAD = 6
_LARGEST_SEED = 400_000  # bytes: more mutations a minute from small files
_PAGES = 3
_LONGEST_SIDE = 900


# --- what runs in the workers


def open_some(path: str) -> int:
    """Opens the file's first pages; returns how many could be shown."""
    limits = OpeningLimits(megapixels=20)
    numbers = range(1, min(_PAGES, count_pages(Path(path), limits)) + 1)
    opened = open_pages(Path(path), numbers, limits, 0)
    return sum(isinstance(page, OpenedPage) for page in opened)


def look_for_codes(path: str, dpi: int) -> list[str]:
    """All that the decoders and the marks' detector make of one picture: the texts read."""
    picture = np.load(path, allow_pickle=False)
    sightings = find_our_symbols(picture, dpi, (0.2, 0.1, 0.9, 0.8), find_marks(picture, dpi))
    texts = [symbol.text for symbol in sightings.symbols]
    return texts + [symbol.text for symbol in find_all_symbols(picture)]


# --- mutations


_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TOKENS = (b"0", b"-1", b"1", b"65535", b"2147483647", b"4294967296", b"1e38", b"null", b"[]",
           b"<<>>", b"1 0 R", b"3 0 R", b"(", b">>", b"/Kids", b"/Filter", b"endobj")  # fmt: skip


def _flip_bits(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    for _ in range(rng.choice((1, 4, 16, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set_number(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at, size = rng.randrange(len(data)), rng.choice((1, 2, 4))
    number = rng.choice(_NUMBERS) & (256**size - 1)
    data[at : at + size] = number.to_bytes(size, rng.choice(("big", "little")))


def _set_number_in_head(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    data[rng.randrange(min(len(data), 200))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))


def _cut(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 30, 1000, len(data)))]


def _double(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at, size = rng.randrange(len(data)), rng.choice((1, 30, 1000))
    data[at:at] = data[at : at + size] * rng.choice((1, 2, 50))


def _splice(data: bytearray, rng: random.Random, seeds: Sequence[bytes]) -> None:
    other = rng.choice(seeds)
    at, start = rng.randrange(len(data)), rng.randrange(len(other))
    data[at : at + 500] = other[start : start + rng.choice((10, 500, 5000))]


def _set_token(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    """Another token in the place of a number or a name, as PDF writes them."""
    found = [*re.finditer(rb"/[A-Za-z]+|[0-9]+( 0 R)?", data[:200_000])]
    if found:
        data[slice(*rng.choice(found).span())] = rng.choice(_TOKENS)


_MUTATORS = (_flip_bits, _set_number, _set_number_in_head, _cut, _double, _splice, _set_token)


def mutated_file(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One to four mutations of one of the seeds."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 4)):
        if data:
            rng.choice(_MUTATORS)(data, rng, seeds)
    return bytes(data)


def mutated_picture(seeds: Sequence[Picture], rng: random.Random) -> Picture:
    """One to four harms of one of the pictures; in the end of any shape, from one pixel up."""
    dice = np.random.default_rng(rng.randrange(2**32))
    picture = rng.choice(seeds)
    for _ in range(rng.randint(1, 4)):
        picture = _harmed(picture, rng, dice)
    return np.ascontiguousarray(picture)


def _harmed(picture: Picture, rng: random.Random, dice: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    top, left = rng.randrange(height), rng.randrange(width)
    bottom, right = rng.randint(top + 1, height), rng.randint(left + 1, width)
    harmed = picture.copy()
    match rng.randrange(9):
        case 0:
            return picture[top:bottom, left:right]
        case 1:
            harmed[top:bottom, left:right] = rng.choice((0, 128, 255))
        case 2:
            harmed[top:bottom, left:right] = dice.integers(0, 256, (bottom - top, right - left))
        case 3:
            noise = dice.normal(0, rng.choice((5, 40, 120)), picture.shape)
            harmed = np.clip(picture + noise, 0, 255).astype(np.uint8)
        case 4:
            harmed = 255 - harmed
        case 5:
            size = (rng.randint(1, _LONGEST_SIDE), rng.randint(1, _LONGEST_SIDE))
            harmed = np.asarray(Image.fromarray(picture).resize(size))
        case 6:
            harmed = np.asarray(
                Image.fromarray(picture).rotate(rng.uniform(0, 360), expand=True, fillcolor=255)
            )[:_LONGEST_SIDE, :_LONGEST_SIDE]
        case 7:
            harmed = np.roll(harmed, (top, left), (0, 1))
        case _:
            level = np.uint8(rng.randrange(1, 255))
            harmed = np.where(picture < level, 0, 255).astype(np.uint8)
    return harmed


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
    for number in _from(first):
        path = folder / f"{number}"
        path.write_bytes(mutated_file(seeds, random.Random(f"{seed} {number}")))
        yield Job(number, path, open_some, (str(path),))


def codes_jobs(folder: Path, seed: int, first: int) -> Iterator[Job]:
    seeds = [*_covers(), *_barcodes()]
    for number in _from(first):
        rng = random.Random(f"{seed} {number}")
        path = folder / f"{number}.npy"
        np.save(path, mutated_picture(seeds, rng))
        dpi = rng.choice((1, 50, 72, 100, 150, 200, 300, 1200, 4800))
        yield Job(number, path, look_for_codes, (str(path), dpi))


TARGETS = {"opening": opening_jobs, "codes": codes_jobs}


def _from(first: int) -> Iterator[int]:
    number = first
    while True:
        yield number
        number += 1


def _covers() -> Iterator[Picture]:
    """A cover of each kind at about 75 dpi a side, and one corner of each at full sharpness."""
    ring = KeyRing({1: bytes(32)}, current=1)
    for kind in CodeKind:
        code = new_cover_code(kind, ring)
        sheet = CoverSheet(
            "Example Jail", ("1 Example Road",), None, kind, payload(code, ring), short_id(code)
        )
        grey = np.asarray(
            Image.fromarray(scanner.pdf_pages(cover_pdf(sheet, "letter"))[0]).convert("L")
        )
        yield np.asarray(Image.fromarray(grey).resize((850, 1100)))
        yield grey[:_LONGEST_SIDE, :_LONGEST_SIDE]


def _barcodes() -> Iterator[Picture]:
    for path in sorted((CORPUS / "foreign-barcodes").glob("*/*.png"))[::7]:
        with Image.open(path) as picture:
            if max(picture.size) <= 2 * _LONGEST_SIDE:
                picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
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
    waiting: collections.deque[tuple[Job, float, Future[object]]] = collections.deque()
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
                tally.surprises += not end.startswith("worker")
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
        return f"worker {error.kind}", error.kind is WorkerFault.UNAVAILABLE
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
    out = io.BytesIO(base_files()["tif"])
    whole = folder / "whole.tif"
    whole.write_bytes(out.getvalue())
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
    print(f"\nSlowest {tally.slowest:.1f} s (waiting included); {tally.accepted} codes accepted; "
          f"{tally.surprises} ended otherwise than they may; {len(tally.kept)} inputs kept.")  # fmt: skip
    return 1 if tally.surprises or tally.accepted else 0


if __name__ == "__main__":
    sys.exit(main())
