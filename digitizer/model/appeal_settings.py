"""Settings of rejections, their notices and appeals: rules that differ from state to state."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from digitizer.model.toml_file import AsWritten, Keys
from digitizer.support.working_days import Calendar, calendar_of

#: What becomes of the paper: back to its sender, kept until the appeal is over, or kept for good.
Sheet = Literal["returned", "held", "contraband", "evidence"]


class RejectReason(Keys):
    """Why mail is rejected, as its inmate and its sender read it. ``rule`` is what it stands in,
    such as "WAC 137-48-040"; ``es`` says it in Spanish; ``sheet`` is what becomes of the paper
    where that differs from ``appeals.sheet``."""

    reason: str
    rule: str = Field(default="", max_length=200)
    es: str = Field(default="", max_length=500)
    sheet: Sheet | None = None

    @field_validator("reason")
    @classmethod
    def _says_something(cls, reason: str) -> str:
        if not reason.strip() or len(reason) > 500:
            raise ValueError("must be a sentence of at most 500 characters.")
        return reason


class Appeals(Keys):
    """Clocks, in days. An inmate and a sender may appeal within ``inmate_days`` and ``sender_days``
    of their notice, counted by the calendar; an official decides within ``decision_days``, counted
    in working days (WAC 137-48: 10, 20 and 10). ``second_level``: what was denied may be appealed
    once more. ``remind_days``: from so many working days before its last one on, an appeal is
    called due soon.

    Working days leave out Saturdays, Sundays and ``holidays``: "2026-11-27", or "12-24" for each
    year; with ``federal_holidays`` those of the US government too.

    ``sheet`` is what becomes of the paper as a rule. ``paper``: which notices are printed: of
    letters, or those alone that no page shows to their readers. A notice about evidence goes out
    ``evidence_hours`` after the decision, so that a supervisor can withhold it. ``characters``
    bounds an appeal; ``deny_reasons`` are offered to whoever denies one.
    """

    inmate_days: int = Field(default=10, ge=1, le=365)
    sender_days: int = Field(default=20, ge=1, le=365)
    decision_days: int = Field(default=10, ge=1, le=365)
    second_level: bool = False
    remind_days: int = Field(default=3, ge=0, le=365)
    holidays: AsWritten[tuple[str, ...]] = ()
    federal_holidays: bool = False
    sheet: Literal["returned", "held"] = "returned"
    paper: Literal["always", "needed"] = "always"
    evidence_hours: int = Field(default=24, ge=1, le=720)
    characters: int = Field(default=3000, ge=100, le=10_000)
    deny_reasons: AsWritten[tuple[str, ...]] = (
        "The rule was applied as it is written",
        "The appeal does not say why the decision is wrong",
        "It came after the last day",
    )

    @field_validator("holidays")
    @classmethod
    def _are_days(cls, holidays: tuple[str, ...]) -> tuple[str, ...]:
        try:
            calendar_of(holidays, federal=False)
        except ValueError:
            raise ValueError(
                'must hold days such as "2026-11-27", or "12-24" for one of each year.'
            ) from None
        return holidays

    @field_validator("deny_reasons")
    @classmethod
    def _can_be_read(cls, reasons: tuple[str, ...]) -> tuple[str, ...]:
        if any(not each.strip() or len(each) > 500 for each in reasons):
            raise ValueError("must hold sentences of at most 500 characters.")
        return reasons

    @property
    def calendar(self) -> Calendar:
        return calendar_of(self.holidays, federal=self.federal_holidays)
