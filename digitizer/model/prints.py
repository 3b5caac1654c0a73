"""What is printed, how far it is, and for whom it lies ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from digitizer.model.paper import CodeKind
from digitizer.model.people import Inmate

#: 4 by 6 inches, as shipping labels are; and 62 by 100 mm, of a tape or 2.4 by 4 inches.
LabelPaper = Literal["label", "label-small"]
LABEL_PAPERS: tuple[LabelPaper, ...] = ("label", "label-small")


class PrintState(StrEnum):
    """How far a print is. SENDING lasts only while a process hands it to the printer: one that is
    found later, after that process died, is DOUBTFUL, and only a person says whether it came out.
    """

    QUEUED = "queued"
    RENDERED = "rendered"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    SPOILED = "spoiled"
    DOUBTFUL = "doubtful"


#: Not yet given to a printer.
WAITING = (PrintState.QUEUED, PrintState.RENDERED)
#: Given to a printer, and nobody knows yet whether it came out.
ASKED = (PrintState.SENT, PrintState.DOUBTFUL)


class PrintKind(StrEnum):
    LETTER = "letter"
    COPY = "copy"
    OUTGOING = "outgoing"
    NOTICE = "notice"
    SENDERS_NOTICE = "senders_notice"
    REPLY = "reply"
    COVER = "cover"
    COVERS = "covers"
    COVER_LABEL = "cover_label"
    SEPARATOR = "separator"
    BATCH = "batch"
    LEGAL = "legal"
    LABEL = "label"
    RECEIPT = "receipt"


class Pile(StrEnum):
    """Where a print goes: to a housing unit, out by post, or to the mailroom's own table, on sheets
    or on the labels of a printer of its own."""

    UNIT = "unit"
    OUT = "out"
    SHEETS = "sheets"
    LABELS = "labels"


#: What a sheet of each kind is printed as, and what staff call it.
PRINT_KINDS = {
    CodeKind.INMATE: PrintKind.COVER,
    CodeKind.REPLY: PrintKind.REPLY,
    CodeKind.BATCH: PrintKind.BATCH,
    CodeKind.LEGAL: PrintKind.LEGAL,
    CodeKind.SEPARATOR: PrintKind.SEPARATOR,
}
SHEET_NAMES = {
    CodeKind.INMATE: "Cover sheet",
    CodeKind.REPLY: "Reply sheet",
    CodeKind.BATCH: "Batch header",
    CodeKind.LEGAL: "Legal marker",
    CodeKind.SEPARATOR: "Separator",
}
#: What staff call a label that is an inmate's cover.
LABEL_NAME = "Label"


def notice_kind(to: str) -> tuple[PrintKind, str]:
    """What a notice of rejected mail is printed as, and what staff call it; it goes to the "inmate"
    or to the "sender"."""
    if to == "sender":
        return PrintKind.SENDERS_NOTICE, "Notice of rejected mail, to the sender"
    return PrintKind.NOTICE, "Notice of rejected mail"


_PILES = {
    PrintKind.LETTER: Pile.UNIT,
    PrintKind.COPY: Pile.UNIT,
    PrintKind.NOTICE: Pile.UNIT,
    PrintKind.RECEIPT: Pile.UNIT,
    PrintKind.REPLY: Pile.UNIT,
    PrintKind.OUTGOING: Pile.OUT,
    PrintKind.SENDERS_NOTICE: Pile.OUT,
    PrintKind.COVER_LABEL: Pile.LABELS,
}


@dataclass(frozen=True, slots=True)
class Print:
    """One print. ``number`` is what staff call it, and grows; ``title`` says what it is, without
    the inmate's name. ``pages`` is None until it is rendered, ``batch`` until it is sent.
    ``copy_of`` is the number of the print that it replaces or repeats; ``copied`` the letter or
    message of which an inmate asked for it."""

    number: int
    kind: PrintKind
    state: PrintState
    title: str
    inmate: Inmate | None
    message: str | None
    pdf: str | None
    pages: int | None
    batch: int | None
    made: datetime
    copy_of: int | None
    reason: str
    copied: str | None = None

    @property
    def pile(self) -> tuple[Pile, str]:
        """Where it goes, and to which housing unit ("": not to one): where the inmate lives now."""
        where = _PILES.get(self.kind, Pile.SHEETS)
        return where, (self.inmate.housing_unit if where is Pile.UNIT and self.inmate else "")


#: In place of a printer: a batch that no printer was given. Its prints waited when a backup was
#: made and may have been printed since, or their PDFs are lost.
RESTORED = "restored from a backup"
LOST = "PDF lost"


@dataclass(frozen=True, slots=True)
class Batch:
    """What was given to a printer at once. ``file`` is where a folder's printer put it, ``request``
    what the print system calls it. ``accepted`` is None until the printer has taken it."""

    number: int
    printer: str
    by: str
    begun: datetime
    accepted: datetime | None
    file: str | None
    request: str | None
    prints: tuple[Print, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        return any(each.state is PrintState.DOUBTFUL for each in self.prints)

    @property
    def is_restored(self) -> bool:
        """Whether its prints waited when the backup was made from which this home comes."""
        return self.printer == RESTORED

    @property
    def is_lost(self) -> bool:
        """Whether it never came to a printer, because its PDFs are lost."""
        return self.printer == LOST

    @property
    def is_open(self) -> bool:
        """Whether somebody must still say that it came out."""
        return any(each.state in ASKED for each in self.prints)
