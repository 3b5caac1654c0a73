"""Passes to the relay; that coturn takes them is in test_servers.py."""

from __future__ import annotations

from datetime import UTC, datetime

from digitizer.engines.calls.turn import GOOD_FOR, relay_pass

_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_pass_is_good_for_ten_minutes_and_says_nothing_of_its_holder() -> None:
    own = relay_pass("secret", ("turn:a",), "x1", _AT)
    assert own.username == f"{int((_AT + GOOD_FOR).timestamp())}:x1"
    # echo -n 1767323645:x1 | openssl dgst -sha1 -hmac secret -binary | base64
    assert own.credential == "3admqzttjJd9sOFIlRsNcjUKS6g="


def test_another_secret_makes_another_pass() -> None:
    made = {relay_pass(secret, (), "x", _AT).credential for secret in ("one", "two")}
    assert len(made) == 2
