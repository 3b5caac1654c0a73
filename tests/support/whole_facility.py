"""A home with one of everything, and everyone who may use it: for the tests of every verb and every
route."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from digitizer import audit
from digitizer.access import kiosks, login, password_hashing, tokens
from digitizer.access.login import Refused
from digitizer.access.password_hashing import hash_secret
from digitizer.covers import actions as covers
from digitizer.covers import own_covers
from digitizer.covers.terms import CoverTerms
from digitizer.facility import Facility, open_facility
from digitizer.logbook import actions as logbook
from digitizer.messages import actions as messages
from digitizer.messages import drafts, outgoing, requests
from digitizer.messages import writing as conversing
from digitizer.model.events import LOG, MESSAGE_CHECKS, Verb
from digitizer.model.logbook import Done, ItemKind, NewItem, NewReturn, Went, Why
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate, Scope, StaffRole
from digitizer.model.prints import PrintKind
from digitizer.notifications import outbox
from digitizer.notifications.announcements import announce
from digitizer.notifications.outbox import OutState
from digitizer.people import roster, rosters
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents import own_contacts
from digitizer.people.roster_import import Upload
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.prints import actions as prints
from digitizer.screening import blind_checks, cases, decisions, message_review
from digitizer.storage.database import writing
from digitizer.storage.tables import staff
from digitizer.support.clock import now
from tests.support.conversing import give_account
from tests.support.made_mail import OPERATOR, enter_people
from tests.support.print_system import BLANK_PDF
from tests.support.sealed_mail import sealed
from tests.support.web_kit import PASSWORD, Mail, add_letter, add_page, add_scan, make_mail

#: The inmate whose mail is asked for, and another.
OWNER, ANOTHER = "2026-00117", "2026-00118"
ROSTER_FILE = (
    b"booking_number,last_name,first_name,housing_unit,status\n2026-00888,Uplode,Una,B-1,in_custody"
)
#: The logins of two people outside: "family" may write to OWNER, "stranger" to ANOTHER.
FAMILY_EMAILS = {"family": "cora@example.org", "stranger": "dan@example.org"}
#: Came with another person's name.
DOUBTFUL = "2026-00777"
STAFF_NAMES = {
    StaffRole.CLERK: "Ana Brookwater",
    StaffRole.SUPERVISOR: "Ruth Harrow",
    StaffRole.ADMINISTRATOR: "Ada Fenwright",
    StaffRole.INVESTIGATOR: "Ivo Glass",
}
CLERK = Actor(ActorKind.STAFF, STAFF_NAMES[StaffRole.CLERK], StaffRole.CLERK)
ADA = Actor(ActorKind.STAFF, STAFF_NAMES[StaffRole.ADMINISTRATOR], StaffRole.ADMINISTRATOR)
OWNS = Actor(ActorKind.INMATE, OWNER)
#: Who screened what others check.
SCREENER = Actor(ActorKind.STAFF, "Sam Screener", StaffRole.CLERK)
ACTORS: Mapping[str, Actor] = {
    **{
        str(role): Actor(ActorKind.STAFF, name, role, proven=True)
        for role, name in STAFF_NAMES.items()
    },
    "no role": Actor(ActorKind.STAFF, "Nobody Inparticular"),
    "owner": Actor(ActorKind.INMATE, OWNER),
    "another": Actor(ActorKind.INMATE, ANOTHER),
    "family": Actor(ActorKind.CORRESPONDENT, "3"),
    "stranger": Actor(ActorKind.CORRESPONDENT, "4"),
    "machine": OPERATOR,
    **{
        str(scope): Actor(ActorKind.TOKEN, f"token {scope}", scopes=frozenset({scope}))
        for scope in Scope
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of the whole facility, and the ids of what is in it.

    ``letter`` and ``reply`` are OWNER's, ``other`` and ``others_reply`` ANOTHER's; ``held``,
    ``beside`` and ``review`` are held letters of one scan, ``again`` is of another, ``whole`` a
    scan held whole, ``seal`` a sealed one; ``rejected`` was to go to OWNER; ``cover`` is a sheet's
    short id, and ``seen`` the mark of ``whole`` as it lies there. ``kiosk`` waits for its code,
    ``token`` is one that is good, ``rule`` watches, ``check`` waits for a blind check, and so does
    the message ``screened``; OWNER failed to log in once. ``roster`` is an uploaded file that
    waits, ``doubtful`` a number whose name is held. ``clerk`` and the other roles are the numbers
    of staff, ``left`` that of one who left. ``print`` is the number of a sheet that waits to be
    printed, ``sent`` of one that was given to a printer, in the open ``batch``; ``stopped`` must
    not be printed. ``outgoing`` is a doubtful e-mail, ``announcement`` is shown; ``now`` and
    ``soon`` are times as a form has them.
    ``ida`` and ``ben`` are correspondents, ``block`` holds mail. ``cora`` ("family") may write to
    OWNER, ``stranger`` to ANOTHER; both have a login. Her ``message`` waits for a review,
    ``passed`` was released, each with a photo, and so has her draft; ``answer`` is a reply sheet to
    it. ``strangers_message`` and ``strangers_answer`` are the other's. ``familys_cover`` and
    ``strangers_cover`` are cover sheets that they made, ``ask`` waits and fits nobody, ``good_ask``
    fits somebody. ``own_request`` of OWNER and ``others_request`` of ANOTHER wait for an answer of
    staff, ``answered_request`` has one. ``a_sample`` and ``another_sample`` can be previewed.
    ``returned`` is an entry of the log of returned mail, ``receipt`` of what was found in mail of
    OWNER, ``others_receipt`` of ANOTHER's.
    ``free`` is a folder for anything.
    """

    facility: Facility
    ids: Mapping[str, str]
    free: Path

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


