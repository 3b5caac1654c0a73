"""The day's numbers by e-mail: once, from their hour on, and of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.notifications.sending import send_due
from digitizer.operations import digest
from tests.support.made_mail import OPERATOR
from tests.support.mail_server import MadeMailServer, mail_server, with_mail


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path / "server") as made:
        yield made


def with_digest(facility: Facility, *to: str, hour: int = 0) -> Facility:
    alarms = facility.settings.alarms.model_copy(update={"digest_to": to, "digest_hour": hour})
    return replace(facility, settings=facility.settings.model_copy(update={"alarms": alarms}))


def test_it_goes_out_once_a_day_with_numbers_only(
    facility: Facility, server: MadeMailServer
) -> None:
    mailing = with_digest(with_mail(facility, server.settings), "a@example.org", "b@example.org")
    assert [digest.mail_digest(mailing, OPERATOR) for _ in range(2)] == [2, 0]
    assert send_due(mailing, OPERATOR) == 2
    text = server.taken[0].get_content()
    assert "In doubt: " in text
    assert "Needs care: " in text
    assert "Testvale" not in text
    assert {each["To"] for each in server.taken} == {"a@example.org", "b@example.org"}


def test_it_is_off_by_default_and_waits_for_its_hour(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert digest.mail_digest(facility, OPERATOR) == 0
    later = with_digest(facility, "a@example.org", hour=23)
    early = datetime(2026, 3, 4, 12, tzinfo=UTC)
    monkeypatch.setattr(digest, "now", lambda: early)
    assert digest.mail_digest(later, OPERATOR) == 0
