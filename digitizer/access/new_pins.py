"""What a PIN that its owner chooses must be: none that whoever knows them would guess first.

A PIN has few digits, and wrong ones are charged for; so those that many people choose, and those
that stand in the file of its owner, are refused.
"""

from __future__ import annotations

import re
from itertools import pairwise

from digitizer.model.errors import UsageError

MOST = 12
#: Digits of a run, or of a part of the booking number, that are too many.
_RUN, _OF_THE_NUMBER = 4, 4
_YEAR = re.compile(r"^(19[2-9]\d|20[0-4]\d)|(19[2-9]\d|20[0-4]\d)$")


def check_new_pin(pin: str, least: int, booking_number: str) -> str:
    """The PIN as it is hashed; ``least`` are the digits that it must have. Raises UsageError, with
    what to do, for one that is guessed too easily."""
    pin = pin.strip()
    if not (pin.isascii() and pin.isdecimal() and least <= len(pin) <= MOST):
        raise UsageError(f"A PIN has {least} to {MOST} digits, and nothing else.")
    if _is_common(pin):
        raise UsageError(
            "Others would guess that PIN: digits repeat, or follow each other. Choose another one."
        )
    if _is_of_number(pin, booking_number):
        raise UsageError(
            "Others would guess that PIN: it is like your booking number. Choose another one."
        )
    if _is_date(pin):
        raise UsageError(
            "Others would guess that PIN: it looks like a date or a year. Choose another one."
        )
    return pin


def _is_common(pin: str) -> bool:
    steps = [(int(after) - int(before)) % 10 for before, after in pairwise(pin)]
    runs = any(
        len(set(steps[start : start + _RUN - 1])) == 1 and steps[start] in (0, 1, 9)
        for start in range(len(steps) - _RUN + 2)
    )
    pairs = len(set(pin[::2])) == 1 or len(set(pin[1::2])) == 1
    doubled = "".join(dict.fromkeys(pin)) in "01234567890 09876543210" and len(set(pin)) < len(pin)
    repeats = any(
        all(digit == pin[at % length] for at, digit in enumerate(pin))
        for length in range(1, len(pin) // 2 + 1)
    )
    return runs or pairs or doubled or repeats or len(set(pin)) < 3


def _is_of_number(pin: str, booking_number: str) -> bool:
    """Whether a good part of the PIN stands in the digits of the number, or the other way round."""
    digits = "".join(each for each in booking_number if each.isdecimal())
    parts = {pin[at : at + _OF_THE_NUMBER] for at in range(len(pin) - _OF_THE_NUMBER + 1)}
    return any(part in digits or part in digits[::-1] for part in parts)


def _is_date(pin: str) -> bool:
    if _YEAR.search(pin):
        return True
    if len(pin) != 6:
        return False
    one, two, three = (int(pin[at : at + 2]) for at in (0, 2, 4))
    orders = ((one, two), (two, one), (two, three), (three, two))
    return any(1 <= day <= 31 and 1 <= month <= 12 for day, month in orders)
