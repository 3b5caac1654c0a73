"""Splitting: examples a clerk would recognise, and the laws that hold for any stack."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture.splitting import split
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
    Split,
)
from digitizer.model.scanner_profile import Origin, Sides
from tests.support.split_stacks import (
    ANY_SIDES,
    GOOD,
    SIGNS,
    STACKS,
    R,
    astray,
    deliveries,
    held,
    letter_signs,
    owners,
    part,
    replies_astray,
    replies_of,
    stack,
    to_match,
    whole,
)


def test_a_lone_header_is_recorded() -> None:
    assert part("H") == Split(recorded=(1,))


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
    doubted = SeenPage(3, doubts=(Doubt(R.LEGAL, "its marks are a legal marker's"),))
    assert split([*stack("A a"), doubted], Sides.SIMPLEX).sealed


COUNTED = letter_signs(st.integers(1, 4), counted=True)


def places(parted: Split) -> list[int]:
    found = [*parted.recorded]
    for each in parted.letters:
        found += [*each.pages, *each.hidden, *each.covers]
    return sorted(found)


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
def test_a_letter_without_a_known_cover_is_never_free_of_doubt(
    pages: list[SeenPage], sides: Sides
) -> None:
    assert all(each.doubts or each.cover for each in split(pages, sides).letters)


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


# No batch header either: one in the wrong place holds the whole stack, which it cannot do once it
# cannot be read; the doubt in its place then holds what is beside it.
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
    """Content or a blank that is now only perhaps one; that side itself is left out."""
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


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 2)), min_size=1, max_size=7))
def test_counted_reply_sheets_are_delivered_to_the_last_page(sizes: list[tuple[int, int]]) -> None:
    """Behind two that show which way round the stack is."""
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


# --- separators


@pytest.mark.parametrize(
    ("signs", "reason"),
    [
        ("S", R.COVER_WITHOUT_PAGES),
        ("H.1 S", R.COVER_WITHOUT_PAGES),
        ("S S", R.COVER_WITHOUT_PAGES),
        ("S _", R.COVER_WITHOUT_PAGES),
        ("_ S a", R.NO_COVER_FIRST),
        ("~ S a", R.NO_COVER_FIRST),
        ("a S b A a", R.NO_COVER_FIRST),
        ("a S R1", R.NO_COVER_FIRST),
        ("A a S b S", R.COVER_LAST),
    ],
)
def test_stacks_with_separators_that_are_held_whole(signs: str, reason: DoubtReason) -> None:
    assert reason in whole(part(signs))


def test_separators_alone_are_named_for_what_they_are() -> None:
    (one,) = part("S").whole
    assert one.message.startswith("Page 1 is a separator, and")
    (two,) = part("S S2").whole
    assert "sheets is a separator" in two.message


@given(STACKS, ANY_SIDES)
def test_what_is_behind_a_separator_is_never_delivered(pages: list[SeenPage], sides: Sides) -> None:
    """It is in a letter without a cover, or behind something that may be a boundary again."""
    parted = split(pages, sides)
    assert all(
        each.cover is None or each.cover.kind is not CodeKind.SEPARATOR for each in parted.letters
    )
    for number in deliveries(parted):
        assert not any(code.kind is CodeKind.SEPARATOR for code in pages[number - 1].codes)


@given(GOOD | COUNTED, st.sets(st.integers(0, 7)), ANY_SIDES)
def test_well_made_stacks_with_separators_are_delivered_and_to_match(
    signs: list[str], separated: set[int], sides: Sides
) -> None:
    mixed = ["S" if sign[0] == "B" and int(sign[1]) in separated else sign for sign in signs]
    parted = part(" ".join(both_sides(mixed, sides)), sides)
    assert not parted.whole
    fronts = list(owners(both_sides(signs, sides)))
    assert sorted([*deliveries(parted), *(n for each in to_match(parted) for n in each)]) == fronts


def both_sides(fronts: list[str], sides: Sides) -> list[str]:
    """The sides as scanned: a separator is printed on both, all else on its front only."""
    backs = ["S" if sign == "S" else "_" for sign in fronts]
    if sides is Sides.SIMPLEX:
        return fronts
    if sides is Sides.ODD_EVEN:
        return [*fronts, *backs[::-1]]
    return [side for pair in zip(fronts, backs, strict=True) for side in pair]


@given(st.integers(1, 4), st.integers(1, 3), st.data())
def test_no_sheet_that_is_spoilt_merges_two_letters_to_match(
    letters: int, pages: int, data: st.DataObject
) -> None:
    signs = [sign for i in range(letters + 1) for sign in ("S", *[f"b{i}"] * pages)]
    some = data.draw(st.sets(st.integers(0, len(signs) - 1), max_size=3))
    spoil = data.draw(st.sampled_from(list(FAULTS.values())))
    faulty = [out for i, sign in enumerate(signs) for out in (spoil(sign) if i in some else [sign])]
    for letter in to_match(part(" ".join(faulty))):
        written = {faulty[number - 1][:2] for number in letter} - {"~"}
        assert len(written) == 1
