"""What the API answers, as its description says it. Keys may be added, and none is renamed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from digitizer.model.figures import Unit
from digitizer.model.mail import LetterKind, LetterState, Queue
from digitizer.model.people import CustodyStatus

Next = Annotated[str | None, Field(description="Give it as `after`; null: this was the last part.")]


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class InmateOut(Shape):
    booking_number: str
    last_name: str
    first_name: str
    housing_unit: str
    status: CustodyStatus


class InmateList(Shape):
    items: list[InmateOut]
    next: Next


class Refused(Shape):
    """A line of the file that is not understood; then nothing of the file is imported."""

    line: int
    reason: str


class Step(Shape):
    """What importing would do with one person. The known values are those on the roster now."""

    booking_number: str
    fate: str
    lines: list[int]
    last_name: str
    first_name: str
    housing_unit: str
    status: CustodyStatus
    known_last_name: str | None
    known_first_name: str | None
    known_housing_unit: str | None
    known_status: CustodyStatus | None


class RosterPreview(Shape):
    """What importing the file would do; nothing was changed. ``people`` leaves out those who would
    stay as they are."""

    counts: dict[str, int]
    in_custody: int
    leaving: int
    needs_confirmation: bool
    columns: dict[str, list[str]]
    refused: list[Refused]
    unknown_words: list[str]
    notes: list[str]
    missing: list[str]
    people: list[Step]


class HeldNameOut(Shape):
    """A known booking number that came with another person's name: left as it was, until a person
    confirms who it is."""

    booking_number: str
    last_name: str
    first_name: str
    known_last_name: str
    known_first_name: str


class RosterImported(Shape):
    """Counts of inmates."""

    added: int
    changed: int
    unchanged: int
    departed: int
    held: list[HeldNameOut]
    notes: list[str]


class LetterOut(Shape):
    """A letter as it is now: never what is in it, or who sent it. ``booking_number`` is null until
    it is delivered; ``opened`` is when the inmate first opened it."""

    letter: str
    scan: str
    kind: LetterKind
    state: LetterState
    booking_number: str | None
    received: datetime
    opened: datetime | None
    pages: int
    replaced_by: str | None


class LetterList(Shape):
    """Letters that changed. ``next`` is always there: ask again with it, later, for what changed
    since. ``more``: there is more already."""

    items: list[LetterOut]
    next: str
    more: bool


class HeldOut(Shape):
    """Something that waits for a person: a letter, or a whole scan where ``letter`` is null.
    ``pages`` are the numbers of its pages in the scan. ``source`` is null where the scan is sealed:
    a file's name may name somebody."""

    scan: str
    source: str | None
    letter: str | None
    pages: list[int]
    reason: str
    since: datetime
    queue: Queue


class HeldList(Shape):
    items: list[HeldOut]
    next: Next


class BalanceOut(Shape):
    """Where one scan's pages are, as numbers of pages; null where it could not be opened.
    ``source`` is null where the scan is sealed."""

    scan: str
    source: str | None
    pages: int | None
    delivered: int
    held: int
    recorded: int
    covers: int
    blanks: int
    rejected: int
    working: int
    balanced: bool
    missing_original: bool


class BalanceList(Shape):
    items: list[BalanceOut]
    next: Next


class ColumnOut(Shape):
    name: str
    unit: Unit


class RowOut(Shape):
    label: str
    values: list[float | None]


class FigureOut(Shape):
    """A table of numbers; ``label`` heads its first column, ``note`` says what is counted."""

    key: str
    title: str
    label: str
    columns: list[ColumnOut]
    rows: list[RowOut]
    note: str


class FactOut(Shape):
    label: str
    value: float | None
    unit: Unit


class ReportOut(Shape):
    """From the first local day to the last. Times are in seconds. Nobody is named."""

    first: date
    last: date
    facts: list[FactOut]
    figures: list[FigureOut]


class CheckOut(Shape):
    """``message`` says why it is not good; empty if it is."""

    name: str
    good: bool
    message: str


class HealthOut(Shape):
    """Whether mail can be taken in and worked now."""

    ready: bool
    version: str
    checks: list[CheckOut]


class Problem(BaseModel):
    """RFC 9457. ``instance`` ends with the code under which the service's log has this error."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = None
