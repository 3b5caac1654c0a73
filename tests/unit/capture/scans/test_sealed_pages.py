"""What is known about the pages of a sealed scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.scans import sealed_pages
from digitizer.capture.scans.sealed_pages import SealedPage
from digitizer.facility import Facility
from digitizer.storage.database import writing
from tests.support.sealed_mail import sealed


def test_inches_are_of_the_paper_whatever_the_resolution_says() -> None:
    page = SealedPage(1, 2550, 3300, 300, (), None, None, False, None, None)
    assert page.inches == (8.5, 11.0)
    unknown = SealedPage(1, 10, 20, 0, (), None, None, False, None, None)
    assert unknown.inches == (10.0, 20.0)


def test_only_the_page_that_seals_has_a_picture_and_a_reason(
    facility: Facility, tmp_path: Path
) -> None:
    scan = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        pages = sealed_pages.pages_of(tx, scan.id)
        assert [(each.number, each.has_picture, bool(each.message)) for each in pages] == [
            (1, False, False),
            (2, True, True),
            (3, False, False),
            (4, False, False),
        ]
        assert sealed_pages.picture_of(tx, scan.id, 1) is None
        named = sealed_pages.named_sealed_pictures(tx)
        assert named == ((sealed_pages.picture_of(tx, scan.id, 2), scan.id),)


def test_pictures_are_forgotten_once(facility: Facility, tmp_path: Path) -> None:
    scan = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        picture = sealed_pages.picture_of(tx, scan.id, 2)
        assert sealed_pages.forget_pictures(tx, scan.id) == (picture,)
        assert sealed_pages.forget_pictures(tx, scan.id) == ()
        assert sealed_pages.named_sealed_pictures(tx) == ()


@pytest.mark.parametrize("numbers", [(2,), (3, 4)])
def test_pages_that_were_cut_out_say_where_they_are(
    facility: Facility, tmp_path: Path, numbers: tuple[int, ...]
) -> None:
    scan = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        sealed_pages.record_cut(tx, scan.id, numbers, "another")
        cut = {each.number for each in sealed_pages.pages_of(tx, scan.id) if each.cut_into}
    assert cut == set(numbers)


def test_what_is_cleared_seals_no_more(facility: Facility, tmp_path: Path) -> None:
    scan = sealed(facility, tmp_path / "w")
    with writing(facility.engine) as tx:
        assert sealed_pages.cleared_pages(tx, scan.id) == frozenset()
        assert sealed_pages.clear_pages(tx, scan.id) == (2,)
        assert sealed_pages.cleared_pages(tx, scan.id) == {2}
