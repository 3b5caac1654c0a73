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
from digitizer.appeals import actions as appeals
from digitizer.appeals import rejections
from digitizer.appeals.refusals import refused_now
from digitizer.auditing import actions as auditing
from digitizer.auditing import records as reviews
from digitizer.auditing import weeks
from digitizer.covers import actions as covers
from digitizer.covers import own_covers
from digitizer.covers.terms import CoverTerms
from digitizer.facility import Facility, open_facility
from digitizer.legal import actions as legal
from digitizer.legal import codes as legal_codes
from digitizer.legal import registry
from digitizer.logbook import actions as logbook
from digitizer.messages import actions as messages
from digitizer.messages import drafts, outgoing, request_items, requests
from digitizer.messages import writing as conversing
from digitizer.model.appeals import Side
from digitizer.model.auditing import Figures
from digitizer.model.events import LOG, MESSAGE_CHECKS, Verb
from digitizer.model.legal import NewSender, SenderKind
from digitizer.model.logbook import Done, ItemKind, NewItem, NewReturn, Went, Why
from digitizer.model.mail import Direction, Draft
from digitizer.model.people import Actor, ActorKind, CustodyStatus, Inmate, Scope, StaffRole
from digitizer.model.prints import PrintKind
from digitizer.model.retention import Due, HoldOn, MailKind, Thing
from digitizer.notifications import outbox
from digitizer.notifications.announcements import announce
from digitizer.notifications.outbox import OutState
from digitizer.operations import paper_destruction
from digitizer.originals import actions as originals
from digitizer.people import roster, rosters
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents import own_contacts
from digitizer.people.roster_import import Upload
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.prints import actions as prints
from digitizer.retention import actions as retention
from digitizer.retention import runs
from digitizer.screening import blind_checks, cases, decisions, message_review
from digitizer.storage.database import writing
from digitizer.storage.tables import cover, letter, staff
from digitizer.storage.tables_retention import legal_hold
from digitizer.support.clock import now
from tests.support.asked_staff import COMPLAINT, make_opener, with_requests
from tests.support.conversing import give_account
from tests.support.made_mail import OPERATOR, enter_people
from tests.support.print_system import BLANK_PDF
from tests.support.sealed_mail import sealed
from tests.support.visiting import add_visits
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
#: Who proposed to destroy something; nobody's login in these tests.
PROPOSER = Actor(ActorKind.STAFF, "Vera Proposing", StaffRole.SUPERVISOR)
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
        str(scope): Actor(
            ActorKind.TOKEN,
            f"token {scope}",
            scopes=frozenset({scope}),
            sender=1 if scope is Scope.LEGAL_CODES else None,
        )
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
    OWNER, ``others_receipt`` of ANOTHER's. ``sender`` is a protected sender, ``gone_sender`` a
    revoked one; ``legal_code`` is the id of a code for OWNER that has not arrived, ``legal_text``
    what its symbol holds; ``legal_item`` has arrived, and ``legal_opened`` was opened.
    ``own_review`` is of the clerk's last week, ``raised_review`` of the one before.
    ``own_rejection`` is of OWNER's letter ``refused``, of which "family" was told too,
    ``others_rejection`` of ANOTHER's and the stranger's; of ``evidence`` nobody was told yet, whose
    rejection is ``evidence_rejection``. ``appeal`` of OWNER waits for a decision.
    ``box`` is the code of a box, in which lie ``due_scan``, whose paper may be destroyed,
    ``listed_scan``, which is on the open ``list``, ``asked_for_scan`` with the ``paper_request``,
    and ``on_hold_scan`` with the ``paper_hold``; ``done_list`` was confirmed. ``letter`` came under
    ``familys_cover``, ``other`` under ``strangers_cover``.
    ``hold`` is a legal hold on somebody else, whose last day is over; ``run`` was proposed by
    ``PROPOSER``, and waits.
    ``visit`` is booked for OWNER and ``cora``, ``others_visit`` for ANOTHER and ``stranger``;
    ``asked_visit`` waits for approval, ``begun_visit`` is over, and ``visit_flag`` stands against
    ``flagged_visit``. ``cora`` keeps ``held_time``, ``stranger`` ``others_time``; ``free_time`` is
    free.
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
    hold = retention.set_hold(facility, HoldOn.INMATE, ANOTHER, ACTORS["supervisor"], "a claim")
    ids["hold"], ids["due_kind"] = str(hold), str(MailKind.LETTERS)
    with writing(facility.engine) as tx:
        over = today() - timedelta(days=1)  # else it might be on what is under the seal
        tx.execute(sa.update(legal_hold).values(until=over))
        tx.execute(sa.insert(staff).values(name=PROPOSER.name, role=str(PROPOSER.role)))
        due = Due(
            MailKind.LETTERS, Thing.LETTER, ids["rejected"], None, today(), today(), "a rule", ()
        )
        ids["run"] = str(runs.propose(tx, MailKind.LETTERS, [due], "over", PROPOSER))
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
    _add_steps(mail, ids)
    _keep_logbook(facility, ids)
    _add_legal_mail(facility, ids)
    _add_rejections(mail, ids)
    _add_reviews(facility, ids)
    _keep_originals(mail, ids)
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
    add_visits(facility, ids, OWNER, ANOTHER)
    facility.engine.dispose()
    return Place(facility, ids, folder)


