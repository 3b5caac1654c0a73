"""Splitting: examples a clerk would recognise, and the laws that hold for any stack."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.splitting import reading_order, split
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
    Split,
    SplitLetter,
)
from digitizer.model.scanner_profile import Origin, Sides

R = DoubtReason
KINDS = {"R": CodeKind.REPLY, "H": CodeKind.BATCH, "L": CodeKind.LEGAL}


def code(name: str) -> CoverCode:
    """``A``: an inmate's cover; ``A.2`` promises two sheets; R, H and L are the other kinds."""
    cover_id, _, sheets = name.partition(".")
    return CoverCode(KINDS.get(name[0], CodeKind.INMATE), 1, cover_id, int(sheets or 0))


def page(number: int, sign: str) -> SeenPage:
    """``_`` blank, ``=`` blank in black and white, ``~`` perhaps blank, ``#`` unseen, ``?`` an
    unreadable cover, ``%`` one so pale that it may show through, ``!`` decoder failed, ``A+`` a
    written-on cover."""
    if sign in "_=~":
        blank = sign != "~"
        return SeenPage(number, blank=blank, perhaps_blank=not blank, two_toned=sign == "=")
    if sign == "%":
        return replace(page(number, "?"), perhaps_blank=True)
    if sign in "?!#":
        reason = {"?": R.COVER_UNREADABLE, "!": R.DECODER_FAILED, "#": R.UNSEEN}[sign]
        return SeenPage(number, doubts=(Doubt(reason, f"Page {number} is odd."),))
    if sign[0].isupper():
        codes = tuple(code(each.rstrip("+")) for each in sign.split("&"))
        return SeenPage(number, codes=codes, inked=sign.endswith("+"))
    return SeenPage(number)


def stack(signs: str) -> list[SeenPage]:
    return [page(number, sign) for number, sign in enumerate(signs.split(), 1)]


def part(
    signs: str,
    sides: Sides = Sides.SIMPLEX,
    header: bool = False,
    origin: Origin = Origin.BOTH,
) -> Split:
    return split(stack(signs), sides, header, origin)


def delivered(parted: Split) -> dict[str, tuple[int, ...]]:
    return {
        each.cover.cover_id: each.pages for each in parted.letters if each.cover and not each.doubts
    }


def held(parted: Split) -> list[tuple[str | None, tuple[int, ...]]]:
    return [
        (each.cover.cover_id if each.cover else None, each.pages)
        for each in parted.letters
        if each.doubts
    ]


def whole(parted: Split) -> list[DoubtReason]:
    assert not (parted.whole and parted.letters)
    return [doubt.reason for doubt in parted.whole]


# --- what goes well


def test_each_letter_takes_the_pages_behind_its_cover() -> None:
    parted = part("A a a B b")
    assert parted.letters == (
        SplitLetter(code("A"), (1,), (2, 3), ()),
        SplitLetter(code("B"), (4,), (5,), ()),
    )


def test_duplex_blank_backs_are_hidden_and_written_ones_content() -> None:
    parted = part("A _ a _ b b B b b _ _ _", Sides.DUPLEX)
    assert parted.letters == (
        SplitLetter(code("A"), (1,), (3, 5, 6), (2, 4)),
        SplitLetter(code("B"), (7,), (8, 9), (10, 11, 12)),
    )


def test_ink_on_a_cover_makes_it_a_page() -> None:
    assert delivered(part("A+ a B b")) == {"A": (1, 2), "B": (4,)}


def test_a_cover_that_is_the_whole_letter_is_delivered_where_nothing_lies_before_it() -> None:
    assert delivered(part("A+")) == {"A": (1,)}
    assert delivered(part("A+ B b")) == {"A": (1,), "B": (3,)}


def test_a_cover_fed_face_down_in_duplex_is_a_cover() -> None:
    assert delivered(part("_ A a _ _ B b _", Sides.DUPLEX)) == {"A": (3,), "B": (7,)}


def test_a_cover_copied_on_both_sides_is_one_cover() -> None:
    assert delivered(part("A A a _", Sides.DUPLEX)) == {"A": (3,)}


def test_odd_even_stacks_are_collated() -> None:
    parted = part("A a B b _ _ a _", Sides.ODD_EVEN)
    assert delivered(parted) == {"A": (2, 7), "B": (4,)}
    assert reading_order(8, Sides.ODD_EVEN) == (1, 8, 2, 7, 3, 6, 4, 5)


