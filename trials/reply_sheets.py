"""Reply sheets as they come back, and forgeries made of copies: which are accepted?

    python -m trials.reply_sheets [--genuine 2000] [--forged 100] [--seed 1] [--processes 2]
    python -m trials.reply_sheets --short

Genuine sheets are written on and worn as in ``trials.covers``, levels 0 to 3, and scanned.
``--forged`` is of each kind of forgery; each is scanned as an ordinary sheet. Counted are sheets
whose code is read (others are held whatever they look like). Exit 1 if a forgery is accepted, or
more than one genuine sheet in a hundred is held for its look.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import CodeKind, DoubtReason, ReplyLook
from tests.support.provenance import commit
from trials.covers.levels import Fate, Level, fate
from trials.covers.paper_wear import Picture
from trials.covers.trial import Printed, looked_at, print_cover, wear
from trials.reply_forgeries import FORGERIES

#: Levels 0 to 3 of trials.covers, as often as there beside each other.
_LEVELS = {Level.CLEAN: 0.05, Level.LIGHT: 0.1, Level.ORDINARY: 0.5, Level.WORN: 0.35}


@dataclass(frozen=True, slots=True)
class Result:
    """One sheet's fate. ``held``: for its look; ``accepted``: its code would deliver it."""

    group: str
    wears: tuple[str, ...]
    read: bool
    held: bool
    accepted: bool
    look: ReplyLook | None
    name: str


def genuine(seed: int, number: int) -> Result:
    """A sheet that was printed here, written on, worn and scanned."""
    rng = np.random.default_rng((seed, number, 0))
    printed = _reply(rng)
    page = written(printed.cover.copy(), printed, rng)
    level = list(_LEVELS)[int(rng.choice(len(_LEVELS), p=list(_LEVELS.values())))]
    its_fate = fate(level, rng)
    return _judged(level.value, page, printed, its_fate, rng, f"{seed}.{number}")


def forged(seed: int, kind: str, number: int) -> Result:
    """A forgery of this kind, scanned as an ordinary sheet is."""
    rng = np.random.default_rng((seed, number, 1 + list(FORGERIES).index(kind)))
    mine, other = _reply(rng, "letter"), _reply(rng, "letter")
    own = written(other.cover.copy(), other, rng)
    page = FORGERIES[kind](written(mine.cover.copy(), mine, rng), own, rng)
    its_fate = fate(Level.LIGHT, rng)
    return _judged(kind, page, mine, its_fate, rng, f"{seed}.{kind}.{number}")


def _judged(
    group: str, page: Picture, printed: Printed, its_fate: Fate, rng: np.random.Generator, name: str
) -> Result:
    try:
        surveyed, seen = looked_at(wear(page, printed.paper, its_fate, rng))
    except UnopenableFile:
        return Result(group, its_fate.named, False, False, False, None, name)
    reasons = {doubt.reason for doubt in seen.doubts}
    return Result(
        group,
        its_fate.named,
        read=printed.code in seen.codes,
        held=DoubtReason.REPLY_NOT_AS_PRINTED in reasons,
        accepted=seen.codes == (printed.code,) and not seen.doubts,
        look=surveyed.reply,
        name=name,
    )


def _reply(rng: np.random.Generator, paper: Paper | None = None) -> Printed:
    return print_cover(rng, CodeKind.REPLY, paper)


def written(page: Picture, printed: Printed, rng: np.random.Generator) -> Picture:
    """Lines of a hand in the box; one in five runs over its edge."""
    box = layout.writing_area(*layout.PAPERS[printed.paper])
    k = 300 / 25.4
    over = 6.0 if rng.random() < 0.2 else -4.0
    for line in range(int(rng.integers(2, 17))):
        y = box.top + 9 * (line + 1)
        if y > box.bottom + over:
            break
        x = box.left + rng.uniform(3, 8)
        while x < box.right + over:
            word = rng.uniform(6, 22)
            points = [(x + word * part / 12, y - rng.uniform(0, 4.5)) for part in range(13)]
            line_ = (np.array(points) * k).astype(np.int32)
            tone = int(rng.integers(20, 110))
            cv2.polylines(page, [line_], False, (tone,), int(rng.integers(3, 8)), cv2.LINE_AA)
            x += word + rng.uniform(2, 5)
    return page


def report(results: Iterable[Result]) -> str:
    """A line a group: how many, read, held for their look, accepted."""
    lines = [
        "| sheets | number | code read | held for its look | accepted |",
        "|---|---:|---:|---:|---:|",
    ]
    groups: dict[str, list[Result]] = {}
    for each in results:
        groups.setdefault(each.group, []).append(each)
    for group, some in groups.items():
        read = [each for each in some if each.read]
        lines.append(
            f"| {group} | {len(some)} | {len(read)} | {sum(each.held for each in read)} "
            f"| {sum(each.accepted for each in some)} |"
        )
    return "\n".join(lines)


def _looks(results: Iterable[Result]) -> Iterable[str]:
    for each in results:
        if each.read and each.look:
            numbers = (*each.look.codes, *each.look.marks, *each.look.frame)
            shown = " ".join(f"{number:.2f}" for number in numbers)
            yield (
                f"{each.group}\t{each.name}\t{'+'.join(each.wears)}\theld={each.held}\t{shown}\t"
                f"n={each.look.number:.2f} s={each.look.size:.2f}"
            )


def run(
    seed: int, sheets: int, forgeries: int, processes: int
) -> tuple[list[Result], list[Result]]:
    """Genuine sheets and forgeries, each from the seed and its number alone."""
    kinds = [(seed, kind, number) for kind in FORGERIES for number in range(forgeries)]
    if processes <= 1:
        return [genuine(seed, n) for n in range(sheets)], [forged(*each) for each in kinds]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return (
            pool.map(partial(genuine, seed), range(sheets), chunksize=10),
            pool.starmap(forged, kinds, chunksize=10),
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--genuine", type=int, default=2000)
    parser.add_argument("--forged", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--short", action="store_true", help="40 sheets, 2 of each forgery")
    parser.add_argument("--looks", action="store_true", help="print every sheet's numbers")
    asked = parser.parse_args(arguments)
    sheets, forgeries = (40, 2) if asked.short else (asked.genuine, asked.forged)
    started, measured = time.monotonic(), commit()
    good, bad = run(asked.seed, sheets, forgeries, asked.processes)
    minutes = (time.monotonic() - started) / 60
    print(f"Commit {measured}, seed {asked.seed}, {minutes:.1f} min.\n")
    print(report([*good, *bad]))
    if asked.looks:
        print(*_looks([*good, *bad]), sep="\n")
    read, held = sum(e.read for e in good), sum(e.read and e.held for e in good)
    print(f"\nGenuine: {held} of {read} held for their look.")
    return int(any(each.accepted for each in bad) or held > 0.01 * read)


if __name__ == "__main__":
    raise SystemExit(main())
