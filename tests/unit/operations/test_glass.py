"""Which lines on pages are dirt on a scanner's glass."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.mail import PageRole
from digitizer.operations.glass import Stripe, stripes
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import page
from tests.support.made_mail import held_whole

DIRT = 76.3


def _told(
    facility: Facility, lines: Sequence[Sequence[float]], covers: int = 4, profile: str = "default"
) -> tuple[Stripe, ...]:
    """Of one scan with so many pages; each ``covers``-th is a cover, the first one too."""
    scan_id = held_whole(facility, count=len(lines))
    with writing(facility.engine) as tx:
        for number, each in enumerate(lines, start=1):
            role = PageRole.CONTENT if (number - 1) % covers else PageRole.COVER
            this = (page.c.scan_id == scan_id) & (page.c.number == number)
            tx.execute(sa.update(page).where(this).values(role=str(role), stripes=list(each)))
    with reading(facility.engine) as tx:
        return tuple(stripes(tx, facility.profiles[profile], [scan_id]))


def test_a_line_on_every_page_is_told_with_its_place(facility: Facility) -> None:
    assert _told(facility, [[DIRT]] * 12) == (Stripe(DIRT, 12, 12, ""),)


def test_it_may_be_missing_on_a_few_and_lie_a_little_beside(facility: Facility) -> None:
    lines = [[DIRT + 0.2], [DIRT], [], [DIRT - 0.1, 140.0]] + [[DIRT]] * 8
    (found,) = _told(facility, lines)
    assert (found.pages, found.of) == (11, 12)


def test_it_is_told_from_the_page_on_from_which_it_is_there(facility: Facility) -> None:
    (found,) = _told(facility, [[]] * 20 + [[DIRT]] * 9)
    assert (found.pages, found.of) == (9, 9)


@pytest.mark.parametrize(
    ("why", "lines", "covers"),
    [
        ("clean pages", [[]] * 20, 4),
        ("too few pages", [[]] * 20 + [[DIRT]] * 7, 4),
        ("lined paper: our covers have no line", [[], [DIRT], [DIRT], [DIRT]] * 6, 4),
        ("one long letter on lined paper", [[]] + [[DIRT]] * 20, 40),
        ("no page of ours among them", [[DIRT]] * 3 + [[DIRT]] * 20, 100),
        ("sheets lie a little otherwise each", [[74 + n * 1.1] for n in range(20)], 4),
        ("the glass was cleaned", [[DIRT]] * 12 + [[]] * 8, 4),
    ],
)
def test_no_false_alarm(
    facility: Facility, why: str, lines: list[list[float]], covers: int
) -> None:
    if why == "no page of ours among them":
        lines = [[], *lines]  # the first is a cover, and older than the line
    assert _told(facility, lines, covers) == (), why


def test_each_lamp_of_a_two_sided_scanner_is_told_by_itself(facility: Facility) -> None:
    found = _told(facility, [[DIRT], []] * 10, covers=3, profile="adf-duplex-pdf")
    assert found == (Stripe(DIRT, 10, 10, "front"),)