def test_reply_sheets_are_content_and_need_no_page_after_them() -> None:
    parted = part("R3 r R1 R1 r", origin=Origin.INSIDE)
    assert delivered(parted) == {"R3": (1, 2), "R1": (3, 4, 5)}


def test_a_reply_code_again_after_other_pages_is_a_reply_of_its_own() -> None:
    assert [each.pages for each in part("R1 r R1 r").letters] == [(1, 2), (3, 4)]


def test_the_same_standing_cover_again_is_a_new_letter() -> None:
    letters = part("A a A a").letters
    assert [each.pages for each in letters] == [(2,), (4,)]
    assert not any(each.doubts for each in letters)


def test_a_header_is_recorded_and_its_count_kept() -> None:
    parted = part("H.2 A a B b", header=True)
    assert parted.recorded == (1,)
    assert delivered(parted) == {"A": (3,), "B": (5,)}


def test_a_lone_header_is_recorded() -> None:
    assert part("H") == Split(recorded=(1,))


# --- stacks that are held whole


@pytest.mark.parametrize(
    ("signs", "sides", "reason"),
    [
        ("", Sides.SIMPLEX, R.NOTHING_INSIDE),
        ("_ _ _", Sides.DUPLEX, R.NOTHING_INSIDE),
        ("H.2 _", Sides.SIMPLEX, R.NOTHING_INSIDE),
        ("a A a", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("_ A a", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("! a B b", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("? a B b R", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("? a B b ? _", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("H.1 a A a", Sides.SIMPLEX, R.NO_COVER_FIRST),
        ("A a B", Sides.SIMPLEX, R.COVER_LAST),
        ("A _ a _ B _", Sides.DUPLEX, R.COVER_LAST),
        ("A a ?", Sides.SIMPLEX, R.COVER_LAST),
        ("A _ a", Sides.DUPLEX, R.UNEVEN_SIDES),
        ("A a _", Sides.ODD_EVEN, R.UNEVEN_HALVES),
        ("A a H.1 B b", Sides.SIMPLEX, R.BATCH_HEADER_MISPLACED),
        ("H.1 a A _ a _", Sides.DUPLEX, R.BATCH_HEADER_MISPLACED),
    ],
)
def test_held_whole(signs: str, sides: Sides, reason: DoubtReason) -> None:
    assert reason in whole(part(signs, sides))


@pytest.mark.parametrize("signs", ["A a", "H A a"])
def test_a_required_header_without_a_count_holds_whole(signs: str) -> None:
    assert R.BATCH_HEADER_MISSING in whole(part(signs, header=True))


def test_a_legal_marker_seals_the_scan() -> None:
    for signs in ("A a L B b", "L", "a L&A", "A a b L _"):
        parted = part(signs, Sides.DUPLEX)
        assert parted.sealed
        assert whole(parted) == [R.LEGAL]
    doubted = SeenPage(3, doubts=(Doubt(R.LEGAL, "its marks say legal"),))
    assert split([*stack("A a"), doubted], Sides.SIMPLEX).sealed


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


def test_a_sheet_too_few_in_two_runs_holds_every_letter_near_a_written_back() -> None:
    """Fronts A a a B b C c D d, backs behind them; A's cover promises a third sheet."""
    fronts, backs = "A.3 a a B b C c D d", "_ _ _ _ _ _ x _ _"
    parted = part(f"{fronts} {' '.join(reversed(backs.split()))}", Sides.ODD_EVEN)
    slipped = {
        each.cover.cover_id
        for each in parted.letters
        if each.cover and R.UNEVEN_HALVES in {doubt.reason for doubt in each.doubts}
    }
    assert slipped == {"C", "D"}
    assert set(delivered(parted)) == set()  # B is A's neighbour


def test_a_sheet_too_many_in_two_runs_is_no_slip() -> None:
    parted = part("A.1 a a B b C c _ _ _ _ _ _ _", Sides.ODD_EVEN)
    assert set(delivered(parted)) == {"C"}


def test_what_may_be_a_cover_just_before_a_cover_holds_that_too() -> None:
    assert held(part("A a ! B b C c")) == [("A", (2,)), (None, (3,)), ("B", (5,))]


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


def test_a_simplex_blank_holds_both_letters_it_touches() -> None:
    inside = part("Z z A a _ b C c")
    assert held(inside) == [("A", (4,)), (None, (6,))]
    assert list(delivered(inside)) == ["Z", "C"]
    before = part("Z z A a _ _ B b C c")
    assert held(before) == [("A", (4,)), ("B", (8,))]
    assert before.letters[1].hidden == (5, 6)
    assert list(delivered(before)) == ["Z", "C"]
    assert held(part("A a B b _")) == [("B", (4,))]


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


def test_a_wrong_sheet_count_holds_its_neighbours_unless_theirs_is_right() -> None:
    assert [each[0] for each in held(part("A a B.2 b C c D d"))] == ["A", "B", "C"]
    assert [each[0] for each in held(part("A.1 a B.1 b b C.1 c D d"))] == ["B"]
    blank_sheets_count = part("A.2 _ a _ _ _ B _ b _", Sides.DUPLEX)
    assert len(delivered(blank_sheets_count)) == 2


def test_no_neighbours_count_is_right_where_all_that_was_promised_is_missing() -> None:
    """A lost a sheet, and B's lies before its cover, or behind it a reply's before its sheet."""
    assert not delivered(part("A.1 b B.1+"))
    assert not delivered(part("H.2 R1.1 r R2.1"))
    assert not delivered(part("A.1+ B.1 a"))
    # What is short of some of its sheets only does not hold a letter that its count proves.
    assert list(delivered(part("A.1 a B.2+ b C.1 c"))) == ["A", "C"]


def test_ink_on_a_cover_is_not_the_sheets_that_it_promises() -> None:
    """C and B.1 lie back to front: each letter before B.1 may have another's pages."""
    assert list(delivered(part("A a c C b B.1+ D d E e"))) == ["E"]
    assert list(delivered(part("A a c C b B+ D d E e"))) == ["A", "D", "E"]


def test_a_copy_that_promises_the_same_proves_no_sheets_behind_it() -> None:
    """A's cover was copied into its letter, and the cover of the next was lost."""
    assert not delivered(part("H.2 A.2 a A.2 a b"))
    assert list(delivered(part("Z.1 z A.2 a A.2 a b C.1 c"))) == ["Z", "C"]


def test_a_header_on_the_wrong_end_hides_no_stack_that_is_back_to_front() -> None:
    """A count that is off, or a stack with another side up than its header, belies it."""
    assert list(delivered(part("H.3 R3.1 R3.1 r R2.1 q R1"))) == []
    assert not delivered(part("H.2 _ _ R2 _ r _ R1", Sides.DUPLEX))
    # A scanner that writes the back of every sheet first is none.
    assert len(delivered(part("_ H.2 _ R1 _ r _ R2", Sides.DUPLEX))) == 2
    assert len(delivered(part("H.2 _ R1 _ r _ R2 _", Sides.DUPLEX))) == 2


def test_a_stack_that_reads_as_well_from_its_end_holds_what_would_change() -> None:
    assert not delivered(part("R1 a A r R2"))
    assert list(delivered(part("R1 R2 r R3 R4"))) == ["R1", "R4"]
    assert len(delivered(part("H R1 R2 r R3 R4"))) == 4


def test_a_count_that_fits_one_way_only_says_whose_loose_sheets_are() -> None:
    """As the stack lies two counts fit, which would be off if it were turned over."""
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


def test_a_reply_sheets_count_is_of_the_sheets_behind_it() -> None:
    assert len(delivered(part("R1.2 R1.2 r"))) == 1
    assert [each[0] for each in held(part("R1.1 A a"))] == ["R1", "A"]


def test_a_lost_cover_shows_in_the_header_and_holds_every_letter() -> None:
    parted = part("H.3 A a B b b")
    assert held(parted) == [("A", (3,)), ("B", (5, 6))]


def test_what_may_be_a_cover_does_not_make_up_for_a_lost_one() -> None:
    assert not delivered(part("H.3 A a ! a B b b"))
    assert list(delivered(part("H.3 A a ? c B b"))) == ["B"]
    assert list(delivered(part("H.3 A.1 a B b ! c D.1 d"))) == ["A", "D"]


# --- laws


SIGNS = st.sampled_from(
    ["A", "B", "C", "A.1", "B.2", "R1", "R2", "A+", "H.2", "H", "A&B", *"?!_~#%aaaaaaaa"]
)
STACKS = st.lists(SIGNS, max_size=24).map(lambda signs: stack(" ".join(["A", *signs])))
ANY_SIDES = st.sampled_from(list(Sides))


def letter_signs(sheets: st.SearchStrategy[int], counted: bool) -> st.SearchStrategy[list[str]]:
    """Well-made letters: each of its own name, so that ``b7`` is a page of ``B7``."""

    def make(sizes: list[int]) -> list[str]:
        return [
            sign
            for i, size in enumerate(sizes)
            for sign in (f"B{i}.{size if counted else 0}", *[f"b{i}"] * size)
        ]

    return st.lists(sheets, min_size=1, max_size=8).map(make)


GOOD = letter_signs(st.integers(1, 4), counted=False)
COUNTED = letter_signs(st.integers(1, 4), counted=True)


def places(parted: Split) -> list[int]:
    found = [*parted.recorded]
    for each in parted.letters:
        found += [*each.pages, *each.hidden, *each.covers]
    return sorted(found)


def owners(signs: list[str]) -> dict[int, str]:
    """Whose each page is, by the signs' own names."""
    return {
        number: sign.partition(".")[0].upper()
        for number, sign in enumerate(signs, 1)
        if sign[0] == "b"
    }


def astray(parted: Split, truth: dict[int, str]) -> list[int]:
    return [
        number
        for name, numbers in (
            (each.cover.cover_id, each.pages)
            for each in parted.letters
            if each.cover and not each.doubts
        )
        for number in numbers
        if truth.get(number, name) != name
    ]


@given(STACKS, ANY_SIDES, st.booleans())
def test_every_page_is_in_exactly_one_place(
    pages: list[SeenPage], sides: Sides, required: bool
) -> None:
    parted = split(pages, sides, required)
    if parted.whole:
        assert not parted.letters
        assert not parted.recorded
    else:
        assert places(parted) == [each.number for each in pages]


@given(STACKS, ANY_SIDES)
def test_no_letter_reaches_over_anything_that_may_be_a_boundary(
    pages: list[SeenPage], sides: Sides
) -> None:
    """Held or not: a letter's pages never lie on both sides of what may be a cover."""
    order = reading_order(len(pages), sides)
    for letter in split(pages, sides).letters:
        span = [at for at, number in enumerate(order) if number in letter.pages]
        between = [pages[order[at] - 1] for at in range(span[0] + 2, span[-1] - 1)] if span else []
        for each in between:
            own = letter.cover is not None and each.codes == (letter.cover,)
            assert not each.doubts
            assert not each.codes or own
            assert sides is not Sides.SIMPLEX or not (each.blank or each.perhaps_blank)


@given(STACKS, ANY_SIDES)
def test_a_letter_without_a_known_cover_is_never_free_of_doubt(
    pages: list[SeenPage], sides: Sides
) -> None:
    assert all(each.doubts or each.cover for each in split(pages, sides).letters)


def deliveries(parted: Split) -> dict[int, CoverCode]:
    return {
        number: each.cover
        for each in parted.letters
        if each.cover and not each.doubts
        for number in each.pages
    }


def named(parted: Split) -> dict[int, CoverCode]:
    return {n: each.cover for each in parted.letters if each.cover for n in each.pages}


@given(
    STACKS,
    ANY_SIDES,
    st.data(),
    st.booleans(),
    st.sampled_from([R.DECODER_FAILED, R.COVER_UNREADABLE]),
)
def test_turning_a_page_unreadable_never_moves_a_page_to_another_inmate(
    pages: list[SeenPage], sides: Sides, data: st.DataObject, keep: bool, reason: DoubtReason
) -> None:
    at = data.draw(st.integers(0, len(pages) - 1))
    before = split(pages, sides)
    after = split(spoilt(pages, at, keep, reason), sides)
    if not before.whole:
        was = named(before)
        assert all(was[number] == cover for number, cover in deliveries(after).items())


# No batch header either: one that lies where none belongs holds the whole stack, which it cannot
# do once nothing of it can be read; the doubt in its place then holds what stands beside it.
UNCOUNTED = st.lists(
    SIGNS.filter(lambda sign: "." not in sign and not sign.startswith("H")), max_size=24
).map(lambda signs: stack(" ".join(["A", *signs])))


@given(
    UNCOUNTED,
    ANY_SIDES,
    st.data(),
    st.booleans(),
    st.sampled_from([R.DECODER_FAILED, R.COVER_UNREADABLE]),
)
def test_a_doubt_more_never_delivers_what_was_held(
    pages: list[SeenPage], sides: Sides, data: st.DataObject, keep: bool, reason: DoubtReason
) -> None:
    """Where nothing is counted: a lost count or header can of course no longer hold."""
    at = data.draw(st.integers(0, len(pages) - 1))
    before = deliveries(split(pages, sides))
    after = deliveries(split(spoilt(pages, at, keep, reason), sides))
    assert after.items() <= before.items()


def spoilt(pages: list[SeenPage], at: int, keep: bool, reason: DoubtReason) -> list[SeenPage]:
    """The pages with one that may now be anything; its codes may still be seen (``keep``)."""
    codes = pages[at].codes if keep else ()
    changed = replace(pages[at], codes=codes, blank=False, doubts=(Doubt(reason, "spoilt"),))
    return [*pages[:at], changed, *pages[at + 1 :]]


@given(UNCOUNTED, ANY_SIDES, st.data())
def test_a_side_less_sure_never_delivers_what_was_held(
    pages: list[SeenPage], sides: Sides, data: st.DataObject
) -> None:
    """Content or a blank that is now only perhaps so, apart from that side itself."""
    plain = [i for i, each in enumerate(pages) if not each.codes and not each.doubts]
    if not plain:
        return
    at = data.draw(st.sampled_from(plain))
    faded = [*pages[:at], replace(pages[at], blank=False, perhaps_blank=True), *pages[at + 1 :]]
    before, after = split(pages, sides), split(faded, sides)
    others = {number: cover for number, cover in deliveries(after).items() if number != at + 1}
    assert others.items() <= deliveries(before).items()


@given(GOOD)
def test_well_made_stacks_are_delivered_to_the_last_page(signs: list[str]) -> None:
    parted = part(" ".join(signs))
    assert not held(parted)
    assert sorted(deliveries(parted)) == sorted(owners(signs))
    assert not astray(parted, owners(signs))


@given(GOOD)
def test_a_reversed_stack_is_held_whole(signs: list[str]) -> None:
    assert whole(part(" ".join(reversed(signs))))


@given(GOOD, st.data())
def test_a_reversed_handful_sends_nothing_astray(signs: list[str], data: st.DataObject) -> None:
    starts = [i for i, sign in enumerate(signs) if sign[0] == "B"] + [len(signs)]
    low, high = sorted(data.draw(st.lists(st.sampled_from(starts), min_size=2, max_size=2)))
    signs[low:high] = reversed(signs[low:high])
    assert not astray(part(" ".join(signs)), owners(signs))


def replies_of(sizes: list[tuple[int, int, bool]]) -> list[str]:
    """Reply sheets: so many sheets with the code, so many loose ones, and whether counted."""
    return [
        sign
        for i, (coded, loose, counted) in enumerate(sizes)
        for sign in (
            *[f"R{i}.{coded - 1 + loose if counted else 0}"] * coded,
            *[f"r{i}"] * loose,
        )
    ]


REPLIES = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from([0, 0, 1, 2]), st.booleans()),
    min_size=1,
    max_size=7,
).map(replies_of)


def replies_astray(parted: Split, signs: list[str]) -> list[int]:
    return [
        number
        for number, cover in deliveries(parted).items()
        if signs[number - 1].partition(".")[0].upper() != cover.cover_id
    ]


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
    """Or never enclosed: that letter's count may then fit as the stack lies, and no other's."""
    loose = [i for i, sign in enumerate(signs) if sign[0] == "r"]
    if loose:
        del signs[data.draw(st.sampled_from(loose))]
    back = signs[::-1]
    assert not replies_astray(part(" ".join(back), origin=Origin.INSIDE), back)


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 2)), min_size=1, max_size=7))
def test_counted_reply_sheets_are_delivered_to_the_last_page(sizes: list[tuple[int, int]]) -> None:
    """Behind two that tell which way the stack lies."""
    known = [(1, 1), (1, 0), (1, 2), (1, 0)]
    signs = replies_of([(coded, loose, True) for coded, loose in [*known, *sizes, (1, 0)]])
    parted = part(" ".join(signs), origin=Origin.INSIDE)
    assert sorted(deliveries(parted)) == list(range(1, len(signs) + 1))
    assert not replies_astray(parted, signs)


