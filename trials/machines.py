"""Several machines work the mail of several facilities, while each part of it dies in turn.

    python -m trials.machines --parts 6 --minutes 8 --seed 1 --keep machines.jsonl

A home, outposts that work, and one that watches, each with a folder of its own and started apart,
on one PostgreSQL and one bucket. Workers, watchers, the database and the store are killed at random
moments and come back; a machine stands still for two minutes and goes on. In the end each scan that
arrived must be filed once, in its own facility and mailbox, its bytes unaltered. A part is a world
of its own; those that a kept file has already are not done again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.support.provenance import commit
from trials.machine_world import World, made_world
from trials.machines_judged import Verdict, judge

_FAULTS = ("worker", "worker", "gone", "watcher", "database", "store", "still")
#: Seconds that the database or the store is away at most.
_AWAY = 12.0
_HUNG = 1800.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One part: its seed, how long faults come (seconds), and how long a machine stands still."""

    seed: int
    seconds: float
    still: float = 120.0
    pause: tuple[float, float] = (2.0, 8.0)
    workers: int = 3


@dataclass(slots=True)
class Tally:
    """What was done, and how long it took until the scans of a silent worker waited again or were
    at work elsewhere (seconds)."""

    faults: Counter[str] = field(default_factory=Counter)
    returns: list[float] = field(default_factory=list)


def play(world: World, plan: Plan) -> Tally:
    """Faults, one after another, until the time is up. What stands still goes on meanwhile."""
    rng, tally = random.Random(plan.seed), Tally()
    ends = time.monotonic() + plan.seconds
    faults = [*_FAULTS]
    while time.monotonic() < ends:
        rng.shuffle(faults)
        for fault in faults:
            if time.monotonic() < ends:
                world.rest(rng.uniform(*plan.pause))
                _inflict(world, plan, fault, rng, tally)
    return tally


def _inflict(world: World, plan: Plan, fault: str, rng: random.Random, tally: Tally) -> None:
    tally.faults[fault] += 1
    if fault in ("worker", "gone", "still"):
        host = rng.choice(world.workers)
        lost = world.silence(host)
        if fault == "still":
            began = time.monotonic()
            tally.returns += world.returned(lost)
            world.rest(max(0.0, plan.still - (time.monotonic() - began)))
            host.go_on()
            return
        host.kill()
        if fault == "worker":  # it comes back in the same folder, and sees what it held
            world.rest(rng.uniform(0.2, 2))
            host.start()
        tally.returns += world.returned(lost)
        if fault == "gone":  # nobody was there to see its locks
            host.start()
    elif fault == "watcher":
        watcher = rng.choice(world.watchers)
        watcher.kill()
        world.rest(rng.uniform(0.2, 4))
        watcher.start()
    else:
        server = world.database if fault == "database" else world.store
        server.kill()
        world.rest(rng.uniform(1, _AWAY))
        server.start()


def run(folder: Path, plan: Plan) -> tuple[Tally, Verdict]:
    with ExitStack() as ends:
        world = ends.enter_context(made_world(folder, plan.workers, plan.seed))
        tally = play(world, plan)
        world.stop_arriving()
        world.settle(_HUNG)
        return tally, judge(world)


def _line(plan: Plan, tally: Tally, verdict: Verdict) -> dict[str, Any]:
    return {
        "seed": plan.seed,
        "commit": commit(),
        "faults": dict(tally.faults),
        "returns": [round(each, 1) for each in tally.returns],
        "verdict": asdict(verdict),
    }


def report(lines: Sequence[dict[str, Any]]) -> str:
    faults: Counter[str] = Counter()
    returns: list[float] = []
    found: Counter[str] = Counter()
    for line in lines:
        faults.update(line["faults"])
        returns += line["returns"]
        found.update(_numbers(line["verdict"]))
    rows = [
        *(f"| {name} | {count} |" for name, count in sorted(faults.items())),
        *(f"| {name} | {count} |" for name, count in found.items()),
        f"| scans of the silent given back | {len(returns)} |",
        f"| worst time until then, s | {max(returns, default=0):.1f} |",
    ]
    return "\n".join(["| | |", "|---|--:|", *rows])


def _numbers(verdict: dict[str, Any]) -> dict[str, int]:
    """The parts that were good count as such; of a list how many it has."""
    return {
        name: len(value) if isinstance(value, (list, tuple)) else value
        for name, value in verdict.items()
        if isinstance(value, (int, list, tuple))
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=8, help="of faults, in each part")
    parser.add_argument("--still", type=float, default=120.0, help="seconds that a machine stops")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a file of results, to go on with later")
    asked = parser.parse_args()
    kept = asked.keep.read_text().splitlines() if asked.keep and asked.keep.exists() else []
    lines = [json.loads(line) for line in kept]
    for seed in range(asked.seed, asked.seed + asked.parts):
        if seed in {line["seed"] for line in lines}:
            continue
        plan = Plan(seed, 60 * asked.minutes, asked.still, workers=asked.workers)
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o755)  # PostgreSQL's own user goes through it
            line = _line(plan, *run(Path(name), plan))
        lines.append(line)
        print(json.dumps(line), file=sys.stderr, flush=True)
        if asked.keep:
            with asked.keep.open("a") as out:
                out.write(f"{json.dumps(line)}\n")
    print(report(lines))
    return 0 if all(line["verdict"]["good"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
