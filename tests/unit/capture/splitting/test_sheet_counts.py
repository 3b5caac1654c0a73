"""What the numbers on covers and batch headers show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.splitting import split
from digitizer.model.paper import SeenPage
from digitizer.model.scanner_profile import Sides
from tests.support.split_stacks import (
    GOOD,
    cut_out,
    delivered,
    held,
    part,
    stack,
    to_match,
)


def test_a_header_is_recorded_and_its_count_kept() -> None:
    parted = part("H.2 A a B b", header=True)
    assert parted.recorded == (1,)
    assert delivered(parted) == {"A": (3,), "B": (5,)}


def test_a_wrong_sheet_count_holds_its_neighbours_unless_theirs_is_right() -> None:
    assert [each[0] for each in held(part("A a B.2 b C c D d"))] == ["A", "B", "C"]
    assert [each[0] for each in held(part("A.1 a B.1 b b C.1 c D d"))] == ["B"]
    blank_sheets_count = part("A.2 _ a _ _ _ B _ b _", Sides.DUPLEX)
    assert len(delivered(blank_sheets_count)) == 2


def test_no_neighbours_count_is_right_where_all_that_was_promised_is_missing() -> None:
    """A lost a sheet, and B's is before its cover, or behind it a reply's is before its sheet."""
    assert not delivered(part("A.1 b B.1+"))
    assert not delivered(part("H.2 R1.1 r R2.1"))
    assert not delivered(part("A.1+ B.1 a"))
    # What is short of some of its sheets only does not hold a letter that its count proves.
    assert list(delivered(part("A.1 a B.2+ b C.1 c"))) == ["A", "C"]


def test_ink_on_a_cover_is_not_the_sheets_that_it_promises() -> None:
    """C and B.1 are back to front: each letter before B.1 may have another's pages."""
    assert list(delivered(part("A a c C b B.1+ D d E e"))) == ["E"]
    assert list(delivered(part("A a c C b B+ D d E e"))) == ["A", "D", "E"]


def test_a_copy_that_promises_the_same_proves_no_sheets_behind_it() -> None:
    """A's cover was copied into its letter, and the cover of the next was lost."""
    assert not delivered(part("H.2 A.2 a A.2 a b"))
    assert list(delivered(part("Z.1 z A.2 a A.2 a b C.1 c"))) == ["Z", "C"]


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


@given(GOOD, st.data())
def test_a_vanished_cover_behind_a_header_delivers_nothing(
    signs: list[str], data: st.DataObject
) -> None:
    covers = [i for i, sign in enumerate(signs) if sign[0] == "B"]
    del signs[data.draw(st.sampled_from(covers))]
    assert not delivered(part(" ".join([f"H.{len(covers)}", *signs])))


def test_a_reply_that_a_blank_divides_is_counted_once() -> None:
    """R2 is lost, and R3 is one letter."""
    assert not delivered(part("H.3 R1 r q q R3 _ R3"))
    assert list(delivered(part("H.2 R1 r R3 _ R3"))) == ["R1"]


def test_a_cut_out_code_does_not_make_up_for_a_lost_cover() -> None:
    """Four letters were counted; the third one's cover is lost, so its page is behind C."""
    pages = [*stack("H.4 R1 r R2 r r R3 r"), cut_out(9), SeenPage(10)]
    assert not delivered(split(pages, Sides.SIMPLEX))


def test_a_headers_count_counts_letters_behind_separators() -> None:
    parted = part("H.3 A a S b S c")
    assert list(delivered(parted)) == ["A"]
    assert to_match(parted) == [(5,), (7,)]
    assert to_match(part("H.2 a S b")) == [(4,)]
    for lost in "H.3 A a S b c", "H.3 A a b S c":
        assert not delivered(part(lost))
        assert not to_match(part(lost))


def test_a_separator_without_pages_is_no_letter_that_was_announced() -> None:
    assert not to_match(part("H.3 S a S S b"))


def _promised(signs: str) -> tuple[int, int]:
    parted = part(signs)
    return parted.counted, parted.missing


def test_what_covers_and_a_header_promise_and_what_is_missing_of_it() -> None:
    assert _promised("A a B b") == (0, 0)
    assert _promised("A.2 a a B.1 b") == (3, 0)
    assert _promised("A.3 a B.1 b") == (4, 2)
    assert _promised("H.3 A.1 a B.1 b") == (5, 1)
    # A sheet too many is no double feed, and what may be a cover is a sheet that is there.
    assert _promised("A.1 a a B.1 b") == (2, 0)
    assert _promised("A.2 a ? B.1 b") == (3, 0)
