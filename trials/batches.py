"""Batches of letters with faults, through the real splitting: who gets whose pages?

    python -m trials.batches [--batches 5000] [--seed 1] [--fault-rate 0.01 --fault-rate 0.2]

A batch is a truth (whose each side of paper is) that faults happen to on its way through the
scanner; what comes out of ``split`` and ``destination_of`` is compared with that truth. Prints
Markdown tables. Exit 1 if a page went under the wrong inmate that no vanished cover explains.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from digitizer.capture.deliver_or_hold import destination_of
from digitizer.capture.splitting import split
from digitizer.model.paper import SeenPage
from digitizer.model.scanner_profile import Sides
from trials.splitting_runs import asked, harm_stack, rows, seen_pages, standing
from trials.stacks import (
    ALL_COUNTS,
    LETTER_FAULTS,
    PAPER_FAULTS,
    STACK_FAULTS,
    Batch,
    Counts,
    Side,
    make_batch,
    may_happen,
    own_blank,
    reply_back_to_front,
    reverse_handful,
    scan,
    vanished,
)


@dataclass(slots=True)
class Tally:
    """What became of everything, over many batches. ``needless``: good letters held; ``far``: of
    those the ones that no fault could touch, since it happened to neither neighbour."""

    batches: int = 0
    letters: int = 0
    good: int = 0
    needless: int = 0
    far: int = 0
    delivered: int = 0
    astray: int = 0
    misplaced: int = 0
    held_by: Counter[str] = field(default_factory=Counter)
    astray_by: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Trial:
    """What happens to batches: shares of letters (and stacks) with a fault, of covers lost.

    ``blanks`` is the share of letters with a blank sheet of their own, ``expected`` whether the
    scanner's profile expects such.
    """

    counts: tuple[Counts, ...]
    sides: tuple[Sides, ...] = tuple(Sides)
    faults: float = 0.0
    vanished: float = 0.0
    handfuls: float = 0.0
    replies_reversed: float = 0.0
    uneven_runs: float = 0.0
    paper: float = 0.0
    replies: float = 0.05
    blanks: float = 0.0
    expected: bool = False


def run(trial: Trial, batches: int, rng: random.Random) -> Tally:
    tally = Tally()
    for _ in range(batches):
        batch = make_batch(rng, rng.choice(trial.counts), rng.choice(trial.sides), trial.replies)
        if trial.paper and rng.random() < 0.5:
            batch.origin = batch.way
        judge(batch, harm(batch, trial, rng), tally, trial.expected)
    return tally


def harm(batch: Batch, trial: Trial, rng: random.Random) -> list[Side]:
    """Faults first happen to letters, then to the stack, then in the scanner."""
    for letter in batch.letters:
        if trial.blanks and rng.random() < trial.blanks:
            own_blank(rng, letter)
        if rng.random() < trial.faults:
            name = rng.choice(may_happen(batch, letter))
            LETTER_FAULTS[name](rng, batch, letter)
            letter.faulty = True
            batch.faults[name] += 1
        if trial.paper and rng.random() < trial.paper:
            name = rng.choice(tuple(PAPER_FAULTS))
            PAPER_FAULTS[name](rng, batch, letter)
            letter.faulty = True
            batch.faults[name] += 1
        if rng.random() < trial.vanished and letter.leaves:
            vanished(letter)
            letter.faulty = True
        if rng.random() < trial.replies_reversed:
            reply_back_to_front(letter)
    if rng.random() < trial.handfuls:
        reverse_handful(rng, batch)
    leaves = harm_stack(batch, STACK_FAULTS, trial.faults, rng)
    return scan(batch, leaves, rng, trial.faults, trial.uneven_runs)


def judge(batch: Batch, sides: Sequence[Side], tally: Tally, blanks_expected: bool = False) -> None:
    """Compares what was delivered with whose the paper was."""
    pages = seen_pages(sides)
    astray, arrived = 0, set()
    for inmate, numbers in deliveries(batch, pages, tally, blanks_expected):
        owners = [sides[number - 1].owner for number in numbers]
        astray += sum(owner is not None and str(owner) != inmate for owner in owners)
        tally.delivered += len(numbers)
        arrived.add(inmate)
    held = [at for at in good_letters(batch) if str(batch.letters[at].inmate) not in arrived]
    faulty = {at for at, each in enumerate(batch.letters) if each.faulty}
    tally.batches += 1
    tally.letters += len(batch.letters)
    tally.good += len(good_letters(batch))
    tally.needless += len(held)
    tally.far += sum(not faulty & {at - 1, at + 1} for at in held)
    tally.astray += astray
    if astray:
        tally.astray_by[" + ".join(sorted(batch.faults)) or "no other fault"] += astray


def good_letters(batch: Batch) -> list[int]:
    """The places of the letters to which nothing happened."""
    return [at for at, each in enumerate(batch.letters) if not (each.faulty or batch.spoilt)]


def deliveries(
    batch: Batch, pages: Sequence[SeenPage], tally: Tally, blanks_expected: bool
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The inmate and pages of each letter that would be delivered without a person's look."""
    headed = batch.header is not None
    parted = split(pages, batch.sides, headed, batch.origin, blanks_expected)
    placed = Counter(parted.recorded)
    reasons = {doubt.reason.value for doubt in parted.whole}
    for letter in parted.letters:
        placed.update((*letter.pages, *letter.hidden, *letter.covers))
        destination = destination_of(letter, standing(batch, letter))
        reasons.update(doubt.reason.value for doubt in destination.doubts)
        if destination.booking_number is not None:
            yield destination.booking_number, letter.pages
    tally.held_by.update(reasons)
    everything = Counter(page.number for page in pages)
    tally.misplaced += not parted.whole and placed != everything