def make_whole_facility(folder: Path) -> Place:
    """Made once, and then copied: see ``copy_of``."""
    mail = make_mail(folder / "home")
    facility, ids = mail.facility, mail.ids
    with writing(facility.engine) as tx:
        tx.execute(
            sa.insert(staff).values(
                name=STAFF_NAMES[StaffRole.ADMINISTRATOR],
                role=str(StaffRole.ADMINISTRATOR),
                password_hash=hash_secret(PASSWORD),
                active=True,
            )
        )
        known = Inmate(DOUBTFUL, "Harper", "Dan", "C-3", CustodyStatus.IN_CUSTODY)
        another = replace(known, last_name="Winslow", first_name="Max")
        for each in (known, another):
            enter_people(tx, [each])
        for role, name in STAFF_NAMES.items():
            found = tx.execute(sa.select(staff.c.id).where(staff.c.name == name)).scalar_one()
            ids[str(role)] = str(found)
        left = {"name": "Gil Gone", "role": "clerk", "active": False}
        tx.execute(sa.insert(staff).values(**left))
        found = tx.execute(sa.select(staff.c.id).where(staff.c.name == left["name"])).scalar_one()
        ids["left"] = str(found)
    ids["seal"] = sealed(facility, folder / "sealing").id
    again = add_scan(mail, "again.pdf")
    ids["again"] = add_letter(mail, again, None, reason="Scanned again.")
    for number in (1, 2):
        add_page(mail, again, number, ids["again"], "Dear Tobias.", position=number)
    ids["reply"], ids["others_reply"] = _add_reply(mail, OWNER), _add_reply(mail, ANOTHER)
    ids["rejected"] = add_letter(mail, again, None, proposed=OWNER, reason="?")
    decisions.reject(facility, ids["rejected"], CLERK, "contraband")
    from_ida = CoverTerms(sender="Aunt Ida")
    watched = NewRule(WatchKind.WORDS, "lighthouse", "", "report 11", today())
    ids["rule"] = policies.add_rule(facility, watched, ACTORS["supervisor"]).id
    ids["check"] = ids["letter"]
    with writing(facility.engine) as tx:
        blind_checks.draw(tx, ids["check"], SCREENER, (2, 3, 4), 100)
    ids["inmate"], ids["anothers_number"] = OWNER, ANOTHER
    ids["cover"] = covers.print_inmate_cover(facility, OWNER, OPERATOR, from_ida).short_id
    ids["seen"] = cases.look_at_held(facility, ids["whole"], CLERK).seen
    ids["roster"] = rosters.keep_upload(facility, Upload("roster.csv", ROSTER_FILE), OPERATOR)
    ids["roster_seen"] = rosters.look_at_kept(facility, ids["roster"], OPERATOR).plan.seen
    waits, sent = (
        prints.queue_pdf(facility, OPERATOR, PrintKind.SEPARATOR, "Separator", BLANK_PDF)
        for _ in range(2)
    )
    batch = prints.send(facility, OPERATOR, [sent], "this computer")
    ids.update(print=str(waits), sent=str(sent), batch=str(batch.number))
    ids["doubtful"] = DOUBTFUL
    ids["a_sample"], ids["another_sample"] = "letter", "cover"
    _add_correspondents(facility, ids)
    ids["stopped"] = str(prints.look_at_queue(facility, OPERATOR).stopped[0].each.number)
    answers = add_scan(mail, "answer.pdf")
    ids["answer"] = add_letter(mail, answers, OWNER, kind="reply", message_id=ids["passed"])
    add_page(mail, answers, 1, ids["answer"], "All is well here.", position=1)
    with writing(facility.engine) as tx:  # a reply sheet to what the stranger will have written
        to_stranger = int(ACTORS["stranger"].name)
        asked = replace(
            draft(Direction.TO_INMATE), booking_number=ANOTHER, correspondent="Sal Stranger"
        )
        theirs = outgoing.send(tx, asked, facility.keys, correspondent_id=to_stranger)
    ids["strangers_answer"] = add_letter(mail, answers, ANOTHER, kind="reply", message_id=theirs)
    add_page(mail, answers, 2, ids["strangers_answer"], "I thank you.", position=1)
    ids["own_request"] = str(requests.send_request(facility, "Property", "My glasses", OWNS))
    other = requests.send_request(facility, "Grievance", "The light", ACTORS["another"])
    ids["answered_request"] = str(requests.send_request(facility, "Property", "A pen", OWNS))
    requests.answer_request(facility, int(ids["answered_request"]), "Here it is.", CLERK)
    ids["others_request"] = str(other)
    _keep_logbook(facility, ids)
    with writing(facility.engine) as tx:
        ids["outgoing"] = outbox.put(tx, "a@b.example", "A", "B", cause=LOG, sender="c@d.example")
        outbox.end(tx, ids["outgoing"], OutState.DOUBTFUL, "The connection died.")
    hour = timedelta(hours=1)
    ids["announcement"] = announce(facility, "No mail", "", now(), now() + 9 * hour, ADA)
    ids["now"] = f"{datetime.now():%Y-%m-%dT%H:%M}"
    ids["soon"] = f"{datetime.now() + 9 * hour:%Y-%m-%dT%H:%M}"
    ids["kiosk"] = "B-2 door"
    kiosks.invite(facility, ids["kiosk"], OPERATOR)
    ids["token"], ids["figure"] = "JMS", "volume"
    tokens.add_token(facility, ids["token"], [Scope.ROSTER_READ], OPERATOR)
    with pytest.raises(Refused):
        login.enter_as_inmate(facility, OWNER, "111222", "10.0.0.7")
    _add_accounts(facility, ids)
    facility.engine.dispose()
    return Place(facility, ids, folder)


