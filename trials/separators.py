"""Stacks with separators and faults, through the real splitting: is any letter merged unseen?

    python -m trials.separators [--stacks 2000] [--seed 1] [--fault-rate 0.01 --fault-rate 0.2]

A letter behind a separator is not delivered: it waits in the match queue, where a person chooses
the inmate, if its only doubt is whose it is. So no letter in that queue may be two. Where a
separator or cover never reached the glass nothing on paper can show it: that is counted apart.
Prints Markdown tables. Exit 1 if anything was merged or astray that no lost sheet explains.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from digitizer.capture.deliver_or_hold import destination_of
from digitizer.capture.splitting import split
from digitizer.model.paper import CodeKind, CoverCode, DoubtReason, SplitLetter
from digitizer.model.scanner_profile import Sides
from trials.splitting_runs import asked, harm_stack, rows, seen_pages, standing
from trials.stacks import (
    BLANK,
    HEADER,
    LETTER_FAULTS,
    NO_COUNTS,
    PAPER_FAULTS,
    STACK_FAULTS,
    Batch,
    Leaf,
    Letter,
    LetterFault,
    Side,
    make_letter,
    reverse_handful,
    scan,
    vanished,
)

_MATCH = {DoubtReason.SEPARATED}
_PRINTED_ON_BOTH_SIDES = 0.9


@dataclass(frozen=True, slots=True)
class Mix:
    """What is in a stack: the share of letters behind separators; the others have covers, or are
    ``replies``."""

    title: str
    separated: float
    replies: bool = False
    header: bool = False


MIXES = (
    Mix("only separators", 1.0),
    Mix("only separators, batch header", 1.0, header=True),
    Mix("half of them covers", 0.5),
    Mix("half of them covers, batch header", 0.5, header=True),
    Mix("half of them reply sheets", 0.5, replies=True),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Shares of letters (and stacks) with a fault, of first sheets lost, of stacks with a handful
    put in back to front."""

    mix: Mix
    faults: float = 0.0
    lost: float = 0.0
    handfuls: float = 0.0


@dataclass(slots=True)
class Tally:
    """What became of everything. ``merged`` are letters in the match queue that are two,
    ``astray`` pages under the wrong inmate, each also where a lost first sheet explains it
    (``_by_loss``). ``good`` letters had no fault: of those behind separators ``not_matched`` were
    not in the match queue, of the others ``not_delivered``."""

    stacks: int = 0
    matched: int = 0
    merged: int = 0
    merged_by_loss: int = 0
    delivered: int = 0
    astray: int = 0
    astray_by_loss: int = 0
    misplaced: int = 0
    good_separated: int = 0
    not_matched: int = 0
    good_others: int = 0
    not_delivered: int = 0
    merged_with: Counter[str] = field(default_factory=Counter)


# --- a stack


def make_stack(rng: random.Random, mix: Mix, sides: Sides) -> Batch:
    counts = HEADER if mix.header else NO_COUNTS
    letters = [
        make_separated(rng, number, sides)
        if rng.random() < mix.separated
        else make_letter(rng, number, counts, sides, mix.replies)
        for number in range(rng.randint(5, 40))
    ]
    header = CoverCode(CodeKind.BATCH, 1, "header", len(letters)) if mix.header else None
    return Batch(letters, sides, header)


def make_separated(rng: random.Random, number: int, sides: Sides) -> Letter:
    """A separator and 1 to 6 sheets. Most are printed on both sides, as they should be."""
    plain = make_letter(rng, number, NO_COUNTS, sides, reply=False)
    code = CoverCode(CodeKind.SEPARATOR, 1, rng.choice("abcdef"))
    front = Side(None, blank=False, codes=(code,))
    both = rng.random() < _PRINTED_ON_BOTH_SIDES
    return Letter(number, code, [(front, front if both else BLANK), *plain.leaves[1:]])


# --- what happens to it


def _stray_separator(rng: random.Random, batch: Batch, letter: Letter) -> None:
    """Left in from the last stack: it cuts a letter in two."""
    sheet = make_separated(rng, letter.inmate, batch.sides).leaves[0]
    letter.leaves.insert(rng.randint(1, len(letter.leaves)), sheet)