FAULTS = {
    "unreadable": lambda sign: ["?"],
    "decoder failed": lambda sign: ["!"],
    "doubled": lambda sign: [sign, sign],
    "face down": lambda sign: ["_"],
    "too faint": lambda sign: ["~"],
    "too dark": lambda sign: ["#"],
    "two codes": lambda sign: [f"{sign}&C"],
}


@given(GOOD | COUNTED, st.data())
def test_spoilt_covers_send_nothing_astray(signs: list[str], data: st.DataObject) -> None:
    covers = [i for i, sign in enumerate(signs) if sign[0] == "B"]
    some = data.draw(st.sets(st.sampled_from(covers)))
    spoil = data.draw(st.sampled_from(list(FAULTS.values())))
    faulty = [out for i, sign in enumerate(signs) for out in (spoil(sign) if i in some else [sign])]
    assert not astray(part(" ".join(faulty)), owners(faulty))


@given(COUNTED, st.data())
def test_a_vanished_cover_among_counted_ones_sends_nothing_astray(
    signs: list[str], data: st.DataObject
) -> None:
    covers = [i for i, sign in enumerate(signs) if sign[0] == "B"]
    for i in sorted(data.draw(st.sets(st.sampled_from(covers))), reverse=True):
        del signs[i]
    assert not astray(part(" ".join(signs) or "_"), owners(signs))