def _keep_logbook(facility: Facility, ids: dict[str, str]) -> None:
    gone = NewReturn("2025-00031", "", Why.RELEASED, Done.RETURNED, sender="Cora Field")
    ids["returned"] = str(logbook.record_return(facility, gone, CLERK))
    found = NewItem(OWNER, "", ItemKind.CASH, Went.ACCOUNT, CLERK.name, amount="20.00")
    ids["receipt"] = str(logbook.record_item(facility, found, CLERK))
    book = NewItem(ANOTHER, "", ItemKind.BOOK, Went.PROPERTY_ROOM, CLERK.name, what="A novel")
    ids["others_receipt"] = str(logbook.record_item(facility, book, CLERK))
    right = replace(book, what="Two novels")
    logbook.correct_item(facility, int(ids["others_receipt"]), right, ACTORS["supervisor"], "two")


#: People outside can have accounts.
_SETTINGS = """
[mail]
host = "127.0.0.1"
security = "none"
[family]
address = "https://mail.jail.example"
"""


def _add_accounts(facility: Facility, ids: dict[str, str]) -> None:
    """Of "family" and "stranger": at the end, for what was sent before they had one is printed."""
    with (facility.home / "config.toml").open("a") as file:
        file.write(_SETTINGS)
    for who, email in FAMILY_EMAILS.items():
        give_account(facility, int(ACTORS[who].name), email, hash_secret(PASSWORD))
    for who, booking in (("family", OWNER), ("stranger", ANOTHER)):
        made = own_covers.make_cover(facility, booking, "", 1, ACTORS[who], "10.0.0.9")
        ids[f"{who}s_cover"] = made
        own_contacts.ask_to_write(facility, f"no {who}", "Nobody Here", ACTORS[who], "10.0.0.9")
    waits = correspondents.waiting_asks(facility, CLERK)
    ids["ask"] = str(waits[0].id)
    own_contacts.ask_to_write(
        facility, OWNER, "Tobias Quillfeather", ACTORS["stranger"], "10.0.0.9"
    )
    ids["good_ask"] = str(correspondents.waiting_asks(facility, CLERK)[-1].id)
    with writing(facility.engine) as tx:
        row = roster.inmate_row_id(tx, ANOTHER)
        strangers = drafts.Between(Direction.TO_INMATE, row, int(ACTORS["stranger"].name))
        photo, _ = facility.pictures.put(io.BytesIO(b"\xff\xd8 a stranger's photo"))
        drafts.keep(tx, strangers, "Hello", "I am a stranger.", [photo])
    sent = conversing.write(facility, ANOTHER, "Hello", "I am a stranger.", ACTORS["stranger"])
    ids["strangers_message"] = sent
    with writing(facility.engine) as tx:
        drafts.keep(tx, strangers, "Hello", "I am a stranger.", [photo])


