"""A home with one of everything, and everyone who may come to it: what the tests ask that go
through every verb and every route."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from digitizer.access import password_hashing
from digitizer.access.password_hashing import hash_secret
from digitizer.covers import actions as covers
from digitizer.facility import House, open_house
from digitizer.messages import actions as messages
from digitizer.messages.actions import Draft
from digitizer.model.mail import Direction
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.screening import cases, decisions
from digitizer.storage.tables import staff, writing
from tests.support.made_mail import OPERATOR
from tests.support.sealed_mail import sealed
from tests.unit.entrances.web.web_kit import (
    PASSWORD,
    Mail,
    add_letter,
    add_page,
    add_scan,
    make_mail,
)

#: The inmate whose mail is asked for, and another.
OWNER, ANOTHER = "2026-00117", "2026-00118"
STAFF_NAMES = {
    StaffRole.CLERK: "Ana Brookwater",
    StaffRole.SUPERVISOR: "Ruth Harrow",
    StaffRole.ADMINISTRATOR: "Ada Fenwright",
    StaffRole.INVESTIGATOR: "Ivo Glass",
}
CLERK = Actor(ActorKind.STAFF, STAFF_NAMES[StaffRole.CLERK], StaffRole.CLERK)
ACTORS: Mapping[str, Actor] = {
    **{str(role): Actor(ActorKind.STAFF, name, role) for role, name in STAFF_NAMES.items()},
    "no role": Actor(ActorKind.STAFF, "Nobody Inparticular"),
    "owner": Actor(ActorKind.INMATE, OWNER),
    "another": Actor(ActorKind.INMATE, ANOTHER),
    "machine": OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of the whole house, and the ids of what is in it.

    ``letter`` and ``reply`` are OWNER's, ``other`` and ``others_reply`` ANOTHER's; ``held``,
    ``beside`` and ``review`` are held letters of one scan, ``again`` is of another, ``whole`` a
    scan held whole, ``seal`` a sealed one; ``rejected`` was to go to OWNER; ``cover`` is a sheet's
    short id, and ``seen`` the mark of ``whole`` as it lies there. ``free`` is a folder for
    anything.
    """

    house: House
    ids: Mapping[str, str]
    free: Path

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


def make_whole_house(folder: Path) -> Place:
    """Made once, and then copied: see ``copy_of``."""
    mail = make_mail(folder / "home")
    house, ids = mail.house, mail.ids
    with writing(house.engine) as tx:
        tx.execute(
            sa.insert(staff).values(
                name=STAFF_NAMES[StaffRole.ADMINISTRATOR], role=str(StaffRole.ADMINISTRATOR),
                password_hash=hash_secret(PASSWORD), active=True,
            )
        )  # fmt: skip
    ids["seal"] = sealed(house, folder / "sealing").id
    again = add_scan(mail, "again.pdf")
    ids["again"] = add_letter(mail, again, None, reason="Scanned again.")
    add_page(mail, again, 1, ids["again"], "Dear Tobias.", position=1)
    ids["reply"], ids["others_reply"] = _add_reply(mail, OWNER), _add_reply(mail, ANOTHER)
    ids["rejected"] = add_letter(mail, again, None, proposed=OWNER, reason="?")
    decisions.reject(house, ids["rejected"], CLERK, "contraband")
    ids["cover"] = covers.print_inmate_cover(house, OWNER, OPERATOR, sender="Aunt Ida").short_id
    ids["seen"] = cases.look_at_held(house, ids["whole"], CLERK).seen
    house.engine.dispose()
    return Place(house, ids, folder)


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """The product's hashes are slow on purpose; who may do what does not hang on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashing, "_HASHER", PasswordHasher(1, 8, 1))
        password_hashing._nobody.cache_clear()
        yield
    password_hashing._nobody.cache_clear()


def draft(direction: Direction = Direction.FROM_INMATE) -> Draft:
    """A message from OWNER, or to them."""
    return Draft(direction, OWNER, "Aunt Ida", "Hello", "All is well.", "1 Elm Street\nHarbor Bay")


def _add_reply(mail: Mail, booking_number: str) -> str:
    """A reply that came back on its sheet; the inmate's own message stays queued."""
    asked = replace(draft(Direction.TO_INMATE), booking_number=booking_number)
    sent = messages.send(mail.house, asked, OPERATOR)
    messages.send(mail.house, replace(draft(), booking_number=booking_number), OPERATOR)
    scan = add_scan(mail, f"replies-{booking_number}.pdf")
    reply = add_letter(mail, scan, booking_number, kind="reply", message_id=sent)
    add_page(mail, scan, 1, reply, "Thank you for the parcel.", position=1)
    return reply


@contextmanager
def copy_of(made: Place, folder: Path) -> Iterator[Place]:
    """A copy to do anything with, thrown away in the end."""
    house = open_house(Path(shutil.copytree(made.house.home, folder / "home")))
    try:
        yield Place(house, made.ids, folder)
    finally:
        house.engine.dispose()
        shutil.rmtree(folder)