FAULTS: dict[str, LetterFault] = {
    **{name: do for name, do in LETTER_FAULTS.items() if "reused" not in name},
    **{name: do for name, do in PAPER_FAULTS.items() if name.startswith(("nothing", "cover"))},
    "may be a legal marker": PAPER_FAULTS["may be a legal marker"],
    "a separator left in": _stray_separator,
}
_OF_REGISTERED = {"cover revoked", "cover stale", "cover of another facility"}
_OF_COUNTED = {"sheets miscounted by the sender"}


def _separator_behind(rng: random.Random, leaves: list[Leaf]) -> list[Leaf]:
    return [*leaves, make_separated(rng, 0, Sides.SIMPLEX).leaves[0]]


WHOLE_STACK: dict[str, Callable[[random.Random, list[Leaf]], list[Leaf]]] = {
    **STACK_FAULTS,
    "a separator at the end": _separator_behind,
}


def may_happen(batch: Batch, letter: Letter) -> list[str]:
    """The faults that make sense for this letter."""
    absent = set(_OF_COUNTED)
    if letter.code.kind is CodeKind.SEPARATOR:
        absent |= _OF_REGISTERED
    if batch.sides is Sides.SIMPLEX:
        absent.add("cover's written back up")
    if letter.code.kind is CodeKind.REPLY:
        absent |= {"letter back to front", "letter lost behind its cover"}
    if len(letter.leaves) < 2:
        absent.add("sheet lost")
    return [name for name in FAULTS if name not in absent]


def harm(batch: Batch, trial: Trial, rng: random.Random) -> tuple[list[Side], set[int]]:
    """The sides as they were scanned, and whose first sheet never reached the glass."""
    lost = set()
    for letter in batch.letters:
        if rng.random() < trial.lost:
            vanished(letter)
            letter.faulty = True
            lost.add(letter.inmate)
        elif rng.random() < trial.faults:
            name = rng.choice(may_happen(batch, letter))
            FAULTS[name](rng, batch, letter)
            letter.faulty = True
            batch.faults[name] += 1
    if rng.random() < trial.handfuls:
        reverse_handful(rng, batch)
    leaves = harm_stack(batch, WHOLE_STACK, trial.faults, rng)
    return scan(batch, leaves, rng, trial.faults), lost


# --- what came of it


def run(trial: Trial, stacks: int, rng: random.Random) -> Tally:
    tally = Tally()
    for _ in range(stacks):
        batch = make_stack(rng, trial.mix, rng.choice(tuple(Sides)))
        sides, lost = harm(batch, trial, rng)
        judge(batch, sides, lost, tally)
    return tally


def judge(batch: Batch, sides: Sequence[Side], lost: set[int], tally: Tally) -> None:
    pages = seen_pages(sides)
    parted = split(pages, batch.sides, batch.header is not None, batch.origin)
    tally.stacks += 1
    placed = Counter(parted.recorded)
    matched, arrived = set(), set()
    for letter in parted.letters:
        placed.update((*letter.pages, *letter.hidden, *letter.covers))
        whose = [owner for n in letter.pages if (owner := sides[n - 1].owner) is not None]
        destination = destination_of(letter, standing(batch, letter))
        if destination.booking_number is not None:
            arrived.add(int(destination.booking_number))
            _judge_delivered(int(destination.booking_number), whose, lost, tally)
        elif _in_match_queue(letter):
            matched.update(whose)
            _judge_matched(set(whose), lost, batch, tally)
    tally.misplaced += not parted.whole and placed != Counter(page.number for page in pages)
    _count_good(batch, matched, arrived, tally)


def _in_match_queue(letter: SplitLetter) -> bool:
    return {doubt.reason for doubt in letter.doubts} == _MATCH


