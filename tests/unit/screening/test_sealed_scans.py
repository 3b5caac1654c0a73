"""What is known of a sealed scan without opening it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.screening.sealed_scans import find_sealed_scan
from digitizer.storage.database import reading
from tests.support.made_mail import held_whole
from tests.support.sealed_mail import marker, sealed, seen


@pytest.mark.parametrize("valid", [True, False])
def test_a_good_marker_makes_it_sure(facility: Facility, tmp_path: Path, valid: bool) -> None:
    what = seen(marked=marker(facility)) if valid else seen()
    scan = sealed(facility, tmp_path / "w", what=what)
    with reading(facility.engine) as tx:
        found = find_sealed_scan(tx, scan.id)
    assert (found.sure, found.waits, found.opens) == (valid, True, True)
    assert [page.number for page in found.sealing] == [2]
    assert len(found.pages) == 4
    assert (found.cut_pages, found.asked) == ((), None)


def test_what_is_not_sealed_or_not_there_is_no_sealed_scan(facility: Facility) -> None:
    plain = held_whole(facility)
    with reading(facility.engine) as tx:
        with pytest.raises(Conflict):
            find_sealed_scan(tx, plain)
        with pytest.raises(NotFound):
            find_sealed_scan(tx, "of nobody")
