"""What became of a scan, as it is reported."""

from __future__ import annotations

import pytest

from digitizer.capture.outcomes import outcome_of
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.mail import Outcome
from digitizer.model.paper import Split
from digitizer.storage.database import reading
from tests.support.made_mail import DOUBT, events, file, read


def test_a_scan_held_whole_forms_no_letter(facility: Facility) -> None:
    scan = file(facility, Split(whole=(DOUBT,)), {1: read("words")}, count=3)
    with reading(facility.engine) as tx:
        (line,) = outcome_of(tx, scan)
    assert (line.letter, line.outcome, line.pages) == (None, Outcome.HELD, (1, 2, 3))
    assert events(facility)[-1][:2] == ("hold", f"scan:{scan}")


def test_only_batch_headers(facility: Facility) -> None:
    scan = file(facility, Split(recorded=(1,)), count=1)
    with reading(facility.engine) as tx:
        (line,) = outcome_of(tx, scan)
    assert (line.outcome, line.pages) == (Outcome.RECORDED, ())


def test_a_scan_that_does_not_exist(facility: Facility) -> None:
    with reading(facility.engine) as tx, pytest.raises(NotFound):
        outcome_of(tx, "none")
