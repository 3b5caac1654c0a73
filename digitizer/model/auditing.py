"""What reviews of the event log are about: one person's week, looked at by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from digitizer.model.events import Verb


@dataclass(frozen=True, slots=True)
class Figures:
    """A week of one person in numbers, by events: ``looks`` at mail, ``grave`` acts, and what was
    ``refused`` to them. ``most`` of the letters that they opened are of one inmate, ``most_of``."""

    looks: int = 0
    grave: int = 0
    refused: int = 0
    most: int = 0
    most_of: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.looks or self.grave or self.refused)


@dataclass(frozen=True, slots=True)
class Review:
    """What one person did in the week that begins on this Monday. ``kind`` is how the log knows
    them: staff, a token, or the machine (its commands without a name). ``usual`` is the median of
    their looks in earlier weeks; None: too few weeks to say.

    ``ended`` by whoever looked through it; ``raised``: something is to be followed up, until it is
    ``closed``.
    """

    number: int
    week: date
    kind: str
    person: str
    figures: Figures
    usual: int | None
    ended: datetime | None
    ended_by: str
    note: str
    raised: bool
    closed: datetime | None
    closed_by: str
    closing: str

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def is_followed(self) -> bool:
        return self.raised and self.closed is None

    @property
    def is_unusual(self) -> bool:
        """Far more looks than in their other weeks: a question, no answer."""
        return (
            self.usual is not None
            and self.figures.looks >= _FEW
            and self.figures.looks > _TIMES * self.usual
        )

    @property
    def is_on_one(self) -> bool:
        """Most of the letters that they opened are of one inmate."""
        return self.figures.most >= _MANY_OF_ONE and self.figures.most * 2 > self.figures.looks


#: Fewer looks than these are nothing unusual, whatever the other weeks had.
_FEW, _TIMES = 20, 3
_MANY_OF_ONE = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the log; what is empty asks for nothing. ``person`` is a name as
    the log has it, ``about`` a letter, message, booking number or other id; ``first`` and ``last``
    are days by the facility's clock, both with all of theirs."""

    person: str = ""
    about: str = ""
    verb: Verb | None = None
    first: date | None = None
    last: date | None = None

    @property
    def said(self) -> dict[str, str]:
        """What was asked for, as the details of the event that somebody asked."""
        named = {
            "person": self.person,
            "about": self.about,
            "what": str(self.verb or ""),
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in named.items() if value}
