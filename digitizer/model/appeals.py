"""Rejections of mail as the law looks at them: whose it was, who was told, who appealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digitizer.model.people import Inmate


class Refused(StrEnum):
    """What was refused."""

    LETTER = "letter"
    PAGES = "pages"
    MESSAGE_TO = "message to them"
    MESSAGE_FROM = "message from them"
    PHOTOS = "photos"

    @property
    def is_paper(self) -> bool:
        return self in (Refused.LETTER, Refused.PAGES)


class Side(StrEnum):
    """Who is told of a rejection, and may appeal."""

    INMATE = "inmate"
    SENDER = "sender"


class SheetGoes(StrEnum):
    """What becomes of the paper. Of an e-message there is NONE."""

    RETURNED = "returned"
    HELD = "held"
    CONTRABAND = "contraband"
    EVIDENCE = "evidence"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in the words of who decided; ``rule`` is what it stands in, ``es`` the same in Spanish,
    both as the settings had them."""

    text: str
    rule: str = ""
    es: str = ""

    def said(self, language: str) -> str:
        words = self.es if language == "es" and self.es else self.text
        return f"{words} ({self.rule})" if self.rule else words


@dataclass(frozen=True, slots=True)
class Rejection:
    """One decision by which mail was refused. ``item`` is the letter or message, ``event`` the
    number of the decision in the log, ``parts`` the pages or photos that it is about. ``inmate`` is
    None where only a cover says whose a letter is; ``correspondent`` None where nobody knows who
    sent it. ``told`` is when each side got its notice. ``kept_until`` is the day at whose end a
    notice that was withheld is given. ``ended``: it is refused no longer."""

    number: int
    what: Refused
    item: str
    event: int
    inmate: Inmate | None
    correspondent: int | None
    parts: tuple[int, ...]
    reasons: tuple[Reason, ...]
    decided: datetime
    decided_by: str
    sheet: SheetGoes
    told: dict[Side, datetime]
    kept_until: date | None
    kept_by: str
    kept_why: str
    ended: datetime | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """Who is to be told: of an e-message or photo of an inmate's nobody outside."""
        outside = self.what.is_paper or self.correspondent is not None
        return tuple(Side) if outside else (Side.INMATE,)

    @property
    def untold(self) -> tuple[Side, ...]:
        return tuple(each for each in self.sides if each not in self.told)

    @property
    def is_kept(self) -> bool:
        """Whether its notice is withheld now."""
        return self.kept_until is not None and not self.told


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal against a rejection. ``came`` is the day on which the facility had it, ``late``
    whether that was after the last day; ``due`` is the last day for the decision. ``entered_by``
    is who typed one that came on paper, empty for one from a page."""

    number: int
    rejection: Rejection
    side: Side
    level: int
    words: str
    came: date
    late: bool
    entered_by: str
    due: date
    decided: datetime | None
    decided_by: str
    granted: bool | None
    why: str

    def is_overdue(self, today: date) -> bool:
        return self.decided is None and self.due < today
