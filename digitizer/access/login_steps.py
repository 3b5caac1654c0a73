"""What people are asked at login. Inmates: an ordered list of steps, chosen by the facility; a new
step (a fingerprint reader, a card) is one more class here and its name in the settings. Staff: what
their account says is still to be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from digitizer.access.password_hashing import check_secret, normal_answer
from digitizer.access.sessions import Session
from digitizer.model.settings import Web


@dataclass(frozen=True, slots=True)
class InmateAccount:
    """What the steps may know of an inmate: the secrets of their row, as hashes. ``id`` is 0 where
    there is no such inmate. ``must_change``: staff gave the PIN out."""

    id: int
    booking_number: str
    pin_hash: str | None
    question: str | None
    answer_hash: str | None
    must_change: bool = False


class Step(Protocol):
    """One question of the login page."""

    name: str

    def asks(self, account: InmateAccount) -> str | None:
        """The question in this person's own words; None where the page's words are enough."""
        ...

    def is_set_up(self, account: InmateAccount) -> bool:
        """Whether this person can answer at all; if not, only staff can help."""
        ...

    def check(self, account: InmateAccount, answer: str) -> bool:
        """Whether the answer is right. Takes equally long for a right answer, a wrong one, and an
        account that does not exist."""
        ...


class PinStep:
    name = "pin"

    def asks(self, account: InmateAccount) -> str | None:
        return None

    def is_set_up(self, account: InmateAccount) -> bool:
        return account.pin_hash is not None

    def check(self, account: InmateAccount, answer: str) -> bool:
        return check_secret(answer.strip(), account.pin_hash)


class SecurityQuestionStep:
    """A second step, never a way to recover a PIN."""

    name = "security_question"

    def asks(self, account: InmateAccount) -> str | None:
        return account.question

    def is_set_up(self, account: InmateAccount) -> bool:
        return account.answer_hash is not None

    def check(self, account: InmateAccount, answer: str) -> bool:
        return check_secret(normal_answer(answer), account.answer_hash)


#: What is asked last of an inmate whose PIN staff gave out: one of their own.
NEW_PIN = "new pin"
STEPS: Mapping[str, Step] = {step.name: step for step in (PinStep(), SecurityQuestionStep())}


def steps_of(settings: Web) -> tuple[Step, ...]:
    """The PIN always, and first; then the others in the order of the settings, each once."""
    names = dict.fromkeys(("pin", *settings.login_steps))
    return tuple(STEPS[name] for name in names)


class StaffStep(StrEnum):
    """What is still asked of staff whose password was right, in this order."""

    CODE = "code"
    NEW_PASSWORD = "new password"
    SET_UP = "set up second step"


def staff_step(settings: Web, found: Session) -> StaffStep | None:
    """The next step of a staff session; None when it is open. Whose role needs a second step sets
    it up before anything else is open to them."""
    if found.has_second_step and found.steps_done < 2:
        return StaffStep.CODE
    if found.must_change:
        return StaffStep.NEW_PASSWORD
    if found.actor.role in settings.totp_for and not found.has_second_step:
        return StaffStep.SET_UP
    return None
