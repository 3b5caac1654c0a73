"""Protected senders and codes for tests."""

from __future__ import annotations

from datetime import date

from digitizer.facility import Facility
from digitizer.legal import actions, codes, registry
from digitizer.model.legal import Answer, NewSender, SenderKind
from digitizer.model.people import Actor
from digitizer.model.settings import LegalMail
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR

FINCH = NewSender(
    SenderKind.ATTORNEY, "Harold Finch", "Finch & Partners", "100 Court Street\nAshford", "WSBA 44"
)


def new_sender(facility: Facility, reference: str = "WSBA 44", expires: date | None = None) -> int:
    entry = NewSender(FINCH.kind, FINCH.name, FINCH.organisation, FINCH.address, reference, expires)
    return registry.add_sender(facility, entry, SUPERVISOR)


def new_code(facility: Facility, sender: int, booking_number: str = ORSON) -> codes.Made:
    return codes.make_code(facility, sender, booking_number, SUPERVISOR)


def scanned(facility: Facility, text: str, by: Actor = CLERK) -> Answer:
    return actions.scan_code(facility, text, by).answer


def check(facility: Facility, percent: int) -> Facility:
    """From now on so many of a hundred are drawn, in this facility as it is open here."""
    drawn = facility.settings.model_copy(update={"legal_mail": LegalMail(check_percent=percent)})
    object.__setattr__(facility, "settings", drawn)
    return facility
