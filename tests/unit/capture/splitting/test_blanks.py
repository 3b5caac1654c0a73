"""Whose a blank sheet is, which may be a cover face down: what a printed count tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.splitting import split
from digitizer.model.paper import DoubtReason, Split
from digitizer.model.scanner_profile import Sides
from tests.support.split_stacks import astray, delivered, held, owners, part, stack, to_match


def expecting(signs: str) -> Split:
    return split(stack(signs), Sides.SIMPLEX, blank_sheets_expected=True)


def test_a_count_that_fits_with_the_blank_at_the_end_frees_both_letters() -> None:
    parted = part("A.1 a B.2 b _ C.1 c")
    assert delivered(parted) == {"A": (2,), "B": (4,), "C": (7,)}
    assert parted.letters[1].hidden == (5,)
    assert list(delivered(part("A.2 a _ B b"))) == ["A", "B"]
    assert list(delivered(part("A.1 a B.3 b _ _"))) == ["A", "B"]


def test_a_count_that_fits_without_the_blank_frees_it_between_letters_that_fit() -> None:
    parted = part("A.1 a B.1 b _ C.1 c")
    assert list(delivered(parted)) == ["A", "B", "C"]
    assert parted.letters[1].hidden == (5,)
    assert list(delivered(part("A.1 a B.1 b _"))) == ["A", "B"]
    # What a cover face down brought may lie behind the next cover, which counts nothing.
    assert [name for name, _ in held(part("A.1 a B.1 b _ C c"))] == ["B", "C"]


@pytest.mark.parametrize(
    ("why", "signs", "free"),
    [
        ("nothing is counted", "A a _ B b", []),
        ("the count is off", "A.1 a B.4 b _ C.1 c", ["A"]),
        ("the letter before is not counted", "A a B.2 b _ C.1 c", ["A"]),
        ("the letter before has a count that is off", "A.3 a B.2 b _ C.1 c", []),
        ("pages follow: the letter may lack as many as a cover brought", "A.3 a _ b C.1 c", ["C"]),
        ("pages follow, one too many", "A.1 a _ b C.1 c", ["C"]),
        ("a handful back to front, one of its covers face down", "A a c C.2 b _ D.1 d", ["A"]),
        ("another sheet is in doubt too", "A.3 a _ ? B.1 b", []),
        ("a reply sheet counts other sheets", "R1.1 _ R2.1 r", []),
    ],
)
def test_a_blank_still_holds_what_it_touches_where(why: str, signs: str, free: list[str]) -> None:
    assert sorted(set(delivered(part(signs))) - {"R1", "R2"}) == free, why
    assert held(part(signs))


def test_a_header_that_fits_frees_every_letter_wherever_the_blanks_are() -> None:
    parted = part("H.3 A a _ a B _ b C c _")
    assert delivered(parted) == {"A": (3, 5), "B": (8,), "C": (10,)}
    assert [each.hidden for each in parted.letters] == [(4,), (7,), (11,)]
    assert list(delivered(part("H.2 R1 _ R2 r"))) == ["R1", "R2"]
    assert list(delivered(part("H.2 A a ~ B b"))) == ["A", "B"]


@pytest.mark.parametrize(
    ("why", "signs"),
    [
        ("a letter is missing: its cover is face down", "H.3 A a _ b C c"),
        ("a cover too many makes up for it", "H.3 A a _ b C c D"),
        ("a copy apart from its letter makes up for it", "H.4 A a A a _ b C c"),
        ("paper of the other way makes up for it", "H.3 A a _ b R1 C c"),
        ("what may be a cover makes up for it", "H.3 A a _ b ! C c"),
        ("the header names no number", "H A a _ b C c"),
        ("a separator left in makes up for it", "H.3 A a _ b S c S c"),
    ],
)
def test_a_header_frees_nothing_where(why: str, signs: str) -> None:
    reasons = {doubt.reason for each in part(signs).letters for doubt in each.doubts}
    wholly = {doubt.reason for doubt in part(signs).whole}
    assert wholly or DoubtReason.BLANK_MAY_BE_COVER in reasons, why
    assert not delivered(part(signs)).get("A"), why


def test_a_header_frees_no_blank_between_separators() -> None:
    """One left in from the stack before looks like any other, and makes the number fit."""
    assert to_match(part("H.4 S a S a S b S d")) == [(3,), (5,), (7,), (9,)]
    assert to_match(part("H.4 S a S a S b _ d S e")) == [(3,), (5,), (11,)]


def test_a_count_is_off_where_the_header_says_whose_the_blank_is() -> None:
    """Blank sheets count: else one would make up for a strange one."""
    parted = part("H.2 A.1 a _ a B.1 b")
    assert [name for name, _ in held(parted)] == ["A"]
    assert {doubt.reason for doubt in parted.letters[0].doubts} == {DoubtReason.SHEET_COUNT}


def test_a_profile_that_expects_blanks_believes_the_count_between_pages_too() -> None:
    assert list(delivered(expecting("A.3 a _ a B.1 b"))) == ["A", "B"]
    assert [name for name, _ in held(expecting("A.4 a _ a B.1 b"))] == ["A", None]
    assert held(expecting("A a _ a B b"))  # without a count it frees nothing


def test_a_blank_sheet_in_black_and_white_is_freed_in_duplex_as_well() -> None:
    assert list(delivered(part("A.2 _ a _ = = B.1 _ b _", Sides.DUPLEX))) == ["A", "B"]
    assert held(part("A _ a _ = = B _ b _", Sides.DUPLEX))


LETTERS = st.lists(st.integers(1, 4), min_size=2, max_size=8)


@given(LETTERS, st.data(), st.booleans())
def test_a_cover_face_down_never_gives_its_pages_to_the_letter_before(
    sizes: list[int], data: st.DataObject, headed: bool
) -> None:
    """With counts, a header or both; nothing else is wrong with the stack."""
    counted = data.draw(st.booleans())
    signs = [
        sign
        for i, size in enumerate(sizes)
        for sign in (f"B{i}.{size if counted else 0}", *[f"b{i}"] * size)
    ]
    down = data.draw(st.integers(1, len(sizes) - 1))
    signs[signs.index(f"B{down}.{sizes[down] if counted else 0}")] = "_"
    signs = [f"H.{len(sizes)}", *signs] if headed else signs
    parted = part(" ".join(signs))
    assert astray(parted, owners(signs)) == []
