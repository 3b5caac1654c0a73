"""Covers of all kinds, worn at graded levels, through the whole path; a table of what is read.

    python -m trials.covers [--covers 10000] [--seed 1] [--processes 2] [--minutes 60]
    python -m trials.covers --short
    python -m trials.covers --show 12.3 cover.jpg [--seed 1]

Beside them a plain QR code of the same size and text, alone on a page that was worn in the same
way, read by pyzbar alone and by zxing-cpp alone. Exit 1 if a wrong code was accepted, or a page
of the corpus taken for a cover.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from tests.support.provenance import commit
from trials.covers import others
from trials.covers.report import report
from trials.covers.trial import UNIT, Plan, Result, printed_of, scan_of, unit

SHORT = 60


def main(arguments: list[str] | None = None) -> int:
    asked = _arguments(arguments)
    plan = Plan(asked.seed, asked.peers_every, asked.augraphy)
    if asked.show:
        return _show(asked.show[0], Path(asked.show[1]), plan)
    covers, measured = SHORT if asked.short else asked.covers, commit()
    started = time.monotonic()
    results = list(run(plan, covers, asked.processes, asked.minutes, asked.first))
    carried_on = asked.first > 0 or plan.augraphy
    strangers = [] if carried_on else others.look(every=20 if asked.short else 1)
    minutes = (time.monotonic() - started) / 60
    print(
        f"Commit {measured}, seed {asked.seed}, units from {asked.first}: {len(results):,} covers "
        f"of {covers:,} asked for, {minutes:.1f} min with {asked.processes} processes.\n"
    )
    print(report(results, strangers))
    return int(any(each.wrong for each in results) or any(each.taken for each in strangers))


def run(
    plan: Plan, covers: int, processes: int = 1, minutes: float = 60, first: int = 0
) -> Iterator[Result]:
    """Results in the order of their units, so that what is cut off by time is a clean beginning."""
    until = time.monotonic() + 60 * minutes
    numbers = range(first, first + math.ceil(covers / UNIT))
    work = partial(unit, plan)
    if processes <= 1:
        found = map(work, numbers)
        yield from islice(_until(found, until), covers)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from islice(_until(pool.imap(work, numbers), until), covers)


def _until(found: Iterator[list[Result]], until: float) -> Iterator[Result]:
    for results in found:
        yield from results
        if time.monotonic() > until:
            return


def _show(name: str, path: Path, plan: Plan) -> int:
    """Writes the scan of one cover of a run, to look at."""
    number, each = (int(part) for part in name.split("."))
    path.write_bytes(scan_of(printed_of(plan, number), plan, number, each).data)
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--covers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="first unit: to carry a run on")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60, help="stop handing out work then")
    parser.add_argument("--peers-every", type=int, default=5, help="ask the peers at each Nth")
    parser.add_argument("--short", action="store_true", help=f"{SHORT} covers, a sample of corpus")
    parser.add_argument("--augraphy", action="store_true", help="augraphy's wears, if installed")
    parser.add_argument("--show", nargs=2, metavar=("UNIT.NUMBER", "FILE"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
