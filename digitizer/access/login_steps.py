"""What an inmate is asked at login: an ordered list of steps, chosen by the facility.

A new step (a fingerprint reader, a card) is one more class here and its name in the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from digitizer.access.password_hashing import check_secret, normal_answer
from digitizer.model.settings import Web


@dataclass(frozen=True, slots=True)
class Account:
    """What steps may know of an inmate: his row's secrets, as hashes. ``id`` 0: there is none."""

    id: int
    booking_number: str
    pin_hash: str | None
    question: str | None
    answer_hash: str | None


class Step(Protocol):
    """One question at the door."""

    name: str

    def asks(self, account: Account) -> str | None:
        """The question in this person's own words; None where the page's words are enough."""
        ...

    def is_set_up(self, account: Account) -> bool:
        """Whether this person can answer at all; if not, only staff can help."""
        ...

    def check(self, account: Account, answer: str) -> bool:
        """Takes as long for a wrong answer, and for nobody, as for a right one."""
        ...


class PinStep:
    name = "pin"

    def asks(self, account: Account) -> str | None:
        return None

    def is_set_up(self, account: Account) -> bool:
        return account.pin_hash is not None

    def check(self, account: Account, answer: str) -> bool:
        return check_secret(answer.strip(), account.pin_hash)


class SecurityQuestionStep:
    """A second step, never a way to recover a PIN."""

    name = "security_question"

    def asks(self, account: Account) -> str | None:
        return account.question

    def is_set_up(self, account: Account) -> bool:
        return account.answer_hash is not None

    def check(self, account: Account, answer: str) -> bool:
        return check_secret(normal_answer(answer), account.answer_hash)


STEPS: Mapping[str, Step] = {step.name: step for step in (PinStep(), SecurityQuestionStep())}


def steps_of(settings: Web) -> tuple[Step, ...]:
    """The PIN always, and first; then the others in the order of the settings, each once."""
    names = dict.fromkeys(("pin", *settings.login_steps))
    return tuple(STEPS[name] for name in names)
