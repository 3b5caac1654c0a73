"""The mailbox of somebody who leaves, and what the roster says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import writing as conversing
from digitizer.messages.conversations import photos_of
from digitizer.model.departure_settings import Departures
from digitizer.model.events import Verb
from digitizer.model.people import Actor
from digitizer.people import actions as people
from digitizer.screening import message_review
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, message, page
from digitizer.storage.tables_screening import withheld_part
from tests.support.conversing import (
    a_photo,
    as_correspondent,
    give_account,
    make_contact,
    with_family,
)
from tests.support.made_mail import CLERK, OPERATOR, ORSON, as_inmate, events
from tests.support.web_kit import Mail, add_letter, add_page, add_scan

TOLD = str(Verb.TELL_CONTACTS)


def with_page(facility: Facility, **values: object) -> Facility:
    """The same home with an address for the page, and with these settings of [release]."""
    known = with_family(facility)
    release = Departures().model_copy(update=values)
    return replace(known, settings=known.settings.model_copy(update={"release": release}))


def list_as(facility: Facility, status: str, booking_number: str = ORSON) -> None:
    """A roster file says so of this person, and of nobody else."""
    with reading(facility.engine) as tx:
        row = tx.execute(sa.select(inmate).where(inmate.c.booking_number == booking_number)).one()
    file = Path(facility.home) / "listed.csv"
    file.write_text(
        "booking_number,last_name,first_name,housing_unit,status\n"
        f"{booking_number},{row.last_name},{row.first_name},{row.housing_unit},{status}\n"
    )
    people.import_roster(facility, file, False, OPERATOR)


def list_whole(facility: Facility, *lines: str) -> None:
    """A roster file that lists these in custody (number, last and first name), and is the whole
    roster: whoever else was here is missing from it."""
    file = Path(facility.home) / "whole.csv"
    rows = "".join(f"{line},B-1,in custody\n" for line in lines)
    file.write_text("booking_number,last_name,first_name,housing_unit,status\n" + rows)
    people.import_roster(facility, file, True, OPERATOR)


def make_friend(facility: Facility) -> Actor:
    """Ida, who writes to Orson and wants news."""
    number = make_contact(facility)
    give_account(facility, number)
    return as_correspondent(number)


def fill_mailbox(facility: Facility) -> dict[str, str]:
    """A letter of two pages between which one was withheld, and with a part covered; a message each
    way, one with a photo; what waits, is refused, held, or another's. Returns the ids by name."""
    ida, mail, ids = make_friend(facility), Mail(facility), dict[str, str]()
    long_ago = datetime(2026, 3, 5, 14, 30).astimezone()
    stack = add_scan(mail, "stack.pdf")
    ids["letter"] = add_letter(
        mail, stack, ORSON, received=long_ago, sender="Rosa Marlow", subject="Spring"
    )
    add_page(mail, stack, 1, ids["letter"], "Dear Orson,\nthe plums are ripe.", position=1)
    add_page(mail, stack, 2, ids["letter"], "Forbidden words.", role="withheld")
    add_page(mail, stack, 3, ids["letter"], "Covered word.\nYour Rosa", position=2)
    with writing(facility.engine) as tx:
        covered = tx.execute(sa.select(page.c.id).where(page.c.number == 3)).scalar_one()
        box = {"left": 0, "top": 0, "width": 400, "height": 30}
        tx.execute(
            sa.insert(withheld_part).values(page_id=covered, reason="A photo of staff", **box)
        )
    ids["held"] = add_letter(mail, stack, None)
    add_page(mail, stack, 4, ids["held"], "This one is held.", position=1)
    ids["rejected"] = add_letter(mail, stack, ORSON, state="rejected")
    add_page(mail, stack, 5, ids["rejected"], "This one was rejected.", position=1)
    conversing.add_photo(facility, ORSON, a_photo("green"), ida)
    ids["message"] = conversing.write(facility, ORSON, "From Ida", "How are you, señor?", ida)
    ids["answer"] = conversing.write(facility, ida.name, "", "I am well.", as_inmate(ORSON))
    message_review.message_photo(facility, ids["message"], 1, CLERK)
    for each in (ids["message"], ids["answer"]):
        message_review.release_message(facility, each, CLERK, "nothing against it")
    ids["refused"] = conversing.write(facility, ORSON, "", "Refused text", ida)
    message_review.refuse_message(facility, ids["refused"], CLERK, "a threat")
    ids["waits"] = conversing.write(facility, ORSON, "", "Waiting text", ida)
    return ids


def spoil_pictures(facility: Facility, ids: dict[str, str]) -> None:
    """Of the letter that ``fill_mailbox`` made, one picture is gone from the disk and one is
    damaged there; the photo of the message is gone."""
    with reading(facility.engine) as tx:
        pages = sa.select(page.c.picture).where(page.c.letter_id == ids["letter"])
        first, _, third = tx.execute(pages.order_by(page.c.number)).scalars()
        (photo,) = photos_of(
            tx.execute(sa.select(message).where(message.c.id == ids["message"])).one(), {}
        )
    store = facility.pictures
    assert isinstance(store, LocalBlobs)
    for name in (first, photo.stored):
        store.path(name).unlink()
    store.path(third).chmod(0o600)
    store.path(third).write_bytes(b"no picture any more")


def tellings(facility: Facility) -> int:
    """How often contacts were told that somebody left."""
    return sum(verb == TOLD for verb, _, _ in events(facility))
