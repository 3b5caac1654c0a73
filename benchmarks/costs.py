"""What a page costs by its kind: processor time, and room in the store and in the tables.

    python -m benchmarks.costs [--letters FOLDER] [--typed N] [--handwritten N]

Each set is one scan of real letters behind one cover (300 dpi colour), through the whole of
``digitizer ingest``. Processor seconds are those of all its processes; they hardly depend on what
else the machine does. A blank back is what the set with backs costs beyond the one without.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipeline import LETTERS, Set


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a scan, or of one page: processor seconds, and bytes of originals, pictures, tables."""

    processor: float
    originals: float
    pictures: float
    tables: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.processor - other.processor,
            self.originals - other.originals,
            self.pictures - other.pictures,
            self.tables - other.tables,
        )

    def of_one(self, count: int) -> Cost:
        return Cost(
            self.processor / count,
            self.originals / count,
            self.pictures / count,
            self.tables / count,
        )

    def row(self, name: str) -> str:
        sizes = (self.originals, self.pictures, self.tables)
        return (
            f"| {name} | {self.processor:.2f} | "
            + " | ".join(f"{size / 1e3:.0f}" for size in sizes)
            + " |"
        )


def _processor_of(job: Callable[[], object]) -> float:
    """The processor seconds of the processes that a job starts and waits for."""

    def so_far() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = so_far()
    job()
    return so_far() - before


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def cost_of(pages: Set) -> Cost:
    """Of the whole scan, its cover and what a scan costs by itself included."""
    folders = [pages.home / each for each in ("originals", "pictures", "database")]
    before = [_bytes_in(each) for each in folders]
    processor = _processor_of(pages.digitizer)
    grown = [_bytes_in(each) - size for each, size in zip(folders, before, strict=True)]
    return Cost(processor, *map(float, grown))


def _costs(typed: list[Path], written: list[Path], folder: Path) -> Iterable[tuple[str, Cost]]:
    alone = cost_of(Set("a scan of one typed page", typed[:1], False, folder))
    fronts = cost_of(Set("typed", typed, False, folder))
    backs = cost_of(Set("with backs", typed, True, folder))
    hands = cost_of(Set("handwritten", written, False, folder))
    a_typed = (fronts - alone).of_one(len(typed) - 1)
    yield "typed page", a_typed
    yield "handwritten page", (hands - (alone - a_typed)).of_one(len(written))
    yield "blank back", (backs - fronts).of_one(len(typed) + 1)
    yield "scan with its cover, without its pages", alone - a_typed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--letters", type=Path, default=LETTERS)
    options.add_argument("--typed", type=int, default=12)
    options.add_argument("--handwritten", type=int, default=8)
    chosen = options.parse_args()
    typed = sorted((chosen.letters / "typed").glob("*.jpg"))[: chosen.typed]
    written = sorted((chosen.letters / "handwritten").glob("*.jpg"))[: chosen.handwritten]
    if len(typed) < 2 or not written:
        sys.exit(f"There are no letters in {chosen.letters}; name their folder with --letters.")
    print("| | processor, s | originals, kB | pictures, kB | tables, kB |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, cost in _costs(typed, written, Path(folder)):
            print(cost.row(name), flush=True)


if __name__ == "__main__":
    main()