# --- the report


def main() -> int:
    wanted = asked(__doc__, "batches", 5000)
    each, seed = wanted.each, wanted.seed
    started = time.monotonic()
    sure = rows(run, fault_trials(wanted.rates), each, seed)
    lying = rows(run, paper_trials(), 4 * each, seed)
    print(f"Seed {seed}, {each} batches of 5 to 40 letters a row.\n")
    print_table("Faults on the way, no cover vanished", sure)
    print_table("Sheets of which nothing can be seen, and paper that lies", lying)
    print_table("What caution costs at 1% faults", rows(run, caution_trials(), each, seed))
    blank = rows(run, blank_trials(), each, seed)
    print_table("A fifth of the letters with a blank sheet of their own", blank)
    expected = rows(run, blank_trials(expected=True), each, seed)
    print_table("The same, where the profile expects blank sheets", expected)
    print_table("Vanished covers", rows(run, vanished_trials(), each, seed))
    beyond = rows(run, beyond_trials(), each, seed)
    print_table("What no rule can see where nothing is counted", beyond)
    print(f"{time.monotonic() - started:.0f} s")
    return int(any(tally.astray or tally.misplaced for _, tally in [*sure, *lying, *blank]))


def fault_trials(rates: Sequence[float]) -> Iterator[tuple[str, Trial]]:
    for rate in rates:
        yield f"{rate:.0%} faults, letters", Trial(ALL_COUNTS, faults=rate, replies=0.0)
    for rate in (0.0, 0.01, 0.10):
        yield f"{rate:.0%} faults, reply sheets", Trial(ALL_COUNTS, faults=rate, replies=1.0)


def paper_trials() -> Iterator[tuple[str, Trial]]:
    for rate in (0.01, 0.1):
        yield f"{rate:.0%} of such sheets", Trial(ALL_COUNTS, paper=rate)
        title = f"{rate:.0%} of such sheets and {rate:.0%} other faults"
        yield title, Trial(ALL_COUNTS, paper=rate, faults=rate)


def beyond_trials() -> Iterator[tuple[str, Trial]]:
    """What no rule can see for sure without counts."""
    for counts in ALL_COUNTS:
        yield f"1% of stacks: a handful reversed, {counts.title}", Trial((counts,), handfuls=0.01)
    for counts in ALL_COUNTS:
        title = f"1% of replies behind their further pages, {counts.title}"
        yield title, Trial((counts,), replies_reversed=0.01)
    for counts in ALL_COUNTS:
        title = f"10% of stacks in two runs: each run lost a sheet, {counts.title}"
        yield title, Trial((counts,), (Sides.ODD_EVEN,), uneven_runs=0.1)


def caution_trials() -> Iterator[tuple[str, Trial]]:
    for sides in Sides:
        for counts in ALL_COUNTS:
            title = f"1% faults, {sides.value}, {counts.title}"
            yield title, Trial((counts,), (sides,), faults=0.01, replies=0.0)


def blank_trials(expected: bool = False) -> Iterator[tuple[str, Trial]]:
    """One-sided: a blank sheet may be a cover face down there."""
    for rate in (0.0, 0.01, 0.2):
        for counts in ALL_COUNTS:
            title = f"{rate:.0%} faults, simplex, {counts.title}"
            yield (
                title,
                Trial(
                    (counts,),
                    (Sides.SIMPLEX,),
                    faults=rate,
                    replies=0.0,
                    blanks=0.2,
                    expected=expected,
                ),
            )


def vanished_trials() -> Iterator[tuple[str, Trial]]:
    for others in (0.0, 0.01, 0.10):
        for counts in ALL_COUNTS:
            title = f"1% vanished, {others:.0%} other faults, {counts.title}"
            yield title, Trial((counts,), vanished=0.01, faults=others)


def print_table(title: str, tallies: Sequence[tuple[str, Tally]]) -> None:
    print(f"### {title}\n")
    print("| | letters | pages delivered | under the wrong inmate |", end="")
    print(" good letters held | of them beside no fault |\n|---|---:|---:|---:|---:|---:|")
    for name, tally in tallies:
        share = f" ({tally.astray / tally.delivered:.4%})" if tally.astray else ""
        print(
            f"| {name} | {tally.letters:,} | {tally.delivered:,} | {tally.astray:,}{share} "
            f"| {tally.needless / max(tally.good, 1):.2%} | {tally.far / max(tally.good, 1):.2%} |"
        )
    misplaced = sum(tally.misplaced for _, tally in tallies)
    print(f"\nScans with a page in two places or in none: {misplaced}.\n")
    for name, tally in tallies:
        for faults, pages in tally.astray_by.most_common(3):
            print(f"- {name}: {pages} pages astray in batches with {faults}")
    print()


if __name__ == "__main__":
    raise SystemExit(main())
