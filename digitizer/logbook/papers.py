"""The papers of the logbook: a label for mail that goes back or on, and a receipt of what was
found."""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.facility import Facility
from digitizer.model.events import Subject
from digitizer.model.logbook import Found, Returned


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF, what the print queue calls it, and the entry that it is ``of``. ``booking_number`` is
    of whoever is to get it, None for nobody on the roster; ``warning`` is about characters that it
    shows only as boxes."""

    pdf: bytes
    title: str
    of: str
    booking_number: str | None = None
    warning: str | None = None


def label(facility: Facility, entry: Returned, *, on_page: bool) -> Paper:
    """Of 4 by 6 inches, or in the corner of a page."""
    from digitizer.engines.printing.kit.missing import missing_in, warning
    from digitizer.engines.printing.sheets.return_label import Label, label_pdf

    own = facility.settings.facility
    made = Label(
        number=entry.number,
        done=entry.done,
        why=entry.why,
        to=_to(entry),
        sender=(own.name, *own.mail_address),
        day=entry.at.astimezone().date(),
    )
    pdf = label_pdf(made, own.paper if on_page else None)
    of, unseen = str(Subject.returned(entry.number)), warning(missing_in(made.to))
    return Paper(pdf, f"Label {entry.number}", of, warning=unseen)


def _to(entry: Returned) -> tuple[str, ...]:
    """To a new place, mail goes in the name of whom it is for; back, in that of its sender."""
    who = entry.sender
    if entry.done == "forwarded":
        who = entry.inmate.full_name if entry.inmate else entry.addressed
    return tuple(line for line in (who, *entry.address) if line)


def receipt(facility: Facility, entry: Found) -> Paper:
    from digitizer.engines.printing.kit.missing import warning
    from digitizer.engines.printing.letters.receipt import Receipt, receipt_missing, receipt_pdf

    made = Receipt(
        facility_name=facility.settings.facility.name,
        inmate=entry.inmate,
        owner=entry.owner,
        entry=entry,
        found=entry.at.astimezone().date(),
        corrected=entry.corrections[-1].at.astimezone().date() if entry.corrections else None,
        words=facility.words,
    )
    return Paper(
        receipt_pdf(made, facility.settings.facility.paper),
        f"Receipt {entry.receipt}",
        str(Subject.found(entry.receipt)),
        entry.inmate.booking_number if entry.inmate else None,
        warning(receipt_missing(made)),
    )
