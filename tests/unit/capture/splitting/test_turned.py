"""Stacks and handfuls that lie back to front."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.scanner_profile import Origin, Sides
from tests.support.split_stacks import (
    GOOD,
    astray,
    delivered,
    owners,
    part,
    replies_astray,
    replies_of,
    to_match,
    whole,
)


def test_a_header_on_the_wrong_end_does_not_hide_a_stack_back_to_front() -> None:
    """A count that is off shows it, or a stack with the other side up than its header."""
    assert list(delivered(part("H.3 R3.1 R3.1 r R2.1 q R1"))) == []
    assert not delivered(part("H.2 _ _ R2 _ r _ R1", Sides.DUPLEX))
    # A scanner that writes the back of every sheet first is none.
    assert len(delivered(part("_ H.2 _ R1 _ r _ R2", Sides.DUPLEX))) == 2
    assert len(delivered(part("H.2 _ R1 _ r _ R2 _", Sides.DUPLEX))) == 2


def test_a_stack_that_reads_as_well_from_its_end_holds_what_would_change() -> None:
    assert not delivered(part("R1 a A r R2"))
    assert list(delivered(part("R1 R2 r R3 R4"))) == ["R1", "R4"]
    assert len(delivered(part("H R1 R2 r R3 R4"))) == 4


def test_a_count_that_fits_one_way_only_proves_whose_loose_sheets_are() -> None:
    """As the stack is, two counts fit that would be off if it were turned over."""
    assert len(delivered(part("R1 R2.1 r R3 R4.1 r R5"))) == 5
    assert len(delivered(part("R1.1 r R2.1 r R3 R4.1 r R5"))) == 5
    # R3's count fits either way; but the sheet before it is known to be R2's.
    assert len(delivered(part("R1 R2.1 r R3.1 r R4 R5.2 r r R6"))) == 6
    # A count alone may be off by a sheet that was never enclosed: R2's, before it.
    assert list(delivered(part("R1 R2.1 r R3 R4"))) == ["R1", "R4"]
    # Turned over, R3's sheet would be R2's, whose count it fits as well.
    assert list(delivered(part("R1 r R2.1 r R3 R4"))) == ["R4"]
    # Where one count is off, no other is relied on.
    assert not {"R2", "R4"} & {*delivered(part("R1 R2.1 r R3 R4.1 r R5.2 r R6"))}


def test_sheets_with_a_replys_own_code_are_its_own_either_way() -> None:
    assert len(delivered(part("R1 R1 R2 R3 R3"))) == 3
    assert not delivered(part("R1 r R2 R2"))
    assert list(delivered(part("R1 R1 r R2 R3 R3"))) == ["R3"]


def test_what_may_be_blank_at_the_end_hides_no_stack_that_is_back_to_front() -> None:
    assert not delivered(part("R1 r R2 ~"))
    assert not delivered(part("_ R1 r _ _ R2 ~ _", Sides.DUPLEX))
    # What is faint may be the reply to which the sheet before it belongs, and R2 r's.
    assert not delivered(part("_ R1 r _ _ R2 q _ ~ _", Sides.DUPLEX, origin=Origin.INSIDE))


@given(GOOD)
def test_a_reversed_stack_is_held_whole(signs: list[str]) -> None:
    assert whole(part(" ".join(reversed(signs))))


@given(GOOD, st.data())
def test_a_reversed_handful_sends_nothing_astray(signs: list[str], data: st.DataObject) -> None:
    starts = [i for i, sign in enumerate(signs) if sign[0] == "B"] + [len(signs)]
    low, high = sorted(data.draw(st.lists(st.sampled_from(starts), min_size=2, max_size=2)))
    signs[low:high] = reversed(signs[low:high])
    assert not astray(part(" ".join(signs)), owners(signs))


REPLIES = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from([0, 0, 1, 2]), st.booleans()),
    min_size=1,
    max_size=7,
).map(replies_of)


@given(REPLIES, st.sampled_from(["", "~", "_"]))
def test_reply_sheets_back_to_front_send_nothing_astray(signs: list[str], end: str) -> None:
    back = [*reversed(signs), *end]
    assert not replies_astray(part(" ".join(back), origin=Origin.INSIDE), back)


@given(REPLIES, st.sampled_from("~_#?"))
def test_reply_sheets_back_to_front_with_the_first_unseen_send_nothing_astray(
    signs: list[str], unseen: str
) -> None:
    back = [*reversed(signs[1:]), unseen]
    assert not replies_astray(part(" ".join(back), origin=Origin.INSIDE), back)


@given(REPLIES, st.data())
def test_reply_sheets_back_to_front_with_a_sheet_lost_send_nothing_astray(
    signs: list[str], data: st.DataObject
) -> None:
    """Or never enclosed: that letter's count may then fit as the stack is, and no other's."""
    loose = [i for i, sign in enumerate(signs) if sign[0] == "r"]
    if loose:
        del signs[data.draw(st.sampled_from(loose))]
    back = signs[::-1]
    assert not replies_astray(part(" ".join(back), origin=Origin.INSIDE), back)


def test_a_separator_shows_no_other_side_and_so_no_order() -> None:
    """Printed on both sides it never lies face down: only the reply sheets are asked."""
    assert not delivered(part("H.3 _ _ R1 r _ S S a _ _ R2", Sides.DUPLEX))
    assert len(delivered(part("H.3 _ R1 _ r _ S S a _ R2 _", Sides.DUPLEX))) == 2


def test_a_separator_too_many_does_not_hide_that_a_stack_reads_both_ways() -> None:
    assert list(delivered(part("R4 S S a R3 r R2 R1"))) == ["R1"]
    # The last separator has lost its letter: turned over it lies on top.
    assert not delivered(part("S a R2 r R1"))
    assert len(delivered(part("H.3 S a R2 r R1"))) == 2
    assert list(delivered(part("S a A b B c _"))) == ["A"]


@given(GOOD, st.sets(st.integers(0, 7)))
def test_a_stack_of_covers_and_separators_back_to_front_is_held(
    signs: list[str], separated: set[int]
) -> None:
    """Turned over as a whole it ends with what should be its first sheet."""
    mixed = ["S" if sign[0] == "B" and int(sign[1]) in separated else sign for sign in signs]
    parted = part(" ".join(mixed[::-1]))
    assert not delivered(parted)
    assert not to_match(parted) or len(mixed) == 2
