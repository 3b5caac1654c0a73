"""What on a page shows that it may be legal mail, and what clears it."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture import pipeline
from digitizer.capture.cover_evidence import reads_like_legal, see
from digitizer.capture.legal_evidence import clear, reads_like_marker, seals
from digitizer.capture.splitting import split
from digitizer.engines.codes.cover_code import PREFIX, KeyRing, new_cover_code, new_key, payload
from digitizer.engines.codes.item_code import item_payload, new_item_code
from digitizer.engines.printing.kit.cover_layout import mark_ids
from digitizer.model.paper import (
    Box,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
    Sightings,
    SurveyedPage,
    Symbol,
    Transcript,
)
from digitizer.model.scanner_profile import Sides

KEYS, OTHERS = KeyRing({1: new_key()}, 1), KeyRing({1: new_key()}, 1)
LEGAL_MARKS = mark_ids(CodeKind.LEGAL)


def _page(texts: tuple[str, ...] = (), marks: tuple[int, ...] = ()) -> SurveyedPage:
    symbols = tuple(Symbol("QRCode", text, Box(1, 1, 9, 9), ("a",)) for text in texts)
    return SurveyedPage(
        2, "p", 100, 100, 100, False, 0.1, sightings=Sightings(symbols, tuple(marks))
    )


def _legal_text(ring: KeyRing) -> str:
    return payload(new_cover_code(CodeKind.LEGAL, ring), ring)


def _cover_text(ring: KeyRing) -> str:
    return payload(new_cover_code(CodeKind.INMATE, ring), ring)


def _tampered(text: str) -> str:
    """The same code, with one bit of its MAC changed."""
    raw = bytearray(base64.b32decode(text.removeprefix(PREFIX)))
    raw[-1] ^= 1
    return PREFIX + base64.b32encode(bytes(raw)).decode()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (_page(marks=LEGAL_MARKS), "anyone can draw it"),
        (_page(marks=LEGAL_MARKS[:1]), "anyone can draw it"),
        (_page((_legal_text(OTHERS),)), "not signed by this facility"),
        (_page((_legal_text(OTHERS),), LEGAL_MARKS), "not signed by this facility"),
        (_page((_tampered(_legal_text(KEYS)),)), "not signed by this facility"),
        (_page((_cover_text(KEYS),), LEGAL_MARKS[1:2]), "anyone can draw it"),
    ],
    ids=["marks", "one mark", "another's code", "another's marker", "bad MAC", "on a cover"],
)
def test_a_page_without_a_good_code_may_be_legal_mail(page: SurveyedPage, message: str) -> None:
    found = see(page, KEYS)
    assert seals(found)
    assert message in " ".join(doubt.message for doubt in found.doubts)
    assert split([SeenPage(1), found], Sides.SIMPLEX).sealed


@pytest.mark.parametrize("ring", [KEYS, OTHERS], ids=["ours", "another's"])
@pytest.mark.parametrize("cover", [False, True], ids=["alone", "on a cover"])
def test_a_code_of_an_item_of_legal_mail_always_seals(ring: KeyRing, cover: bool) -> None:
    """Signed or not, and also beside a cover's own code: nothing is delivered by it, and of one
    that we signed nobody sees a picture."""
    text = item_payload(new_item_code(ring), ring)
    found = see(_page((text, _cover_text(KEYS)) if cover else (text,)), KEYS)
    assert seals(found)
    assert found.legal_item == (ring is KEYS)
    assert [doubt.reason for doubt in found.doubts] == [DoubtReason.LEGAL]
    assert split([SeenPage(1), found], Sides.SIMPLEX).sealed
    (after,) = clear([found], {2})
    assert not seals(after)
    assert not after.legal_item
    assert after.doubts[0].reason is DoubtReason.LEGAL_CLEARED


def test_a_signed_code_alone_raises_no_doubt() -> None:
    found = see(_page((_legal_text(KEYS),), LEGAL_MARKS), KEYS)
    assert seals(found)
    assert found.doubts == ()


@pytest.mark.parametrize(
    "page",
    [
        _page(),
        _page(marks=mark_ids(CodeKind.INMATE)),
        _page((_tampered(_cover_text(KEYS)),)),
        _page(("https://example.org", "MD9 of a later version", "MD1NOTBASE32")),
    ],
)
def test_other_pages_do_not_seal(page: SurveyedPage) -> None:
    assert not seals(see(page, KEYS))


def test_a_marker_is_recognised_by_its_printed_words() -> None:
    print_ = (
        "LEGAL MAIL Privileged and confidential Do not read. Do not copy. Do not scan. Keep this "
        "sheet with one piece of legal mail, from the mailroom to its addressee."
    )
    assert reads_like_legal(print_)
    assert not reads_like_legal("Dear Ann, the lawyer says the legal mail came and all is well.")
    assert seals(SeenPage(1, doubts=(reads_like_marker(1),)))


def test_a_marker_recognised_by_its_words_alone_seals_unless_it_was_cleared() -> None:
    words = (
        "Do not read. Do not copy. Do not scan. Privileged and confidential. Keep this sheet "
        "with one piece of legal mail, from the mailroom to its addressee."
    )
    read = {2: Transcript("made-up", words, 0.9)}
    stack = [SeenPage(1, codes=(new_cover_code(CodeKind.INMATE, KEYS),)), SeenPage(2)]
    doubtful = pipeline._doubt_unseen_covers(stack, split(stack, Sides.SIMPLEX), read)
    assert split(doubtful, Sides.SIMPLEX).sealed
    cleared = split(clear(doubtful, {2}), Sides.SIMPLEX)
    assert (cleared.sealed, bool(cleared.whole or cleared.letters[0].doubts)) == (False, True)


@pytest.mark.parametrize(
    "first", [(), (Doubt(DoubtReason.COVER_UNREADABLE, "It looks like one."),)]
)
def test_the_words_of_a_marker_seal_whatever_else_is_doubted(first: tuple[Doubt, ...]) -> None:
    """Without its band it looks like any cover; or its stack is already held as a whole."""
    words = (
        "Do not read. Do not copy. Do not scan. Privileged and confidential. Keep this sheet "
        "with one piece of legal mail, from the mailroom to its addressee."
    )
    stack = [SeenPage(1, doubts=first), SeenPage(2)]
    read = {1: Transcript("made-up", words, 0.9), 2: Transcript("made-up", "Dear Ann", 0.9)}
    doubtful = pipeline._doubt_unseen_covers(stack, split(stack, Sides.SIMPLEX), read)
    assert split(doubtful, Sides.SIMPLEX).sealed
    cleared = clear(doubtful, {1})
    assert not split(cleared, Sides.SIMPLEX).sealed
    again = clear(pipeline._doubt_unseen_covers(cleared, split(cleared, Sides.SIMPLEX), read), {1})
    assert again == cleared


_CODES = [new_cover_code(kind, KEYS) for kind in CodeKind]


_SEEN = st.builds(
    SeenPage,
    st.integers(1, 9),
    st.just(False),
    st.lists(st.sampled_from(_CODES), max_size=3, unique=True).map(tuple),
    st.lists(
        st.sampled_from([Doubt(DoubtReason.LEGAL, "l"), Doubt(DoubtReason.COVER_UNREADABLE, "u")]),
        max_size=2,
        unique=True,
    ).map(tuple),
)


@given(st.lists(_SEEN, max_size=8), st.sets(st.integers(1, 9)))
def test_what_was_cleared_never_seals_and_is_never_taken_as_certain(
    pages: list[SeenPage], cleared: set[int]
) -> None:
    for before, after in zip(pages, clear(pages, cleared), strict=True):
        if before.number not in cleared or not seals(before):
            assert after == before
            continue
        assert not seals(after)
        assert after.doubts[0].reason is DoubtReason.LEGAL_CLEARED
        kept = [code for code in before.codes if code.kind is not CodeKind.LEGAL]
        assert list(after.codes) == kept


@pytest.mark.parametrize("cleared", [1, 2, 3, 4])
def test_a_cleared_page_holds_what_it_touches(cleared: int) -> None:
    """Whichever page it is: no letter beside it is delivered."""
    a, b = (new_cover_code(CodeKind.INMATE, KEYS) for _ in "ab")
    codes: dict[int, tuple[CoverCode, ...]] = {1: (a,), 3: (b,)}
    stack = [SeenPage(n, codes=codes.get(n, ())) for n in range(1, 5)]
    stack[cleared - 1] = replace(stack[cleared - 1], doubts=(Doubt(DoubtReason.LEGAL, "l"),))
    parted = split(clear(stack, {cleared}), Sides.SIMPLEX)
    assert not parted.sealed
    held = {n for each in parted.letters if each.doubts for n in (*each.pages, *each.covers)}
    assert parted.whole or cleared in held
    if cleared == 3:
        assert parted.whole or {2, 4} <= held