@given(GOOD, st.data())
def test_a_vanished_cover_behind_a_header_delivers_nothing(
    signs: list[str], data: st.DataObject
) -> None:
    covers = [i for i, sign in enumerate(signs) if sign[0] == "B"]
    del signs[data.draw(st.sampled_from(covers))]
    assert not delivered(part(" ".join([f"H.{len(covers)}", *signs])))


@given(GOOD, ANY_SIDES.filter(lambda sides: sides is not Sides.SIMPLEX), st.data())
def test_a_lost_side_holds_the_stack(signs: list[str], sides: Sides, data: st.DataObject) -> None:
    backs = ["_"] * len(signs)
    if sides is Sides.DUPLEX:
        scanned = [side for pair in zip(signs, backs, strict=True) for side in pair]
    else:
        scanned = [*signs, *backs]
    del scanned[data.draw(st.integers(0, len(scanned) - 1))]
    assert whole(part(" ".join(scanned), sides))


@given(GOOD, st.data())
def test_covers_face_down_in_duplex_change_nothing(signs: list[str], data: st.DataObject) -> None:
    turned = data.draw(st.lists(st.booleans(), min_size=len(signs), max_size=len(signs)))
    sheets = [
        ["_", sign] if turn else [sign, "_"] for sign, turn in zip(signs, turned, strict=True)
    ]
    parted = part(" ".join(side for sheet in sheets for side in sheet), Sides.DUPLEX)
    assert not held(parted)
    assert len(deliveries(parted)) == len(owners(signs))


