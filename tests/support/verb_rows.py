"""The table of verbs: who may do each, what is then told, and how to do it in the whole house."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from digitizer.capture import ingest, inspection, intake
from digitizer.capture.pipeline import no_progress
from digitizer.covers import actions as covers
from digitizer.facility import House
from digitizer.letters import actions as letters
from digitizer.messages import actions as messages
from digitizer.messages import reply_sheets
from digitizer.model.events import Verb
from digitizer.model.mail import Direction, PageRole
from digitizer.model.people import Actor, StaffRole
from digitizer.operations import actions as operations
from digitizer.operations import backup, health, scrub
from digitizer.people import actions as people
from digitizer.screening import cases, decisions, legal_mail, notices
from tests.support.whole_house import ANOTHER, OWNER, Place, draft

Do = Callable[[House, Place, Actor], Any]

SUPERVISORS = "supervisor administrator"
CLERKS = f"clerk {SUPERVISORS}"
STAFF = f"{CLERKS} investigator"
READERS = f"{STAFF} machine owner"
LOOKERS = f"{STAFF} machine"
WORKERS = f"{CLERKS} machine"
OPERATORS = "administrator machine"


@dataclass(frozen=True, slots=True)
class Row:
    """``verb`` is the function, ``may`` who may; all others are refused. ``told`` is the event
    that it leaves; None where it shows nothing of a letter. ``silent`` are those of whom it is
    not told: what they see of their own was told when they opened it."""

    verb: str
    may: str
    told: Verb | None
    do: Do
    silent: str = ""


def _search(h: House, at: Place, by: Actor) -> None:
    """Another inmate may search too, and finds nothing of the owner's."""
    found = {hit.letter for hit in letters.search_mail(h, "tomatoes", by)}
    assert found == (set() if by.name == ANOTHER else {at["letter"]})


def _ingest(h: House, at: Place, by: Actor) -> None:
    paper = _paper(at)
    with closing(ingest.ingest_all(h, [paper], "default", str, no_progress, by)) as told:
        assert [each.files for each in told] == [(paper,)]


_numbers = count()


def _paper(at: Place) -> Path:
    file = at.free / f"stack-{next(_numbers)}.pdf"
    file.write_bytes(file.name.encode())
    return file


def _roster(at: Place) -> Path:
    file = at.free / "roster.csv"
    header = "booking_number,last_name,first_name,housing_unit,status"
    file.write_text(f"{header}\n2026-00999,Newcome,Nat,B-1,in_custody\n")
    return file


_LETTERS = (
    Row("letters.actions.mailbox", READERS, None,
        lambda h, at, by: letters.mailbox(h, OWNER, by)),
    Row("letters.actions.replies", READERS, None,
        lambda h, at, by: letters.replies(h, OWNER, by)),
    Row("letters.actions.open_letter", READERS, Verb.OPEN,
        lambda h, at, by: letters.open_letter(h, at["letter"], by)),
    Row("letters.actions.letter_pdf", READERS, Verb.COPY_AS_PDF,
        lambda h, at, by: letters.letter_pdf(h, at["letter"], by)),
    Row("letters.actions.page_picture", READERS, Verb.LOOK_AT_PAGE,
        lambda h, at, by: letters.page_picture(h, at["letter"], 1, by), silent="owner"),
    Row("letters.actions.search_mail", f"{READERS} another", Verb.SEARCH,
        _search, silent="owner another"),
    Row("letters.actions.open_reply", "owner", Verb.OPEN_REPLY,
        lambda h, at, by: letters.open_reply(h, at["reply"], by)),
    Row("letters.actions.reply_picture", "owner", None,
        lambda h, at, by: letters.reply_picture(h, at["reply"], 1, by)),
    Row("letters.actions.correct_page", WORKERS, Verb.CORRECT_TEXT,
        lambda h, at, by: letters.correct_page(h, at["letter"], 1, "Dear Tobias", by)),
)  # fmt: skip

