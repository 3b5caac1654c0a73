"""Matching: only a good cover of an inmate in custody names a destination; words only suggest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.matching import (
    UNKNOWN,
    CoverState,
    Destination,
    Standing,
    settle,
    standing_of,
    suggest,
)
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SplitLetter,
)
from digitizer.model.people import CustodyStatus, Inmate

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
COVER = CoverCode(CodeKind.INMATE, 1, "abc")
DOUBT = Doubt(DoubtReason.SHEET_COUNT, "One sheet too few.")


def inmate(
    first: str = "Michael",
    last: str = "Thompson",
    number: str = "2024-001234",
    status: CustodyStatus = CustodyStatus.IN_CUSTODY,
) -> Inmate:
    return Inmate(number, last, first, "A-1", status)


def letter(cover: CoverCode | None = COVER, *doubts: Doubt) -> SplitLetter:
    return SplitLetter(cover, (1,) if cover else (), (2,), (), doubts)


def reasons(destination: Destination) -> list[DoubtReason]:
    return [doubt.reason for doubt in destination.doubts]


def test_a_good_cover_names_its_inmate() -> None:
    standing = standing_of(inmate(), at=NOON, expires=NOON + HOUR)
    assert settle(letter(), standing) == Destination("2024-001234")
    reply = CoverCode(CodeKind.REPLY, 1, "abc")
    assert settle(letter(reply), standing).booking_number == "2024-001234"


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (UNKNOWN, DoubtReason.COVER_UNKNOWN),
        (standing_of(None, at=NOON), DoubtReason.COVER_UNKNOWN),
        (standing_of(inmate(), at=NOON, revoked=NOON - HOUR), DoubtReason.COVER_REVOKED),
        (standing_of(inmate(), at=NOON, expires=NOON), DoubtReason.COVER_EXPIRED),
        (standing_of(inmate(), at=NOON, once=True, used_elsewhere=True), DoubtReason.COVER_SPENT),
        (standing_of(inmate(), at=NOON, once=True, repeated=True), DoubtReason.COVER_SPENT),
        (standing_of(inmate(status=CustodyStatus.RELEASED), at=NOON), DoubtReason.NOT_IN_CUSTODY),
        (standing_of(inmate(status=CustodyStatus.OTHER), at=NOON), DoubtReason.NOT_IN_CUSTODY),
    ],
)
def test_any_other_standing_holds(standing: Standing, reason: DoubtReason) -> None:
    destination = settle(letter(), standing)
    assert reasons(destination) == [reason]
    assert destination.booking_number is None


def test_a_standing_cover_may_be_used_again() -> None:
    standing = standing_of(inmate(), at=NOON, used_elsewhere=True, repeated=True)
    assert settle(letter(), standing).booking_number


def test_whose_custody_and_which_fault_are_both_said() -> None:
    gone = inmate(status=CustodyStatus.TRANSFERRED)
    destination = settle(letter(), standing_of(gone, at=NOON, revoked=NOON))
    assert reasons(destination) == [DoubtReason.COVER_REVOKED, DoubtReason.NOT_IN_CUSTODY]
    assert "transferred and so not in custody here" in destination.doubts[1].says


def test_a_letter_without_a_cover_goes_nowhere_even_without_a_doubt() -> None:
    good = standing_of(inmate(), at=NOON)
    assert reasons(settle(letter(None), good)) == [DoubtReason.COVER_UNKNOWN]
    assert reasons(settle(letter(None, DOUBT), good)) == [DoubtReason.SHEET_COUNT]


@pytest.mark.parametrize("kind", [CodeKind.BATCH, CodeKind.LEGAL])
def test_codes_that_name_nobody_name_nobody(kind: CodeKind) -> None:
    code = CoverCode(kind, 1, "abc")
    assert settle(letter(code), standing_of(inmate(), at=NOON)).booking_number is None


@given(
    st.sampled_from(CoverState),
    st.sampled_from(CustodyStatus),
    st.booleans(),
    st.sampled_from([COVER, None]),
    st.sampled_from([(), (DOUBT,)]),
)
def test_a_destination_needs_everything_to_be_good(
    state: CoverState,
    status: CustodyStatus,
    known: bool,
    cover: CoverCode | None,
    doubts: tuple[Doubt, ...],
) -> None:
    standing = Standing(state, inmate(status=status) if known else None)
    destination = settle(letter(cover, *doubts), standing)
    good = state is CoverState.GOOD and status is CustodyStatus.IN_CUSTODY
    assert (destination.booking_number is not None) == bool(good and known and cover and not doubts)
    assert (destination.booking_number is None) == bool(destination.doubts)


# --- suggestions


THOMPSON = inmate()
OTHERS = [
    inmate("Maria", "Garcia", "2024-009999"),
    inmate("Mitchell", "Thomas", "2024-000777"),
    inmate("Oak", "Li", "2024-000888"),
]


def best(text: str) -> tuple[str, float]:
    found = suggest(text, [*OTHERS, THOMPSON])
    return found[0].booking_number, found[0].score


def test_a_booking_number_on_the_page_is_nearly_certain() -> None:
    for text in ("for 2024-001234 thanks", "No. 2024001234", "2024-001234,"):
        number, score = best(text)
        assert number == "2024-001234"
        assert 0.95 < score < 1


def test_a_name_scores_in_either_order_and_misread() -> None:
    for text in ("Dear Michael Thompson,", "THOMPSON, MICHAEL", "To: Micheal Thompsom"):
        number, score = best(text)
        assert number == "2024-001234"
        assert 0.5 < score < 0.9


def test_more_evidence_scores_higher_and_gives_its_reasons() -> None:
    both = suggest("Michael Thompson 2024-001284", [*OTHERS, THOMPSON])[0]
    assert both.score > best("Michael Thompson")[1]
    assert len(both.reasons) == 2
    assert any("2024001284" in reason for reason in both.reasons)


def test_a_last_name_alone_is_weak_and_a_short_one_is_nothing() -> None:
    assert best("the Garcia family")[1] <= 0.5
    assert not suggest("li said so", OTHERS)


@pytest.mark.parametrize("text", ["", "   \n", "I miss you so much", "— … !"])
def test_text_without_names_suggests_nobody(text: str) -> None:
    assert suggest(text, [THOMPSON, inmate("", "", "")]) == ()


@given(st.text(max_size=200), st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_scores_are_shares_in_falling_order_and_few(
    text: str, first: str, last: str, number: str
) -> None:
    crowd = [inmate(first, last, number), *OTHERS, THOMPSON] * 2
    found = suggest(f"{text} {first} {last} {number}", crowd, most=3)
    scores = [each.score for each in found]
    assert len(found) <= 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 < each.score <= 1 and each.reasons for each in found)
