"""Milliseconds of one core for a page's codes: ours beside bare zxing-cpp on the same pages.

    python -m benchmarks.decoding [--pages 30] [--rounds 5] [--seed 1]

A page without a code is a letter of the corpus at 300 dpi (or, without the corpus, an invented
one); a cover is clean, or lightly or ordinarily worn, and prepared as every scan is. Ours is what
a survey asks of each page: its marks and its codes. All readers see each page in turn, several
times over; a page counts with the quickest of its rounds. Processor time, not the clock's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from digitizer.engines.codes.barcodes import WHOLE, find_our_symbols
from digitizer.engines.codes.decoders import QR
from digitizer.engines.codes.marks import find_marks
from digitizer.engines.imaging import PreparedPage, grey, load, prepare
from digitizer.engines.opening import OpenedPage
from tests.support.provenance import CORPUS, commit
from trials.covers.glass import Glass
from trials.covers.levels import Level, fate
from trials.covers.trial import opened, print_cover, wear

Picture = NDArray[np.uint8]
Reader = Callable[[Picture], object]

_DPI = 300
_HEIGHT = 11 * _DPI
_BLANK_INK = 0.0005


def ours(page: Picture) -> object:
    """As ``isolated.survey`` asks it of every page that needs no turning."""
    return find_our_symbols(page, _DPI, WHOLE, find_marks(page, _DPI))


def zxing_qr(page: Picture) -> object:
    return zxingcpp.read_barcodes(page, formats=QR)


def zxing_all(page: Picture) -> object:
    return zxingcpp.read_barcodes(page)


READERS: dict[str, Reader] = {
    "ours": ours,
    "zxing-cpp, QR only": zxing_qr,
    "zxing-cpp, all formats": zxing_all,
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one page by reader."""

    by_reader: dict[str, float]


def letters(count: int, colour: bool) -> Iterator[Picture]:
    """Letters at 300 dpi, as a scanner would give them: the corpus says no resolution."""
    paths = sorted((CORPUS / "letters").glob("*/*.jpg"))
    for path in paths[:: max(1, len(paths) // count)][:count]:
        yield _letter(load(path.read_bytes()), colour)
    if not paths:
        yield from (_letter(_invented(number), colour) for number in range(count))


def _letter(picture: Picture, colour: bool) -> Picture:
    if not colour:
        picture = grey(picture)
    elif picture.ndim == 2:
        picture = np.dstack([picture] * 3)
    scale = _HEIGHT / max(picture.shape)
    sized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return _prepared(OpenedPage(1, np.asarray(sized, np.uint8), _DPI)).image


def _invented(number: int) -> Picture:
    page = np.full((_HEIGHT, 17 * _DPI // 2), 245, np.uint8)
    for line in range(40):
        words = f"An invented line {number}.{line} of an invented letter to nobody at all"
        cv2.putText(page, words, (200, 300 + 70 * line), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (40,), 3)
    return page


def covers(count: int, level: Level, seed: int) -> Iterator[Picture]:
    """Covers of any kind at 300 dpi, prepared; every level's wear but its resolution and turn."""
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        printed, its_fate = print_cover(rng), fate(level, rng)
        glass = its_fate.glass
        if (glass.dpi, glass.quarters) != (_DPI, 0):
            its_fate = type(its_fate)(level, its_fate.on_paper, Glass(skew=glass.skew, blur=0.7))
        yield _prepared(opened(wear(printed.cover, printed.paper, its_fate, rng))).image


def _prepared(page: OpenedPage) -> PreparedPage:
    return prepare(page, _BLANK_INK)


def timed(page: Picture, rounds: int) -> Timed:
    """The quickest of several rounds of each reader, taken in turn."""
    best = dict.fromkeys(READERS, float("inf"))
    for _ in range(rounds):
        for name, reader in READERS.items():
            started = time.process_time()
            reader(page)
            best[name] = min(best[name], 1000 * (time.process_time() - started))
    return Timed(best)


def table(rows: dict[str, Sequence[Timed]]) -> str:
    names = list(READERS)
    head = " | ".join([*names, f"ours / {names[1]}", f"ours / {names[2]}", "ours, slowest page"])
    lines = [f"| median ms of one core | pages | {head} |", "|---|" + "---:|" * (len(names) + 4)]
    for title, pages in rows.items():
        median = {name: statistics.median(page.by_reader[name] for page in pages) for name in names}
        ratios = [f"{median['ours'] / median[name]:.2f}" for name in names[1:]]
        slowest = max(page.by_reader["ours"] for page in pages)
        cells = [title, str(len(pages)), *(f"{median[name]:.1f}" for name in names)]
        lines.append(f"| {' | '.join([*cells, *ratios, f'{slowest:.0f}'])} |")
    return "\n".join(lines)


def measure(pages: int, rounds: int, seed: int) -> dict[str, Sequence[Timed]]:
    """Every class of pages, timed."""
    classes: dict[str, Iterator[Picture]] = {
        "letter, no code, grey": letters(pages, colour=False),
        "letter, no code, colour": letters(pages, colour=True),
        "cover, clean": covers(pages, Level.CLEAN, seed),
        "cover, light wear": covers(pages, Level.LIGHT, seed),
        "cover, ordinary wear": covers(pages, Level.ORDINARY, seed),
        "cover, codes destroyed": covers(pages, Level.DESTROYED, seed),
    }
    return {title: [timed(page, rounds) for page in some] for title, some in classes.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pages", type=int, default=30, help="of each class")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    print(f"Commit {commit()}, seed {asked.seed}, best of {asked.rounds} rounds.\n")
    print(table(measure(asked.pages, asked.rounds, asked.seed)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
