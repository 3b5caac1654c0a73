"""What a new cover says, and how long it is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digitizer.model.errors import UsageError
from digitizer.support.clock import midnight, now

#: The end of the last day of all cannot be written as a moment, wherever the clock stands.
_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class CoverTerms:
    """What a new cover says, and how long it is good.

    ``sheets`` is the number of sheets that a letter with it must have (0: any). With ``once`` it is
    good for one letter; letters past the number ``uses`` are held, and so are those that come in
    after the day ``until``, or after the one that is ``valid_days`` days from now.
    """

    sheets: int = 0
    sender: str | None = None
    once: bool = False
    uses: int | None = None
    valid_days: int | None = None
    until: date | None = None

    def expiry(self) -> datetime | None:
        """The moment after which it is no longer good; a day counts to its local end.

        Raises UsageError where two limits are given, or the day is over.
        """
        if self.valid_days and self.until:
            raise UsageError("Give a number of days or the last day, not both.")
        if self.once and self.uses is not None:
            raise UsageError("Give a single use or a number of uses, not both.")
        last = self.last_day
        if last is None:
            return None
        end = midnight(last + timedelta(days=1))
        if end <= now():
            raise UsageError(f"{last} is in the past: every letter under that cover would be held.")
        return end

    @property
    def last_day(self) -> date | None:
        """The day that is printed on it; None: it has no end. Raises UsageError for one too far
        away."""
        try:
            days = timedelta(days=self.valid_days or 0)
            last = now().astimezone().date() + days if self.valid_days else self.until
        except OverflowError:
            last = date.max
        if last is not None and last.year > _LAST_YEAR:
            raise UsageError("That day is too far away. Leave it out for a cover without end.")
        return last


#: Good for any number of letters, without end.
PLAIN = CoverTerms()
