"""How often the right inmate is the first suggestion for a letter without a cover.

    python -m benchmarks.matching [--envelopes 100] [--roster 2000]

*Envelopes* are made: the name in one of its usual forms, the facility's address, a sender's; half
of them bear the booking number; typed or in two fonts of handwriting, with pen, paper and scanner
made too. *Hands* are pages of the corpus: two words that stand side by side in a person's own
handwriting are taken for the name of somebody on the roster, so that real misreadings are met.
The others on the roster share first and last names with each other, as people in a jail do.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.reading import CORPUS, PAPER_INCHES, READERS, choose_pages
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.screening.suggestions import ReadPage, suggest
from tests.support import made_letters, scanner

_FIRST, _LAST = (
    part.split()
    for part in Path(__file__).with_name("common_names.txt").read_text("utf-8").split("\n\n")
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One letter: what was read on it, whose it is, and in which group it is counted."""

    group: str
    read: ReadPage
    whose: Inmate


def roster(size: int, chance: Random) -> list[Inmate]:
    """So many people, each with a name of their own and a number."""
    names: dict[tuple[str, str], None] = {}
    while len(names) < size:
        names[chance.choice(_FIRST), chance.choice(_LAST)] = None
    return [
        Inmate(f"2026-{chance.randrange(10**5):05d}-{n:04d}"[:13], last, first, "B", _HERE)
        for n, (first, last) in enumerate(names)
    ]


_HERE = CustodyStatus.IN_CUSTODY


def envelope(person: Inmate, numbered: bool, by_hand: bool, chance: Random) -> np.ndarray:
    """The front of an envelope as a scanner sees it."""
    forms = (
        person.full_name,
        f"{person.last_name}, {person.first_name}",
        f"Mr {person.full_name}",
        f"{person.first_name} {chance.choice('ABCDEFGHJKLMRST')}. {person.last_name}",
    )
    number = chance.choice(("", "# ", "Booking ", "Inmate ")) + person.booking_number
    to = [chance.choice(forms), *([number] if numbered else []), "Example County Jail"]
    to += ["100 Example Road", "Exampleville EX 00000"]
    sender = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}\n12 Invented Street\nMadeup EX 00001"
    return made_letters.envelope(sender, "\n".join(to), by_hand, chance)


def read_envelope(
    job: tuple[Inmate, bool, bool, int],
) -> Asked:
    person, numbered, by_hand, seed = job
    chance = Random(seed)
    page = scanner.glass(envelope(person, numbered, by_hand, chance), np.random.default_rng(seed))
    read = READERS["digitizer"](page, round(max(page.shape) / PAPER_INCHES))
    hand = "written" if by_hand else "typed"
    group = f"envelope, {hand}, {'with' if numbered else 'without'} number"
    return Asked(group, ReadPage(read, page.shape[1], page.shape[0]), person)


def read_hand(path: Path) -> tuple[Path, ReadPage]:
    image = np.asarray(Image.open(path))
    read = READERS["digitizer"](image, round(max(image.shape) / PAPER_INCHES))
    return path, ReadPage(read, image.shape[1], image.shape[0])


def names_on(path: Path, chance: Random, most: int = 3) -> Iterator[tuple[str, str]]:
    """Pairs of words of four letters or more that stand side by side there, as names."""
    text = path.with_suffix(".txt").read_text("utf-8")
    pairs = re.findall(r"(?=\b([A-Za-z]{4,})[ ]([A-Za-z]{4,})\b)", text)
    yield from chance.sample(pairs, min(most, len(pairs)))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--envelopes", type=int, default=100)
    parser.add_argument("--hands", type=int, default=30, help="pages of people's handwriting")
    parser.add_argument("--roster", type=int, default=2000)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    chance = Random(chosen.seed)
    people = roster(chosen.roster, chance)
    jobs = [
        (chance.choice(people), n % 2 == 0, n % 4 < 2, chosen.seed * 10_000 + n)
        for n in range(chosen.envelopes)
    ]
    paths = list(choose_pages(chosen.corpus, "handwritten", prefixes=("",)))
    modern = sorted((chosen.corpus.parent / "modern").glob("*.jpg"))
    paths = chance.sample(paths, min(len(paths), chosen.hands // 2)) + chance.sample(
        modern, min(len(modern), chosen.hands // 2)
    )
    with Pool(2) as pool:
        asked = pool.map(read_envelope, jobs, 1)
        hands = pool.map(read_hand, paths, 1)
    for path, read in hands:
        for first, last in names_on(path, chance):
            person = Inmate("2026-99999-99", last.title(), first.title(), "B", _HERE)
            asked.append(Asked("a name in a letter, in people's hands", read, person))
    report(asked, people)


def report(asked: Sequence[Asked], people: Sequence[Inmate]) -> None:
    table = Table(title=f"{len(asked)} letters, a roster of {len(people)}")
    for heading in ("group", "letters", "first is right", "among four", "first is wrong", "ms"):
        table.add_column(heading, justify="left" if heading == "group" else "right")
    for group in dict.fromkeys(each.group for each in asked):
        mine = [each for each in asked if each.group == group]
        places, times, wrong = [], [], 0
        for each in mine:
            others = people if each.whose in people else [*people, each.whose]
            began = time.perf_counter()
            found = [one.booking_number for one in suggest([each.read], others, most=4)]
            times.append((time.perf_counter() - began) * 1000)
            right = each.whose.booking_number
            places.append(found.index(right) if right in found else None)
            wrong += bool(found) and found[0] != right
        table.add_row(
            group,
            str(len(mine)),
            f"{places.count(0) / len(mine):.2f}",
            f"{sum(place is not None for place in places) / len(mine):.2f}",
            f"{wrong / len(mine):.2f}",
            f"{statistics.median(times):.0f}",
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main(None)
