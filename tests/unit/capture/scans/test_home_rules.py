"""Machines elsewhere work by the rules of the home, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.capture.scans import home_rules
from digitizer.facility import Facility
from digitizer.model.errors import SettingsError
from digitizer.model.settings import Release
from digitizer.storage.database import writing
from digitizer.storage.key_file import rotate_key


def _with(facility: Facility, section: str, **values: object) -> Facility:
    changed = getattr(facility.settings, section).model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={section: changed}))


def test_what_a_machine_has_of_its_own_is_no_rule(facility: Facility) -> None:
    faster = _with(facility, "work", processes=64, worker_megabytes=4096)
    elsewhere = _with(faster, "store", outpost=True, database_url="postgresql://other/name")
    assert home_rules.digest(elsewhere) == home_rules.digest(facility)


def test_with_another_setting_or_key_nothing_is_worked(facility: Facility) -> None:
    other = _with(facility, "facility", release=Release.AFTER_REVIEW)
    assert home_rules.digest(other) != home_rules.digest(facility)
    with writing(facility.engine) as tx:
        with pytest.raises(SettingsError, match="digitizer outpost"):
            home_rules.check(tx, facility)
        home_rules.note(tx, facility)
        home_rules.check(tx, facility)
        with pytest.raises(SettingsError, match="not those of the facility's home"):
            home_rules.check(tx, other)
        rotate_key(facility.key_file)
        with pytest.raises(SettingsError, match="not those of the facility's home"):
            home_rules.check(tx, facility)


def test_a_machine_whose_program_is_older_than_the_tables_works_nothing(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was running while the home was brought up to date."""
    with writing(facility.engine) as tx:
        home_rules.note(tx, facility)
        home_rules.check(tx, facility)
        monkeypatch.setattr(home_rules, "SCHEMA_VERSION", "0001")
        with pytest.raises(SettingsError, match="the programs are not the same"):
            home_rules.check(tx, facility)
