"""Inmates, staff, and who is acting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CustodyStatus(StrEnum):
    """An inmate's status on the roster. Only those IN_CUSTODY receive mail here."""

    IN_CUSTODY = "in_custody"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    OTHER = "other"

    @property
    def is_gone(self) -> bool:
        """Listed as somebody who left. OTHER may merely be missing from a file, and in the next."""
        return self in (CustodyStatus.RELEASED, CustodyStatus.TRANSFERRED)


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
        """Why mail for this person is held, to be read after "is"; None while in custody."""
        if self.status is CustodyStatus.IN_CUSTODY:
            return None
        if self.status is CustodyStatus.OTHER:
            return "not in custody here"
        return f"{self.status} and so not in custody here"


class StaffRole(StrEnum):
    """In rising order of what they may do; only the investigator, who looks, decides nothing."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    INVESTIGATOR = "investigator"


class Scope(StrEnum):
    """What an administrator lets a program of somebody else's do with a token; a token may have
    several. None of them shows what is in a letter, or decides about one."""

    ROSTER_READ = "roster:read"
    ROSTER_WRITE = "roster:write"
    LETTERS_READ = "letters:read"
    HELD_READ = "held:read"
    COVERS_PRINT = "covers:print"
    REPORTS_READ = "reports:read"
    LEGAL_CODES = "legal:codes"


class ActorKind(StrEnum):
    STAFF = "staff"
    INMATE = "inmate"
    MACHINE = "machine"
    TOKEN = "token"
    CORRESPONDENT = "correspondent"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; every verb takes one.

    ``name`` is a staff name, a booking number, the part of the program at work, the number of a
    correspondent's record, the number of a guest's seat in one call, or the name of a token after
    the word "token"; ``scopes`` are that
    token's, and ``sender`` the protected sender for whom it makes codes (None: for nobody).
    ``listed`` is
    False where a name was given on the command line that is not on the staff list; each event of
    such an actor records it. ``proven``: staff who proved a few minutes ago at most who they are,
    which acts that cannot be undone ask for. ``shell`` is the user of the machine who runs a
    command, as the system knows them; empty for everyone who does not come from there.
    """

    kind: ActorKind
    name: str
    role: StaffRole | None = None
    listed: bool = True
    proven: bool = False
    shell: str = ""
    scopes: frozenset[Scope] = frozenset()
    sender: int | None = None


MACHINE = Actor(ActorKind.MACHINE, "digitizer")
