"""Deliver or hold: only a good cover of an inmate in custody names a destination."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.deliver_or_hold import (
    UNKNOWN,
    CoverState,
    Destination,
    Standing,
    destination_of,
    standing_of,
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
    assert destination_of(letter(), standing) == Destination("2024-001234")
    reply = CoverCode(CodeKind.REPLY, 1, "abc")
    assert destination_of(letter(reply), standing).booking_number == "2024-001234"


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
    destination = destination_of(letter(), standing)
    assert reasons(destination) == [reason]
    assert destination.booking_number is None


def test_a_label_delivers_nothing_by_itself_however_good_it_is() -> None:
    label = replace(COVER, label=True)
    destination = destination_of(letter(label), standing_of(inmate(), at=NOON))
    assert reasons(destination) == [DoubtReason.LABELLED]
    assert destination.booking_number is None
    gone = standing_of(inmate(status=CustodyStatus.RELEASED), at=NOON)
    doubts = reasons(destination_of(letter(label, DOUBT), gone))
    assert doubts == [DoubtReason.SHEET_COUNT, DoubtReason.NOT_IN_CUSTODY, DoubtReason.LABELLED]


def test_a_standing_cover_may_be_used_again() -> None:
    standing = standing_of(inmate(), at=NOON, used_elsewhere=True, repeated=True)
    assert destination_of(letter(), standing).booking_number


def test_custody_and_the_covers_state_are_both_reasons() -> None:
    gone = inmate(status=CustodyStatus.TRANSFERRED)
    destination = destination_of(letter(), standing_of(gone, at=NOON, revoked=NOON))
    assert reasons(destination) == [DoubtReason.COVER_REVOKED, DoubtReason.NOT_IN_CUSTODY]
    assert "transferred and so not in custody here" in destination.doubts[1].message


def test_a_letter_without_a_cover_goes_nowhere_even_without_a_doubt() -> None:
    good = standing_of(inmate(), at=NOON)
    assert reasons(destination_of(letter(None), good)) == [DoubtReason.COVER_UNKNOWN]
    assert reasons(destination_of(letter(None, DOUBT), good)) == [DoubtReason.SHEET_COUNT]


@pytest.mark.parametrize("kind", [CodeKind.BATCH, CodeKind.LEGAL])
def test_codes_that_name_nobody_name_nobody(kind: CodeKind) -> None:
    code = CoverCode(kind, 1, "abc")
    assert destination_of(letter(code), standing_of(inmate(), at=NOON)).booking_number is None


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
    destination = destination_of(letter(cover, *doubts), standing)
    good = state is CoverState.GOOD and status is CustodyStatus.IN_CUSTODY
    assert (destination.booking_number is not None) == bool(good and known and cover and not doubts)
    assert (destination.booking_number is None) == bool(destination.doubts)
