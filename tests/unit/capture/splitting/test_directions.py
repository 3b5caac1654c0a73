"""Mail from outside and mail from inside never share a stack."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.splitting import split
from digitizer.model.paper import CodeKind, SeenPage
from digitizer.model.scanner_profile import Origin, Sides
from tests.support.split_stacks import (
    ANY_SIDES,
    STACKS,
    R,
    delivered,
    deliveries,
    held,
    part,
    to_match,
)

WAYS = st.sampled_from([Origin.OUTSIDE, Origin.INSIDE])


def test_a_stack_of_both_origins_holds_every_letter_where_none_is_set() -> None:
    for signs in ("R1 A a B b", "A a R1 r", "H.3 R1 A a B b", "R1 A a R2"):
        parted = part(signs)
        assert not delivered(parted)
        assert all(R.BOTH_WAYS in {d.reason for d in each.doubts} for each in parted.letters)
    assert len(delivered(part("A a B b"))) == 2
    assert len(delivered(part("R1 R2 R3"))) == 3


def test_a_cover_in_mail_from_inside_holds_itself_and_its_neighbours() -> None:
    parted = part("R1 r R2 A a R3 R4", origin=Origin.INSIDE)
    assert list(delivered(parted)) == ["R1", "R4"]
    assert [each[0] for each in held(parted)] == ["R2", "A", "R3"]
    assert R.COVER_FROM_INSIDE in {d.reason for d in parted.letters[2].doubts}
    assert not delivered(part("A a B b", origin=Origin.INSIDE))


def test_a_reply_in_mail_from_outside_holds_itself_and_its_neighbours() -> None:
    parted = part("A a B b R1 r C c D d", origin=Origin.OUTSIDE)
    assert list(delivered(parted)) == ["A", "D"]
    assert R.REPLY_FROM_OUTSIDE in {d.reason for d in parted.letters[2].doubts}


def test_headers_are_of_neither_kind() -> None:
    for origin in Origin:
        assert len(delivered(part("H.1 A a", origin=origin))) == (origin is not Origin.INSIDE)
        assert len(delivered(part("H.1 R1 r", origin=origin))) == (origin is not Origin.OUTSIDE)


@given(STACKS, ANY_SIDES, WAYS)
def test_setting_an_origin_only_holds_more(
    pages: list[SeenPage], sides: Sides, origin: Origin
) -> None:
    """Nothing of the other origin is delivered, nor what is beside it; nothing new is."""
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
def test_two_origins_in_one_stack_deliver_nothing(pages: list[SeenPage], sides: Sides) -> None:
    parted = split(pages, sides)
    kinds = {code.kind for page in pages for code in page.codes}
    if kinds >= {CodeKind.INMATE, CodeKind.REPLY}:
        assert not deliveries(parted)


def test_a_letter_behind_a_separator_among_mail_from_inside_is_not_to_match() -> None:
    """Whoever only chooses an inmate would hand on one inmate's note to another."""
    for origin in Origin.INSIDE, Origin.BOTH:
        parted = part("R1 r S a R2 r", origin=origin)
        assert list(delivered(parted)) == ["R1", "R2"]
        assert not to_match(parted)
    assert not to_match(part("S a S b", origin=Origin.INSIDE))
    assert to_match(part("S a S b", origin=Origin.OUTSIDE)) == [(2,), (4,)]
    assert to_match(part("S a A b", origin=Origin.BOTH)) == [(2,)]
