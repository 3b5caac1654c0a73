"""Secrets are kept as hashes and compared kindly."""

from __future__ import annotations

from digitizer.access.password_hashing import check_secret, hash_secret, new_pin, normal_answer


def test_a_secret_is_known_again_and_never_kept() -> None:
    hashed = hash_secret("831204")
    assert "831204" not in hashed
    assert check_secret("831204", hashed)
    assert not check_secret("831205", hashed)
    assert not check_secret("831204", None)
    assert not check_secret("831204", "no hash")
    assert hash_secret("831204") != hashed


def test_pins_are_no_runs() -> None:
    pins = {new_pin(6) for _ in range(300)}
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(pins) > 290
    assert not pins & {"000000", "123456", "654321", "890123"}


def test_answers_are_compared_kindly() -> None:
    assert normal_answer("  Old   RED Barn ") == normal_answer("old red barn")
