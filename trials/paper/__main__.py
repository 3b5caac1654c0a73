"""Stacks of paper that is worn past seeing, or that lies: who gets whose pages?

    python -m trials.paper [--stacks 1500] [--first 0] [--seed 1] [--processes 2]
                               [--keep RESULTS.jsonl]

Each stack is drawn as pixels, written as a PDF, opened, prepared, sighted and split; nothing is
read. With ``--keep`` a run that was cut off goes on where it stood. Prints Markdown tables. Exit 1
if a page went to whom it does not belong, or is in no place, or a sealed original is gone.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from trials.paper.trial import Result, try_stack


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stacks", type=int, default=1500)
    parser.add_argument("--first", type=int, default=0, help="the number of the first stack")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a file of results, a line a stack")
    asked = parser.parse_args()
    known = list(_kept(asked.keep)) if asked.keep else []
    done = {result.stack for result in known}
    wanted = [n for n in range(asked.first, asked.first + asked.stacks) if n not in done]
    results = [*known, *_tried(asked.seed, wanted, asked.processes, asked.keep)]
    print(f"Seed {asked.seed}, stacks {asked.first} to {asked.first + asked.stacks - 1}.\n")
    print_tables(results)
    return int(any(each.astray or each.lost or each.destroyed for each in results))


def _kept(path: Path) -> Iterator[Result]:
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            kept = json.loads(line)
            yield Result(**{**kept, "why": tuple(kept["why"])})


def _tried(
    seed: int, numbers: Sequence[int], processes: int, keep: Path | None
) -> Iterator[Result]:
    with ProcessPoolExecutor(processes) as pool:
        for result in pool.map(try_stack, [seed] * len(numbers), numbers, chunksize=5):
            if keep:
                with keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(result)) + "\n")
            yield result


def print_tables(results: Sequence[Result]) -> None:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.done].append(result)
    print("| what was done to the stack | stacks | nothing held | pages astray | held needlessly |")
    print("|---|---:|---:|---:|---:|")
    for name, group in sorted(groups.items()):
        print(_row(name, group))
    print(_row("**all**", results))
    print(f"\nPages in no place or in two: {_sum(results, 'lost')}. Sealed stacks: ", end="")
    print(f"{_sum(results, 'sealed')}, of which originals gone: {_sum(results, 'destroyed')}.\n")
    for result in results:
        if result.astray:
            print(
                f"- stack {result.stack}: {result.astray} astray ({result.done}, {result.origin})"
            )


def _row(name: str, group: Sequence[Result]) -> str:
    free = sum(not result.why for result in group)
    astray, good = _sum(group, "astray"), _sum(group, "good")
    needless = f"{_sum(group, 'needless')} of {good:,}"
    return f"| {name} | {len(group):,} | {free:,} | {astray:,} | {needless} |"


def _sum(group: Iterable[Result], field: str) -> int:
    return sum(getattr(result, field) for result in group)


if __name__ == "__main__":
    raise SystemExit(main())
