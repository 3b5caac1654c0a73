"""Covers that hardly anything can be seen of, through the survey: is one taken for a letter's page?

    python -m trials.covers.unseen [--covers 100] [--letters 20] [--seed 1] [--processes 2]
    python -m trials.covers.unseen --short
    python -m trials.covers.unseen --show "pale toner" 1.0 7 cover.png

Each wear of ``unseen_wear`` at three severities, at 200 dpi; and the same wear on letters of the
corpus, where it stands beside the project: how many of those are doubted needlessly. A letter that
nobody could read is doubted too, and rightly. Exit 1 if a wrong code was accepted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import CodeKind, CoverCode, DoubtReason, SeenPage
from tests.support.provenance import CORPUS, commit
from trials.covers.glass import File
from trials.covers.paper_wear import Picture
from trials.covers.trial import looked_at, print_cover
from trials.covers.unseen_wear import WEARS

DPI = 200
SEVERITIES = (0.3, 0.7, 1.0)
_COVERS = 12  # drawn ones, which all wears share


@dataclass(frozen=True, slots=True)
class Task:
    """One page to be worn: cover or letter ``number``, by a wear at a severity."""

    wear: str
    severity: float
    number: int
    letter: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """``became``: read, cover (known to be one), unseen, blank, letter, or wrong; ``opened`` is
    whether a legal marker was taken for anything that is not sealed."""

    task: Task
    became: str
    opened: bool = False


def main(arguments: list[str] | None = None) -> int:
    asked = _arguments(arguments)
    if asked.show:
        return _show(asked.seed, *asked.show)
    covers, letters = (2, 1) if asked.short else (asked.covers, asked.letters)
    wears = asked.wear or list(WEARS)
    tasks = [
        Task(wear, severity, number, letter)
        for wear, severity in product(wears, SEVERITIES)
        for letter, count in ((False, covers), (True, letters))
        for number in range(count)
    ]
    started = time.monotonic()
    outcomes = list(run(tasks, asked.seed, asked.processes))
    minutes = (time.monotonic() - started) / 60
    print(f"Commit {commit()}, seed {asked.seed}: {len(outcomes):,} pages, {minutes:.1f} min.\n")
    print(report(outcomes))
    return int(any(each.became == "wrong" for each in outcomes))


def run(tasks: Iterable[Task], seed: int, processes: int = 1) -> Iterator[Outcome]:
    """Outcomes in the order of the tasks; letters only where the corpus is at hand."""
    if processes <= 1:
        yield from (each for each in map(partial(judge, seed), tasks) if each is not None)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        found = pool.imap(partial(judge, seed), tasks, chunksize=4)
        yield from (each for each in found if each is not None)


def judge(seed: int, task: Task) -> Outcome | None:
    worn, code = _worn(seed, task)
    if worn is None:
        return None
    try:
        page, seen = looked_at(_as_png(worn), DPI)
    except UnopenableFile:
        return Outcome(task, "unseen")
    became = "blank" if page.blank and not seen.doubts and not seen.codes else _became(seen, code)
    legal = code is not None and code.kind is CodeKind.LEGAL
    sealed = any(each.reason is DoubtReason.LEGAL for each in seen.doubts)
    return Outcome(task, became, legal and became != "read" and not sealed)


def _became(seen: SeenPage, code: CoverCode | None) -> str:
    if any(each != code for each in seen.codes):
        return "wrong"
    if seen.codes and not seen.doubts:
        return "read"
    reasons = {each.reason for each in seen.doubts}
    if reasons - {DoubtReason.UNSEEN}:
        return "cover"
    return "unseen" if reasons or seen.perhaps_blank else "letter"


def _worn(seed: int, task: Task) -> tuple[Picture | None, CoverCode | None]:
    rng = np.random.default_rng((seed, task.number, list(WEARS).index(task.wear), int(task.letter)))
    code = None
    if task.letter:
        picture = _letter(task.number)
    else:
        picture, code = _cover(seed, task.number % _COVERS)
    if picture is None:
        return None, None
    return WEARS[task.wear](picture, DPI, rng, task.severity), code


@cache
def _cover(seed: int, number: int) -> tuple[Picture, CoverCode]:
    printed = print_cover(np.random.default_rng((seed, number)))
    return _resized(printed.cover, 2 / 3), printed.code


@cache
def _letter(number: int) -> Picture | None:
    """A page of the corpus in grey, as wide as a Letter sheet at 200 dpi."""
    pages = sorted((CORPUS / "letters").glob("*/*.jpg")) + sorted((CORPUS / "modern").glob("*.jpg"))
    if not pages:
        return None
    place = int(np.random.default_rng(number).integers(len(pages)))
    page = cv2.imread(str(pages[place]), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    return _resized(np.asarray(page, np.uint8), 8.5 * DPI / min(page.shape))


def _resized(picture: Picture, scale: float) -> Picture:
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)


def _as_png(picture: Picture) -> File:
    stored = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return File(cv2.imencode(".png", stored)[1].tobytes(), ".png")


def report(outcomes: list[Outcome]) -> str:
    """For each wear what became of covers, and beside it of letters, over all severities."""
    head = [
        "| wear | covers | read | known | unseen | **taken for a letter** | at ruin | legal opened "
        "| letters | doubted |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    names = list(dict.fromkeys(each.task.wear for each in outcomes))
    rows = [_row(name, [each for each in outcomes if each.task.wear == name]) for name in names]
    return "\n".join([*head, *rows, _row("**all**", outcomes)])


def _row(name: str, outcomes: list[Outcome]) -> str:
    covers = [each for each in outcomes if not each.task.letter]
    letters = [each for each in outcomes if each.task.letter]
    became = Counter(each.became for each in covers)
    lost = [each for each in covers if each.became in ("letter", "blank")]
    ruined = sum(each.task.severity == SEVERITIES[-1] for each in lost)
    doubted = sum(each.became not in ("letter", "blank") for each in letters)
    cells = (
        name,
        f"{len(covers):,}",
        became["read"],
        became["cover"],
        became["unseen"],
        f"**{len(lost)}**",
        ruined,
        sum(each.opened for each in covers),
        len(letters),
        doubted,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _show(seed: int, wear: str, severity: str, number: str, path: str) -> int:
    """Writes one worn cover of a run, to look at, and says what became of it."""
    task = Task(wear, float(severity), int(number), False)
    worn, _ = _worn(seed, task)
    assert worn is not None
    Path(path).write_bytes(_as_png(worn).data)
    print(judge(seed, task))
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--covers", type=int, default=100, help="of each wear and severity")
    parser.add_argument("--letters", type=int, default=20, help="of each wear and severity")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--wear", action="append", choices=list(WEARS))
    parser.add_argument("--short", action="store_true", help="two covers and one letter of each")
    parser.add_argument("--show", nargs=4, metavar=("WEAR", "SEVERITY", "NUMBER", "FILE"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
