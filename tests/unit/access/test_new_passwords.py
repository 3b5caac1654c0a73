"""Which words can be a new password."""

from __future__ import annotations

import pytest

from digitizer.access.new_passwords import check_new_password
from digitizer.model.errors import UsageError


@pytest.mark.parametrize(
    "password",
    [
        "short words",
        "x" * 201,
        "password1234",
        "Password2026!",
        "P@ssw0rd1234",
        "passwordpassword",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "xkqzvxkqzvxkqzv",
        "1q2w3e4r5t6y",
        "Ruth Harrow 1",
        "ruthharrow2026",
        "harborcounty1",
        "summer2026!!!",
        "correcthorsebatterystaple",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(UsageError):
        check_new_password(password, ("Ruth Harrow", "Harbor County Jail"))


@pytest.mark.parametrize(
    "password",
    [
        "lanterns over quiet water",
        "x8#Kd92mvLq0",
        "тихая вода и фонари",
        "静かな水の上の提灯を見ている夜",
    ],
)
def test_any_characters_make_a_password(password: str) -> None:
    assert check_new_password(password, ("Ruth Harrow",)) == password
