"""Codes of the second step, by the examples of their standards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digitizer.access import totp

_OF_THE_RFC = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, the rows of SHA-1."""
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_of(_OF_THE_RFC, step, digits=8) == code
    assert totp.code_of(_OF_THE_RFC, step) == code[-6:]


def test_the_counts_are_those_of_rfc_4226() -> None:
    """Appendix D."""
    codes = [totp.code_of(_OF_THE_RFC, count) for count in range(10)]
    assert codes == [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]


def test_a_clock_may_differ_by_one_step_and_no_more() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    here = totp.step_at(at)
    good = [
        drift
        for drift in range(-4, 5)
        if totp.matching_step(_OF_THE_RFC, totp.code_of(_OF_THE_RFC, here + drift), at, None)
    ]
    assert good == [-1, 0, 1]
    assert totp.matching_step(_OF_THE_RFC, totp.code_of(_OF_THE_RFC, here), at, here) is None