def _add_rejections(mail: Mail, ids: dict[str, str]) -> None:
    facility, stack = mail.facility, add_scan(mail, "rejected.pdf")
    told = {
        "own": (OWNER, ids["cora"]),
        "others": (ANOTHER, ids["stranger"]),
        "appealed": (OWNER, ids["cora"]),
        "evidence": (OWNER, None),
    }
    for number, (name, (whose, sender)) in enumerate(told.items(), 1):
        held = add_letter(mail, stack, whose, state="held", reason="?")
        add_page(mail, stack, number, held, "A drawing.", position=1)
        decisions.reject(facility, held, CLERK, "a drawing")
        with writing(facility.engine) as tx:
            (refused,) = refused_now(tx, held)
            noted = rejections.note(tx, facility.settings, refused)
            if sender is not None:
                rejections.change(tx, noted, correspondent_id=int(sender))
                for side in Side:
                    rejections.mark_told(tx, noted, side)
        ids[f"{name}_rejection"] = str(noted)
        ids["refused" if name == "own" else name] = held
    appealed = int(ids["appealed_rejection"])
    ids["appeal"] = str(appeals.appeal(facility, appealed, "It is harmless.", OWNS))
    ids["tomorrow"] = f"{datetime.now() + timedelta(days=1):%Y-%m-%d}"


def _keep_originals(mail: Mail, ids: dict[str, str]) -> None:
    """A box with paper that is due, on a list, asked for, on hold, and destroyed."""
    facility, ruth = mail.facility, ACTORS["supervisor"]
    proven = replace(CLERK, proven=True)
    ids["box"] = originals.make_box(facility, "Shelf 3", CLERK)
    stacks = ("due", "listed", "asked_for", "on_hold", "destroyed")
    long_ago = now() - timedelta(days=45)
    for name in stacks:
        ids[f"{name}_scan"] = add_scan(mail, f"{name}.pdf", taken_in=long_ago)
        add_letter(mail, ids[f"{name}_scan"], DOUBTFUL)  # not ANOTHER's, whose mail is held
        originals.put_paper(facility, ids[f"{name}_scan"], ids["box"], CLERK)
    wanted = add_letter(mail, ids["asked_for_scan"], None, state="delivered")
    ids["paper_request"] = str(originals.ask_for(facility, wanted, "his mother", CLERK))
    today = now().astimezone().date()
    hold = originals.hold_paper(facility, ids["on_hold_scan"], today, ruth, "a case")
    ids["paper_hold"] = str(hold)
    ids["list"] = str(originals.propose(facility, [ids["listed_scan"]], proven))
    ids["done_list"] = str(originals.propose(facility, [ids["destroyed_scan"]], proven))
    paper_destruction.confirm(facility, int(ids["done_list"]), ruth)


def _add_steps(mail: Mail, ids: dict[str, str]) -> None:
    """Requests of the owner that wait for each of the acts on them; one came on a form."""
    facility, sends = with_requests(mail.facility), requests.send_request
    ids["answered_step"] = str(sends(facility, "Complaint", "The shower", OWNS))
    requests.answer_request(facility, int(ids["answered_step"]), "No.", SCREENER)
    ids["urgent"] = str(sends(facility, "Sexual abuse", "Now", OWNS, emergency=True))
    ids["slow"] = str(sends(facility, "Sexual abuse", "Then", OWNS))
    ids["about_staff"] = str(sends(facility, "Sexual abuse", "They", OWNS))
    ids["later_day"] = (datetime.now() + timedelta(days=95)).date().isoformat()
    ids["today"] = datetime.now().date().isoformat()
    ids["others_step"] = str(sends(facility, "Complaint", "The shower", ACTORS["another"]))
    requests.answer_request(facility, int(ids["others_step"]), "No.", SCREENER)
    for owner, name in ((OWNER, "on_form"), (ANOTHER, "others_form")):
        ids[name] = _on_form(mail, owner)


def _on_form(mail: Mail, owner: str) -> str:
    facility, scan = mail.facility, add_scan(mail, f"form of {owner}.pdf")
    form = add_letter(mail, scan, owner, kind="request")
    add_page(mail, scan, 1, form, f"A blanket for {owner}", position=1)
    with writing(facility.engine) as tx:
        row = roster.inmate_row_id(tx, owner)
        calendar = facility.settings.appeals.calendar
        number = request_items.add(tx, COMPLAINT, row, "", now(), calendar, letter_id=form)
    return str(number)


