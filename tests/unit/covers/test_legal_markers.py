"""What the register has about a marker, and what it makes of its scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.capture.scans import sealed_pages
from digitizer.covers import actions as covers
from digitizer.covers import legal_markers
from digitizer.covers.legal_markers import Judgement, MarkerStanding
from digitizer.engines.codes.cover_code import new_cover_code, short_id
from digitizer.facility import Facility
from digitizer.model.paper import CodeKind, CoverCode, Doubt, DoubtReason, Scan, SeenPage
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import legal_marker
from tests.support.made_mail import CLERK, new_cover, take, used_by
from tests.support.sealed_mail import marker

S = MarkerStanding


def _judged(facility: Facility, code: CoverCode, of: Scan, name: str | None = None) -> Judgement:
    with reading(facility.engine) as tx:
        named = name or facility.settings.facility.name
        return legal_markers.judge(tx, code, of, named)


def _later(of: Scan, **time: int) -> Scan:
    return replace(of, id="another", taken_in=of.taken_in + timedelta(**time))


def test_a_marker_is_good_once(facility: Facility) -> None:
    code, of = marker(facility), take(facility, b"stack")
    assert _judged(facility, code, of).standing is S.GOOD
    seen = [SeenPage(2, codes=(code,))]
    with writing(facility.engine) as tx:
        assert sealed_pages.judge_pages(tx, of, seen, facility.settings.facility.name).doubt
    assert used_by(facility, code) == of.id
    assert _judged(facility, code, of).standing is S.GOOD, "the same scan worked again"
    assert (
        _judged(facility, code, replace(of, taken_in=_later(of, days=2).taken_in)).standing
        is S.GOOD
    )
    same, other = _judged(facility, code, _later(of)), _judged(facility, code, _later(of, days=1))
    assert (same.standing, other.standing) == (S.USED, S.USED)
    assert "scanned again, or the marker was copied" in same.message
    assert "copied, or kept and used again" in other.message


def test_markers_that_are_no_longer_valid_or_never_were(facility: Facility) -> None:
    of = take(facility, b"stack")
    revoked, short, ours = marker(facility), marker(facility, valid_days=1), marker(facility)
    covers.revoke_cover(facility, short_id(revoked), CLERK, "lost")
    assert _judged(facility, revoked, of).standing is S.REVOKED
    assert _judged(facility, short, of).standing is S.GOOD
    assert _judged(facility, short, _later(of, days=2)).standing is S.EXPIRED
    assert _judged(facility, ours, of, "Another County").standing is S.ELSEWHERE
    stranger = new_cover_code(CodeKind.LEGAL, facility.keys)
    assert _judged(facility, stranger, of).standing is S.UNREGISTERED
    before = new_cover(facility, None, kind=CodeKind.LEGAL)
    assert _judged(facility, before, of).standing is S.BEFORE


@pytest.mark.parametrize("good_first", [True, False])
def test_one_valid_marker_makes_the_scan_legal_mail(facility: Facility, good_first: bool) -> None:
    code, of = marker(facility), take(facility, b"stack")
    mark = Doubt(DoubtReason.LEGAL, "Page n bears a mark.")
    good, bare = SeenPage(2, codes=(code,)), SeenPage(5, doubts=(mark,))
    pages = [good, bare] if good_first else [bare, good]
    with writing(facility.engine) as tx:
        judged = sealed_pages.judge_pages(tx, of, pages, facility.settings.facility.name)
    assert {n: each.standing for n, each in judged.pages.items()} == {2: S.GOOD, 5: S.NO_CODE}
    assert judged.doubt is not None
    assert (judged.doubt.reason, judged.doubt.message[:20]) == (
        DoubtReason.LEGAL,
        "Legal mail (page 2):",
    )


def test_a_doubtful_marker_is_not_bound_to_the_scan(facility: Facility) -> None:
    code, of = marker(facility), take(facility, b"stack")
    covers.revoke_cover(facility, short_id(code), CLERK, "lost")
    with writing(facility.engine) as tx:
        seen = [SeenPage(1, codes=(code,))]
        judged = sealed_pages.judge_pages(tx, of, seen, facility.settings.facility.name)
        assert tx.execute(sa.select(legal_marker.c.scan_id)).scalars().all() == [None]
    assert judged.doubt is not None
    assert judged.doubt.reason is DoubtReason.LEGAL_DOUBT