_MESSAGES = (
    Row("messages.actions.send", f"{WORKERS} owner", Verb.SEND_MESSAGE,
        lambda h, at, by: messages.send(h, draft(), by)),
    Row("messages.actions.send", WORKERS, Verb.SEND_MESSAGE,
        lambda h, at, by: messages.send(h, draft(Direction.TO_INMATE), by)),
    Row("messages.actions.threads", READERS, Verb.LOOK_AT_MESSAGES,
        lambda h, at, by: messages.threads(h, OWNER, by)),
    Row("messages.actions.print_queue", WORKERS, Verb.LOOK_AT_PRINT_QUEUE,
        lambda h, at, by: messages.print_queue(h, by)),
    Row("messages.actions.print_messages", WORKERS, Verb.PRINT_MESSAGE,
        lambda h, at, by: messages.print_messages(h, at.free / "out", by)),
    Row("messages.reply_sheets.print_reply_sheet", WORKERS, Verb.PRINT_REPLY_SHEET,
        lambda h, at, by: reply_sheets.print_reply_sheet(h, OWNER, by)),
)  # fmt: skip

_SCREENING = (
    Row("screening.decisions.held", LOOKERS, None,
        lambda h, at, by: decisions.held(h, by)),
    Row("screening.cases.day_of_intake", LOOKERS, None,
        lambda h, at, by: cases.day_of_intake(h, by)),
    Row("screening.cases.look_at_held", LOOKERS, Verb.LOOK,
        lambda h, at, by: cases.look_at_held(h, at["held"], by)),
    Row("screening.cases.look_after", LOOKERS, None,
        lambda h, at, by: cases.look_after(h, at["whole"], at["seen"], by)),
    Row("screening.cases.decision_on", LOOKERS, None,
        lambda h, at, by: cases.decision_on(h, at["rejected"], by)),
    Row("screening.cases.held_picture", LOOKERS, Verb.LOOK_AT_PAGE,
        lambda h, at, by: cases.held_picture(h, at["held"], 2, by)),
    Row("screening.cases.find_in_roster", LOOKERS, None,
        lambda h, at, by: cases.find_in_roster(h, "tobias", by)),
    Row("screening.cases.scanners", LOOKERS, None,
        lambda h, at, by: cases.scanners(h, by)),
    Row("screening.decisions.assign", CLERKS, Verb.ASSIGN,
        lambda h, at, by: decisions.assign(h, at["held"], OWNER, by, "why")),
    Row("screening.decisions.release", CLERKS, Verb.RELEASE,
        lambda h, at, by: decisions.release(h, at["review"], by, "why")),
    Row("screening.decisions.reject", CLERKS, Verb.REJECT,
        lambda h, at, by: decisions.reject(h, at["held"], by, "why")),
    Row("screening.decisions.reject", SUPERVISORS, Verb.REJECT,
        lambda h, at, by: decisions.reject(h, at["seal"], by, "why")),
    Row("screening.decisions.rescanned", CLERKS, Verb.RESCANNED,
        lambda h, at, by: decisions.rescanned(h, at["held"], at["again"], by, "why")),
    Row("screening.decisions.rescanned", SUPERVISORS, Verb.RESCANNED,
        lambda h, at, by: decisions.rescanned(h, at["seal"], at["again"], by, "why")),
    Row("screening.decisions.cut", CLERKS, Verb.CUT,
        lambda h, at, by: decisions.cut(h, at["held"], 3, by, "why")),
    Row("screening.decisions.join", CLERKS, Verb.JOIN,
        lambda h, at, by: decisions.join(h, at["held"], at["beside"], by, "why")),
    Row("screening.decisions.mark_page", CLERKS, Verb.MARK_PAGE,
        lambda h, at, by: decisions.mark_page(h, at["held"], 3, PageRole.BLANK, by, "why")),
    Row("screening.notices.rejection_notice", WORKERS, Verb.PRINT_NOTICE,
        lambda h, at, by: notices.rejection_notice(h, at["rejected"], False, (), by)),
)  # fmt: skip

_LEGAL = (
    Row("screening.legal_mail.sealed_scans", LOOKERS, None,
        lambda h, at, by: legal_mail.sealed_scans(h, by)),
    Row("screening.legal_mail.look_at_sealed", f"{SUPERVISORS} machine", Verb.LOOK_AT_SEAL,
        lambda h, at, by: legal_mail.look_at_sealed(h, at["seal"], by)),
    Row("screening.legal_mail.sealing_picture", SUPERVISORS, Verb.LOOK_AT_SEALED_PAGE,
        lambda h, at, by: legal_mail.sealing_picture(h, at["seal"], 2, by)),
    Row("screening.legal_mail.lift", SUPERVISORS, Verb.LIFT_SEAL,
        lambda h, at, by: legal_mail.lift(h, at["seal"], by, "why")),
    Row("screening.legal_mail.cut", SUPERVISORS, Verb.CUT_OUT,
        lambda h, at, by: legal_mail.cut(h, at["seal"], [3], by, "why")),
    Row("screening.legal_mail.destroy", SUPERVISORS, Verb.DESTROY_SEAL,
        lambda h, at, by: legal_mail.destroy(h, at["seal"], by, "why", True)),
)  # fmt: skip

