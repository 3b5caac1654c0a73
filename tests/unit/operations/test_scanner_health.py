"""How a scanner is, by what was recorded of its last scans."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.engines.imaging.quality import TOO_DARK
from digitizer.facility import Facility
from digitizer.model.paper import PERHAPS_BLANK, Doubt, DoubtReason
from digitizer.operations.findings import Finding
from digitizer.operations.scanner_health import ScannerState, scanner_findings, scanner_states
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import page, scan
from digitizer.support.clock import now
from tests.support.made_mail import held_whole

MISCOUNT = Doubt(DoubtReason.SHEET_COUNT, "The count does not fit.", "Count the sheets.")

OTHER = Doubt(DoubtReason.NO_COVER_FIRST, "It begins with no cover.", "Put it in order.")


def _state(facility: Facility) -> ScannerState:
    with reading(facility.engine) as tx:
        (found,) = scanner_states(tx, facility.profiles, ["default"], now())
    return found


def _findings(facility: Facility) -> list[Finding]:
    return list(scanner_findings((_state(facility),)))


def _mark(facility: Facility, pages: int, *quality: str) -> None:
    with writing(facility.engine) as tx:
        some = sa.select(page.c.id).order_by(page.c.id).limit(pages)
        marked = sa.update(page).where(page.c.id.in_(some))
        tx.execute(marked.values(quality=list(quality)))


def test_a_scanner_that_was_never_used_has_no_news(facility: Facility) -> None:
    assert _state(facility).last is None
    assert _findings(facility) == []


@pytest.mark.parametrize(
    ("marked", "all_pages", "told"), [(5, 50, True), (4, 8, False), (5, 60, False)]
)
def test_dark_pages_are_the_scanner_only_where_they_are_many(
    facility: Facility, marked: int, all_pages: int, told: bool
) -> None:
    held_whole(facility, count=all_pages)
    _mark(facility, marked, TOO_DARK, PERHAPS_BLANK)
    found = _findings(facility)
    assert bool(found) is told
    if told:
        assert found[0].message == f"{marked} of its last {all_pages} pages: too dark"
        assert "Clean the glass" in str(found[0].fix)


def test_counts_that_did_not_fit_twice_may_be_double_feeds(facility: Facility) -> None:
    held_whole(facility, MISCOUNT, content=b"1")
    assert _findings(facility) == []
    held_whole(facility, MISCOUNT, content=b"2")
    (found,) = _findings(facility)
    assert "did not fit in 2 of its last 2 stacks" in found.message


def test_what_was_long_ago_is_no_news_but_still_when_it_was_last_seen(facility: Facility) -> None:
    held_whole(facility, count=20)
    _mark(facility, 20, TOO_DARK)
    old = now() - timedelta(days=4)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(taken_in=old))
    assert _findings(facility) == []
    assert _state(facility).last == old


def test_sheets_that_counts_promise_and_nobody_saw_are_said_with_their_share(
    facility: Facility,
) -> None:
    for content in (b"1", b"2", b"3"):
        held_whole(facility, OTHER, content=content)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(scan).values(counted=40))
    assert _findings(facility) == []
    with writing(facility.engine) as tx:
        two = sa.select(scan.c.id).limit(2)
        tx.execute(sa.update(scan).where(scan.c.id.in_(two)).values(missing=3))
    (found,) = _findings(facility)
    assert "6 of 120 of what covers and headers count, sheets and letters" in found.message
    assert "(5.0%)" in found.message
    assert "in 2 of its last 3 stacks" in found.message
    assert "Clean its rollers" in str(found.fix)


def test_a_line_on_the_glass_is_said_with_where_it_is(facility: Facility) -> None:
    held_whole(facility, OTHER, count=12)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(page).values(role="cover", stripes=[76.3]))
    (found,) = _findings(facility)
    assert found.message == (
        "a thin line runs down its pages, 76 mm from the left: on 12 of the last 12"
    )
    assert "Clean the narrow strip of glass" in str(found.fix)