def _keep_logbook(facility: Facility, ids: dict[str, str]) -> None:
    gone = NewReturn("2025-00031", "", Why.RELEASED, Done.RETURNED, sender="Cora Field")
    ids["returned"] = str(logbook.record_return(facility, gone, CLERK))
    found = NewItem(OWNER, "", ItemKind.CASH, Went.ACCOUNT, CLERK.name, amount="20.00")
    ids["receipt"] = str(logbook.record_item(facility, found, CLERK))
    book = NewItem(ANOTHER, "", ItemKind.BOOK, Went.PROPERTY_ROOM, CLERK.name, what="A novel")
    ids["others_receipt"] = str(logbook.record_item(facility, book, CLERK))
    right = replace(book, what="Two novels")
    logbook.correct_item(facility, int(ids["others_receipt"]), right, ACTORS["supervisor"], "two")


#: A name that is nowhere else: whoever sees it sees a protected sender.
PROTECTED_NAME = "Zephyrine Quartermaine"


def _add_legal_mail(facility: Facility, ids: dict[str, str]) -> None:
    ruth = ACTORS["supervisor"]
    attorney = NewSender(
        SenderKind.ATTORNEY, PROTECTED_NAME, "Quartermaine Law", "1 Bar Road", "B7"
    )
    sender = registry.add_sender(facility, attorney, ruth)
    gone = registry.add_sender(facility, replace(attorney, reference="B8"), ruth)
    registry.revoke_sender(facility, gone, ruth, "disbarred")
    waits, arrived, opened = (
        legal_codes.make_code(facility, sender, OWNER, ruth) for _ in range(3)
    )
    for each in (arrived, opened):
        legal.scan_code(facility, each.text, CLERK)
    legal.log_opened(facility, opened.item.id, False, CLERK)
    ids.update(sender=str(sender), gone_sender=str(gone), legal_text=waits.text)
    ids.update(legal_code=waits.item.id, legal_item=arrived.item.id, legal_opened=opened.item.id)


#: People outside can have accounts.
_SETTINGS = """
[mail]
host = "127.0.0.1"
security = "none"
[family]
address = "https://mail.jail.example"
[[requests.categories]]
name = "Complaint"
es = "Reclamo"
source = "28 CFR 542"
steps = [
  {name = "Informal", es = "Informal", days = 3, working = true},
  {name = "Warden", es = "Director"},
]
[[requests.categories]]
name = "Sexual abuse"
es = "Abuso sexual"
emergency_hours = 48
steps = [
  {name = "Decision", es = "Decisión", days = 90, extension_days = 70, next_days = 0},
  {name = "Appeal", es = "Apelación"},
]
[[requests.protected]]
name = "PREA line"
es = "Línea PREA"
email = "line@example.net"
certificate = "line.pem"
address = ["1 Invented Street"]
[[requests.protected]]
name = "Ombudsman"
"""


def _add_accounts(facility: Facility, ids: dict[str, str]) -> None:
    """Of "family" and "stranger": at the end, for what was sent before they had one is printed."""
    with (facility.home / "config.toml").open("a") as file:
        file.write(_SETTINGS)
    make_opener(facility.home).key.unlink()
    for who, email in FAMILY_EMAILS.items():
        give_account(facility, int(ACTORS[who].name), email, hash_secret(PASSWORD))
    for who, booking in (("family", OWNER), ("stranger", ANOTHER)):
        made = own_covers.make_cover(facility, booking, "", 1, ACTORS[who], "10.0.0.9")
        ids[f"{who}s_cover"] = made
        with writing(facility.engine) as tx:
            came = sa.select(cover.c.id).where(cover.c.short_id == made).scalar_subquery()
            theirs = letter.c.id == ids["letter" if who == "family" else "other"]
            tx.execute(sa.update(letter).where(theirs).values(cover_id=came))
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


def _add_reviews(facility: Facility, ids: dict[str, str]) -> None:
    """Of two weeks of the clerk; the first is to be followed up."""
    this = weeks.monday_of(datetime.now().date())
    with writing(facility.engine) as tx:
        for ago in (2, 1):
            clerks = {(str(ActorKind.STAFF), STAFF_NAMES[StaffRole.CLERK]): Figures(looks=3)}
            reviews.open_week(tx, this - ago * weeks.WEEK, clerks)
        raised, own = (str(each.number) for each in reviews.waiting(tx))
    ids["raised_review"], ids["own_review"] = raised, own
    auditing.end_review(facility, int(raised), "Ask her.", ACTORS["supervisor"], raised=True)


@contextmanager
def copy_of(made: Place, folder: Path) -> Iterator[Place]:
    """A copy to do anything with, which is removed at the end."""
    facility = open_facility(Path(shutil.copytree(made.facility.home, folder / "home")))
    try:
        yield Place(facility, made.ids, folder)
    finally:
        facility.engine.dispose()
        shutil.rmtree(folder)
