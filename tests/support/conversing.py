"""An inmate and correspondents who may write to each other, and photos to send."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import sqlalchemy as sa
from PIL import Image

from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind
from digitizer.model.upkeep_settings import MailServer
from digitizer.notifications import outbox
from digitizer.notifications.outbox import OutState
from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan
from digitizer.storage.tables_correspondents import correspondent_account
from digitizer.support.clock import now
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR
from tests.support.web_kit import Mail, add_scan

PAGES = "https://mail.jail.example"
IDA = Entry("Ida Marlow", "12 Elm Street\nSpringfield, EX 00000", "ida@example.org", "en")


def as_correspondent(number: int) -> Actor:
    return Actor(ActorKind.CORRESPONDENT, str(number))


def make_contact(
    facility: Facility, entry: Entry = IDA, booking_number: str = ORSON, *, approved: bool = True
) -> int:
    """Returns the correspondent's number."""
    number = actions.add_correspondent(facility, entry, CLERK)
    approve(facility, number, booking_number, approved=approved)
    return number


def approve(facility: Facility, number: int, booking_number: str, *, approved: bool = True) -> None:
    if approved:
        actions.approve_contact(facility, number, booking_number, SUPERVISOR, "asked by both")
    else:
        actions.ask_for_contact(facility, number, booking_number, CLERK)


def give_account(
    facility: Facility, number: int, email: str = "ida@example.org", hashed: str = "-"
) -> None:
    """A login, as after a sign-up that was confirmed."""
    with writing(facility.engine) as tx:
        tx.execute(
            sa.insert(correspondent_account).values(
                correspondent_id=number,
                email=email,
                plain_email=email,
                password_hash=hashed,
                made=now(),
                tell=True,
                tell_content=False,
            )
        )


def with_family(facility: Facility, **values: object) -> Facility:
    """The same home where people outside can have accounts, with these settings of [family]."""
    family = facility.settings.family.model_copy(update={"address": PAGES, **values})
    mail = MailServer(host="127.0.0.1", sender="mailroom@jail.example", security="none")
    changed = facility.settings.model_copy(update={"family": family, "mail": mail})
    return replace(facility, settings=changed)


def mailed(facility: Facility) -> list[outbox.Outgoing]:
    """What waits to be sent, oldest first."""
    with reading(facility.engine) as tx:
        return list(outbox.in_state(tx, OutState.QUEUED))


def scanned(facility: Facility) -> str:
    """The id of one more scan."""
    with reading(facility.engine) as tx:
        before = tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar_one()
    return add_scan(Mail(facility, scans=before), "letters.pdf")


def link_in(text: str) -> str:
    """The path of the first link of an e-mail."""
    found = re.search(rf"{re.escape(PAGES)}(/\S+)", text)
    assert found is not None
    return found[1]


def a_photo(colour: str = "red", **saved: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG", **saved)
    return out.getvalue()


def with_messages(facility: Facility, **values: object) -> Facility:
    """The same home with other settings of [messages]."""
    messages = facility.settings.messages.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"messages": messages}))
