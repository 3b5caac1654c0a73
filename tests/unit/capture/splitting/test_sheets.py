"""What a sheet is, from what was seen on its sides."""

from __future__ import annotations

from dataclasses import replace

from digitizer.capture.splitting import reading_order, split
from digitizer.model.paper import CodeKind, Doubt, SeenPage, SplitLetter
from digitizer.model.scanner_profile import Sides
from tests.support.split_stacks import R, code, delivered, held, part, stack, to_match, whole


def test_duplex_blank_backs_are_hidden_and_written_ones_content() -> None:
    parted = part("A _ a _ b b B b b _ _ _", Sides.DUPLEX)
    assert parted.letters == (
        SplitLetter(code("A"), (1,), (3, 5, 6), (2, 4)),
        SplitLetter(code("B"), (7,), (8, 9), (10, 11, 12)),
    )


def test_ink_on_a_cover_makes_it_a_page() -> None:
    assert delivered(part("A+ a B b")) == {"A": (1, 2), "B": (4,)}


def test_a_cover_fed_face_down_in_duplex_is_a_cover() -> None:
    assert delivered(part("_ A a _ _ B b _", Sides.DUPLEX)) == {"A": (3,), "B": (7,)}


def test_a_cover_copied_on_both_sides_is_one_cover() -> None:
    assert delivered(part("A A a _", Sides.DUPLEX)) == {"A": (3,)}


def test_odd_even_stacks_are_collated() -> None:
    parted = part("A a B b _ _ a _", Sides.ODD_EVEN)
    assert delivered(parted) == {"A": (2, 7), "B": (4,)}
    assert reading_order(8, Sides.ODD_EVEN) == (1, 8, 2, 7, 3, 6, 4, 5)


def test_a_faint_front_of_a_written_back_may_be_a_cover_and_a_faint_back_may_not() -> None:
    faint = SeenPage(5, perhaps_blank=True)
    pages = [*stack("A _ a a"), faint, *stack("_ _ _ _ _ b b b C _ c _")[5:]]
    assert delivered(split(pages, Sides.DUPLEX)) == {"C": (11,)}
    turned = [*stack("A _ a a b"), replace(faint, number=6), *stack("_ _ _ _ _ _ C _ c _")[6:]]
    assert delivered(split(turned, Sides.DUPLEX)) == {"A": (3, 4, 5, 6), "C": (9,)}


def test_a_sheet_blank_on_both_sides_in_black_and_white_may_be_a_cover_in_faint_toner() -> None:
    parted = part("A = a = = = b = C = c =", Sides.DUPLEX)
    assert delivered(parted) == {"C": (11,)}
    assert {doubt.reason for each in parted.letters for doubt in each.doubts} == {
        R.BLANK_MAY_BE_COVER
    }
    assert delivered(part("A _ a _ _ _ b _ C _ c _", Sides.DUPLEX)) == {"A": (3, 7), "C": (11,)}


def test_so_may_the_front_of_a_written_back_and_a_back_may_not() -> None:
    assert delivered(part("A = a = = x b = C = c =", Sides.DUPLEX)) == {"C": (11,)}
    assert delivered(part("A = a = x = C = c =", Sides.DUPLEX)) == {"A": (3, 5), "C": (9,)}


def test_two_codes_on_a_sheet_hold_both_sides() -> None:
    for signs, sides in (
        ("A a B&C b D d", Sides.SIMPLEX),
        ("A _ a _ B C b _ D _ d _", Sides.DUPLEX),
    ):
        parted = part(signs, sides)
        assert [each[0] for each in held(parted)] == ["A", None]
        assert list(delivered(parted)) == ["D"]


def test_a_code_on_the_back_of_a_written_side_holds_both_sides() -> None:
    parted = part("A _ a _ b B b _ C _ c _", Sides.DUPLEX)
    assert held(parted) == [("A", (3,)), ("B", (5, 7))]
    assert list(delivered(parted)) == ["C"]


