"""Batches of letters with faults, through the real splitting: who gets whose pages?

    python -m benchmarks.batches [--batches 5000] [--seed 1] [--fault-rate 0.01 --fault-rate 0.2]

A batch is a truth (whose each side of paper is) that faults happen to on its way through the
scanner; what comes out of ``split`` and ``settle`` is compared with that truth. Prints Markdown
tables. Exit 1 if a page went under the wrong inmate that no vanished cover explains.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from digitizer.processes.matching import settle, standing_of
from digitizer.processes.splitting import split
from digitizer.vocabulary.paper import CodeKind, CoverCode, Doubt, DoubtReason, SeenPage
from digitizer.vocabulary.people import CustodyStatus, Inmate
from digitizer.vocabulary.profiles import Sides

RATES = (0.01, 0.02, 0.05, 0.10, 0.20)
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of paper. ``owner`` is whose words are on it; None where there are none."""

    owner: int | None = None
    blank: bool = True
    codes: tuple[CoverCode, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    inked: bool = False


BLANK = Side()
Leaf = tuple[Side, Side]


@dataclass(slots=True)
class Letter:
    """A letter as it was put into the stack, cover first, and whether a fault happened to it."""

    inmate: int
    code: CoverCode
    leaves: list[Leaf]
    faulty: bool = False


@dataclass(slots=True)
class Batch:
    """A stack on its way. ``spoilt``: the whole stack is wrong, and no letter of it is good."""

    letters: list[Letter]
    sides: Sides
    header: CoverCode | None
    revoked: set[str] = field(default_factory=set)
    spoilt: bool = False
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is printed that shows a vanished cover. ``sheets`` is a share of the covers."""

    title: str
    sheets: float
    header: bool


NO_COUNTS = Counts("no counts", 0.0, False)
SHEETS = Counts("sheet counts on all covers", 1.0, False)
HEADER = Counts("batch header", 0.0, True)
BOTH = Counts("sheet counts and batch header", 1.0, True)
SOME = Counts("sheet counts on half of the covers", 0.5, False)
ALL_COUNTS = (NO_COUNTS, SOME, SHEETS, HEADER, BOTH)


# --- a batch without faults


def make_batch(rng: random.Random, counts: Counts, sides: Sides) -> Batch:
    letters = [make_letter(rng, i, counts, sides) for i in range(rng.randint(5, 40))]
    header = None
    if counts.header:
        header = CoverCode(CodeKind.BATCH, 1, "header", len(letters))
    return Batch(letters, sides, header)


def make_letter(rng: random.Random, number: int, counts: Counts, sides: Sides) -> Letter:
    """A cover and 1 to 6 sheets, or, one in twenty, a reply sheet on its own or with more."""
    reply = rng.random() < 0.05
    behind = rng.choice((0, 0, 0, 0, 1)) if reply else rng.randint(1, 6)
    kind = CodeKind.REPLY if reply else CodeKind.INMATE
    code = CoverCode(kind, 1, f"{number}", behind if rng.random() < counts.sheets else 0)
    two_sided = rng.random() < 0.4 and sides is not Sides.SIMPLEX
    inked = rng.random() < 0.05
    front = Side(number, blank=False, codes=(code,), inked=inked)
    back = written(number) if two_sided and rng.random() < 0.05 else BLANK
    content = [(written(number), written(number) if two_sided else BLANK) for _ in range(behind)]
    return Letter(number, code, [(front, back), *content])


def written(owner: int | None) -> Side:
    return Side(owner, blank=False)


# --- faults of one letter: each does its harm and says it did


LetterFault = Callable[[random.Random, Batch, Letter], None]


def unreadable(reason: DoubtReason) -> LetterFault:
    def spoil(rng: random.Random, batch: Batch, letter: Letter) -> None:
        change_cover(letter, codes=(), doubts=(Doubt(reason, "spoilt cover"),))

    return spoil


def decoder_failed(rng: random.Random, batch: Batch, letter: Letter) -> None:
    at = rng.randrange(len(letter.leaves))
    front, back = letter.leaves[at]
    doubts = (Doubt(DoubtReason.DECODER_FAILED, "decoder failed"),)
    letter.leaves[at] = (replace(front, codes=(), doubts=doubts), back)


def two_codes(rng: random.Random, batch: Batch, letter: Letter) -> None:
    other = rng.choice(batch.letters).code
    change_cover(letter, codes=(letter.code, replace(other, cover_id=f"x{other.cover_id}")))


def face_down(rng: random.Random, batch: Batch, letter: Letter) -> None:
    front, back = letter.leaves[0]
    letter.leaves[0] = (back, front)


def all_face_down(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves[:] = [(back, front) for front, back in letter.leaves]


def doubled(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves.insert(0, letter.leaves[0])


def emptied(rng: random.Random, batch: Batch, letter: Letter) -> None:
    del letter.leaves[1:]


def back_to_front(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """Not a reply: see ``reply_back_to_front``."""
    if letter.code.kind is CodeKind.INMATE:
        letter.leaves.reverse()


def reply_back_to_front(letter: Letter) -> None:
    """A reply sheet put in behind its further pages: needs no page after it, so shows nothing."""
    if letter.code.kind is CodeKind.REPLY and len(letter.leaves) > 1:
        letter.leaves.reverse()
        letter.faulty = True


def sheet_lost(rng: random.Random, batch: Batch, letter: Letter) -> None:
    if len(letter.leaves) > 1:
        del letter.leaves[rng.randrange(1, len(letter.leaves))]


def stray_blank(rng: random.Random, batch: Batch, letter: Letter) -> None:
    letter.leaves.insert(rng.randint(1, len(letter.leaves)), (BLANK, BLANK))


def written_back_up(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """In simplex such a cover never shows its code: that is a vanished cover, see there."""
    if batch.sides is not Sides.SIMPLEX:
        letter.leaves[0] = (written(letter.inmate), letter.leaves[0][0])


def revoked(rng: random.Random, batch: Batch, letter: Letter) -> None:
    batch.revoked.add(letter.code.cover_id)


def miscounted(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """The family, not the scanner: the count printed on the cover was never right."""
    if letter.code.sheets:
        letter.code = replace(letter.code, sheets=letter.code.sheets + rng.choice((1, 2)))
        change_cover(letter, codes=(letter.code,))


def change_cover(letter: Letter, **changes: object) -> None:
    front, back = letter.leaves[0]
    letter.leaves[0] = (replace(front, **changes), back)  # type: ignore[arg-type]  # field values


LETTER_FAULTS: dict[str, LetterFault] = {
    "cover unreadable": unreadable(DoubtReason.COVER_UNREADABLE),
    "bad MAC": unreadable(DoubtReason.CODE_NOT_OURS),
    "decoder failed on a page": decoder_failed,
    "two codes on a cover": two_codes,
    "cover face down": face_down,
    "letter face down": all_face_down,
    "cover doubled": doubled,
    "letter lost behind its cover": emptied,
    "letter back to front": back_to_front,
    "sheet lost": sheet_lost,
    "stray blank sheet": stray_blank,
    "cover's written back up": written_back_up,
    "cover revoked": revoked,
    "sheets miscounted by the sender": miscounted,
}


def vanished(letter: Letter) -> None:
    """A double feed: the cover never reached the glass."""
    letter.leaves.pop(0)


# --- faults of the whole stack, after those of its letters


StackFault = Callable[[random.Random, list[Leaf]], list[Leaf]]


def reversed_stack(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return leaves[::-1]


def upside_down_stack(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return [(back, front) for front, back in reversed(leaves)]


def first_cover_missing(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return leaves[1:]


def cover_behind(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    stale = CoverCode(CodeKind.INMATE, 1, "stale")
    return [*leaves, (Side(None, blank=False, codes=(stale,)), BLANK)]


STACK_FAULTS: dict[str, StackFault] = {
    "stack reversed": reversed_stack,
    "stack turned over": upside_down_stack,
    "first cover missing": first_cover_missing,
    "a cover at the end": cover_behind,
}


def reverse_handful(rng: random.Random, batch: Batch) -> None:
    """A few neighbouring letters put in back to front, as one hand grips them."""
    first = rng.randrange(len(batch.letters) - 1)
    last = min(first + rng.randint(2, 8), len(batch.letters))
    handful = batch.letters[first:last]
    for letter in handful:
        letter.leaves.reverse()
        letter.faulty = True
    batch.letters[first:last] = handful[::-1]
    batch.faults["handful reversed"] += 1


def scan(batch: Batch, leaves: Sequence[Leaf], rng: random.Random, rate: float) -> list[Side]:
    """The sides in the order in which the scanner writes them; in two-sided scans one may lack."""
    fronts, backs = [front for front, _ in leaves], [back for _, back in leaves]
    if batch.sides is Sides.SIMPLEX:
        return fronts
    if batch.sides is Sides.DUPLEX:
        sides = [side for leaf in leaves for side in leaf]
    else:
        sides = fronts + backs[::-1]
    if rng.random() < rate / 4:
        del sides[rng.randrange(len(sides))]
        batch.spoilt = True
        batch.faults["one side lost"] += 1
    return sides


# --- a batch with faults, through the real thing


@dataclass(slots=True)
class Tally:
    """What became of everything, over many batches. ``needless``: good letters held."""

    batches: int = 0
    letters: int = 0
    good: int = 0
    needless: int = 0
    delivered: int = 0
    astray: int = 0
    lost: int = 0
    held_by: Counter[str] = field(default_factory=Counter)
    astray_by: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Trial:
    """What happens to batches: shares of letters (and stacks) with a fault, of covers lost."""

    counts: tuple[Counts, ...]
    sides: tuple[Sides, ...] = tuple(Sides)
    faults: float = 0.0
    vanished: float = 0.0
    handfuls: float = 0.0
    replies_reversed: float = 0.0


def run(trial: Trial, batches: int, rng: random.Random) -> Tally:
    tally = Tally()
    for _ in range(batches):
        batch = make_batch(rng, rng.choice(trial.counts), rng.choice(trial.sides))
        judge(batch, harm(batch, trial, rng), tally)
    return tally


def harm(batch: Batch, trial: Trial, rng: random.Random) -> list[Side]:
    """Faults first happen to letters, then to the stack, then in the scanner."""
    for letter in batch.letters:
        if rng.random() < trial.faults:
            name = rng.choice(tuple(LETTER_FAULTS))
            LETTER_FAULTS[name](rng, batch, letter)
            letter.faulty = True
            batch.faults[name] += 1
        if rng.random() < trial.vanished and letter.leaves:
            vanished(letter)
            letter.faulty = True
        if rng.random() < trial.replies_reversed:
            reply_back_to_front(letter)
    if rng.random() < trial.handfuls:
        reverse_handful(rng, batch)
    leaves = [leaf for letter in batch.letters for leaf in letter.leaves]
    if batch.header:
        leaves.insert(0, (Side(None, blank=False, codes=(batch.header,)), BLANK))
    if rng.random() < trial.faults:
        name = rng.choice(tuple(STACK_FAULTS))
        leaves = STACK_FAULTS[name](rng, leaves)
        batch.spoilt = True
        batch.faults[name] += 1
    return scan(batch, leaves, rng, trial.faults)


def judge(batch: Batch, sides: Sequence[Side], tally: Tally) -> None:
    """Compares what was delivered with whose the paper was."""
    pages = [
        SeenPage(i, side.blank, side.codes, side.doubts, side.inked)
        for i, side in enumerate(sides, 1)
    ]
    astray, arrived = 0, set()
    for inmate, numbers in deliveries(batch, pages, tally):
        owners = [sides[number - 1].owner for number in numbers]
        astray += sum(owner is not None and str(owner) != inmate for owner in owners)
        tally.delivered += len(numbers)
        arrived.add(inmate)
    good = [str(each.inmate) for each in batch.letters if not (each.faulty or batch.spoilt)]
    tally.batches += 1
    tally.letters += len(batch.letters)
    tally.good += len(good)
    tally.needless += sum(inmate not in arrived for inmate in good)
    tally.astray += astray
    if astray:
        tally.astray_by[" + ".join(sorted(batch.faults)) or "vanished cover"] += astray


def deliveries(
    batch: Batch, pages: Sequence[SeenPage], tally: Tally
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The inmate and pages of each letter that would be delivered without a person's look."""
    parted = split(pages, batch.sides, batch.header is not None)
    placed = Counter(parted.recorded)
    reasons = {doubt.reason.value for doubt in parted.whole}
    for letter in parted.letters:
        placed.update((*letter.pages, *letter.hidden, *letter.covers))
        revoked_at = NOW if letter.cover and letter.cover.cover_id in batch.revoked else None
        known = inmate_of(letter.cover.cover_id) if letter.cover else None
        settled = settle(letter, standing_of(known, at=NOW, revoked=revoked_at))
        reasons.update(doubt.reason.value for doubt in settled.doubts)
        if settled.booking_number is not None:
            yield settled.booking_number, letter.pages
    tally.held_by.update(reasons)
    everything = Counter(page.number for page in pages)
    tally.lost += not parted.whole and placed != everything


def inmate_of(cover_id: str) -> Inmate:
    return Inmate(cover_id, "Example", "Invented", "A", CustodyStatus.IN_CUSTODY)


# --- the report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--batches", type=int, default=5000, help="for each row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault-rate", type=float, action="append", help="0..1, may be repeated")
    asked = parser.parse_args()
    rates = asked.fault_rate or RATES
    started = time.monotonic()
    sure = list(rows(fault_trials(rates), asked.batches, asked.seed))
    print(f"Seed {asked.seed}, {asked.batches} batches of 5 to 40 letters a row.\n")
    print_table("Faults on the way, no cover vanished", sure)
    print_table("Caution", list(rows(caution_trials(), asked.batches, asked.seed)))
    print_table("Vanished covers", list(rows(vanished_trials(), asked.batches, asked.seed)))
    print_table("Beyond", list(rows(beyond_trials(), asked.batches, asked.seed)))
    print(f"{time.monotonic() - started:.0f} s")
    return int(any(tally.astray or tally.lost for _, tally in sure))


def fault_trials(rates: Sequence[float]) -> Iterator[tuple[str, Trial]]:
    for rate in rates:
        yield f"{rate:.0%} faults", Trial(ALL_COUNTS, faults=rate)


def beyond_trials() -> Iterator[tuple[str, Trial]]:
    """What no rule can see for sure without counts."""
    for counts in ALL_COUNTS:
        yield f"1% of stacks: a handful reversed, {counts.title}", Trial((counts,), handfuls=0.01)
    for counts in ALL_COUNTS:
        title = f"1% of replies behind their further pages, {counts.title}"
        yield title, Trial((counts,), replies_reversed=0.01)


def caution_trials() -> Iterator[tuple[str, Trial]]:
    for sides in Sides:
        for counts in ALL_COUNTS:
            title = f"1% faults, {sides.value}, {counts.title}"
            yield title, Trial((counts,), (sides,), faults=0.01)


def vanished_trials() -> Iterator[tuple[str, Trial]]:
    for others in (0.0, 0.01, 0.10):
        for counts in ALL_COUNTS:
            title = f"1% vanished, {others:.0%} other faults, {counts.title}"
            yield title, Trial((counts,), vanished=0.01, faults=others)


def rows(
    trials: Iterator[tuple[str, Trial]], batches: int, seed: int
) -> Iterator[tuple[str, Tally]]:
    for title, trial in trials:
        yield title, run(trial, batches, random.Random(f"{seed} {title}"))


def print_table(title: str, tallies: Sequence[tuple[str, Tally]]) -> None:
    print(f"### {title}\n")
    print("| | letters | pages delivered | under the wrong inmate | good letters held needlessly |")
    print("|---|---:|---:|---:|---:|")
    for name, tally in tallies:
        share = f" ({tally.astray / tally.delivered:.4%})" if tally.astray else ""
        print(
            f"| {name} | {tally.letters:,} | {tally.delivered:,} | {tally.astray:,}{share} "
            f"| {tally.needless / max(tally.good, 1):.2%} |"
        )
    print()
    for name, tally in tallies:
        for faults, pages in tally.astray_by.most_common(5):
            if not faults.startswith("vanished"):
                print(f"- {name}: {pages} pages astray after {faults}")
    print()


if __name__ == "__main__":
    raise SystemExit(main())
