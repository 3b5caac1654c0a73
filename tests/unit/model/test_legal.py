from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digitizer.model.legal import ProtectedSender, SenderCounts, SenderKind, SenderState

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TODAY = NOW.astimezone().date()
SENDER = ProtectedSender(
    3, SenderKind.COURT, "", "Court of Lake County", (), "", TODAY, None, "", "Ruth", NOW
)
COUNTS = SenderCounts(SENDER, 9, 9, 0, 1, 0, 0, 0, 5, 2.4, NOW)


def test_the_last_day_still_counts() -> None:
    assert SENDER.state_at(NOW) is SenderState.ACTIVE
    assert SENDER.state_at(NOW + timedelta(days=1)) is SenderState.EXPIRED
    assert replace(SENDER, revoked=NOW).state_at(NOW) is SenderState.REVOKED
    assert replace(SENDER, expires=None).state_at(NOW + timedelta(days=999)) is SenderState.ACTIVE
    assert SENDER.whole_name == "Court of Lake County"


def test_what_stands_out() -> None:
    assert COUNTS.more_than_usual
    assert not replace(COUNTS, usual=2.5).stands_out
    assert not replace(COUNTS, lately=4).stands_out
    assert replace(COUNTS, usual=9, found=1).stands_out
    assert replace(COUNTS, usual=9, duplicates=1).stands_out
    assert replace(COUNTS, usual=9, late=1).stands_out