def test_a_sheet_of_which_nothing_can_be_seen_holds_both_letters_it_touches() -> None:
    for signs, sides in (
        ("Z z A a # b C c", Sides.SIMPLEX),
        ("Z z A a ~ b C c", Sides.SIMPLEX),
        ("Z _ z _ A _ a _ # _ b _ C _ c _", Sides.DUPLEX),
        ("Z _ z _ A _ a _ ~ _ b _ C _ c _", Sides.DUPLEX),
        ("Z _ z _ A _ a _ _ ~ b _ C _ c _", Sides.DUPLEX),
        ("Z _ z _ A _ a _ ~ ~ b _ C _ c _", Sides.DUPLEX),
        ("Z _ z _ A _ a _ ~ # b _ C _ c _", Sides.DUPLEX),
        ("Z z A a ~ b C c _ _ _ _ _ _ _ _", Sides.ODD_EVEN),
    ):
        parted = part(signs, sides)
        assert [each[0] for each in held(parted)] == ["A", None], signs
        assert list(delivered(parted)) == ["Z", "C"]


def test_an_unseen_side_is_a_doubt_though_the_other_is_written() -> None:
    parted = part("Z _ z _ A _ a _ b # b _ C _ c _", Sides.DUPLEX)
    assert [each[0] for each in held(parted)] == ["A", None]


def test_a_back_that_is_perhaps_blank_is_shown_and_holds_nothing() -> None:
    parted = part("H.2 ~ A ~ a ~ B _ b ~", Sides.DUPLEX, header=True)
    assert delivered(parted) == {"A": (4, 5, 6), "B": (9, 10)}
    assert parted.recorded == (1, 2)


def test_a_cover_that_shows_through_its_own_paper_holds_nothing() -> None:
    assert list(delivered(part("A % a _ % B b _", Sides.DUPLEX))) == ["A", "B"]
    assert whole(part("A _ a _ % _", Sides.DUPLEX)) == [R.COVER_LAST]
    assert [each[0] for each in held(part("A a % b B b"))] == ["A", None]


def test_what_is_only_perhaps_on_a_cover_is_no_page_of_its_letter() -> None:
    parted = part("A _ a _ B ~ C _ c _", Sides.DUPLEX)
    assert [each[0] for each in held(parted)] == ["A", "B", "C"]
    assert whole(part("A _ a _ B ~", Sides.DUPLEX)) == [R.COVER_LAST]


def test_marks_alone_show_which_way_a_sheet_goes() -> None:
    marked = SeenPage(3, doubts=(Doubt(R.COVER_UNREADABLE, "worn"),), kinds=(CodeKind.INMATE,))
    parted = split([*stack("R1 r"), marked, *stack("R1 R1 R1 R2 r")[3:]], Sides.SIMPLEX)
    assert not delivered(parted)


def test_a_separator_counts_whichever_side_is_up_and_its_back_is_no_page() -> None:
    for back in "S", "_", "=":
        parted = part(f"S {back} a _ {back} S b b", Sides.DUPLEX)
        assert parted.recorded == (1, 2, 5, 6)
        assert to_match(parted) == [(3,), (7, 8)]
    assert to_match(part("S ~ a _", Sides.DUPLEX)) == [(3,)]


def test_writing_on_the_other_side_of_a_separator_holds_both_letters() -> None:
    """It may be another sheet's side: fronts and backs may be off by one."""
    for sheet in "S b", "b S":
        parted = part(f"S _ a _ {sheet} c _ S _ d _", Sides.DUPLEX)
        assert to_match(parted) == [(11,)]
        assert [each.doubts[0].reason for each in parted.letters[:2]] == [R.COVER_ON_BACK] * 2


def test_a_pen_on_a_separator_makes_it_no_page() -> None:
    assert to_match(part("S+ a")) == [(2,)]


def test_a_cover_and_a_separator_on_one_sheet_disagree() -> None:
    parted = part("S a A&S b S c")
    assert to_match(parted) == [(6,)]
    assert not delivered(parted)
