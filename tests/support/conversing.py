"""An inmate and correspondents who may write to each other, and photos to send."""

from __future__ import annotations

import io
from dataclasses import replace

import sqlalchemy as sa
from PIL import Image

from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind
from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry
from digitizer.storage.database import writing
from digitizer.storage.tables_correspondents import correspondent_account
from digitizer.support.clock import now
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR

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


def give_account(facility: Facility, number: int, email: str = "ida@example.org") -> None:
    """A login, as after a sign-up that was confirmed."""
    with writing(facility.engine) as tx:
        tx.execute(
            sa.insert(correspondent_account).values(
                correspondent_id=number,
                email=email,
                plain_email=email,
                password_hash="-",
                made=now(),
                tell=True,
                tell_content=False,
            )
        )


def a_photo(colour: str = "red", **saved: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG", **saved)
    return out.getvalue()


def with_messages(facility: Facility, **values: object) -> Facility:
    """The same home with other settings of [messages]."""
    messages = facility.settings.messages.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"messages": messages}))
