"""Which letters a doubt holds."""

from __future__ import annotations

from digitizer.capture.splitting import split
from digitizer.model.scanner_profile import Sides
from tests.support.split_stacks import (
    R,
    cut_out,
    delivered,
    held,
    part,
    stack,
    to_match,
    whole,
)

# --- doubts and what they touch


def test_an_unreadable_cover_holds_both_sides_and_no_more() -> None:
    parted = part("Z z A a ? b b C c D d")
    assert held(parted) == [("A", (4,)), (None, (5, 6, 7))]
    assert delivered(parted) == {"Z": (2,), "C": (9,), "D": (11,)}
    assert parted.letters[1].doubts[0].look == (3, 7)


def test_a_first_cover_that_is_unreadable_but_surely_a_cover_holds_its_own_letter() -> None:
    parted = part("? a B b C c")
    assert delivered(parted) == {"B": (4,), "C": (6,)}
    assert held(parted) == [(None, (1, 2))]


def test_what_may_be_a_cover_just_before_a_cover_holds_that_one_too() -> None:
    assert held(part("A a ! B b C c")) == [("A", (2,)), (None, (3,)), ("B", (5,))]


def test_a_simplex_blank_holds_both_letters_it_touches() -> None:
    inside = part("Z z A a _ b C c")
    assert held(inside) == [("A", (4,)), (None, (6,))]
    assert list(delivered(inside)) == ["Z", "C"]
    before = part("Z z A a _ _ B b C c")
    assert held(before) == [("A", (4,)), ("B", (8,))]
    assert before.letters[1].hidden == (5, 6)
    assert list(delivered(before)) == ["Z", "C"]
    assert held(part("A a B b _")) == [("B", (4,))]


def test_a_last_sheet_that_is_perhaps_blank_holds_the_last_letter_only() -> None:
    assert [each[0] for each in held(part("A a B b ~"))] == ["B", None]
    assert list(delivered(part("A a B b ~"))) == ["A"]


def test_a_cover_without_pages_holds_all_that_a_reversed_handful_could_touch() -> None:
    parted = part("A a B b C D d E e")
    assert held(parted) == [("A", (2,)), ("B", (4,)), ("C", ()), ("D", (7,))]
    assert list(delivered(parted)) == ["E"]


def test_letters_proven_by_their_count_bound_that_handful() -> None:
    assert list(delivered(part("A.1 a B.1 b C D d E e"))) == ["A", "E"]


def test_a_copied_cover_holds_its_neighbours_only() -> None:
    assert list(delivered(part("A a B b C C c D d"))) == ["A", "D"]
    assert list(delivered(part("A a B b B C c D d"))) == ["A", "D"]


def test_a_written_on_cover_without_pages_holds_the_letter_before() -> None:
    assert held(part("A a B b C+ D d")) == [("B", (4,)), ("C", (5,))]


def test_a_stack_of_thousands_of_empty_covers_takes_no_square_of_its_size() -> None:
    """Counts doubts, not seconds: each letter has a few, however long the stack."""
    letters = part("A a B b " * 10 + "C D d " * 1000 + "E e").letters
    assert max(len(each.doubts) for each in letters) <= 4


def test_a_cut_out_code_is_held_with_what_is_before_it() -> None:
    pages = [*stack("H R1 R2 r"), cut_out(5), *stack("_ _ _ _ _ R3 R4")[5:]]
    assert list(delivered(split(pages, Sides.SIMPLEX))) == ["R1", "R3", "R4"]
    alone = split([cut_out(1)], Sides.SIMPLEX)
    assert whole(alone)[0] is R.REPLY_NOT_AS_PRINTED
    assert R.REPLY_NOT_AS_PRINTED in whole(split([*stack("A a"), cut_out(3)], Sides.SIMPLEX))


def test_a_reply_of_which_one_sheet_is_not_as_printed_is_held_with_its_other_sheets() -> None:
    """Where it is two, its count is of the second sheet, and the page behind may be another's."""
    pages = [*stack("H R1"), cut_out(3), *stack("_ _ _ R9 r R3")[3:]]
    assert list(delivered(split(pages, Sides.SIMPLEX))) == ["R3"]


# --- separators


def test_a_letter_behind_a_separator_waits_for_nothing_but_a_name() -> None:
    (letter,) = part("S a b").letters
    assert [doubt.reason for doubt in letter.doubts] == [R.SEPARATED]


def test_a_separator_ends_the_letter_before_it_as_surely_as_a_cover_does() -> None:
    parted = part("A.1 a S b B.2 c c S d")
    assert delivered(parted) == {"A": (2,), "B": (6, 7)}
    assert to_match(parted) == [(4,), (9,)]


def test_what_may_be_a_separator_holds_both_sides() -> None:
    for sign in "?!#~_":
        parted = part(f"S a S b {sign} c S d")
        assert to_match(parted) == [(2,), (8,)], sign
        covered = part(f"A a S b B c {sign} d S e")
        assert list(delivered(covered)) == ["A"], sign
        assert to_match(covered) == [(4,), (10,)], sign


def test_a_separator_without_pages_holds_what_a_handful_back_to_front_could_reach() -> None:
    """``A a [S b] B c`` with the handful back to front is ``A a b S B c``."""
    parted = part("A a b S B c S d")
    assert not delivered(parted)
    assert to_match(parted) == [(8,)]
    assert to_match(part("S a S S b S c")) == [(7,)]
    assert to_match(part("S a S b S")) == []


def test_where_the_count_fits_a_separator_too_many_holds_only_what_is_beside_it() -> None:
    parted = part("H.5 A a S b S S c B d S e")
    assert list(delivered(parted)) == ["A", "B"]
    assert to_match(parted) == [(12,)]
    assert to_match(part("H.2 S a S b S")) == [(3,)]
    # A letter in two by a separator left in makes up for one that was put in back to front.
    assert to_match(part("H.3 S a b S S c S c")) == [(9,)]
    # One in another: a handful back to front, or a separator that was lost.
    assert not delivered(part("H.3 A a b S B c"))
    assert not to_match(part("H.3 S a b S S c"))
    # Not where what may be a boundary could make the number fit.
    assert not to_match(part("H.3 S a S S b ? c"))


def test_a_first_letter_with_nothing_before_it_is_not_sure_and_the_others_are() -> None:
    parted = part("a a S b S c")
    assert [doubt.reason for doubt in parted.letters[0].doubts] == [R.NO_COVER_FIRST]
    assert to_match(parted) == [(4,), (6,)]


def test_a_count_of_sheets_that_is_off_reaches_a_letter_behind_a_separator() -> None:
    assert to_match(part("S a A.2 b S c S d")) == [(8,)]
