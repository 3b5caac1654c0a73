"""What ``cover print`` prints: which options each kind of sheet takes, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

from digitizer.entrances.cli.context import OPERATOR
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind

if TYPE_CHECKING:
    from digitizer.covers.actions import PrintedCover
    from digitizer.covers.bulk import PrintedCovers
    from digitizer.facility import Facility

Paper = Literal["a4", "letter", "label", "label-small"]
SheetPaper = Literal["a4", "letter"]


@dataclass(frozen=True, slots=True)
class Options:
    """What else was given on the command line; None, False and "" mean: not given."""

    booking: str | None
    letters: int | None
    once: bool
    sheets: int | None
    valid_days: int | None
    uses: int | None
    until: date | None
    sender: str | None
    paper: Paper | None

    def for_inmate(self, kind: CodeKind) -> str:
        """The booking number. Raises UsageError if there is none."""
        if not self.booking:
            raise UsageError(
                f"Name the booking number: digitizer cover print BOOKING --kind {kind}"
            )
        return self.booking

    def for_nobody(self, kind: CodeKind) -> None:
        """Raises UsageError if there is a booking number."""
        if self.booking:
            raise UsageError(f"A {kind} sheet is for nobody: leave the booking number out.")

    @property
    def is_label(self) -> bool:
        return self.paper in ("label", "label-small")

    def sheet_paper(self) -> SheetPaper | None:
        """The paper of a whole sheet. Raises UsageError for that of a label."""
        if self.paper == "label" or self.paper == "label-small":
            raise UsageError(f"--paper {self.paper} goes with one inmate's cover.")
        return self.paper

    def refuse_all_but(self, *fitting: str) -> None:
        """Raises UsageError for the first option that was given and does not fit.

        Every sheet takes ``sender`` and ``paper``, though not every sheet prints a sender.
        """
        for name, message in _MISFIT.items():
            if name not in fitting and getattr(self, name):
                raise UsageError(message)


_ONCE_OR_SHEETS = "--once goes with an inmate's cover, --sheets with a letter or a reply."
#: What is wrong where an option was given for a kind of sheet that it does not fit; the first
#: of several is reported.
_MISFIT = {
    "letters": "--letters goes with --kind batch; --sheets counts a letter's sheets.",
    "once": _ONCE_OR_SHEETS,
    "sheets": _ONCE_OR_SHEETS,
    "valid_days": "--valid-days goes with an inmate's cover or a legal marker.",
    "uses": "--uses goes with an inmate's cover.",
    "until": "--until goes with an inmate's cover.",
}


class Sheet(Protocol):
    """A sheet whose options fit."""

    def print_for(self, facility: Facility) -> PrintedCover: ...


@dataclass(frozen=True, slots=True)
class InmateCover:
    """``sheets`` is 0 where any number of sheets may follow the cover."""

    booking: str
    sheets: int
    sender: str | None
    once: bool
    uses: int | None
    valid_days: int | None
    until: date | None
    paper: Paper | None

    @classmethod
    def of(cls, given: Options) -> InmateCover:
        booking = given.for_inmate(CodeKind.INMATE)
        given.refuse_all_but("once", "sheets", "valid_days", "uses", "until")
        return cls(
            booking,
            given.sheets or 0,
            given.sender,
            given.once,
            given.uses,
            given.valid_days,
            given.until,
            given.paper,
        )

    def print_for(self, facility: Facility) -> PrintedCover:
        from digitizer.covers.actions import print_inmate_cover
        from digitizer.covers.terms import CoverTerms

        terms = CoverTerms(
            sheets=self.sheets,
            sender=self.sender,
            once=self.once,
            uses=self.uses,
            valid_days=self.valid_days,
            until=self.until,
        )
        return print_inmate_cover(facility, self.booking, OPERATOR, terms, self.paper)


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """``sheets`` is 0 where any number of sheets may follow; ``correspondent`` is answered."""

    booking: str
    sheets: int
    correspondent: str | None
    paper: SheetPaper | None

    @classmethod
    def of(cls, given: Options) -> ReplySheet:
        booking = given.for_inmate(CodeKind.REPLY)
        given.refuse_all_but("sheets")
        return cls(booking, given.sheets or 0, given.sender, given.sheet_paper())

    def print_for(self, facility: Facility) -> PrintedCover:
        from digitizer.messages.reply_sheets import print_reply_sheet

        return print_reply_sheet(
            facility,
            self.booking,
            OPERATOR,
            sheets=self.sheets,
            correspondent=self.correspondent,
            paper=self.paper,
        )


@dataclass(frozen=True, slots=True)
class BatchHeader:
    """``letters`` is None where the letters of the batch are not counted."""

    letters: int | None
    paper: SheetPaper | None

    @classmethod
    def of(cls, given: Options) -> BatchHeader:
        given.for_nobody(CodeKind.BATCH)
        given.refuse_all_but("letters")
        return cls(given.letters, given.sheet_paper())

    def print_for(self, facility: Facility) -> PrintedCover:
        from digitizer.covers.actions import print_batch_header

        return print_batch_header(facility, self.letters, OPERATOR, self.paper)


@dataclass(frozen=True, slots=True)
class Separator:
    paper: SheetPaper | None

    @classmethod
    def of(cls, given: Options) -> Separator:
        given.for_nobody(CodeKind.SEPARATOR)
        given.refuse_all_but()
        return cls(given.sheet_paper())

    def print_for(self, facility: Facility) -> PrintedCover:
        from digitizer.covers.actions import print_separator

        return print_separator(facility, OPERATOR, self.paper)


@dataclass(frozen=True, slots=True)
class LegalMarker:
    valid_days: int | None
    paper: SheetPaper | None

    @classmethod
    def of(cls, given: Options) -> LegalMarker:
        given.for_nobody(CodeKind.LEGAL)
        given.refuse_all_but("valid_days")
        return cls(given.valid_days, given.sheet_paper())

    def print_for(self, facility: Facility) -> PrintedCover:
        from digitizer.covers.actions import print_legal_marker

        return print_legal_marker(facility, OPERATOR, self.paper, self.valid_days)


@dataclass(frozen=True, slots=True)
class InmateCovers:
    """``unit`` is None for the whole roster."""

    unit: str | None
    given: Options

    def print_for(self, facility: Facility) -> PrintedCovers:
        from digitizer.covers.bulk import print_covers
        from digitizer.covers.terms import CoverTerms

        terms = CoverTerms(
            once=self.given.once,
            uses=self.given.uses,
            valid_days=self.given.valid_days,
            until=self.given.until,
        )
        return print_covers(facility, OPERATOR, self.unit, terms, self.given.sheet_paper())


def several_of(kind: CodeKind, given: Options, unit: str | None, everyone: bool) -> InmateCovers:
    """The covers of many. Raises UsageError for options that do not fit them."""
    if kind is not CodeKind.INMATE or given.booking:
        raise UsageError("--unit and --everyone are for inmates' covers, without a booking number.")
    if unit is not None and everyone:
        raise UsageError("Give --unit or --everyone, not both.")
    if given.sender or given.sheets:
        raise UsageError("--sender and --sheets are for one cover: print it by itself.")
    given.refuse_all_but("once", "valid_days", "uses", "until")
    given.sheet_paper()
    return InmateCovers(unit, given)


def sheet_of(kind: CodeKind, given: Options) -> Sheet:
    """The sheet that was asked for. Raises UsageError for options that do not fit its kind."""
    match kind:
        case CodeKind.INMATE:
            return InmateCover.of(given)
        case CodeKind.REPLY:
            return ReplySheet.of(given)
        case CodeKind.BATCH:
            return BatchHeader.of(given)
        case CodeKind.LEGAL:
            return LegalMarker.of(given)
        case CodeKind.SEPARATOR:
            return Separator.of(given)
