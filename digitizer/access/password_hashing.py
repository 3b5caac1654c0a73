"""PINs, passwords and answers, kept only as argon2id hashes.

One hashing takes 19 MiB and some hundredths of a second, the least that OWASP advises, so that a
housing unit that logs in at once is let in within seconds; and only a few are done at a time in one
process, whoever asks. A PIN of six digits is not safe from whoever has its hash and a day: it is
the budgets of failures that protect it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digitizer.model.settings import Web

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(Web().hashing_at_once)
_held = threading.local()


def allow_at_once(hashings: int) -> None:
    """For this process, from its start: before anyone waits."""
    global _turns
    _turns = threading.BoundedSemaphore(hashings)


@contextmanager
def turn() -> Iterator[None]:
    """Waits until few enough threads are in here. A thread that is may enter again."""
    if getattr(_held, "turn", False):
        yield
        return
    with _turns:
        _held.turn = True
        try:
            yield
        finally:
            _held.turn = False


@cache
def _nobody() -> str:
    """The hash of a random secret: checked where there is no account, so that the time taken shows
    nothing.

    Made when first used: it takes as long as a login, and most commands ask for no secret.
    """
    with turn():
        return _HASHER.hash(secrets.token_hex(16))


def hash_secret(secret: str) -> str:
    with turn():
        return _HASHER.hash(secret)


def check_secret(secret: str, hashed: str | None) -> bool:
    """Whether ``secret`` made ``hashed``; takes equally long where there is no hash."""
    try:
        with turn():
            return _HASHER.verify(hashed or _nobody(), secret) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str | None) -> bool:
    """Whether it was made with other costs than hashes are now."""
    return hashed is not None and _HASHER.check_needs_rehash(hashed)


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
