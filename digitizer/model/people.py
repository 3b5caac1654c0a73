"""Inmates, staff, and who is acting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CustodyStatus(StrEnum):
    """What the roster says of an inmate. Only IN_CUSTODY receives mail here."""

    IN_CUSTODY = "in_custody"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inmate:
    """One line of the roster. ``booking_number`` is the facility's own unique number."""

    booking_number: str
    last_name: str
    first_name: str
    housing_unit: str
    status: CustodyStatus

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def absence(self) -> str | None:
        """Why mail for this person is held, to be read after "is"; None of who is in custody."""
        if self.status is CustodyStatus.IN_CUSTODY:
            return None
        gone = "" if self.status is CustodyStatus.OTHER else f"{self.status} and so "
        return f"{gone}not in custody here"


class StaffRole(StrEnum):
    """Roles in rising order of what they may do; investigators look, they do not settle."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    INVESTIGATOR = "investigator"


class ActorKind(StrEnum):
    STAFF = "staff"
    INMATE = "inmate"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does a thing; every audited verb takes one.

    ``name`` is a staff name, a booking number, or the part of the machine at work.
    """

    kind: ActorKind
    name: str
    role: StaffRole | None = None


MACHINE = Actor(ActorKind.MACHINE, "digitizer")
