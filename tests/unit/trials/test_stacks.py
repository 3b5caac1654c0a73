"""The simulated stacks."""

from __future__ import annotations

import random

from digitizer.model.scanner_profile import Sides
from trials.stacks import ALL_COUNTS, BLANK, SHEETS, Side, make_batch, own_blank, scan


def test_a_stack_in_which_every_sheet_has_a_code_loses_no_page() -> None:
    batch = make_batch(random.Random(1), ALL_COUNTS[0], Sides.ODD_EVEN, replies=1.0)
    coded = next(letter for letter in batch.letters if letter.leaves).leaves[0]
    assert coded[0].codes
    sides = scan(batch, [coded, (coded[0], BLANK)], random.Random(1), rate=0.0, uneven_runs=1.0)
    assert len(sides) == 4
    assert all(isinstance(side, Side) for side in sides)


def test_a_blank_sheet_of_its_own_is_behind_the_cover_and_counted() -> None:
    rng = random.Random(1)
    letter = make_batch(rng, SHEETS, Sides.SIMPLEX).letters[0]
    own_blank(rng, letter)
    front, _ = letter.leaves[0]
    assert front.codes == (letter.code,)
    assert letter.code.sheets == len(letter.leaves) - 1
    assert (BLANK, BLANK) in letter.leaves[1:]