_COVERS_AND_PEOPLE = (
    Row("covers.actions.print_inmate_cover", WORKERS, Verb.PRINT_COVER,
        lambda h, at, by: covers.print_inmate_cover(h, OWNER, by)),
    Row("covers.actions.print_batch_header", WORKERS, Verb.PRINT_BATCH_SHEET,
        lambda h, at, by: covers.print_batch_header(h, 3, by)),
    Row("covers.actions.print_legal_marker", WORKERS, Verb.PRINT_LEGAL_SHEET,
        lambda h, at, by: covers.print_legal_marker(h, by)),
    Row("covers.actions.find_cover", LOOKERS, None,
        lambda h, at, by: covers.find_cover(h, at["cover"], by)),
    Row("covers.actions.cover_list", LOOKERS, None,
        lambda h, at, by: covers.cover_list(h, by)),
    Row("covers.actions.uses_of_cover", LOOKERS, None,
        lambda h, at, by: covers.uses_of_cover(h, at["cover"], by)),
    Row("covers.actions.revoke_cover", WORKERS, Verb.REVOKE_COVER,
        lambda h, at, by: covers.revoke_cover(h, at["cover"], by, "why")),
    Row("covers.actions.rotate_keys", OPERATORS, Verb.ROTATE_KEYS,
        lambda h, at, by: covers.rotate_keys(h, by)),
    Row("people.actions.inmates", LOOKERS, None,
        lambda h, at, by: people.inmates(h, by)),
    Row("people.actions.find_inmate", LOOKERS, None,
        lambda h, at, by: people.find_inmate(h, OWNER, by)),
    Row("people.actions.import_roster", OPERATORS, Verb.IMPORT_ROSTER,
        lambda h, at, by: people.import_roster(h, _roster(at), False, by)),
    Row("people.actions.set_pin", OPERATORS, Verb.SET_PIN,
        lambda h, at, by: people.set_pin(h, OWNER, by)),
    Row("people.actions.set_security_question", OPERATORS, Verb.SET_SECURITY_QUESTION,
        lambda h, at, by: people.set_security_question(h, OWNER, "Dog?", "Biscuit", by)),
    Row("people.actions.add_staff", OPERATORS, Verb.ADD_STAFF,
        lambda h, at, by: people.add_staff(h, "New Person", StaffRole.CLERK, by)),
)  # fmt: skip

_THE_HOME = (
    Row("capture.intake.take_in", WORKERS, Verb.TAKE_IN,
        lambda h, at, by: intake.take_in(h, [_paper(at)], "default", ["x"], by)),
    Row("capture.intake.take_from_inbox", WORKERS, Verb.TAKE_IN,
        lambda h, at, by: intake.take_from_inbox(h, [_paper(at)], "default", by)),
    Row("capture.intake.take_all_from_inbox", WORKERS, Verb.TAKE_IN,
        lambda h, at, by: intake.take_all_from_inbox(h, [[_paper(at)]], "default", by)),
    Row("capture.ingest.ingest_all", WORKERS, Verb.TAKE_IN, _ingest),
    Row("capture.inspection.decode_file", LOOKERS, None,
        lambda h, at, by: inspection.decode_file(h, _paper(at), by)),
    Row("operations.actions.reconcile", LOOKERS, None,
        lambda h, at, by: operations.reconcile(h, by)),
    Row("operations.actions.verify_audit", LOOKERS, None,
        lambda h, at, by: operations.verify_audit(h, by)),
    Row("operations.backup.back_up", OPERATORS, Verb.BACK_UP,
        lambda h, at, by: backup.back_up(h, at.free / "new", "an invented phrase", by)),
    Row("operations.scrub.scrub", OPERATORS, Verb.SCRUB,
        lambda h, at, by: scrub.scrub(h, by, 1e9, lambda _: None)),
    Row("operations.health.health", OPERATORS, None,
        lambda h, at, by: health.health(h, by)),
    Row("operations.health.checks", OPERATORS, None,
        lambda h, at, by: list(health.checks(h, by))),
)  # fmt: skip

ROWS = (*_LETTERS, *_MESSAGES, *_SCREENING, *_LEGAL, *_COVERS_AND_PEOPLE, *_THE_HOME)