def _judge_delivered(inmate: int, whose: Sequence[int], lost: set[int], tally: Tally) -> None:
    tally.delivered += len(whose)
    wrong = [owner for owner in whose if owner != inmate]
    if _by_loss({inmate, *wrong}, lost):
        tally.astray_by_loss += len(wrong)
    else:
        tally.astray += len(wrong)


def _by_loss(letters: set[int], lost: set[int]) -> bool:
    """Whether the first sheet of one of them, or of a neighbour, never reached the glass: a letter
    back to front shows only by the separator after it, which then has the next one's pages."""
    return any(lost & {each - 1, each, each + 1} for each in letters)


def _judge_matched(whose: set[int], lost: set[int], batch: Batch, tally: Tally) -> None:
    tally.matched += 1
    if len(whose) < 2:
        return
    if _by_loss(whose, lost):
        tally.merged_by_loss += 1
    else:
        tally.merged += 1
        tally.merged_with[" + ".join(sorted(batch.faults)) or "no other fault"] += 1


def _count_good(batch: Batch, matched: set[int], arrived: set[int], tally: Tally) -> None:
    for letter in batch.letters:
        if letter.faulty or batch.spoilt:
            continue
        if letter.code.kind is CodeKind.SEPARATOR:
            tally.good_separated += 1
            tally.not_matched += letter.inmate not in matched
        else:
            tally.good_others += 1
            tally.not_delivered += letter.inmate not in arrived


# --- the report


def main() -> int:
    wanted = asked(__doc__, "stacks", 2000)
    each, seed = wanted.each, wanted.seed
    started = time.monotonic()
    seen = rows(run, fault_trials(wanted.rates), each, seed)
    handfuls = rows(run, handful_trials(), each, seed)
    unseen = rows(run, loss_trials(), each, seed)
    print(f"Seed {seed}, {each} stacks of 5 to 40 letters a row.\n")
    print_table("Faults on the way, no separator or cover lost", seen)
    print_table("What no rule can see where nothing is counted", handfuls)
    print_table("Separators and covers that never reached the glass", unseen)
    print(f"{time.monotonic() - started:.0f} s")
    bad = any(tally.merged or tally.astray for _, tally in [*seen, *unseen])
    return int(bad or any(tally.misplaced for _, tally in [*seen, *handfuls, *unseen]))


def fault_trials(rates: Sequence[float]) -> Iterator[tuple[str, Trial]]:
    for mix in MIXES:
        for rate in rates:
            yield f"{mix.title}, {rate:.0%} faults", Trial(mix, faults=rate)


def handful_trials() -> Iterator[tuple[str, Trial]]:
    """A handful shows nothing where it ends in a reply sheet or a cover that is written on."""
    for mix in MIXES:
        yield f"{mix.title}, 5% of stacks: a handful reversed", Trial(mix, handfuls=0.05)


def loss_trials() -> Iterator[tuple[str, Trial]]:
    for mix in MIXES:
        yield f"{mix.title}, 1% lost", Trial(mix, lost=0.01)
        yield f"{mix.title}, 1% lost, 5% other faults", Trial(mix, lost=0.01, faults=0.05)


def print_table(title: str, tallies: Sequence[tuple[str, Tally]]) -> None:
    print(f"### {title}\n")
    print("| | letters to match | of them two in one (by loss) | pages delivered ", end="")
    print("| astray (by loss) | good separated letters not in match | good others held |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, tally in tallies:
        print(
            f"| {name} | {tally.matched:,} | {tally.merged:,} ({tally.merged_by_loss:,}) "
            f"| {tally.delivered:,} | {tally.astray:,} ({tally.astray_by_loss:,}) "
            f"| {tally.not_matched / max(tally.good_separated, 1):.2%} "
            f"| {tally.not_delivered / max(tally.good_others, 1):.2%} |"
        )
    misplaced = sum(tally.misplaced for _, tally in tallies)
    print(f"\nScans with a page in two places or in none: {misplaced}.\n")
    for name, tally in tallies:
        for faults, letters in tally.merged_with.most_common(3):
            print(f"- {name}: {letters} letters merged in stacks with {faults}")
    print()


if __name__ == "__main__":
    raise SystemExit(main())