def test_a_stack_of_thousands_of_empty_covers_takes_no_square_of_its_size() -> None:
    """Counts the doubts handed out, not seconds: each letter has a few, however long the stack."""
    letters = part("A a B b " * 10 + "C D d " * 1000 + "E e").letters
    assert max(len(each.doubts) for each in letters) <= 4


# --- paper from outside and paper from inside

WAYS = st.sampled_from([Origin.OUTSIDE, Origin.INSIDE])


def test_a_stack_of_both_ways_holds_every_letter_where_no_way_is_set() -> None:
    for signs in ("R1 A a B b", "A a R1 r", "H.3 R1 A a B b", "R1 A a R2"):
        parted = part(signs)
        assert not delivered(parted)
        assert all(R.BOTH_WAYS in {d.reason for d in each.doubts} for each in parted.letters)
    assert len(delivered(part("A a B b"))) == 2
    assert len(delivered(part("R1 R2 R3"))) == 3


def test_marks_alone_say_which_way_a_sheet_goes() -> None:
    marked = SeenPage(3, doubts=(Doubt(R.COVER_UNREADABLE, "worn"),), kinds=(CodeKind.INMATE,))
    parted = split([*stack("R1 r"), marked, *stack("R1 R1 R1 R2 r")[3:]], Sides.SIMPLEX)
    assert not delivered(parted)


