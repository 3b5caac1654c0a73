"""The log records that settings changed, never what they are."""

from __future__ import annotations

import json
from typing import Any

from digitizer import audit
from digitizer.facility import Facility, open_facility
from digitizer.model.events import SETTINGS
from digitizer.operations import actions as operations
from digitizer.operations.noted_settings import changes
from digitizer.storage.database import reading
from tests.support.audit_log import audit_holds
from tests.support.made_mail import OPERATOR


def _settings_events(facility: Facility) -> list[Any]:
    with reading(facility.engine) as tx:
        return [each.detail for each in audit.events_of(tx, SETTINGS)]


def test_changed_settings_are_recorded_but_not_what_they_are(facility: Facility) -> None:
    assert operations.note_settings(facility, OPERATOR)
    assert not operations.note_settings(facility, OPERATOR)
    operations.rotate_audit_key(facility, OPERATOR)
    config = facility.home / "config.toml"
    secret = "invented-secret-name"
    written = config.read_text().replace("Example County", secret)
    changed = written.replace("appeal_to = ", "appeal_days = 9\nappeal_to = ")
    config.write_text(changed)
    assert operations.note_settings(open_facility(facility.home), OPERATOR)
    first, second = _settings_events(facility)
    assert first["changed"] is None
    assert second["changed"] == ["facility.appeal_days", "facility.name"]
    assert secret not in json.dumps(second)
    with reading(facility.engine) as tx:
        assert changes(tx, facility.home, facility.settings) is None
    (facility.home / "agency.toml").write_text("[work]\npages = 999\n")
    assert operations.note_settings(open_facility(facility.home), OPERATOR)
    assert _settings_events(facility)[-1]["changed"] == ["work.pages"]
    assert audit_holds(facility)