def _add_correspondents(facility: Facility, ids: dict[str, str]) -> None:
    """``ida`` asked to write to OWNER, and their mail is blocked; ``ben`` nobody knows more of."""
    clerk, supervisor = ACTORS["clerk"], ACTORS["supervisor"]
    ida = correspondents.add_correspondent(facility, correspondents.Entry("Aunt Ida"), clerk)
    ben = correspondents.add_correspondent(facility, correspondents.Entry("Ben Orchard"), clerk)
    _add_messages(facility, ids)
    correspondents.ask_for_contact(facility, ida, OWNER, clerk)
    block = correspondents.block_mail(facility, ida, ANOTHER, supervisor, "asked for by both")
    suspended = correspondents.block_mail(facility, None, OWNER, supervisor, "court order 17")
    ids |= {"ida": str(ida), "ben": str(ben), "block": str(block), "suspended": str(suspended)}


def _add_messages(facility: Facility, ids: dict[str, str]) -> None:
    clerk, supervisor = ACTORS["clerk"], ACTORS["supervisor"]
    for name, person in (("Cora Dale", OWNER), ("Dan Stranger", ANOTHER)):
        entry = correspondents.Entry(name, "1 Elm Street\nHarbor Bay")
        number = correspondents.add_correspondent(facility, entry, clerk)
        correspondents.approve_contact(facility, number, person, supervisor, "asked by both")
        ids["cora" if person == OWNER else "stranger"] = str(number)
    assert ids["cora"] == ACTORS["family"].name
    photo, _ = facility.pictures.put(io.BytesIO(b"\xff\xd8 a photo"))
    with writing(facility.engine) as tx:
        row = roster.inmate_row_id(tx, OWNER)
        to_owner, home = (drafts.Between(each, row, int(ids["cora"])) for each in _DIRECTIONS)
    for name in ("message", "passed", "draft"):
        for each, by, whom in ((to_owner, "family", OWNER), (home, "owner", ids["cora"])):
            with writing(facility.engine) as tx:
                drafts.keep(tx, each, "Hello", "All is well.", [photo])
            if name != "draft":
                sent = conversing.write(facility, whom, "Hello", "All is well.", ACTORS[by])
                ids[name if by == "family" else f"own_{name}"] = sent
    for name in ("passed", "own_passed"):
        message_review.message_photo(facility, ids[name], 1, clerk)
        message_review.release_message(facility, ids[name], clerk, "nothing against it")
    _add_screened(facility, ids, photo)


