"""Labels stuck on letters, worn as label printers and mailrooms wear them, through the whole path.

    python -m trials.labels [--letters 200] [--seed 1] [--dpi 200 --dpi 300] [--show FOLDER]

Each letter is a sheet with a label (an envelope, white or of kraft paper, a slip, a typed or a
written first sheet, or a sheet of its own) and one or two typed pages behind it. Between them lie
letters under covers. A label must propose its inmate and deliver nothing; where it cannot be read,
nothing may go under the cover before it. Exit 1 if a page went to an inmate whose it is not.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import sqlalchemy as sa
from PIL import Image

from digitizer.model.prints import LABEL_PAPERS, LabelPaper
from digitizer.storage.database import reading
from digitizer.storage.tables import letter
from tests.support import scanner
from tests.support.mailroom_kit import Home

_PAPERS = ("white envelope", "kraft envelope", "slip", "typed sheet", "written sheet", "own sheet")
_A_STACK = 10
_COVERED = 0.15
_MOST_SKEW = 10.0
_KRAFT = (172, 134, 92)


@dataclass(frozen=True, slots=True)
class Made:
    """One letter of a stack: whose it is, its pages, and for a label what it is stuck on and how
    it is worn; ``paper`` is "cover" for a letter under a whole cover."""

    booking: str
    pages: tuple[int, ...]
    paper: str
    wear: str = ""
    label: str = ""


@dataclass(slots=True)
class Tally:
    """Of all labelled letters by what they are stuck on: ``read`` wait for one key with the right
    inmate first, ``held`` are exceptions. ``merged`` could be given away by one key though another
    letter's pages are in it."""

    made: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    worn: Counter[str] = field(default_factory=Counter)
    worn_read: Counter[str] = field(default_factory=Counter)
    merged: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)


# --- a label, and what it is stuck on


def label_picture(home: Home, booking: str, paper: LabelPaper, dpi: int) -> np.ndarray:
    out = home.paper / "label.pdf"
    home.run("cover", "print", booking, "--paper", paper, "--out", str(out))
    document = pypdfium2.PdfDocument(out)
    try:
        picture = document[0].render(scale=dpi / 72).to_pil().convert("L")
    finally:
        document.close()
    return np.asarray(picture).copy()


