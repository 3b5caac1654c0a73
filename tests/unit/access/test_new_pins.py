"""Which PINs are refused, and how many of all of them that leaves."""

from __future__ import annotations

import random

import pytest

from digitizer.access.new_pins import check_new_pin
from digitizer.model.errors import UsageError

NUMBER = "2026-00117"
WEAK = {
    "repeat, or follow": "000000 111111 123456 654321 890123 121212 123123 112233 998877 717273 "
    "404040 574321 12341234",
    "like your booking number": "260011 711006 600117 990117 20260011",
    "a date or a year": "041783 170483 830417 198477 771984 200612 19840213",
    "digits, and nothing else": "12345 1234567890123 48a915 ４８２９１５ -48291",
}


@pytest.mark.parametrize(
    ("why", "pin"), [(why, pin) for why, pins in WEAK.items() for pin in pins.split()]
)
def test_what_others_would_guess_is_refused(why: str, pin: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_new_pin(pin, 6, NUMBER)


@pytest.mark.parametrize("pin", ["482915", " 739164 ", "90213457", "739164820573"])
def test_others_are_good(pin: str) -> None:
    assert check_new_pin(pin, 6, NUMBER) == pin.strip()


def test_an_empty_or_short_booking_number_refuses_nothing() -> None:
    assert check_new_pin("482915", 6, "A-12") == "482915"
    assert check_new_pin("482915", 6, "") == "482915"


def test_more_than_four_of_five_stay() -> None:
    dice = random.Random(7)
    good = 0
    for _ in range(2000):
        try:
            check_new_pin(f"{dice.randrange(10**6):06}", 6, NUMBER)
        except UsageError:
            continue
        good += 1
    assert good > 1600
