"""Backs of letters, made: none with something on it may be hidden, few of the empty ones shown.

    python -m trials.backs --seed 1 [--backs 500] [--blanks 2000] [--processes 2]
    python -m trials.backs --short
    python -m trials.backs --show 17 back.png [--empty] --seed 1

Half of either are of kinds on which the imaging was developed, half of kinds that were written
before it and never tuned on. Exit 1 if a back with something on it was hidden without a mark, or
more than 2 % of the empty ones were shown.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
from PIL import Image

from tests.support.provenance import commit
from trials.backs.trial import Back, Result, backs, measure, sheet_of

SHORT = (50, 42)
_MOST_SHOWN = 0.02


def main(arguments: list[str] | None = None) -> int:
    asked = _arguments(arguments)
    filled, empty = SHORT if asked.short else (asked.backs, asked.blanks)
    plan = backs(asked.seed, filled, empty)
    if asked.show:
        number, path = asked.show
        return _show([each for each in plan if each.empty == asked.empty][int(number)], Path(path))
    results = run(plan, asked.processes)
    print(f"Commit {commit()}, seed {asked.seed}.\n")
    print(report(results))
    for each in results:
        if each.is_wrong:
            print(f"{each.back.number:5d} {each.back.name}: {each.answer} ({each.scanner})")
    return int(not is_good(results))


def run(plan: Sequence[Back], processes: int = 1) -> list[Result]:
    cv2.setNumThreads(1)
    if processes <= 1:
        return [measure(each) for each in plan]
    with multiprocessing.get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        return pool.map(measure, plan, chunksize=10)


def is_good(results: Sequence[Result]) -> bool:
    """Nothing hidden, and no more than 2 % shown needlessly."""
    empty = [each for each in results if each.back.empty]
    shown = sum(each.is_wrong for each in empty)
    hidden = any(each.is_wrong for each in results if not each.back.empty)
    return not hidden and shown <= _MOST_SHOWN * len(empty)


def report(results: Sequence[Result]) -> str:
    return "\n\n".join(
        _table(title, [each for each in results if each.back.empty == empty])
        for title, empty in (("something on it", False), ("nothing on it", True))
    )


def _table(title: str, results: Sequence[Result]) -> str:
    lines = [
        f"| {title} | backs | hidden | perhaps blank | content | hidden, front not known |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for held_out in (False, True):
        group = [each for each in results if each.back.held_out == held_out]
        for name in sorted({each.back.name for each in group}):
            lines.append(_row(name, [each for each in group if each.back.name == name]))
        lines.append(_row("**held out, all**" if held_out else "**tuned on, all**", group))
    lines.append(_row("**all**", results))
    return "\n".join(lines)


def _row(name: str, results: Iterable[Result]) -> str:
    answers = [each.answer for each in results]
    alone = [each.alone for each in results].count("blank")
    counts = [answers.count(each) for each in ("blank", "perhaps blank", "content")]
    return (
        " | ".join([f"| {name}", *(f"{each:,}" for each in (len(answers), *counts, alone))]) + " |"
    )


def _show(back: Back, path: Path) -> int:
    """Writes one back of a run, to look at, and says what it is."""
    sheet = sheet_of(back)
    Image.fromarray(sheet.back).save(path, dpi=(sheet.dpi, sheet.dpi))
    print(back, sheet.scanner, measure(back).answer)
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backs", type=int, default=500, help="backs with something on them")
    parser.add_argument("--blanks", type=int, default=2000, help="backs with nothing on them")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="two of each kind")
    parser.add_argument("--show", nargs=2, metavar=("NUMBER", "FILE"))
    parser.add_argument("--empty", action="store_true", help="show one with nothing on it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
