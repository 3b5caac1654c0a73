"""PINs, passwords and answers, kept only as argon2id hashes."""

from __future__ import annotations

import secrets
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """Hash of a random secret: verified against when there is nobody, so that time tells nothing.

    Made at the first use: it costs as long as a login, and most commands ask for no secret.
    """
    return _HASHER.hash(secrets.token_hex(16))


def hash_secret(secret: str) -> str:
    return _HASHER.hash(secret)


def check_secret(secret: str, hashed: str | None) -> bool:
    """Whether ``secret`` made ``hashed``; takes as long where there is no hash."""
    try:
        return _HASHER.verify(hashed or _nobody(), secret) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def new_pin(digits: int) -> str:
    """A random PIN that is neither one repeated digit nor a run up or down."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(digits))
        steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
        if not (len(steps) == 1 and steps <= {0, 1, 9}):
            return pin


def normal_answer(answer: str) -> str:
    """Security answers are compared without regard to case and spaces."""
    return " ".join(answer.casefold().split())
