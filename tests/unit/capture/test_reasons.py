"""The reason a clerk reads: each cause once, the gravest first, then what to do, once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.reasons import WEIGHTS, reason_of
from digitizer.capture.splitting import split
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
)
from digitizer.model.scanner_profile import Sides

R = DoubtReason
COVER = CoverCode(CodeKind.INMATE, 1, "cover")
REPLY = CoverCode(CodeKind.REPLY, 1, "reply")


def cover(number: int, code: CoverCode = COVER) -> SeenPage:
    return SeenPage(number, codes=(code,), kinds=(code.kind,))


def worn(number: int, kind: CodeKind = CodeKind.INMATE) -> SeenPage:
    doubt = Doubt(R.COVER_UNREADABLE, f"Page {number} looks like a cover sheet.")
    return SeenPage(number, doubts=(doubt,), kinds=(kind,))


def reason_for(*pages: SeenPage) -> str:
    """Why the stack is held, or its first held letter."""
    parted = split(pages, Sides.SIMPLEX)
    doubts = parted.whole or next(each.doubts for each in parted.letters if each.doubts)
    return reason_of(doubts) or ""


def test_each_reason_has_its_weight() -> None:
    assert sorted(WEIGHTS) == sorted(R)


def test_without_a_doubt_there_is_no_reason() -> None:
    assert reason_of([]) is None


def test_the_same_cause_is_named_once_and_the_advice_given_once() -> None:
    one = Doubt(R.COVER_UNREADABLE, "Page 5 looks like a cover sheet.", look=(3, 7))
    count = Doubt(R.SHEET_COUNT, "The cover sheet on page 3 is short of 2 sheets.", look=(3, 9))
    again = Doubt(R.COVER_UNREADABLE, "Page 5 looks like a cover sheet.", look=(5, 8))
    assert reason_of([count, one, again]) == (
        "Page 5 looks like a cover sheet. The cover sheet on page 3 is short of 2 sheets. "
        "Look at pages 3 to 9 and assign each letter."
    )


def test_the_gravest_cause_gives_the_advice() -> None:
    released = Doubt(R.NOT_IN_CUSTODY, "Orson is released.", "Forward or reject the letter.")
    faint = Doubt(R.UNSEEN, "Page 4 is too dark.", "Look at the paper of {pages}.", look=(4, 4))
    assert reason_of([released, faint]) == (
        "Page 4 is too dark. Orson is released. Look at the paper of page 4."
    )


def test_what_has_no_advice_of_its_own_leaves_it_to_the_next() -> None:
    plain = Doubt(R.UNOPENABLE, "The file is empty: scan it again.")
    assert reason_of([plain]) == plain.message
    assert reason_of([plain, Doubt(R.NOT_IN_CUSTODY, "Orson is gone.", "Forward it.")]) == (
        f"{plain.message} Orson is gone. Forward it."
    )


def test_many_causes_are_counted_and_not_recited() -> None:
    many = [Doubt(R.UNSEEN, f"Page {number}.", look=(number, number)) for number in range(1, 6)]
    assert reason_of(many) == (
        "Page 1. Page 2. Page 3. 2 more things are in doubt. "
        "Look at pages 1 to 5 and assign each letter."
    )
    assert "One more thing is in doubt." in (reason_of(many[:4]) or "")


@given(
    st.lists(
        st.builds(
            Doubt,
            st.sampled_from(list(R)),
            st.sampled_from(["One.", "Two.", "Three.", "Four."]),
            st.sampled_from(["", "Look at {pages}.", "Scan it again."]),
            st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)),
        ),
        min_size=1,
    )
)
def test_a_reason_is_the_same_in_any_order_of_weights_and_repeats_nothing(
    doubts: list[Doubt],
) -> None:
    reason = reason_of(doubts) or ""
    for each in doubts:
        assert reason.count(each.message) <= 1
    assert reason.count("Look at") + reason.count("Scan it") <= 1
    assert "{pages}" not in reason


# --- the reasons of whole stacks


def test_a_lone_cover_is_named_as_one() -> None:
    assert reason_for(cover(1)) == (
        "Page 1 is a cover sheet, and there is no page of a letter behind it. "
        "Look for the letter's pages, and scan them behind their cover sheet."
    )


def test_a_lone_worn_cover_only_looks_like_one() -> None:
    reason = reason_for(worn(1))
    assert reason.startswith(
        "Page 1 looks like a cover sheet. There is no page of a letter behind it."
    )
    assert "neighbour" not in reason
    assert "back to front" not in reason


def test_a_stack_of_covers_only_is_named_so() -> None:
    assert reason_for(cover(1), cover(2)).startswith(
        "Each of the 2 sheets is a cover sheet: no page"
    )
    assert reason_for(cover(1), worn(2)).startswith(
        "Each of the 2 sheets is or may be a cover sheet"
    )
    assert reason_for(worn(1), worn(2)).startswith("Each of the 2 sheets may be a cover sheet")


def test_a_cover_at_the_end_may_shift_every_letter() -> None:
    sure = reason_for(cover(1), SeenPage(2), cover(3))
    assert "ends with page 3, which is a cover sheet: each letter may be behind its neighb" in sure
    perhaps = reason_for(cover(1), SeenPage(2), worn(3))
    assert "ends with page 3, which may be a cover sheet: each letter may be" in perhaps


def test_a_stack_upside_down_is_to_be_put_in_order_and_that_once() -> None:
    reason = reason_for(SeenPage(1), cover(2), SeenPage(3), cover(4))
    assert reason.count("Put the stack in order") == 1
    assert reason.endswith("and scan it again.")


def test_what_is_known_by_its_look_alone_is_not_stated_as_fact() -> None:
    letter, reply = (cover(1), SeenPage(2)), cover(3, REPLY)
    assert "Cover sheets and reply sheets are in one stack" in reason_for(*letter, reply)
    looks = reason_for(*letter, worn(3, CodeKind.REPLY), SeenPage(4))
    assert "Cover sheets and what look like reply sheets are in one stack" in looks
    other = reason_for(cover(1, REPLY), worn(2), SeenPage(3))
    assert "What look like cover sheets and reply sheets are in one stack" in other


def test_several_doubts_on_one_letter_get_one_advice() -> None:
    counted = CoverCode(CodeKind.INMATE, 1, "counted", 5)
    pages = (cover(1, counted), SeenPage(2), worn(3), SeenPage(4), cover(5), SeenPage(6))
    reason = reason_for(*pages)
    assert reason == (
        "Page 3 looks like a cover sheet. "
        "The cover sheet on page 1 should have 5 sheets behind it, but 1 was found. "
        "Look at pages 1 to 6 and assign each letter."
    )
