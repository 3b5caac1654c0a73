"""Whether the service can work now."""

from __future__ import annotations

import pytest

from digitizer.capture.scans.leases import Claimant
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed
from digitizer.operations import health
from tests.support.made_mail import CLERK, OPERATOR, as_inmate


def test_a_sound_home_is_ready(facility: Facility) -> None:
    checks = list(health.checks(facility, OPERATOR))
    assert [(each.name, each.good, each.message) for each in checks] == [
        ("database", True, ""),
        ("disk", True, ""),
        ("keys", True, ""),
    ]


def test_each_thing_that_is_missing_is_named(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility.key_file.unlink()
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 62)
    bad = {each.name: each.message for each in health.checks(facility, OPERATOR) if not each.good}
    assert set(bad) == {"disk", "keys"}
    assert "MiB are free" in bad["disk"]
    assert all(bad.values())


def test_only_workers_that_live_are_counted(facility: Facility) -> None:
    before = health.health(facility, OPERATOR).workers
    worker = Claimant(facility.run_folder)
    assert health.health(facility, OPERATOR).workers == before + 1
    worker.close()
    assert health.health(facility, OPERATOR).workers == before


@pytest.mark.parametrize("by", [CLERK, as_inmate("A-100")])
def test_it_is_for_the_operator(facility: Facility, by: object) -> None:
    with pytest.raises(NotAllowed):
        health.checks(facility, by)  # type: ignore[arg-type]
