"""Where a letter begins, and which pages are its own."""

from __future__ import annotations

from hypothesis import given

from digitizer.capture.splitting import reading_order, split
from digitizer.model.paper import SeenPage, SplitLetter
from digitizer.model.scanner_profile import Origin, Sides
from tests.support.split_stacks import (
    ANY_SIDES,
    STACKS,
    code,
    delivered,
    part,
    to_match,
)

# --- what goes well


def test_each_letter_takes_the_pages_behind_its_cover() -> None:
    parted = part("A a a B b")
    assert parted.letters == (
        SplitLetter(code("A"), (1,), (2, 3), ()),
        SplitLetter(code("B"), (4,), (5,), ()),
    )


def test_a_cover_that_is_the_whole_letter_is_delivered_where_nothing_is_before_it() -> None:
    assert delivered(part("A+")) == {"A": (1,)}
    assert delivered(part("A+ B b")) == {"A": (1,), "B": (3,)}


def test_reply_sheets_are_content_and_need_no_page_after_them() -> None:
    parted = part("R3 r R1 R1 r", origin=Origin.INSIDE)
    assert delivered(parted) == {"R3": (1, 2), "R1": (3, 4, 5)}


def test_a_reply_code_again_after_other_pages_is_a_reply_of_its_own() -> None:
    assert [each.pages for each in part("R1 r R1 r").letters] == [(1, 2), (3, 4)]


def test_the_same_standing_cover_again_is_a_new_letter() -> None:
    letters = part("A a A a").letters
    assert [each.pages for each in letters] == [(2,), (4,)]
    assert not any(each.doubts for each in letters)


@given(STACKS, ANY_SIDES)
def test_no_letter_reaches_over_anything_that_may_be_a_boundary(
    pages: list[SeenPage], sides: Sides
) -> None:
    """Held or not: a letter's pages are never on both sides of what may be a cover."""
    order = reading_order(len(pages), sides)
    for letter in split(pages, sides).letters:
        span = [at for at, number in enumerate(order) if number in letter.pages]
        between = [pages[order[at] - 1] for at in range(span[0] + 2, span[-1] - 1)] if span else []
        for each in between:
            own = letter.cover is not None and each.codes == (letter.cover,)
            assert not each.doubts
            assert not each.codes or own
            assert sides is not Sides.SIMPLEX or not (each.blank or each.perhaps_blank)


# --- separators


def test_a_letter_behind_a_separator_names_nobody_and_the_separator_is_recorded() -> None:
    parted = part("A a S b b B c")
    assert [(each.cover, each.covers, each.pages) for each in parted.letters] == [
        (code("A"), (1,), (2,)),
        (None, (), (4, 5)),
        (code("B"), (6,), (7,)),
    ]
    assert parted.recorded == (3,)
    assert list(delivered(parted)) == ["A", "B"]
    assert to_match(parted) == [(4, 5)]


def test_separators_with_one_code_are_no_copies_of_each_other() -> None:
    """Unlike covers: the letters behind them are several people's."""
    assert to_match(part("S a S b")) == [(2,), (4,)]
    assert to_match(part("S a S S b")) == []


def test_blanks_between_separators_are_a_letter_that_was_perhaps_fed_face_down() -> None:
    parted = part("S _ S b")
    assert [(each.pages, each.hidden) for each in parted.letters] == [((), (2,)), ((4,), ())]
    assert not to_match(parted)


def test_a_separator_that_no_sheet_follows_begins_no_letter() -> None:
    parted = part("S a S")
    assert [each.pages for each in parted.letters] == [(2,)]
    assert parted.recorded == (1, 3)
