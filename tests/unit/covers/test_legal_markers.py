"""What makes legal mail of a scan, or may: what is seen on a page, and what the register says."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from digitizer.capture import pipeline
from digitizer.capture.cover_evidence import reads_like_legal, see
from digitizer.capture.legal_evidence import clear, reads_like_marker, seals
from digitizer.capture.scans import sealed_pages
from digitizer.capture.splitting import split
from digitizer.covers import actions as covers
from digitizer.covers import legal_markers
from digitizer.covers.legal_markers import Judgement, MarkerStanding
from digitizer.engines.codes.cover_code import (
    PREFIX,
    KeyRing,
    new_cover_code,
    new_key,
    payload,
    short_id,
)
from digitizer.engines.printing.kit.cover_layout import mark_ids
from digitizer.facility import House
from digitizer.model.paper import (
    Box,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    Scan,
    SeenPage,
    Sightings,
    SurveyedPage,
    Symbol,
    Transcript,
)
from digitizer.model.scanner_profile import Sides
from digitizer.storage.tables import legal_marker, reading, writing
from tests.support.made_mail import CLERK, new_cover, take, used_by
from tests.support.sealed_mail import marker

S = MarkerStanding
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
    """The same claim, its MAC a bit off."""
    raw = bytearray(base64.b32decode(text.removeprefix(PREFIX)))
    raw[-1] ^= 1
    return PREFIX + base64.b32encode(bytes(raw)).decode()


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (_page(marks=LEGAL_MARKS), "anyone can draw it"),
        (_page(marks=LEGAL_MARKS[:1]), "anyone can draw it"),
        (_page((_legal_text(OTHERS),)), "not signed by this facility"),
        (_page((_legal_text(OTHERS),), LEGAL_MARKS), "not signed by this facility"),
        (_page((_tampered(_legal_text(KEYS)),)), "not signed by this facility"),
        (_page((_cover_text(KEYS),), LEGAL_MARKS[1:2]), "anyone can draw it"),
    ],
    ids=["marks", "one mark", "another's code", "another's marker", "bad MAC", "on a cover"],
)  # fmt: skip
def test_a_page_without_a_good_code_may_be_legal_mail(page: SurveyedPage, says: str) -> None:
    found = see(page, KEYS)
    assert seals(found)
    assert says in " ".join(doubt.says for doubt in found.doubts)
    assert split([SeenPage(1), found], Sides.SIMPLEX).sealed


def test_a_signed_code_is_no_doubt_of_the_page_itself() -> None:
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


def test_the_print_of_a_marker_is_known_by_its_words() -> None:
    print_ = (
        "LEGAL MAIL Privileged and confidential Do not read. Do not copy. Do not scan. Keep this "
        "sheet with one piece of legal mail, from the mailroom to its addressee."
    )
    assert reads_like_legal(print_)
    assert not reads_like_legal("Dear Ann, the lawyer says the legal mail came and all is well.")
    assert seals(SeenPage(1, doubts=(reads_like_marker(1),)))


def test_a_marker_known_by_its_words_alone_seals_unless_it_was_cleared() -> None:
    words = "Do not read. Do not copy. Do not scan. Privileged and confidential. Keep this sheet " \
        "with one piece of legal mail, from the mailroom to its addressee."  # fmt: skip
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
    """Without its band it looks like any cover; or its stack is held whole already."""
    words = "Do not read. Do not copy. Do not scan. Privileged and confidential. Keep this sheet " \
        "with one piece of legal mail, from the mailroom to its addressee."  # fmt: skip
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
        max_size=2, unique=True,
    ).map(tuple),
)  # fmt: skip


@given(st.lists(_SEEN, max_size=8), st.sets(st.integers(1, 9)))
def test_what_was_cleared_never_seals_and_never_passes_for_sure(
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
    """Whatever page it is on: no letter beside it is delivered for being beside it."""
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


# --- the register


def _judged(house: House, code: CoverCode, of: Scan, facility: str | None = None) -> Judgement:
    with reading(house.engine) as tx:
        name = facility or house.settings.facility.name
        return legal_markers.judge(tx, code, of, name)


def _later(of: Scan, **time: int) -> Scan:
    return replace(of, id="another", taken_in=of.taken_in + timedelta(**time))


def test_a_marker_is_good_once(house: House) -> None:
    code, of = marker(house), take(house, b"stack")
    assert _judged(house, code, of).standing is S.GOOD
    seen = [SeenPage(2, codes=(code,))]
    with writing(house.engine) as tx:
        assert sealed_pages.judge_pages(tx, of, seen, house.settings.facility.name).doubt
    assert used_by(house, code) == of.id
    assert _judged(house, code, of).standing is S.GOOD, "the same scan tried again"
    assert (
        _judged(house, code, replace(of, taken_in=_later(of, days=2).taken_in)).standing is S.GOOD
    )
    same, other = _judged(house, code, _later(of)), _judged(house, code, _later(of, days=1))
    assert (same.standing, other.standing) == (S.USED, S.USED)
    assert "scanned again, or a copy" in same.says
    assert "copied or kept" in other.says


def test_what_is_no_good_marker_any_more_or_never_was(house: House) -> None:
    of = take(house, b"stack")
    revoked, short, ours = marker(house), marker(house, valid_days=1), marker(house)
    covers.revoke_cover(house, short_id(revoked), CLERK, "lost")
    assert _judged(house, revoked, of).standing is S.REVOKED
    assert _judged(house, short, of).standing is S.GOOD
    assert _judged(house, short, _later(of, days=2)).standing is S.EXPIRED
    assert _judged(house, ours, of, "Another County").standing is S.ELSEWHERE
    stranger = new_cover_code(CodeKind.LEGAL, house.keys)
    assert _judged(house, stranger, of).standing is S.UNREGISTERED
    before = new_cover(house, None, kind=CodeKind.LEGAL)
    assert _judged(house, before, of).standing is S.BEFORE


@pytest.mark.parametrize("good_first", [True, False])
def test_one_good_marker_makes_legal_mail_of_the_scan(house: House, good_first: bool) -> None:
    code, of = marker(house), take(house, b"stack")
    mark = Doubt(DoubtReason.LEGAL, "Page n bears a mark.")
    good, bare = SeenPage(2, codes=(code,)), SeenPage(5, doubts=(mark,))
    pages = [good, bare] if good_first else [bare, good]
    with writing(house.engine) as tx:
        judged = sealed_pages.judge_pages(tx, of, pages, house.settings.facility.name)
    assert {n: each.standing for n, each in judged.pages.items()} == {2: S.GOOD, 5: S.NO_CODE}
    assert judged.doubt is not None
    assert (judged.doubt.reason, judged.doubt.says[:20]) == (
        DoubtReason.LEGAL,
        "Legal mail (page 2):",
    )


def test_a_doubtful_marker_is_bound_to_nothing(house: House) -> None:
    code, of = marker(house), take(house, b"stack")
    covers.revoke_cover(house, short_id(code), CLERK, "lost")
    with writing(house.engine) as tx:
        seen = [SeenPage(1, codes=(code,))]
        judged = sealed_pages.judge_pages(tx, of, seen, house.settings.facility.name)
        assert tx.execute(sa.select(legal_marker.c.scan_id)).scalars().all() == [None]
    assert judged.doubt is not None
    assert judged.doubt.reason is DoubtReason.LEGAL_DOUBT
