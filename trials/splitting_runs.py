"""What trials of whole stacks through the real splitting share: what the splitter sees of a stack,
what is known of its letters, and one row of a report after another."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from digitizer.capture.deliver_or_hold import UNKNOWN, Standing, standing_of
from digitizer.model.paper import SeenPage, SplitLetter
from digitizer.model.people import CustodyStatus, Inmate
from trials.stacks import BLANK, NOW, Batch, Leaf, Side

RATES = (0.01, 0.02, 0.05, 0.10, 0.20)

Trial = TypeVar("Trial")
Tally = TypeVar("Tally")
StackFault = Callable[[random.Random, list[Leaf]], list[Leaf]]


def stacked(batch: Batch) -> list[Leaf]:
    """The sheets of a batch as they lie, its header first."""
    leaves = [leaf for letter in batch.letters for leaf in letter.leaves]
    if batch.header:
        leaves.insert(0, (Side(None, blank=False, codes=(batch.header,)), BLANK))
    return leaves


def harm_stack(
    batch: Batch, faults: dict[str, StackFault], share: float, rng: random.Random
) -> list[Leaf]:
    """The sheets of a batch; to a share of the batches one of the faults happens as a whole."""
    leaves = stacked(batch)
    if rng.random() < share:
        name = rng.choice(tuple(faults))
        leaves = faults[name](rng, leaves)
        batch.spoilt = True
        batch.faults[name] += 1
    return leaves


def seen_pages(sides: Sequence[Side]) -> list[SeenPage]:
    return [
        SeenPage(i, side.blank, side.codes, side.doubts, side.inked, side.perhaps_blank)
        for i, side in enumerate(sides, 1)
    ]


def standing(batch: Batch, letter: SplitLetter) -> Standing:
    """What the register would know of the letter's cover."""
    if letter.cover is None:
        return UNKNOWN
    name = letter.cover.cover_id
    facts: dict[str, Any] = {
        "inmate": Inmate(name, "Example", "Invented", "A", CustodyStatus.IN_CUSTODY),
        **batch.registered.get(name, {}),
    }
    return standing_of(facts.pop("inmate"), at=NOW, **facts)


def asked(about: str, what: str, usual: int) -> argparse.Namespace:
    """What the command line says: how many of ``what`` a row has, the seed, and the fault rates."""
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    parser.add_argument(f"--{what}", dest="each", type=int, default=usual, help="for each row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault-rate", type=float, action="append", help="0..1, may be repeated")
    found = parser.parse_args()
    found.rates = found.fault_rate or RATES
    return found


def rows(
    run: Callable[[Trial, int, random.Random], Tally],
    trials: Iterator[tuple[str, Trial]],
    each: int,
    seed: int,
) -> list[tuple[str, Tally]]:
    """Every trial with a chance of its own, so that a row is the same whatever stands before it."""
    return [(title, run(trial, each, random.Random(f"{seed} {title}"))) for title, trial in trials]