def test_a_cover_in_paper_from_inside_holds_itself_and_its_neighbours() -> None:
    parted = part("R1 r R2 A a R3 R4", origin=Origin.INSIDE)
    assert list(delivered(parted)) == ["R1", "R4"]
    assert [each[0] for each in held(parted)] == ["R2", "A", "R3"]
    assert R.COVER_FROM_INSIDE in {d.reason for d in parted.letters[2].doubts}
    assert not delivered(part("A a B b", origin=Origin.INSIDE))


def test_a_reply_in_paper_from_outside_holds_itself_and_its_neighbours() -> None:
    parted = part("A a B b R1 r C c D d", origin=Origin.OUTSIDE)
    assert list(delivered(parted)) == ["A", "D"]
    assert R.REPLY_FROM_OUTSIDE in {d.reason for d in parted.letters[2].doubts}


def test_headers_are_of_neither_kind() -> None:
    for origin in Origin:
        assert len(delivered(part("H.1 A a", origin=origin))) == (origin is not Origin.INSIDE)
        assert len(delivered(part("H.1 R1 r", origin=origin))) == (origin is not Origin.OUTSIDE)


@given(STACKS, ANY_SIDES, WAYS)
def test_a_way_only_holds_more(pages: list[SeenPage], sides: Sides, origin: Origin) -> None:
    """Nothing of the other way is delivered, nor what lies beside it; nothing new is."""
    parted = split(pages, sides, origin=origin)
    kinds = {code.kind for page in pages for code in page.codes}
    if not kinds >= {CodeKind.INMATE, CodeKind.REPLY}:
        assert deliveries(parted).items() <= deliveries(split(pages, sides)).items()
    foreign = CodeKind.INMATE if origin is Origin.INSIDE else CodeKind.REPLY
    assert all(code.kind is not foreign for code in deliveries(parted).values())
    for i, letter in enumerate(parted.letters):
        if letter.cover and letter.cover.kind is foreign:
            assert all(each.doubts for each in parted.letters[max(i - 1, 0) : i + 2])