def _add_screened(facility: Facility, ids: dict[str, str], photo: str) -> None:
    """A message that another released, and that was drawn to be checked."""
    with writing(facility.engine) as tx:
        to_owner = drafts.Between(
            Direction.TO_INMATE, roster.inmate_row_id(tx, OWNER), int(ids["cora"])
        )
        had = drafts.kept(tx, to_owner)
        drafts.keep(tx, to_owner, "Hello", "All is well.", [photo])
    sent = conversing.write(facility, OWNER, "Hello", "All is well.", ACTORS["family"])
    ids["screened"] = sent
    message_review.message_photo(facility, sent, 1, SCREENER)
    message_review.release_message(facility, sent, SCREENER, "nothing against it")
    with writing(facility.engine) as tx:
        drafts.keep(tx, to_owner, had.subject, had.body, had.photos)
        audit.record(tx, SCREENER, Verb.DRAW_MESSAGE, MESSAGE_CHECKS, message=sent, passed=[0, 1])


_DIRECTIONS = (Direction.TO_INMATE, Direction.FROM_INMATE)


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """The product's hashes are slow on purpose; who may do what does not depend on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashing, "_HASHER", PasswordHasher(1, 8, 1))
        password_hashing._nobody.cache_clear()
        yield
    password_hashing._nobody.cache_clear()


def draft(direction: Direction = Direction.FROM_INMATE) -> Draft:
    """A message from OWNER, or to them."""
    return Draft(
        direction=direction,
        booking_number=OWNER,
        correspondent="Aunt Ida",
        subject="Hello",
        body="All is well.",
        address="1 Elm Street\nHarbor Bay",
    )


def _add_reply(mail: Mail, booking_number: str) -> str:
    """A reply that came back on its sheet; the inmate's own message stays queued."""
    asked = replace(draft(Direction.TO_INMATE), booking_number=booking_number)
    sent = messages.send(mail.facility, asked, OPERATOR)
    messages.send(mail.facility, replace(draft(), booking_number=booking_number), OPERATOR)
    scan = add_scan(mail, f"replies-{booking_number}.pdf")
    reply = add_letter(mail, scan, booking_number, kind="reply", message_id=sent)
    add_page(mail, scan, 1, reply, "Thank you for the parcel.", position=1)
    return reply


@contextmanager
def copy_of(made: Place, folder: Path) -> Iterator[Place]:
    """A copy to do anything with, which is removed at the end."""
    facility = open_facility(Path(shutil.copytree(made.facility.home, folder / "home")))
    try:
        yield Place(facility, made.ids, folder)
    finally:
        facility.engine.dispose()
        shutil.rmtree(folder)