def worn_label(picture: np.ndarray, dpi: int, chance: random.Random) -> tuple[np.ndarray, str]:
    """As a thermal printer and a mailroom leave it, and what was done to it."""
    kind = chance.choice(("clean", "faint", "dead dots", "streaked", "creased", "pen", "smeared"))
    ink = 255.0 - picture.astype(np.float32)
    if kind == "faint":
        ink *= chance.uniform(0.3, 0.6)
    elif kind == "dead dots":
        for _ in range(chance.randint(2, 8)):
            at = chance.randrange(ink.shape[1])
            ink[:, at : at + max(1, dpi // 200)] = 0
    elif kind == "streaked":
        across = np.cumsum(
            np.random.default_rng(chance.randrange(2**32)).normal(0, 0.06, ink.shape[0])
        )
        ink *= np.clip(0.75 + across - across.mean(), 0.25, 1)[:, None]
    elif kind == "smeared":
        soft = cv2.GaussianBlur(ink, (0, 0), dpi / 200 * chance.uniform(0.8, 1.6))
        ink = np.asarray(soft, np.float32)
    paper = 255 - ink
    if kind == "creased":
        at, height = chance.randrange(paper.shape[0]), round(dpi * 0.04)
        paper[at : at + height] = np.clip(paper[at : at + height] * 0.5 + 120, 0, 255)
    elif kind == "pen":
        _scribble(paper, chance, dpi)
    return np.clip(paper, 0, 252).astype(np.uint8), kind


def _scribble(paper: np.ndarray, chance: random.Random, dpi: int) -> None:
    height, width = paper.shape
    points = [(chance.randrange(width), chance.randrange(height)) for _ in range(4)]
    for one, other in pairwise(points):
        cv2.line(paper, one, other, 60, max(2, dpi // 60))


def stuck_on(
    sheet: np.ndarray, label: np.ndarray, chance: random.Random, skew: float
) -> np.ndarray:
    """The label on the sheet, wherever it fits, turned by up to so many degrees."""
    angle, (height, width) = chance.uniform(-skew, skew), label.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(width * cos + height * sin) + 2, int(width * sin + height * cos) + 2)
    turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    laid = cv2.warpAffine(label, turn, size, flags=cv2.INTER_LINEAR, borderValue=(0,))
    mask = cv2.warpAffine(np.full_like(label, 255), turn, size, flags=cv2.INTER_NEAREST)
    down = chance.randint(0, max(0, sheet.shape[0] - size[1]))
    along = chance.randint(0, max(0, sheet.shape[1] - size[0]))
    out = sheet.copy()
    part = out[down : down + size[1], along : along + size[0]]
    covered = mask[: part.shape[0], : part.shape[1], None] > 0
    part[:] = np.where(covered, laid[: part.shape[0], : part.shape[1], None], part)
    return out


def _paper(kind: str, chance: random.Random, words: str) -> np.ndarray:
    """At 300 dpi."""
    if "envelope" in kind:
        page = scanner.paper()[:1950]
        if kind.startswith("kraft"):
            page = np.full_like(page, _KRAFT)
        lines = [words.split()[0] + " Invented", "12 Made Up Street", "Nowhere EX 00000"]
        scanner.write_on(page, lines, left=120, top=180, step=110, size=2)
        return page
    if kind == "slip":
        return scanner.paper()[:2050, :1400].copy()
    if kind == "typed sheet":
        return scanner.typed_page(f"Dear friend,\n\n{words}\n\n" + "Come home soon. " * 3)
    if kind == "written sheet":
        return scanner.written_page(["Dear friend,", *words.split(". ")][:7])
    return scanner.paper()


def _note(words: str) -> np.ndarray:
    return scanner.typed_page(f"{words}\n\nI hope to see you soon.\nYour aunt")


# --- stacks


def make_stack(
    home: Home, chance: random.Random, letters: int, dpi: int
) -> tuple[list[np.ndarray], list[Made]]:
    pages, made = list[np.ndarray](), list[Made]()
    for number in range(letters):
        booking = chance.choice(home.bookings)
        first = len(pages) + 1
        if (number == 0 and chance.random() < 0.5) or chance.random() < _COVERED:
            pages += [home.cover(booking), _note(f"Under a cover, {number}.")]
            made.append(Made(booking, (first, first + 1), "cover"))
            first = len(pages) + 1
            booking = chance.choice(home.bookings)
        paper, size = chance.choice(_PAPERS), chance.choice(LABEL_PAPERS)
        label, wear = worn_label(label_picture(home, booking, size, scanner.DPI), 300, chance)
        words = f"Letter {number}. The garden is full of beans. We went to the sea"
        pages.append(stuck_on(_paper(paper, chance, words), label, chance, _MOST_SKEW))
        behind = chance.randint(1, 2)
        pages += [_note(f"Page {page} of letter {number}.") for page in range(behind)]
        made.append(Made(booking, tuple(range(first, first + behind + 1)), paper, wear, size))
    return pages, made


def write_stack(pages: Sequence[np.ndarray], path: Path, dpi: int, seed: int) -> None:
    rng, share = np.random.default_rng(seed), dpi / scanner.DPI
    laid = []
    for page in pages:
        small = cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        laid.append(Image.fromarray(scanner.glass(np.asarray(small, np.uint8), rng, noise=4)))
    rest = laid[1:]
    laid[0].save(path, "PDF", save_all=True, append_images=rest, resolution=dpi, quality=75)


def judge(home: Home, path: Path, made: Sequence[Made], tally: Tally) -> None:
    lines = home.lines("ingest", str(path))
    queues = {each["letter"]: each["queue"] for each in home.lines("held")}
    named = _proposed(home)
    owner = {page: each for each in made for page in each.pages}
    for line in lines:
        owners = {owner[page] for page in line["pages"]}
        if line["booking_number"] and line["outcome"] == "delivered":
            if any(
                each.paper != "cover" or each.booking != line["booking_number"] for each in owners
            ):
                tally.astray.append(f"{path.name}: {line['pages']} to {line['booking_number']}")
        elif queues.get(line["letter"]) == "match" and len(owners) > 1:
            tally.merged.append(f"{path.name}: {line['pages']} are {len(owners)} letters")
    found = {
        tuple(line["pages"]): named.get(line["letter"])
        for line in lines
        if queues.get(line["letter"]) == "match"
    }
    for each in made:
        if each.paper == "cover":
            continue
        good = found.get(each.pages) == each.booking
        kind = f"{each.label}, {each.paper}"
        tally.made[kind] += 1
        tally.read[kind] += good
        tally.worn[each.wear] += 1
        tally.worn_read[each.wear] += good
        if not good:
            print(f"not read: {path.name}, pages {each.pages}, {kind}, {each.wear}", flush=True)


def _proposed(home: Home) -> dict[str, str | None]:
    from digitizer.facility import open_facility

    with reading(open_facility(home.path).engine) as tx:
        rows = tx.execute(sa.select(letter.c.id, letter.c.proposed)).all()
    return {row.id: row.proposed for row in rows}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dpi", type=int, action="append")
    parser.add_argument("--show", type=Path, help="keep the scans in this folder")
    asked = parser.parse_args(arguments)
    chance, tally = random.Random(asked.seed), Tally()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for number in range(-(-asked.letters // _A_STACK)):
            dpi = (asked.dpi or [200, 300])[number % len(asked.dpi or [200, 300])]
            letters = min(_A_STACK, asked.letters - number * _A_STACK)
            pages, made = make_stack(home, chance, letters, dpi)
            path = (asked.show or home.paper) / f"stack-{number}-{dpi}.pdf"
            write_stack(pages, path, dpi, asked.seed * 1000 + number)
            judge(home, path, made, tally)
    report(tally, asked.seed)
    return int(bool(tally.astray))


def report(tally: Tally, seed: int) -> None:
    total, read = sum(tally.made.values()), sum(tally.read.values())
    print(f"\nSeed {seed}: {total} labelled letters, {read} wait for one key.\n")
    print("| stuck on | letters | read |\n|---|---:|---:|")
    for kind in sorted(tally.made):
        print(f"| {kind} | {tally.made[kind]} | {tally.read[kind]} |")
    print("\n| label | letters | read |\n|---|---:|---:|")
    for kind in sorted(tally.worn):
        print(f"| {kind} | {tally.worn[kind]} | {tally.worn_read[kind]} |")
    print(
        f"\nTo the wrong inmate: {len(tally.astray)}. Two letters for one key: {len(tally.merged)}."
    )
    for each in (*tally.astray, *tally.merged):
        print(f"- {each}")


if __name__ == "__main__":
    raise SystemExit(main())