@given(STACKS, ANY_SIDES)
def test_two_ways_in_one_stack_deliver_nothing(pages: list[SeenPage], sides: Sides) -> None:
    parted = split(pages, sides)
    kinds = {code.kind for page in pages for code in page.codes}
    if kinds >= {CodeKind.INMATE, CodeKind.REPLY}:
        assert not deliveries(parted)


def _cut_out(number: int) -> SeenPage:
    """A page with a reply code that is not the sheet it was printed on."""
    doubt = Doubt(R.REPLY_NOT_AS_PRINTED, "cut from a copy")
    return SeenPage(number, codes=(code("R9"),), doubts=(doubt,), kinds=(CodeKind.REPLY,))


def test_a_cut_out_code_is_held_with_what_lies_before_it() -> None:
    pages = [*stack("H R1 R2 r"), _cut_out(5), *stack("_ _ _ _ _ R3 R4")[5:]]
    assert list(delivered(split(pages, Sides.SIMPLEX))) == ["R1", "R3", "R4"]
    alone = split([_cut_out(1)], Sides.SIMPLEX)
    assert whole(alone)[0] is R.REPLY_NOT_AS_PRINTED
    assert R.REPLY_NOT_AS_PRINTED in whole(split([*stack("A a"), _cut_out(3)], Sides.SIMPLEX))


def test_a_reply_of_which_one_sheet_is_not_as_printed_is_held_with_its_other_sheets() -> None:
    """Where it is two, its count is of the second sheet, and the page behind may be another's."""
    pages = [*stack("H R1"), _cut_out(3), *stack("_ _ _ R9 r R3")[3:]]
    assert list(delivered(split(pages, Sides.SIMPLEX))) == ["R3"]


def test_a_reply_that_a_blank_parts_is_counted_once() -> None:
    """R2 is lost, and R3 is one letter."""
    assert not delivered(part("H.3 R1 r q q R3 _ R3"))
    assert list(delivered(part("H.2 R1 r R3 _ R3"))) == ["R1"]


def test_a_cut_out_code_does_not_make_up_for_a_lost_cover() -> None:
    """Four letters were counted; the third one's cover is lost, so its page lies behind C."""
    pages = [*stack("H.4 R1 r R2 r r R3 r"), _cut_out(9), SeenPage(10)]
    assert not delivered(split(pages, Sides.SIMPLEX))
