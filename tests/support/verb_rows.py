"""The table of verbs: who may do each, what is then recorded, and how to do it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.access import kiosks, locks, second_step, sessions, tokens, totp, visitors
from digitizer.access.accounts import staff_account
from digitizer.access.permissions import Act, is_permitted
from digitizer.access.sessions import Idle
from digitizer.appeals import actions as appeals
from digitizer.audit import Head
from digitizer.auditing import actions as auditing
from digitizer.calls import actions as calls
from digitizer.calls import guests, recordings, trying
from digitizer.calls import records as call_records
from digitizer.calls.service import board_of
from digitizer.calls.states import Stage
from digitizer.capture import ingest, inspection, intake
from digitizer.capture.pipeline import no_progress
from digitizer.covers import actions as covers
from digitizer.covers import bulk, own_covers
from digitizer.departures import actions as departures
from digitizer.engines.calls.port import Seat
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.evidence import actions as evidence
from digitizer.facility import Facility
from digitizer.legal import actions as legal
from digitizer.legal import codes as legal_codes
from digitizer.legal import registry
from digitizer.letters import actions as letters
from digitizer.letters import progress
from digitizer.logbook import actions as logbook
from digitizer.messages import actions as messages
from digitizer.messages import (
    copies,
    exporting,
    own_mail,
    printing,
    refused_mail,
    reply_sheets,
    request_paper,
    requests,
)
from digitizer.messages import writing as conversing
from digitizer.model.appeals import SheetGoes, Side
from digitizer.model.auditing import Wanted
from digitizer.model.errors import Conflict, NotFound, UnopenableFile
from digitizer.model.events import Verb
from digitizer.model.legal import NewSender, SenderKind
from digitizer.model.logbook import Done, ItemKind, NewItem, NewReturn, Went, Why
from digitizer.model.mail import Direction, PageRole
from digitizer.model.originals import Answer, GivenTo
from digitizer.model.people import Actor, ActorKind, Scope, StaffRole
from digitizer.model.prints import PrintKind
from digitizer.model.retention import HoldOn, MailKind
from digitizer.model.visits import Guest, Limit, Medium, Outcome, VisitKind
from digitizer.notifications import actions as notifications
from digitizer.notifications import announcements, bounces, sending
from digitizer.operations import actions as operations
from digitizer.operations import (
    alarms,
    backup,
    care,
    digest,
    health,
    own_backups,
    paper_destruction,
    scrub,
    staff_mail,
    unused_photos,
)
from digitizer.operations.anchors import Anchor
from digitizer.operations.appeal_clocks import escalate_lapsed
from digitizer.operations.log_checks import check_log_if_due
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period
from digitizer.operations.staff_mail import StaffMail
from digitizer.originals import actions as originals
from digitizer.people import actions as people
from digitizer.people import own_login, own_pin, renumbering, rosters, staff
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents import own_account, own_contacts
from digitizer.people.correspondents.actions import Entry
from digitizer.people.roster_file.layout import Choices
from digitizer.people.roster_import import Upload
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.prints import actions as prints
from digitizer.prints import previews
from digitizer.prints.previews import Sample
from digitizer.protected_line import actions as protected_line
from digitizer.retention import actions as retention
from digitizer.screening import (
    appeal_notices,
    cases,
    checks,
    decisions,
    held_list,
    legal_mail,
    message_checks,
    message_review,
    message_undo,
    notices,
    recalled_copies,
    recalls,
    returning,
    review,
    sealing_by_hand,
    senders,
)
from digitizer.screening.appeal_decisions import decide_appeal
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_correspondents import correspondent
from digitizer.storage.tables_visits import visit_room
from digitizer.support.clock import now
from digitizer.transfers import actions as transfers
from digitizer.visits import actions as visits
from digitizer.visits import lists as visit_lists
from digitizer.visits import own_visits, video
from digitizer.visits import setup as visit_setup
from tests.support import met_calls
from tests.support.agencies import another_facility, move
from tests.support.audit_log import set_head_back
from tests.support.call_kit import OFFER
from tests.support.conversing import a_photo
from tests.support.kept_mail import old_stack, with_schedules
from tests.support.print_system import BLANK_PDF
from tests.support.visiting import daily, let_time_pass
from tests.support.visiting import today as this_day
from tests.support.web_kit import PASSWORD, PIN, Mail, add_letter, add_scan
from tests.support.whole_facility import (
    ACTORS,
    ANOTHER,
    DOUBTFUL,
    FAMILY_EMAILS,
    OWNER,
    ROSTER_FILE,
    Place,
    draft,
)

Do = Callable[[Facility, Place, Actor], Any]

SUPERVISORS = "supervisor administrator"
CLERKS = f"clerk {SUPERVISORS}"
STAFF = f"{CLERKS} investigator"
READERS = f"{STAFF} machine owner"
#: A clerk says why first, with ``give_reason``, an investigator for which case, with ``name_case``.
READERS_AT_ONCE = f"{SUPERVISORS} machine owner"
LOOKERS = f"{STAFF} machine"
WORKERS = f"{CLERKS} machine"
OPERATORS = "administrator machine"
IMPORTERS = f"{OPERATORS} {Scope.ROSTER_WRITE}"
MANAGERS = f"{SUPERVISORS} machine"


@dataclass(frozen=True, slots=True)
class Row:
    """``verb`` is the function, ``may`` are those who may call it; all others are refused.
    ``recorded`` is its event; None where it shows nothing of a letter. ``silent`` are those for
    whom none is recorded: what they see of their own was recorded when they opened it. ``asked``
    are those who must say why first; ``prepared`` is what they do before, to have what it needs.
    ``nameless`` are those whose event does not say that it was theirs."""

    verb: str
    may: str
    recorded: Verb | None
    do: Do
    silent: str = ""
    asked: str = ""
    prepared: tuple[Verb, ...] = ()
    nameless: str = ""


def _search(h: Facility, at: Place, by: Actor) -> None:
    """Another inmate may search too, and finds nothing of the owner's."""
    found = {hit.letter for hit in letters.search_mail(h, "tomatoes", by)}
    assert found == (set() if by.name == ANOTHER else {at["letter"]})


def _ingest(h: Facility, at: Place, by: Actor) -> None:
    paper = _paper(at)
    with closing(ingest.ingest_all(h, [paper], "default", str, no_progress, by)) as reported:
        assert [each.files for each in reported] == [(paper,)]


def _propose_destruction(h: Facility, at: Place, by: Actor) -> None:
    if is_permitted(by, Act.PROPOSE_DESTRUCTION):
        old_stack(h, ["2026-00204"], 900 + next(_numbers))
    retention.propose(with_schedules(h), MailKind.LETTERS, by, "its time is over")


#: An envelope for somebody whom nobody knows, and money in one for OWNER.
A_RETURN = NewReturn("", "Jon Nobody", Why.UNKNOWN, Done.RETURNED)
TWENTY = NewItem(OWNER, "", ItemKind.CASH, Went.ACCOUNT, "Ana Brookwater", amount="20.00")

JANUARY = Period.month(2026, 1)
_numbers = count()


def _end_takeaway(h: Facility, at: Place, by: Actor) -> None:
    """Of a code that they have just made; those who may make none are told so first."""
    departures.make_code(h, OWNER, by)
    departures.end_code(h, OWNER, by, "lost")


def _withdraw_transfer(h: Facility, at: Place, by: Actor) -> None:
    """One that they have just made; those who may make none are told so first."""
    transfer_id = "none"
    if is_permitted(by, Act.SEND_TRANSFER):
        another_facility(h).engine.dispose()
        transfer_id = transfers.send(h, OWNER, "north", by, "ordered").id
    transfers.withdraw(h, transfer_id, by, "an error")


def _send(h: Facility, at: Place, by: Actor) -> None:
    if is_permitted(by, Act.SEND_TRANSFER):
        another_facility(h).engine.dispose()
    transfers.send(h, OWNER, "north", by, "ordered")


def _take_over(h: Facility, at: Place, by: Actor) -> None:
    """Of somebody who is on both rosters."""
    transfer_id = "none"
    if is_permitted(by, Act.TAKE_OVER):
        there = another_facility(h, people.find_inmate(h, ANOTHER, ACTORS["machine"]))
        transfer_id = transfers.send(there, "N-1", "main", ACTORS["supervisor"], "ordered").id
        there.engine.dispose()
    transfers.take_over(h, transfer_id, ANOTHER, by, "fingerprints")


def _follow_recalls(h: Facility, at: Place, by: Actor) -> None:
    """Of a letter that came along with somebody, and was recalled where it came from since."""
    if is_permitted(by, Act.HAND_OVER):
        there = another_facility(h, people.find_inmate(h, ANOTHER, ACTORS["machine"]))
        mail, letter = Mail(there), "northern"
        add_letter(mail, add_scan(mail, "one.pdf"), "N-1", id=letter)
        move(there, "N-1", h, ANOTHER)
        with patch.object(recalled_copies, "tell_others"):
            recalls.recall(there, letter, ACTORS["supervisor"], "an error")
        there.engine.dispose()
    recalled_copies.follow_recalls(h, by)


def _finish_interrupted(h: Facility, at: Place, by: Actor) -> None:
    """Of what died before the other facility knew of it."""
    if is_permitted(by, Act.HAND_OVER):
        there = another_facility(h, people.find_inmate(h, ANOTHER, ACTORS["machine"]))
        sent = transfers.send(there, "N-1", "main", ACTORS["supervisor"], "ordered")
        there.engine.dispose()
        with patch.object(transfers, "_close", side_effect=OSError), suppress(OSError):
            transfers.take_over(h, sent.id, ANOTHER, ACTORS["supervisor"], "fingerprints")
    transfers.finish_interrupted(h, by)


def _paper(at: Place) -> Path:
    file = at.free / f"stack-{next(_numbers)}.pdf"
    file.write_bytes(file.name.encode())
    return file


def _rotated(h: Facility) -> Facility:
    """With a newer key, so that the first can be retired."""
    return replace(h, keys=KeyRing({**h.keys.keys, 2: h.keys.keys[1]}, 2))


def _fix_log(h: Facility, at: Place, by: Actor) -> None:
    if (
        by.role is StaffRole.ADMINISTRATOR
    ):  # whom else it refuses is recorded, in a log that goes on
        set_head_back(h, 1)
    operations.fix_log(h, by, "why")


def _anchor_page(h: Facility, at: Place, by: Actor) -> None:
    made = Anchor(Head(1, "0" * 64), now(), 1, "0" * 16)
    assert operations.anchor_page(h, made, by).startswith(b"%PDF")


def _new_person(h: Facility, at: Place, by: Actor) -> None:
    with pytest.raises(Conflict):
        people.refuse_new_person(h, DOUBTFUL, by, "someone else")


def _roster(at: Place) -> Path:
    file = at.free / "roster.csv"
    header = "booking_number,last_name,first_name,housing_unit,status"
    file.write_text(f"{header}\n2026-00999,Newcome,Nat,B-1,in_custody\n")
    return file


def _undo_last(h: Facility, at: Place, by: Actor) -> None:
    """Of a decision that they have just made; those who may undo nothing are told so first."""
    if not is_permitted(by, Act.DECIDE):
        decisions.undo_last(h, by)
    decisions.reject(h, at["held"], by, "why")
    assert decisions.undo_last(h, by).held == at["held"]


def _undo_message(h: Facility, at: Place, by: Actor) -> None:
    """As ``_undo``."""
    with suppress(NotFound):
        message_undo.undo(h, at["message"], 0, by)
    message_review.refuse_message(h, at["message"], by, "why")
    with reading(h.engine) as tx:
        (last,) = audit.latest_events(tx, 1)
    message_undo.undo(h, at["message"], last.seq, by)


def _judge_message(h: Facility, at: Place, by: Actor) -> None:
    """Refused until its photo was on their screen."""
    with pytest.raises(Conflict):
        message_checks.judge(h, at["screened"], [0], "why", by)
    message_checks.photo(h, at["screened"], 1, by)
    assert message_checks.judge(h, at["screened"], [0], "why", by).is_miss


def _give_back_parts(h: Facility, at: Place, by: Actor) -> None:
    """Of what they have just withheld; those who may give nothing back are told so first."""
    with suppress(Conflict):
        decisions.give_back_parts(h, at["review"], 5, by, "why")
    decisions.withhold_part(h, at["review"], 5, _PART, by, "why")
    decisions.give_back_parts(h, at["review"], 5, by, "why")


def _undo(h: Facility, at: Place, by: Actor) -> None:
    """Of a decision that they have just made; those who may undo nothing are told so first."""
    with suppress(NotFound):
        decisions.undo(h, at["held"], 0, by)
    decisions.reject(h, at["held"], by, "why")
    with reading(h.engine) as tx:
        (last,) = audit.latest_events(tx, 1)
    assert decisions.undo(h, at["held"], last.seq, by) == at["held"]


NEW_PASSWORD = "lanterns over quiet water"


def _end_session(h: Facility, at: Place, by: Actor) -> None:
    with writing(h.engine) as tx:
        sessions.open_session(tx, staff_id=int(at["clerk"]), steps=1)
    staff.end_session(h, int(at["clerk"]), "all", by)


def _end_own_session(h: Facility, at: Place, by: Actor) -> None:
    with writing(h.engine) as tx:
        account = staff_account(tx, by.name)
        token = sessions.open_session(tx, staff_id=account.id if account else 1, steps=1)
        found = sessions.find_session(tx, token, staff_idle())
    assert found is not None
    own_login.end_own_session(h, found.id, by)


def _finish_second_step(h: Facility, at: Place, by: Actor) -> None:
    """As somebody who has a key, and types the code of it."""
    secret = _with_pending_key(h, by)
    own_login.finish_second_step(h, totp.code_of(secret, totp.step_at(now())), by)


def _with_pending_key(h: Facility, by: Actor) -> bytes:
    with writing(h.engine) as tx:
        account = staff_account(tx, by.name)
        staff_id = account.id if account else 1
        second_step.begin(h, tx, staff_id)
        waiting = second_step.pending(h, tx, staff_id)
    assert waiting is not None
    return base64.b32decode(waiting.key.replace(" ", ""))


def _with_second_step(h: Facility, by: Actor) -> None:
    secret = _with_pending_key(h, by)
    with writing(h.engine) as tx:
        account = staff_account(tx, by.name)
        code = totp.code_of(secret, totp.step_at(now()))
        second_step.finish(h, tx, account.id if account else 1, code)


def _remove_second_step(h: Facility, at: Place, by: Actor) -> None:
    _with_second_step(h, by)
    own_login.remove_second_step(h, by)


def _new_recovery_codes(h: Facility, at: Place, by: Actor) -> None:
    _with_second_step(h, by)
    own_login.new_recovery_codes(h, by)


def soon() -> datetime:
    return now() + timedelta(hours=1)


def staff_idle() -> Idle:
    return Idle(timedelta(minutes=10), timedelta(minutes=30))


def _in_call(
    h: Facility,
    do: Callable[[Facility, str], object],
    stage: Stage = Stage.LIVE,
    **own: bool,
) -> None:
    """In a call of OWNER and of "family"; ``own`` are settings of calls."""
    made, call = met_calls.met(h, OWNER, int(ACTORS["family"].name))
    made = met_calls.with_calls(h, **own) if own else made
    if stage is not Stage.LIVE:
        met_calls.bring(made, call, stage)
    do(made, call)


def _keep_recording(h: Facility, call: str, by: Actor) -> None:
    met_calls.leave_recording(h, call)
    recordings.take_in(h, by)


def _take_out(h: Facility, call: str, by: Actor) -> None:
    if is_permitted(by, Act.EXPORT_RECORDING):  # those who may not are told so first
        met_calls.recorded(h, call)
    for _ in recordings.export(h, call, by, "why").pieces:
        pass


def _watch_and_answer(h: Facility, call: str, by: Actor) -> None:
    seat = "visitor" if by.kind is ActorKind.INMATE else "inmate"
    calls.watch(h, call, seat, by)
    calls.answer(h, call, seat, OFFER, by)


def _with_guest(h: Facility, do: Callable[[Facility, str], object]) -> None:
    """In a call with somebody who interprets."""

    def add_and_do(f: Facility, call: str) -> None:
        with writing(f.engine) as tx:
            call_records.add_seat(tx, call, Seat.INTERPRETER, "Nell Newcome", None)
        do(f, call)

    _in_call(h, add_and_do)


def _try(h: Facility, by: Actor, do: Callable[[Facility, str], object]) -> None:
    """While they try their devices, and what they send comes back."""
    made = met_calls.with_calls(h)
    whose, trials = f"{by.kind}:{by.name}", board_of(made).trials
    key = trials.begin(whose)
    trials.publish(whose, key, OFFER)
    trials.watch(whose, key)
    do(made, key)


def _try_to_publish(h: Facility, by: Actor) -> None:
    made = met_calls.with_calls(h)
    key = board_of(made).trials.begin(f"{by.kind}:{by.name}")
    trying.publish(made, key, OFFER, by)


_WATCHERS = f"{CLERKS} investigator owner family"
_TRIERS = f"{CLERKS} investigator owner another family stranger"
_CALLS = (
    Row(
        "calls.actions.listed",
        f"{CLERKS} investigator owner another family stranger",
        None,
        lambda h, at, by: _in_call(h, lambda f, call: calls.listed(f, by)),
    ),
    Row(
        "calls.actions.see",
        _WATCHERS,
        None,
        lambda h, at, by: _in_call(h, lambda f, call: calls.see(f, call, by)),
    ),
    Row(
        "calls.actions.relay",
        _WATCHERS,
        None,
        lambda h, at, by: _in_call(h, lambda f, call: calls.relay(f, call, by)),
    ),
    Row(
        "calls.actions.publish",
        "owner family",
        Verb.ENTER_CALL,
        lambda h, at, by: _in_call(h, lambda f, call: calls.publish(f, call, OFFER, by)),
    ),
    Row(
        "calls.actions.leave",
        "owner family",
        Verb.LEAVE_CALL,
        lambda h, at, by: _in_call(h, lambda f, call: calls.leave(f, call, by)),
    ),
    Row(
        "calls.actions.watch",
        _WATCHERS,
        Verb.WATCH_CALL,
        lambda h, at, by: _in_call(
            h,
            lambda f, call: calls.watch(
                f, call, "visitor" if by.kind is ActorKind.INMATE else "inmate", by
            ),
        ),
    ),
    Row(
        "calls.actions.answer",
        _WATCHERS,
        Verb.WATCH_CALL,
        lambda h, at, by: _in_call(h, lambda f, call: _watch_and_answer(f, call, by)),
    ),
    Row(
        "calls.actions.identify",
        CLERKS,
        Verb.IDENTIFY_VISITOR,
        lambda h, at, by: _in_call(
            h, lambda f, call: calls.identify(f, call, by, met_calls.nothing), Stage.WAITING
        ),
    ),
    Row(
        "calls.actions.warn",
        CLERKS,
        Verb.WARN_CALL,
        lambda h, at, by: _in_call(h, lambda f, call: calls.warn(f, call, "clothing", by)),
    ),
    Row(
        "calls.actions.mute",
        CLERKS,
        Verb.MUTE_CALL,
        lambda h, at, by: _in_call(
            h, lambda f, call: calls.mute(f, call, "visitor", by, muted=True)
        ),
    ),
    Row(
        "calls.recordings.answer",
        "owner family",
        Verb.ANSWER_RECORDING,
        lambda h, at, by: _in_call(
            h,
            lambda f, call: recordings.answer(f, call, by, agrees=True),
            Stage.WAITING,
            record=True,
        ),
    ),
    Row(
        "calls.recordings.recorded",
        f"{CLERKS} investigator",
        None,
        lambda h, at, by: _in_call(h, lambda f, call: recordings.recorded(f, call, by)),
    ),
    Row(
        "calls.recordings.export",
        f"{SUPERVISORS} investigator",
        Verb.EXPORT_RECORDING,
        lambda h, at, by: _in_call(h, lambda f, call: _take_out(f, call, by)),
    ),
    Row(
        "calls.recordings.take_in",
        OPERATORS,
        Verb.KEEP_RECORDING,
        lambda h, at, by: _in_call(h, lambda f, call: _keep_recording(f, call, by)),
    ),
    Row(
        "calls.actions.end",
        CLERKS,
        Verb.TERMINATE_CALL,
        lambda h, at, by: _in_call(h, lambda f, call: calls.end(f, call, by, "why")),
    ),
    Row(
        "calls.actions.send_out",
        CLERKS,
        Verb.SEND_OUT_GUEST,
        lambda h, at, by: _with_guest(
            h, lambda f, call: calls.send_out(f, call, "interpreter", by, "why")
        ),
    ),
    Row(
        "calls.guests.add",
        CLERKS,
        Verb.ADD_GUEST,
        lambda h, at, by: _in_call(
            h, lambda f, call: guests.add(f, call, "Nell Newcome", by, interprets=True)
        ),
    ),
    Row(
        "calls.guests.make_link",
        CLERKS,
        Verb.MAKE_GUEST_LINK,
        lambda h, at, by: _with_guest(
            h, lambda f, call: guests.make_link(f, call, "interpreter", by)
        ),
    ),
    Row(
        "calls.guests.revoke_link",
        CLERKS,
        Verb.REVOKE_GUEST_LINK,
        lambda h, at, by: _with_guest(
            h, lambda f, call: guests.revoke_link(f, call, "interpreter", by)
        ),
    ),
    Row("calls.trying.is_offered", _TRIERS, None, lambda h, at, by: trying.is_offered(h, by)),
    Row(
        "calls.trying.begin",
        _TRIERS,
        Verb.TRY_DEVICES,
        lambda h, at, by: trying.begin(met_calls.with_calls(h), by),
    ),
    Row("calls.trying.publish", _TRIERS, None, lambda h, at, by: _try_to_publish(h, by)),
    Row(
        "calls.trying.watch",
        _TRIERS,
        None,
        lambda h, at, by: _try(h, by, lambda f, key: trying.watch(f, key, by)),
    ),
    Row(
        "calls.trying.answer",
        _TRIERS,
        None,
        lambda h, at, by: _try(h, by, lambda f, key: trying.answer(f, key, OFFER, by)),
    ),
    Row(
        "calls.trying.end", _TRIERS, None, lambda h, at, by: trying.end(met_calls.with_calls(h), by)
    ),
)
_LETTERS = (
    Row("letters.actions.mailbox", READERS, None, lambda h, at, by: letters.mailbox(h, OWNER, by)),
    Row("letters.actions.replies", READERS, None, lambda h, at, by: letters.replies(h, OWNER, by)),
    Row(
        "letters.progress.progress_after",
        f"{LOOKERS} {Scope.LETTERS_READ}",
        None,
        lambda h, at, by: progress.progress_after(h, 0, 5, by),
    ),
    Row(
        "letters.progress.letter_progress",
        f"{LOOKERS} {Scope.LETTERS_READ}",
        None,
        lambda h, at, by: progress.letter_progress(h, at["letter"], by),
    ),
    Row(
        "letters.actions.give_reason",
        STAFF,
        Verb.GIVE_REASON,
        lambda h, at, by: letters.give_reason(h, at["letter"], "why", by),
    ),
    Row(
        "letters.actions.give_reason_to_search",
        STAFF,
        Verb.GIVE_REASON,
        lambda h, at, by: letters.give_reason_to_search(h, "why", by),
    ),
    Row(
        "letters.actions.name_case",
        STAFF,
        Verb.NAME_CASE,
        lambda h, at, by: letters.name_case(h, "26-0117", by),
    ),
    Row(
        "letters.actions.case_in_hand",
        STAFF,
        None,
        lambda h, at, by: letters.case_in_hand(h, by),
    ),
    Row(
        "letters.actions.open_letter",
        READERS_AT_ONCE,
        Verb.OPEN,
        lambda h, at, by: letters.open_letter(h, at["letter"], by),
        asked="clerk investigator",
    ),
    Row(
        "letters.actions.letter_pdf",
        READERS_AT_ONCE,
        Verb.COPY_AS_PDF,
        lambda h, at, by: letters.letter_pdf(h, at["letter"], by),
        asked="clerk investigator",
    ),
    Row(
        "letters.actions.page_picture",
        READERS_AT_ONCE,
        Verb.LOOK_AT_PAGE,
        lambda h, at, by: letters.page_picture(h, at["letter"], 1, by),
        asked="clerk investigator",
    ),
    Row(
        "letters.actions.search_mail",
        f"{READERS_AT_ONCE} another",
        Verb.SEARCH,
        _search,
        silent="owner another",
        asked="clerk investigator",
    ),
    Row(
        "letters.actions.open_reply",
        "owner",
        Verb.OPEN_REPLY,
        lambda h, at, by: letters.open_reply(h, at["reply"], by),
    ),
    Row(
        "letters.actions.reply_picture",
        "owner",
        Verb.OPEN_REPLY,
        lambda h, at, by: letters.reply_picture(h, at["reply"], 1, by),
    ),
    Row(
        "letters.actions.correct_page",
        MANAGERS,
        Verb.CORRECT_TEXT,
        lambda h, at, by: letters.correct_page(h, at["letter"], 1, "Dear Tobias", by),
        asked="clerk",
    ),
)


def _whom(by: Actor, at: Place) -> str:
    """With whom the owner, and the correspondent who writes to them, have a conversation."""
    return OWNER if by.kind is ActorKind.CORRESPONDENT else at["cora"]


#: Another supervisor, whose events no row counts.
#: The lower half of a page.
_PART = "0 50 100 50"
_LIFTER = Actor(ActorKind.STAFF, "Lena Lifter", StaffRole.SUPERVISOR, proven=True)


def _end_suspension(h: Facility, at: Place, by: Actor, *may: Actor) -> None:
    """For those who may write to the owner, or decide."""
    if by in may or (not may and is_permitted(by, Act.DECIDE)):
        correspondents.unblock_mail(h, int(at["suspended"]), _LIFTER, "it is over")


def _write(h: Facility, at: Place, by: Actor) -> None:
    """After the owner's mail is suspended no longer."""
    _end_suspension(h, at, by, ACTORS["owner"], ACTORS["family"])
    conversing.write(h, _whom(by, at), "Hello", "All is well.", by)


def _release_message(h: Facility, at: Place, by: Actor) -> None:
    _end_suspension(h, at, by)
    if is_permitted(by, Act.DECIDE):
        message_review.message_photo(h, at["message"], 1, by)
    message_review.release_message(h, at["message"], by, "why")


def _today() -> date:
    return datetime.now().astimezone().date()


_REQUESTS = (
    Row(
        "people.own_pin.change_own_pin",
        "owner another",
        Verb.CHANGE_PIN,
        lambda h, at, by: own_pin.change_own_pin(h, PIN, "482915", "482915", by, "10.0.0.9"),
    ),
    Row(
        "messages.copies.ask_for_copy",
        "owner",
        Verb.ASK_FOR_COPY,
        lambda h, at, by: copies.ask_for_copy(h, at["letter"], by),
    ),
    Row(
        "messages.copies.copies_asked",
        "owner another",
        None,
        lambda h, at, by: copies.copies_asked(h, by),
    ),
    Row(
        "messages.refused_mail.refusals",
        "owner another",
        None,
        lambda h, at, by: refused_mail.refusals(h, by),
    ),
    Row(
        "logbook.actions.propose_return",
        CLERKS,
        None,
        lambda h, at, by: logbook.propose_return(h, OWNER, at["held"], by),
    ),
    Row(
        "logbook.actions.record_return",
        CLERKS,
        Verb.RETURN_MAIL,
        lambda h, at, by: logbook.record_return(h, A_RETURN, by),
    ),
    Row(
        "screening.returning.return_item",
        CLERKS,
        Verb.FORWARD_MAIL,
        lambda h, at, by: returning.return_item(
            h, at["held"], replace(A_RETURN, done=Done.FORWARDED, forward_to="1 Lake Road"), by
        ),
        prepared=(Verb.REJECT,),
    ),
    Row(
        "logbook.actions.returned_list",
        LOOKERS,
        None,
        lambda h, at, by: logbook.returned_list(h, by),
    ),
    Row(
        "logbook.actions.find_returned",
        LOOKERS,
        None,
        lambda h, at, by: logbook.find_returned(h, int(at["returned"]), by),
    ),
    Row(
        "logbook.actions.about",
        LOOKERS,
        None,
        lambda h, at, by: logbook.about(h, at["rejected"], by),
    ),
    Row(
        "logbook.actions.strike_return",
        SUPERVISORS,
        Verb.CORRECT_LOGBOOK,
        lambda h, at, by: logbook.strike_return(h, int(at["returned"]), by, "why"),
    ),
    Row(
        "logbook.actions.label_pdf",
        CLERKS,
        Verb.PRINT_LABEL,
        lambda h, at, by: logbook.label_pdf(h, int(at["returned"]), by),
    ),
    Row(
        "logbook.actions.returned_csv",
        LOOKERS,
        Verb.EXPORT_LOGBOOK,
        lambda h, at, by: logbook.returned_csv(h, by),
    ),
    Row(
        "logbook.actions.record_item",
        CLERKS,
        Verb.RECORD_ITEM,
        lambda h, at, by: logbook.record_item(h, TWENTY, by),
    ),
    Row(
        "logbook.actions.found_items",
        LOOKERS,
        None,
        lambda h, at, by: logbook.found_items(h, by),
    ),
    Row(
        "logbook.actions.find_item",
        LOOKERS,
        None,
        lambda h, at, by: logbook.find_item(h, int(at["receipt"]), by),
    ),
    Row(
        "logbook.actions.correct_item",
        SUPERVISORS,
        Verb.CORRECT_LOGBOOK,
        lambda h, at, by: logbook.correct_item(
            h, int(at["receipt"]), replace(TWENTY, amount="21"), by, "why"
        ),
    ),
    Row(
        "logbook.actions.strike_item",
        SUPERVISORS,
        Verb.CORRECT_LOGBOOK,
        lambda h, at, by: logbook.strike_item(h, int(at["receipt"]), by, "why"),
    ),
    Row(
        "logbook.actions.receipt_pdf",
        CLERKS,
        Verb.PRINT_RECEIPT,
        lambda h, at, by: logbook.receipt_pdf(h, int(at["receipt"]), by),
    ),
    Row(
        "logbook.actions.items_csv",
        LOOKERS,
        Verb.EXPORT_LOGBOOK,
        lambda h, at, by: logbook.items_csv(h, by),
    ),
    Row(
        "logbook.actions.own_receipts",
        "owner another",
        None,
        lambda h, at, by: logbook.own_receipts(h, by),
    ),
    Row(
        "messages.requests.send_request",
        "owner another",
        Verb.SEND_REQUEST,
        lambda h, at, by: requests.send_request(h, "Property", "My glasses", by),
    ),
    Row(
        "messages.requests.own_requests",
        "owner another",
        None,
        lambda h, at, by: requests.own_requests(h, by),
    ),
    Row(
        "messages.requests.open_own_request",
        "owner",
        Verb.LOOK_AT_REQUEST,
        lambda h, at, by: requests.open_own_request(h, int(at["own_request"]), by),
    ),
    Row(
        "messages.requests.waiting_requests",
        CLERKS,
        None,
        lambda h, at, by: requests.waiting_requests(h, by),
    ),
    Row(
        "messages.requests.settled_requests",
        CLERKS,
        None,
        lambda h, at, by: requests.settled_requests(h, by, 9),
    ),
    Row(
        "messages.requests.open_request",
        CLERKS,
        Verb.LOOK_AT_REQUEST,
        lambda h, at, by: requests.open_request(h, int(at["own_request"]), by),
    ),
    Row(
        "messages.requests.answer_request",
        CLERKS,
        Verb.ANSWER_REQUEST,
        lambda h, at, by: requests.answer_request(h, int(at["own_request"]), "Yes.", by),
    ),
    Row(
        "messages.requests.close_request",
        CLERKS,
        Verb.CLOSE_REQUEST,
        lambda h, at, by: requests.close_request(h, int(at["answered_request"]), by),
    ),
    Row(
        "messages.requests.take_on",
        "owner",
        Verb.TAKE_REQUEST_ON,
        lambda h, at, by: requests.take_on(h, int(at["answered_step"]), "No", by),
    ),
    Row(
        "messages.requests.enter_request",
        CLERKS,
        Verb.ENTER_REQUEST,
        lambda h, at, by: requests.enter_request(h, OWNER, "Complaint", "?", _today(), by),
    ),
    Row(
        "messages.requests.form_picture",
        f"owner {CLERKS}",
        Verb.LOOK_AT_REQUEST,
        lambda h, at, by: requests.form_picture(h, int(at["on_form"]), 1, 1, by),
    ),
    Row(
        "messages.requests.extend_step",
        CLERKS,
        Verb.EXTEND_REQUEST,
        lambda h, at, by: requests.extend_step(
            h, int(at["slow"]), _today() + timedelta(days=99), "why", by
        ),
    ),
    Row(
        "messages.requests.decide_emergency",
        CLERKS,
        Verb.DECIDE_EMERGENCY,
        lambda h, at, by: requests.decide_emergency(h, int(at["urgent"]), True, "Now.", by),
    ),
    Row(
        "messages.requests.say_whom_about",
        SUPERVISORS,
        Verb.SAY_WHOM_ABOUT,
        lambda h, at, by: requests.say_whom_about(
            h, int(at["about_staff"]), "Nell Nobody", by, "why"
        ),
    ),
    Row(
        "messages.request_paper.print_form",
        CLERKS,
        Verb.PRINT_REQUEST_FORM,
        lambda h, at, by: request_paper.print_form(h, OWNER, "Complaint", by),
    ),
    Row(
        "messages.request_paper.print_answer",
        CLERKS,
        Verb.PRINT_REQUEST_ANSWER,
        lambda h, at, by: request_paper.print_answer(h, int(at["answered_step"]), by),
    ),
    Row(
        "protected_line.actions.offered",
        "owner another",
        None,
        lambda h, at, by: protected_line.offered(h, by),
    ),
    Row(
        "protected_line.actions.own_sendings",
        "owner another",
        None,
        lambda h, at, by: protected_line.own_sendings(h, by),
    ),
    Row(
        "protected_line.actions.send",
        "owner another",
        Verb.SEND_PROTECTED,
        lambda h, at, by: protected_line.send(h, "PREA line", "?", by, named=False),
        nameless="owner another",
    ),
    Row(
        "protected_line.actions.print_sheets",
        f"owner another machine {CLERKS}",
        Verb.PRINT_PROTECTED_SHEET,
        lambda h, at, by: protected_line.print_sheets(h, "Ombudsman", 1, by),
        nameless="owner another",
    ),
    Row(
        "protected_line.actions.log_envelope",
        CLERKS,
        Verb.LOG_PROTECTED,
        lambda h, at, by: protected_line.log_envelope(h, "MD1" + "A" * 32, by),
    ),
    Row(
        "protected_line.actions.logged_by_day",
        CLERKS,
        None,
        lambda h, at, by: protected_line.logged_by_day(h, by),
    ),
    Row(
        "protected_line.actions.addressees",
        f"owner another machine {CLERKS}",
        None,
        lambda h, at, by: protected_line.addressees(h, by),
    ),
    Row(
        "protected_line.actions.count_by_person",
        SUPERVISORS,
        Verb.LOOK_AT_LEGAL_LOG,
        lambda h, at, by: protected_line.count_by_person(h, by, "why"),
    ),
    Row(
        "protected_line.actions.check_may_count",
        SUPERVISORS,
        None,
        lambda h, at, by: protected_line.check_may_count(h, by),
    ),
)

_APPEALS = (
    Row(
        "originals.actions.overview",
        LOOKERS,
        None,
        lambda h, at, by: originals.overview(h, by),
    ),
    Row(
        "originals.actions.make_box",
        CLERKS,
        Verb.MAKE_BOX,
        lambda h, at, by: originals.make_box(h, "Shelf 1", by),
    ),
    Row(
        "originals.actions.find_box",
        LOOKERS,
        None,
        lambda h, at, by: originals.find_box(h, at["box"], by),
    ),
    Row(
        "originals.actions.stand_box",
        CLERKS,
        Verb.CHANGE_BOX,
        lambda h, at, by: originals.stand_box(h, at["box"], "Shelf 2", by),
    ),
    Row(
        "originals.actions.use_box",
        CLERKS,
        Verb.CHANGE_BOX,
        lambda h, at, by: originals.use_box(h, at["box"], "default", by),
    ),
    Row(
        "originals.actions.close_box",
        CLERKS,
        Verb.CLOSE_BOX,
        lambda h, at, by: originals.close_box(h, at["box"], by),
    ),
    Row(
        "originals.actions.box_label",
        CLERKS,
        Verb.PRINT_BOX_LABEL,
        lambda h, at, by: originals.box_label(h, at["box"], by),
    ),
    Row(
        "originals.actions.find_paper",
        LOOKERS,
        None,
        lambda h, at, by: originals.find_paper(h, at["letter"], by),
    ),
    Row(
        "originals.actions.find_by_name",
        LOOKERS,
        None,
        lambda h, at, by: originals.find_by_name(h, "due.pdf", by),
    ),
    Row(
        "originals.actions.put_paper",
        CLERKS,
        Verb.PLACE_PAPER,
        lambda h, at, by: originals.put_paper(h, at["letter"], at["box"], by),
    ),
    Row(
        "originals.actions.give_paper",
        CLERKS,
        Verb.GIVE_PAPER,
        lambda h, at, by: originals.give_paper(h, at["due_scan"], GivenTo.SENDER, "", by),
    ),
    Row(
        "originals.actions.hold_paper",
        "supervisor administrator investigator",
        Verb.HOLD_PAPER,
        lambda h, at, by: originals.hold_paper(
            h, at["letter"], now().astimezone().date(), by, "a case"
        ),
    ),
    Row(
        "originals.actions.end_hold",
        "supervisor administrator investigator",
        Verb.END_PAPER_HOLD,
        lambda h, at, by: originals.end_hold(h, int(at["paper_hold"]), by, "over"),
    ),
    Row(
        "originals.actions.own_paper",
        "owner",
        None,
        lambda h, at, by: originals.own_paper(h, at["letter"], by),
    ),
    Row(
        "originals.actions.ask_for_own",
        "owner",
        Verb.ASK_FOR_PAPER,
        lambda h, at, by: originals.ask_for_own(h, at["letter"], by),
    ),
    Row(
        "originals.actions.papers_under",
        "family stranger",
        None,
        lambda h, at, by: originals.papers_under(h, at["familys_cover"], by),
    ),
    Row(
        "originals.actions.ask_under",
        "family",
        Verb.ASK_FOR_PAPER,
        lambda h, at, by: originals.ask_under(h, at["familys_cover"], at["letter"], by),
    ),
    Row(
        "originals.actions.ask_for",
        CLERKS,
        Verb.ASK_FOR_PAPER,
        lambda h, at, by: originals.ask_for(h, at["letter"], "his mother", by),
    ),
    Row(
        "originals.actions.answer",
        CLERKS,
        Verb.REFUSE_PAPER,
        lambda h, at, by: originals.answer(h, int(at["paper_request"]), Answer.REFUSED, "why", by),
    ),
    Row(
        "originals.actions.due",
        LOOKERS,
        None,
        lambda h, at, by: originals.due(h, by),
    ),
    Row(
        "originals.actions.propose",
        CLERKS,
        Verb.PROPOSE_PAPER_DESTRUCTION,
        lambda h, at, by: originals.propose(h, [at["due_scan"]], by),
    ),
    Row(
        "originals.actions.find_destruction",
        LOOKERS,
        None,
        lambda h, at, by: originals.find_destruction(h, int(at["list"]), by),
    ),
    Row(
        "originals.actions.withdraw",
        CLERKS,
        Verb.WITHDRAW_PAPER_DESTRUCTION,
        lambda h, at, by: originals.withdraw(h, int(at["list"]), by),
    ),
    Row(
        "originals.actions.certificate",
        LOOKERS,
        Verb.PRINT_CERTIFICATE,
        lambda h, at, by: originals.certificate(h, int(at["done_list"]), by),
    ),
    Row(
        "operations.paper_destruction.confirm",
        SUPERVISORS,
        Verb.CONFIRM_PAPER_DESTRUCTION,
        lambda h, at, by: paper_destruction.confirm(h, int(at["list"]), by),
        prepared=(Verb.DESTROY_PAPER,),
    ),
    Row(
        "appeals.actions.own_rejections",
        "owner another family stranger",
        None,
        lambda h, at, by: appeals.own_rejections(h, by),
    ),
    Row(
        "appeals.actions.appeal",
        "owner family",
        Verb.APPEAL,
        lambda h, at, by: appeals.appeal(h, int(at["own_rejection"]), "Why", by),
    ),
    Row("appeals.actions.queue", f"{STAFF} machine", None, lambda h, at, by: appeals.queue(h, by)),
    Row(
        "appeals.actions.open_appeal",
        f"{STAFF} machine",
        Verb.LOOK_AT_APPEAL,
        lambda h, at, by: appeals.open_appeal(h, int(at["appeal"]), by),
    ),
    Row(
        "appeals.actions.refused_picture",
        SUPERVISORS,
        Verb.LOOK_AT_PAGE,
        lambda h, at, by: appeals.refused_picture(h, int(at["appeal"]), 3, by),
    ),
    Row(
        "appeals.actions.rejections_of",
        f"{STAFF} machine",
        None,
        lambda h, at, by: appeals.rejections_of(h, at["refused"], by),
    ),
    Row(
        "appeals.actions.find_rejection",
        f"{STAFF} machine",
        None,
        lambda h, at, by: appeals.find_rejection(h, int(at["own_rejection"]), by),
    ),
    Row(
        "appeals.actions.enter_appeal",
        CLERKS,
        Verb.APPEAL,
        lambda h, at, by: appeals.enter_appeal(
            h, int(at["own_rejection"]), Side.SENDER, "Why", appeals.current_day(), by
        ),
    ),
    Row(
        "appeals.actions.say_sheet",
        CLERKS,
        Verb.SAY_SHEET,
        lambda h, at, by: appeals.say_sheet(h, int(at["evidence_rejection"]), SheetGoes.HELD, by),
    ),
    Row(
        "appeals.actions.withhold_notice",
        SUPERVISORS,
        Verb.WITHHOLD_NOTICE,
        lambda h, at, by: appeals.withhold_notice(
            h, at["evidence"], appeals.current_day(), by, "a case"
        ),
    ),
    Row(
        "screening.appeal_decisions.decide_appeal",
        SUPERVISORS,
        Verb.DENY_APPEAL,
        lambda h, at, by: decide_appeal(h, int(at["appeal"]), by, "why", granted=False),
    ),
    Row(
        "screening.appeal_notices.give_notices",
        OPERATORS,
        Verb.GIVE_NOTICE,
        lambda h, at, by: appeal_notices.give_notices(h, by),
        prepared=(Verb.PRINT_NOTICE,),
    ),
    Row(
        "operations.appeal_clocks.escalate_lapsed",
        OPERATORS,
        None,
        lambda h, at, by: escalate_lapsed(h, by),
    ),
)

_LOG = (
    Row("auditing.actions.reviews", SUPERVISORS, None, lambda h, at, by: auditing.reviews(h, by)),
    Row(
        "auditing.actions.open_review",
        SUPERVISORS,
        Verb.LOOK_AT_LOG,
        lambda h, at, by: auditing.open_review(h, int(at["own_review"]), by, 0, 50),
    ),
    Row(
        "auditing.actions.end_review",
        SUPERVISORS,
        Verb.END_REVIEW,
        lambda h, at, by: auditing.end_review(h, int(at["own_review"]), "", by, raised=False),
    ),
    Row(
        "auditing.actions.close_review",
        SUPERVISORS,
        Verb.CLOSE_REVIEW,
        lambda h, at, by: auditing.close_review(h, int(at["raised_review"]), "Settled.", by),
    ),
    Row(
        "auditing.actions.search_log",
        MANAGERS,
        Verb.LOOK_AT_LOG,
        lambda h, at, by: auditing.search_log(h, Wanted(), by, 0, 50),
    ),
    Row(
        "auditing.actions.export_log",
        MANAGERS,
        Verb.EXPORT_LOG,
        lambda h, at, by: list(auditing.export_log(h, Wanted(), by)),
    ),
    Row(
        "auditing.actions.log_csv",
        MANAGERS,
        Verb.EXPORT_LOG,
        lambda h, at, by: auditing.log_csv(h, Wanted(), by),
    ),
    Row(
        "auditing.actions.open_reviews",
        OPERATORS,
        None,
        lambda h, at, by: auditing.open_reviews(h, by),
    ),
    Row(
        "operations.log_checks.check_log_if_due",
        OPERATORS,
        Verb.CHECK_LOG,
        lambda h, at, by: check_log_if_due(h, by),
    ),
)

_CONVERSATIONS = (
    Row(
        "messages.own_mail.list_mail",
        "owner another",
        None,
        lambda h, at, by: own_mail.list_mail(h, by),
    ),
    Row(
        "messages.own_mail.unread", "owner another", None, lambda h, at, by: own_mail.unread(h, by)
    ),
    Row(
        "messages.own_mail.find_messages",
        "owner another",
        None,
        lambda h, at, by: own_mail.find_messages(h, "hello", by, 9),
    ),
    Row(
        "messages.writing.conversations_of",
        "owner another family stranger",
        None,
        lambda h, at, by: conversing.conversations_of(h, by),
    ),
    Row(
        "messages.writing.conversation",
        "owner family",
        Verb.OPEN_CONVERSATION,
        lambda h, at, by: conversing.conversation(h, _whom(by, at), by),
    ),
    Row(
        "messages.writing.save_draft",
        "owner family",
        None,
        lambda h, at, by: conversing.save_draft(h, _whom(by, at), "Hello", "All is", by),
    ),
    Row(
        "messages.writing.add_photo",
        "owner family",
        None,
        lambda h, at, by: conversing.add_photo(h, _whom(by, at), a_photo(), by),
    ),
    Row(
        "messages.writing.remove_photo",
        "owner family",
        None,
        lambda h, at, by: conversing.remove_photo(h, _whom(by, at), 1, by),
    ),
    Row(
        "messages.writing.draft_photo",
        "owner family",
        None,
        lambda h, at, by: conversing.draft_photo(h, _whom(by, at), 1, by),
    ),
    Row("messages.writing.write", "owner family", Verb.WRITE_MESSAGE, _write),
    Row(
        "messages.writing.photo",
        "owner family",
        None,
        lambda h, at, by: conversing.photo(h, at["passed"], 1, by),
    ),
    Row(
        "messages.writing.reply_picture",
        "family",
        None,
        lambda h, at, by: conversing.reply_picture(h, at["answer"], 1, by),
    ),
    Row(
        "screening.message_review.waiting_messages",
        LOOKERS,
        None,
        lambda h, at, by: message_review.waiting_messages(h, by),
    ),
    Row(
        "screening.message_review.waiting_for",
        LOOKERS,
        None,
        lambda h, at, by: message_review.waiting_for(h, by),
    ),
    Row(
        "screening.message_review.following",
        LOOKERS,
        None,
        lambda h, at, by: message_review.following(h, at["message"], by),
    ),
    Row(
        "screening.message_review.open_message",
        LOOKERS,
        Verb.LOOK_AT_MESSAGE,
        lambda h, at, by: message_review.open_message(h, at["message"], by),
    ),
    Row(
        "screening.message_review.message_photo",
        LOOKERS,
        Verb.LOOK_AT_PHOTO,
        lambda h, at, by: message_review.message_photo(h, at["message"], 1, by),
    ),
    Row(
        "screening.message_review.release_message",
        CLERKS,
        Verb.RELEASE_MESSAGE,
        _release_message,
        prepared=(Verb.LOOK_AT_PHOTO,),
    ),
    Row(
        "screening.message_review.refuse_message",
        CLERKS,
        Verb.REFUSE_MESSAGE,
        lambda h, at, by: message_review.refuse_message(h, at["message"], by, "why"),
    ),
    Row(
        "screening.message_undo.last_decision",
        LOOKERS,
        None,
        lambda h, at, by: message_undo.last_decision(h, at["message"], by),
    ),
    Row(
        "screening.message_undo.undo",
        CLERKS,
        Verb.UNDO_MESSAGE,
        _undo_message,
        prepared=(Verb.REFUSE_MESSAGE,),
    ),
    Row(
        "screening.message_checks.waiting",
        CLERKS,
        None,
        lambda h, at, by: message_checks.waiting(h, by),
    ),
    Row(
        "screening.message_checks.measured",
        CLERKS,
        None,
        lambda h, at, by: message_checks.measured(h, by),
    ),
    Row(
        "screening.message_checks.look_at",
        CLERKS,
        Verb.LOOK_AT_MESSAGE,
        lambda h, at, by: message_checks.look_at(h, at["screened"], by),
    ),
    Row(
        "screening.message_checks.photo",
        CLERKS,
        Verb.LOOK_AT_PHOTO,
        lambda h, at, by: message_checks.photo(h, at["screened"], 1, by),
    ),
    Row(
        "screening.message_checks.judge",
        CLERKS,
        Verb.CHECK,
        _judge_message,
        prepared=(Verb.LOOK_AT_PHOTO,),
    ),
    Row(
        "screening.message_review.refuse_photo",
        CLERKS,
        Verb.REFUSE_PHOTO,
        lambda h, at, by: message_review.refuse_photo(h, at["message"], 1, by, "why"),
    ),
    Row(
        "screening.message_review.pass_photo",
        CLERKS,
        Verb.PASS_PHOTO,
        lambda h, at, by: message_review.pass_photo(h, at["message"], 1, by, "why"),
    ),
)

_MESSAGES = (
    Row(
        "messages.actions.send",
        WORKERS,
        Verb.SEND_MESSAGE,
        lambda h, at, by: messages.send(h, draft(), by),
    ),
    Row(
        "messages.actions.send",
        WORKERS,
        Verb.SEND_MESSAGE,
        lambda h, at, by: messages.send(h, draft(Direction.TO_INMATE), by),
    ),
    Row(
        "messages.actions.threads",
        READERS,
        Verb.LOOK_AT_MESSAGES,
        lambda h, at, by: messages.threads(h, OWNER, by),
    ),
    Row(
        "messages.printing.print_queue",
        WORKERS,
        Verb.LOOK_AT_PRINT_QUEUE,
        lambda h, at, by: printing.print_queue(h, by),
    ),
    Row(
        "messages.printing.print_messages",
        WORKERS,
        Verb.CONFIRM_PRINT,
        lambda h, at, by: printing.print_messages(h, at.free / "out", by),
        prepared=(Verb.RENDER_MESSAGE, Verb.SEND_TO_PRINTER, Verb.PRINT_MESSAGE),
    ),
    Row(
        "messages.printing.render_queued",
        WORKERS,
        Verb.RENDER_MESSAGE,
        lambda h, at, by: printing.render_queued(h, [1], by),
    ),
    Row(
        "messages.reply_sheets.print_reply_sheet",
        WORKERS,
        Verb.PRINT_REPLY_SHEET,
        lambda h, at, by: reply_sheets.print_reply_sheet(h, OWNER, by),
    ),
)


def _release_seen(h: Facility, at: Place, by: Actor) -> None:
    """Refused until its only page was on their screen."""
    with pytest.raises(Conflict):
        review.release(h, at["review"], by, "why")
    review.page_picture(h, at["review"], 5, by)
    review.release(h, at["review"], by, "why")


def _release_chosen(h: Facility, at: Place, by: Actor) -> None:
    assert review.release_chosen(h, ["gone"], by, "why")[0] == ()
    review.page_picture(h, at["review"], 5, by)
    assert review.release_chosen(h, [at["review"]], by, "why") == ((at["review"],), ())


def _look_after(h: Facility, at: Place, by: Actor) -> None:
    seen = review.look_at(h, at["review"], by).seen
    assert review.look_after(h, at["review"], seen, by) is None


def _rule(words: str = "fence") -> NewRule:
    return NewRule(WatchKind.WORDS, words, "", "report 12", today())


def _judge(h: Facility, at: Place, by: Actor) -> None:
    """Refused until each page was on their screen."""
    with pytest.raises(Conflict):
        checks.judge(h, at["check"], [3], "why", by)
    for number in (2, 3, 4):
        checks.page_picture(h, at["check"], number, by)
    assert checks.judge(h, at["check"], [3], "why", by).is_miss


_REVIEW = (
    Row(
        "screening.checks.waiting",
        CLERKS,
        None,
        lambda h, at, by: checks.waiting(h, by),
    ),
    Row(
        "screening.checks.measured",
        CLERKS,
        None,
        lambda h, at, by: checks.measured(h, by),
    ),
    Row(
        "screening.checks.look_at",
        CLERKS,
        Verb.LOOK,
        lambda h, at, by: checks.look_at(h, at["check"], by),
    ),
    Row(
        "screening.checks.page_picture",
        CLERKS,
        Verb.LOOK_AT_PAGE,
        lambda h, at, by: checks.page_picture(h, at["check"], 2, by),
    ),
    Row(
        "screening.checks.judge",
        CLERKS,
        Verb.CHECK,
        _judge,
        prepared=(Verb.LOOK_AT_PAGE,),
    ),
    Row("policies.actions.rules", LOOKERS, None, lambda h, at, by: policies.rules(h, by)),
    Row(
        "policies.actions.add_rule",
        SUPERVISORS,
        Verb.SET_WATCH,
        lambda h, at, by: policies.add_rule(h, _rule(), by),
    ),
    Row(
        "policies.actions.try_rule",
        SUPERVISORS,
        Verb.TRY_WATCH,
        lambda h, at, by: policies.try_rule(h, _rule(), today(), by),
    ),
    Row(
        "policies.actions.end_rule",
        SUPERVISORS,
        Verb.END_WATCH,
        lambda h, at, by: policies.end_rule(h, at["rule"], by, "over"),
    ),
    Row(
        "retention.actions.overview",
        MANAGERS,
        None,
        lambda h, at, by: retention.overview(h, by),
    ),
    Row(
        "retention.actions.due",
        MANAGERS,
        None,
        lambda h, at, by: retention.due(h, by, MailKind.LETTERS),
    ),
    Row(
        "retention.actions.legal_holds",
        MANAGERS,
        None,
        lambda h, at, by: retention.legal_holds(h, by),
    ),
    Row(
        "retention.actions.run_of",
        MANAGERS,
        None,
        lambda h, at, by: retention.run_of(h, int(at["run"]), by),
    ),
    Row(
        "retention.actions.set_hold",
        SUPERVISORS,
        Verb.SET_LEGAL_HOLD,
        lambda h, at, by: retention.set_hold(h, HoldOn.LETTER, at["letter"], by, "a claim"),
    ),
    Row(
        "retention.actions.lift_hold",
        SUPERVISORS,
        Verb.LIFT_LEGAL_HOLD,
        lambda h, at, by: retention.lift_hold(h, int(at["hold"]), by, "settled"),
    ),
    Row("retention.actions.propose", SUPERVISORS, Verb.PROPOSE_DESTRUCTION, _propose_destruction),
    Row(
        "retention.actions.withdraw",
        SUPERVISORS,
        Verb.WITHDRAW_DESTRUCTION,
        lambda h, at, by: retention.withdraw(h, int(at["run"]), by, "not yet"),
    ),
    Row(
        "retention.actions.confirm",
        SUPERVISORS,
        Verb.CONFIRM_DESTRUCTION,
        lambda h, at, by: retention.confirm(h, int(at["run"]), by, "looked"),
    ),
    Row(
        "retention.actions.carry_out",
        OPERATORS,
        None,
        lambda h, at, by: retention.carry_out(h, by),
    ),
    Row("screening.review.waiting", LOOKERS, None, lambda h, at, by: review.waiting(h, by)),
    Row(
        "screening.review.look_at",
        LOOKERS,
        Verb.LOOK,
        lambda h, at, by: review.look_at(h, at["review"], by),
    ),
    Row("screening.review.look_after", LOOKERS, None, _look_after, prepared=(Verb.LOOK,)),
    Row(
        "screening.review.page_picture",
        LOOKERS,
        Verb.LOOK_AT_PAGE,
        lambda h, at, by: review.page_picture(h, at["review"], 5, by),
    ),
    Row(
        "screening.review.release",
        CLERKS,
        Verb.RELEASE,
        _release_seen,
        prepared=(Verb.LOOK_AT_PAGE,),
    ),
    Row(
        "screening.review.release_chosen",
        CLERKS,
        Verb.RELEASE,
        _release_chosen,
        prepared=(Verb.LOOK_AT_PAGE,),
    ),
)

_PRINTS = (
    Row(
        "prints.actions.printer_names",
        WORKERS,
        None,
        lambda h, at, by: prints.printer_names(h, by),
    ),
    Row(
        "prints.actions.default_printer",
        WORKERS,
        None,
        lambda h, at, by: prints.default_printer(h, by, None),
    ),
    Row(
        "prints.actions.look_at_queue",
        WORKERS,
        Verb.LOOK_AT_PRINT_QUEUE,
        lambda h, at, by: prints.look_at_queue(h, by),
    ),
    Row(
        "prints.actions.queue_pdf",
        WORKERS,
        Verb.QUEUE_PRINT,
        lambda h, at, by: prints.queue_pdf(h, by, PrintKind.COVER, "Cover", BLANK_PDF, OWNER),
    ),
    Row(
        "prints.actions.rendered",
        WORKERS,
        None,
        lambda h, at, by: prints.rendered(h, [int(at["print"])], by),
    ),
    Row(
        "prints.actions.send",
        WORKERS,
        Verb.SEND_TO_PRINTER,
        lambda h, at, by: prints.send(h, by, [int(at["print"])], "this computer"),
    ),
    Row(
        "prints.actions.batch_pdf",
        WORKERS,
        Verb.LOOK_AT_PRINT,
        lambda h, at, by: prints.batch_pdf(h, int(at["batch"]), by),
    ),
    Row(
        "prints.actions.came_out",
        WORKERS,
        Verb.CONFIRM_PRINT,
        lambda h, at, by: prints.came_out(h, [int(at["batch"])], by),
    ),
    Row(
        "prints.actions.came_not",
        WORKERS,
        Verb.DOUBT_PRINT,
        lambda h, at, by: prints.came_not(h, [int(at["batch"])], by),
    ),
    Row(
        "prints.actions.give_up",
        WORKERS,
        Verb.SPOIL_PRINT,
        lambda h, at, by: prints.give_up(h, int(at["stopped"]), by, "court order 17"),
    ),
    Row(
        "prints.actions.print_again",
        WORKERS,
        Verb.SPOIL_PRINT,
        lambda h, at, by: prints.print_again(
            h, int(at["sent"]), int(at["sent"]), by, "a jam", spoiled=True
        ),
    ),
)

_BULK = (
    Row("covers.bulk.units", WORKERS, None, lambda h, at, by: bulk.units(h, by)),
    Row(
        "covers.bulk.print_covers",
        WORKERS,
        Verb.PRINT_COVER,
        lambda h, at, by: bulk.print_covers(h, by, "B-2"),
    ),
    Row(
        "prints.actions.check_printer",
        WORKERS,
        None,
        lambda h, at, by: prints.check_printer(h, "outbox", by),
    ),
    Row(
        "prints.actions.find_print",
        WORKERS,
        None,
        lambda h, at, by: prints.find_print(h, int(at["print"]), by),
    ),
)

_SCREENING = (
    Row(
        "screening.held_list.held_after",
        f"{LOOKERS} {Scope.HELD_READ}",
        None,
        lambda h, at, by: held_list.held_after(h, None, 5, by),
    ),
    Row("screening.decisions.held", LOOKERS, None, lambda h, at, by: decisions.held(h, by)),
    Row(
        "screening.cases.day_of_intake", LOOKERS, None, lambda h, at, by: cases.day_of_intake(h, by)
    ),
    Row(
        "screening.cases.look_at_held",
        LOOKERS,
        Verb.LOOK,
        lambda h, at, by: cases.look_at_held(h, at["held"], by),
    ),
    Row(
        "screening.cases.look_after",
        LOOKERS,
        None,
        lambda h, at, by: cases.look_after(h, at["whole"], at["seen"], by),
    ),
    Row(
        "screening.cases.decision_on",
        LOOKERS,
        None,
        lambda h, at, by: cases.decision_on(h, at["rejected"], by),
    ),
    Row(
        "screening.cases.held_picture",
        LOOKERS,
        Verb.LOOK_AT_PAGE,
        lambda h, at, by: cases.held_picture(h, at["held"], 2, by),
    ),
    Row(
        "screening.cases.find_in_roster",
        LOOKERS,
        None,
        lambda h, at, by: cases.find_in_roster(h, "tobias", by),
    ),
    Row("screening.cases.scanners", LOOKERS, None, lambda h, at, by: cases.scanners(h, by)),
    Row(
        "screening.decisions.assign",
        CLERKS,
        Verb.ASSIGN,
        # their mail is suspended here, and whoever decides knows it
        lambda h, at, by: decisions.assign(h, at["held"], OWNER, by, "why", despite=range(9)),
    ),
    Row(
        "screening.decisions.release",
        CLERKS,
        Verb.RELEASE,
        lambda h, at, by: decisions.release(h, at["review"], by, "why"),
    ),
    Row(
        "screening.decisions.reject",
        CLERKS,
        Verb.REJECT,
        lambda h, at, by: decisions.reject(h, at["held"], by, "why"),
    ),
    Row(
        "screening.decisions.reject",
        SUPERVISORS,
        Verb.REJECT,
        lambda h, at, by: decisions.reject(h, at["seal"], by, "why"),
    ),
    Row(
        "screening.decisions.rescanned",
        CLERKS,
        Verb.RESCANNED,
        lambda h, at, by: decisions.rescanned(h, at["held"], at["again"], by, "why"),
    ),
    Row(
        "screening.decisions.rescanned",
        SUPERVISORS,
        Verb.RESCANNED,
        lambda h, at, by: decisions.rescanned(h, at["seal"], at["again"], by, "why"),
    ),
    Row(
        "screening.decisions.cut",
        CLERKS,
        Verb.CUT,
        lambda h, at, by: decisions.cut(h, at["held"], 3, by, "why"),
    ),
    Row(
        "screening.decisions.join",
        CLERKS,
        Verb.JOIN,
        lambda h, at, by: decisions.join(h, at["held"], at["beside"], by, "why"),
    ),
    Row(
        "screening.decisions.mark_page",
        CLERKS,
        Verb.MARK_PAGE,
        lambda h, at, by: decisions.mark_page(h, at["held"], 3, PageRole.BLANK, by, "why"),
    ),
    Row(
        "screening.decisions.move_page",
        CLERKS,
        Verb.MOVE_PAGE,
        lambda h, at, by: decisions.move_page(h, at["held"], 3, False, by, "why"),
    ),
    Row(
        "screening.decisions.withhold",
        CLERKS,
        Verb.WITHHOLD_PAGE,
        lambda h, at, by: decisions.withhold(h, at["review"], 5, by, "why"),
    ),
    Row(
        "screening.decisions.withhold_part",
        CLERKS,
        Verb.WITHHOLD_PART,
        lambda h, at, by: decisions.withhold_part(h, at["review"], 5, _PART, by, "why"),
    ),
    Row(
        "screening.decisions.give_back_parts",
        CLERKS,
        Verb.GIVE_BACK_PARTS,
        _give_back_parts,
        prepared=(Verb.WITHHOLD_PART,),
    ),
    *_REVIEW,
    Row(
        "screening.decisions.ask_for_rescan",
        CLERKS,
        Verb.ASK_FOR_RESCAN,
        lambda h, at, by: decisions.ask_for_rescan(h, at["held"], by, "why"),
    ),
    Row(
        "screening.sealing_by_hand.seal_held",
        CLERKS,
        Verb.SEAL,
        lambda h, at, by: sealing_by_hand.seal_held(h, at["held"], 3, by, "why"),
    ),
    Row("screening.decisions.undo", CLERKS, Verb.UNDO, _undo, prepared=(Verb.REJECT,)),
    Row("screening.decisions.undo_last", CLERKS, Verb.UNDO, _undo_last, prepared=(Verb.REJECT,)),
    Row(
        "screening.cases.not_as_named",
        LOOKERS,
        None,
        lambda h, at, by: cases.not_as_named(h, at["rejected"], ANOTHER, by),
    ),
    Row(
        "screening.recalled_copies.follow_recalls",
        "machine",
        Verb.RECALL,
        _follow_recalls,
    ),
    Row(
        "screening.recalls.look_at_settled",
        LOOKERS,
        None,
        lambda h, at, by: recalls.look_at_settled(h, at["letter"], by),
    ),
    Row("screening.recalls.rejected", LOOKERS, None, lambda h, at, by: recalls.rejected(h, by)),
    Row(
        "screening.recalls.recall",
        SUPERVISORS,
        Verb.RECALL,
        lambda h, at, by: recalls.recall(h, at["letter"], by, "why"),
    ),
    Row(
        "evidence.actions.make_pack",
        SUPERVISORS,
        Verb.MAKE_EVIDENCE,
        lambda h, at, by: evidence.make_pack(h, at["letter"], by, "a case"),
        asked="investigator",
    ),
    Row(
        "screening.notices.rejection_notice",
        WORKERS,
        Verb.PRINT_NOTICE,
        lambda h, at, by: notices.rejection_notice(h, at["rejected"], False, (), by),
    ),
)

_LEGAL = (
    Row(
        "screening.legal_mail.sealed_scans",
        LOOKERS,
        None,
        lambda h, at, by: legal_mail.sealed_scans(h, by),
    ),
    Row(
        "screening.legal_mail.look_at_sealed",
        f"{SUPERVISORS} machine",
        Verb.LOOK_AT_SEAL,
        lambda h, at, by: legal_mail.look_at_sealed(h, at["seal"], by),
    ),
    Row(
        "screening.legal_mail.sealing_picture",
        SUPERVISORS,
        Verb.LOOK_AT_SEALED_PAGE,
        lambda h, at, by: legal_mail.sealing_picture(h, at["seal"], 2, by),
    ),
    Row(
        "screening.legal_mail.lift",
        SUPERVISORS,
        Verb.LIFT_SEAL,
        lambda h, at, by: legal_mail.lift(h, at["seal"], by, "why"),
    ),
    Row(
        "screening.legal_mail.cut",
        SUPERVISORS,
        Verb.CUT_OUT,
        lambda h, at, by: legal_mail.cut(h, at["seal"], [3], by, "why"),
    ),
    Row(
        "screening.legal_mail.destroy",
        SUPERVISORS,
        Verb.DESTROY_SEAL,
        lambda h, at, by: legal_mail.destroy(h, at["seal"], by, "why", True),
    ),
)

_COVERS_AND_PEOPLE = (
    Row(
        "covers.actions.print_inmate_cover",
        f"{WORKERS} {Scope.COVERS_PRINT}",
        Verb.PRINT_COVER,
        lambda h, at, by: covers.print_inmate_cover(h, OWNER, by),
    ),
    Row(
        "covers.actions.print_batch_header",
        WORKERS,
        Verb.PRINT_BATCH_SHEET,
        lambda h, at, by: covers.print_batch_header(h, 3, by),
    ),
    Row(
        "covers.actions.print_separator",
        WORKERS,
        Verb.PRINT_SEPARATOR,
        lambda h, at, by: covers.print_separator(h, by),
    ),
    Row(
        "covers.actions.print_legal_marker",
        WORKERS,
        Verb.PRINT_LEGAL_SHEET,
        lambda h, at, by: covers.print_legal_marker(h, by),
    ),
    Row(
        "covers.actions.find_cover",
        LOOKERS,
        None,
        lambda h, at, by: covers.find_cover(h, at["cover"], by),
    ),
    Row("covers.actions.cover_list", LOOKERS, None, lambda h, at, by: covers.cover_list(h, by)),
    Row(
        "covers.actions.uses_of_cover",
        LOOKERS,
        None,
        lambda h, at, by: covers.uses_of_cover(h, at["cover"], by),
    ),
    Row(
        "covers.actions.revoke_cover",
        WORKERS,
        Verb.REVOKE_COVER,
        lambda h, at, by: covers.revoke_cover(h, at["cover"], by, "why"),
    ),
    Row(
        "covers.actions.rotate_keys",
        "administrator",
        Verb.ROTATE_KEYS,
        lambda h, at, by: covers.rotate_keys(h, by),
    ),
    Row(
        "covers.actions.sheets_under_key",
        OPERATORS,
        None,
        lambda h, at, by: covers.sheets_under_key(_rotated(h), 1, by),
    ),
    Row(
        "covers.actions.retire_key",
        "administrator",
        Verb.RETIRE_KEY,
        lambda h, at, by: covers.retire_key(_rotated(h), 1, by, "stolen"),
    ),
    Row("people.actions.inmates", LOOKERS, None, lambda h, at, by: people.inmates(h, by)),
    Row(
        "people.actions.inmates_after",
        f"{LOOKERS} {Scope.ROSTER_READ}",
        None,
        lambda h, at, by: people.inmates_after(h, 0, 5, by),
    ),
    Row(
        "people.actions.listed_inmate",
        f"{LOOKERS} {Scope.ROSTER_READ}",
        None,
        lambda h, at, by: people.listed_inmate(h, OWNER, by),
    ),
    Row(
        "people.actions.find_inmate",
        LOOKERS,
        None,
        lambda h, at, by: people.find_inmate(h, OWNER, by),
    ),
    Row(
        "people.actions.import_roster",
        IMPORTERS,
        Verb.IMPORT_ROSTER,
        lambda h, at, by: people.import_roster(h, _roster(at), False, by),
    ),
    Row(
        "people.actions.import_upload",
        IMPORTERS,
        Verb.IMPORT_ROSTER,
        lambda h, at, by: people.import_upload(h, Upload("roster.csv", ROSTER_FILE), by),
    ),
    Row(
        "people.actions.preview_upload",
        IMPORTERS,
        None,
        lambda h, at, by: people.preview_upload(h, Upload("roster.csv", ROSTER_FILE), by),
    ),
    Row(
        "people.actions.preview_roster",
        IMPORTERS,
        None,
        lambda h, at, by: people.preview_roster(h, _roster(at), False, by),
    ),
    Row(
        "people.actions.names_held",
        LOOKERS,
        None,
        lambda h, at, by: people.names_held(h, by),
    ),
    Row(
        "people.actions.confirm_same_person",
        CLERKS,
        Verb.CONFIRM_NAME,
        lambda h, at, by: people.confirm_same_person(h, DOUBTFUL, by, "married"),
    ),
    Row("people.actions.refuse_new_person", CLERKS, None, _new_person),
    Row(
        "people.actions.set_pin",
        OPERATORS,
        Verb.SET_PIN,
        lambda h, at, by: people.set_pin(h, OWNER, by),
    ),
    Row(
        "departures.actions.make_code",
        "administrator",
        Verb.MAKE_TAKEAWAY,
        lambda h, at, by: departures.make_code(h, OWNER, by),
    ),
    Row(
        "departures.actions.end_code",
        "administrator",
        Verb.END_TAKEAWAY,
        _end_takeaway,
        prepared=(Verb.MAKE_TAKEAWAY,),
    ),
    Row(
        "departures.actions.code_of",
        "administrator",
        None,
        lambda h, at, by: departures.code_of(h, OWNER, by),
    ),
    Row(
        "departures.actions.export_mailbox",
        SUPERVISORS,
        Verb.EXPORT_MAILBOX,
        lambda h, at, by: departures.export_mailbox(h, ANOTHER, at.free / "m.zip", by, "a desk"),
        prepared=(Verb.COPY_AS_PDF, Verb.LOOK_AT_MESSAGE),
    ),
    Row(
        "people.actions.set_security_question",
        OPERATORS,
        Verb.SET_SECURITY_QUESTION,
        lambda h, at, by: people.set_security_question(h, OWNER, "Dog?", "Biscuit", by),
    ),
    Row(
        "people.actions.add_staff",
        OPERATORS,
        Verb.ADD_STAFF,
        lambda h, at, by: people.add_staff(h, "New Person", StaffRole.CLERK, by),
    ),
)

_ROSTERS = (
    Row(
        "people.rosters.check_may_import",
        OPERATORS,
        None,
        lambda h, at, by: rosters.check_may_import(h, by),
    ),
    Row(
        "people.rosters.keep_upload",
        OPERATORS,
        Verb.PREVIEW_ROSTER,
        lambda h, at, by: rosters.keep_upload(h, Upload("r.csv", _roster(at).read_bytes()), by),
    ),
    Row(
        "people.rosters.look_at_kept",
        OPERATORS,
        None,
        lambda h, at, by: rosters.look_at_kept(h, at["roster"], by),
    ),
    Row(
        "people.rosters.choose_columns",
        OPERATORS,
        Verb.MAP_ROSTER,
        lambda h, at, by: rosters.choose_columns(h, at["roster"], Choices(), True, by),
    ),
    Row(
        "people.rosters.apply_kept",
        OPERATORS,
        Verb.IMPORT_ROSTER,
        lambda h, at, by: rosters.apply_kept(h, at["roster"], at["roster_seen"], None, by),
    ),
    Row(
        "people.rosters.dismiss_kept",
        OPERATORS,
        Verb.DISMISS_ROSTER,
        lambda h, at, by: rosters.dismiss_kept(h, at["roster"], by),
    ),
    Row(
        "people.rosters.rosters_set_aside",
        LOOKERS,
        None,
        lambda h, at, by: rosters.rosters_set_aside(h, by),
    ),
    Row(
        "people.rosters.import_from_folder",
        OPERATORS,
        Verb.IMPORT_ROSTER,
        lambda h, at, by: rosters.import_from_folder(h, _roster(at), by),
    ),
    Row(
        "people.renumbering.record_of",
        SUPERVISORS,
        None,
        lambda h, at, by: renumbering.record_of(h, OWNER, by),
    ),
    Row(
        "people.renumbering.check_may_renumber",
        SUPERVISORS,
        None,
        lambda h, at, by: renumbering.check_may_renumber(h, by),
    ),
    Row(
        "people.renumbering.renumber",
        SUPERVISORS,
        Verb.RENUMBER,
        lambda h, at, by: renumbering.renumber(h, OWNER, "2026-00999", by, "a new booking"),
    ),
    Row(
        "people.renumbering.merge",
        SUPERVISORS,
        Verb.MERGE,
        lambda h, at, by: renumbering.merge(h, OWNER, ANOTHER, by, "prints", names_differ=True),
    ),
)

_TRANSFERS = (
    Row(
        "transfers.actions.other_facilities",
        MANAGERS,
        None,
        lambda h, at, by: transfers.other_facilities(h, by),
    ),
    Row(
        "transfers.actions.transfers", MANAGERS, None, lambda h, at, by: transfers.transfers(h, by)
    ),
    Row(
        "transfers.actions.transfers_of",
        MANAGERS,
        None,
        lambda h, at, by: transfers.transfers_of(h, OWNER, by),
    ),
    Row(
        "transfers.actions.finish_interrupted",
        "machine",
        Verb.TAKE_OVER,
        _finish_interrupted,
    ),
    Row("transfers.actions.send", SUPERVISORS, Verb.SEND_TRANSFER, _send),
    Row(
        "transfers.actions.withdraw",
        SUPERVISORS,
        Verb.WITHDRAW_TRANSFER,
        _withdraw_transfer,
        prepared=(Verb.SEND_TRANSFER,),
    ),
    Row("transfers.actions.take_over", SUPERVISORS, Verb.TAKE_OVER, _take_over),
)

_STAFF = (
    Row(
        "people.staff.staff_members", OPERATORS, None, lambda h, at, by: staff.staff_members(h, by)
    ),
    Row(
        "people.staff.staff_member",
        OPERATORS,
        None,
        lambda h, at, by: staff.staff_member(h, int(at["clerk"]), by),
    ),
    Row(
        "people.staff.find_staff",
        OPERATORS,
        None,
        lambda h, at, by: staff.find_staff(h, "Ana Brookwater", by),
    ),
    Row(
        "people.staff.change_role",
        "administrator",
        Verb.CHANGE_ROLE,
        lambda h, at, by: staff.change_role(h, int(at["clerk"]), StaffRole.SUPERVISOR, by),
    ),
    Row(
        "people.staff.deactivate",
        "administrator",
        Verb.DEACTIVATE_STAFF,
        lambda h, at, by: staff.deactivate(h, int(at["clerk"]), by),
    ),
    Row(
        "people.staff.reactivate",
        "administrator",
        Verb.REACTIVATE_STAFF,
        lambda h, at, by: staff.reactivate(h, int(at["left"]), by),
    ),
    Row(
        "people.staff.reset",
        "administrator",
        Verb.RESET_LOGIN,
        lambda h, at, by: staff.reset(h, int(at["clerk"]), by),
    ),
    Row("people.staff.end_session", "administrator", Verb.END_SESSION, _end_session),
    Row("people.own_login.own_login", STAFF, None, lambda h, at, by: own_login.own_login(h, by)),
    Row(
        "people.own_login.change_own_password",
        STAFF,
        Verb.CHANGE_PASSWORD,
        lambda h, at, by: own_login.change_own_password(h, NEW_PASSWORD, NEW_PASSWORD, by),
    ),
    Row(
        "people.own_login.begin_second_step",
        STAFF,
        Verb.BEGIN_SECOND_STEP,
        lambda h, at, by: own_login.begin_second_step(h, by),
    ),
    Row(
        "people.own_login.finish_second_step",
        STAFF,
        Verb.SET_UP_SECOND_STEP,
        _finish_second_step,
    ),
    Row(
        "people.own_login.new_recovery_codes",
        STAFF,
        Verb.NEW_RECOVERY_CODES,
        _new_recovery_codes,
    ),
    Row(
        "people.own_login.remove_second_step",
        STAFF,
        Verb.REMOVE_SECOND_STEP,
        _remove_second_step,
    ),
    Row("people.own_login.end_own_session", STAFF, Verb.END_SESSION, _end_own_session),
)

_THE_HOME = (
    Row(
        "capture.intake.take_in",
        WORKERS,
        Verb.TAKE_IN,
        lambda h, at, by: intake.take_in(h, [_paper(at)], "default", ["x"], by),
    ),
    Row(
        "capture.intake.take_from_inbox",
        WORKERS,
        Verb.TAKE_IN,
        lambda h, at, by: intake.take_from_inbox(h, [_paper(at)], "default", by),
    ),
    Row(
        "capture.intake.take_all_from_inbox",
        WORKERS,
        Verb.TAKE_IN,
        lambda h, at, by: intake.take_all_from_inbox(h, [[_paper(at)]], "default", by),
    ),
    Row("capture.ingest.ingest_all", WORKERS, Verb.TAKE_IN, _ingest),
    Row(
        "capture.inspection.decode_file",
        LOOKERS,
        None,
        lambda h, at, by: inspection.decode_file(h, _paper(at), by),
    ),
    Row(
        "operations.actions.reconcile", LOOKERS, None, lambda h, at, by: operations.reconcile(h, by)
    ),
    Row(
        "operations.actions.balances_after",
        f"{LOOKERS} {Scope.REPORTS_READ}",
        None,
        lambda h, at, by: operations.balances_after(h, None, 5, by),
    ),
    Row(
        "operations.reports.actions.report",
        f"{LOOKERS} {Scope.REPORTS_READ}",
        None,
        lambda h, at, by: reports.report(h, JANUARY, by),
    ),
    Row(
        "operations.reports.actions.figure_csv",
        f"{LOOKERS} {Scope.REPORTS_READ}",
        None,
        lambda h, at, by: reports.figure_csv(h, at["figure"], JANUARY, by),
    ),
    Row(
        "operations.reports.actions.report_pdf",
        f"{LOOKERS} {Scope.REPORTS_READ}",
        None,
        lambda h, at, by: reports.report_pdf(h, JANUARY, by),
    ),
    Row(
        "operations.health.readiness",
        f"{LOOKERS} {Scope.REPORTS_READ}",
        None,
        lambda h, at, by: health.readiness(h, by),
    ),
    Row(
        "operations.actions.verify_audit",
        LOOKERS,
        None,
        lambda h, at, by: operations.verify_audit(h, by),
    ),
    Row(
        "operations.actions.check_log",
        LOOKERS,
        None,
        lambda h, at, by: operations.check_log(h, by),
    ),
    Row(
        "operations.actions.anchor_log",
        OPERATORS,
        Verb.ANCHOR,
        lambda h, at, by: operations.anchor_log(h, by),
    ),
    Row(
        "operations.actions.anchored_last",
        OPERATORS,
        None,
        lambda h, at, by: operations.anchored_last(h, by),
    ),
    Row("operations.actions.anchor_page", OPERATORS, None, _anchor_page),
    Row(
        "operations.actions.rotate_audit_key",
        OPERATORS,
        Verb.ROTATE_AUDIT_KEY,
        lambda h, at, by: operations.rotate_audit_key(h, by),
    ),
    Row("operations.actions.fix_log", "administrator", Verb.FIX_LOG, _fix_log),
    Row(
        "operations.actions.note_settings",
        OPERATORS,
        Verb.CHANGE_SETTINGS,
        lambda h, at, by: operations.note_settings(h, by),
    ),
    Row(
        "operations.backup.back_up",
        OPERATORS,
        Verb.BACK_UP,
        lambda h, at, by: backup.back_up(h, at.free / "new", "an invented phrase", by),
    ),
    Row(
        "operations.scrub.scrub",
        OPERATORS,
        Verb.SCRUB,
        lambda h, at, by: scrub.scrub(h, by, 1e9, lambda _: None),
    ),
    Row("operations.health.health", OPERATORS, None, lambda h, at, by: health.health(h, by)),
    Row("operations.health.checks", OPERATORS, None, lambda h, at, by: list(health.checks(h, by))),
)

_LOGINS = (
    Row(
        "access.kiosks.invite",
        MANAGERS,
        Verb.INVITE_KIOSK,
        lambda h, at, by: kiosks.invite(h, "B-2 right", by),
    ),
    Row(
        "access.kiosks.revoke",
        MANAGERS,
        Verb.REVOKE_KIOSK,
        lambda h, at, by: kiosks.revoke(h, at["kiosk"], by),
    ),
    Row("access.kiosks.kiosks", MANAGERS, None, lambda h, at, by: kiosks.kiosks(h, by)),
    Row("access.locks.locks", MANAGERS, None, lambda h, at, by: locks.locks(h, by)),
    Row(
        "access.locks.unlock",
        MANAGERS,
        Verb.UNLOCK,
        lambda h, at, by: locks.unlock(h, "inmate", OWNER, by),
    ),
    Row("access.locks.refusals", MANAGERS, None, lambda h, at, by: locks.refusals(h, by)),
    Row(
        "access.tokens.require",
        f"{LOOKERS} {Scope.HELD_READ}",
        None,
        lambda h, at, by: tokens.require(h, by, Scope.HELD_READ),
    ),
    Row(
        "access.tokens.add_token",
        OPERATORS,
        Verb.ADD_TOKEN,
        lambda h, at, by: tokens.add_token(h, "new", [Scope.HELD_READ], by),
    ),
    Row(
        "access.tokens.revoke_token",
        OPERATORS,
        Verb.REVOKE_TOKEN,
        lambda h, at, by: tokens.revoke_token(h, at["token"], by),
    ),
    Row(
        "prints.previews.look_at_templates",
        OPERATORS,
        None,
        lambda h, at, by: previews.look_at_templates(h, by),
    ),
    Row(
        "prints.previews.sample_pdf",
        OPERATORS,
        None,
        lambda h, at, by: previews.sample_pdf(h, Sample.COVER, by),
    ),
    Row(
        "prints.previews.sample_picture",
        OPERATORS,
        None,
        lambda h, at, by: previews.sample_picture(h, Sample.NOTICE, by),
    ),
    Row("access.tokens.tokens", OPERATORS, None, lambda h, at, by: tokens.tokens(h, by)),
    Row("access.visitors.forwarders", LOOKERS, None, lambda h, at, by: visitors.forwarders(h, by)),
)

_UPKEEP = (
    Row(
        "notifications.actions.outbox_now",
        MANAGERS,
        None,
        lambda h, at, by: notifications.outbox_now(h, by),
    ),
    Row(
        "notifications.actions.send_again",
        MANAGERS,
        Verb.SEND_MAIL_AGAIN,
        lambda h, at, by: notifications.send_again(h, [at["outgoing"]], by),
    ),
    Row(
        "notifications.actions.drop",
        MANAGERS,
        Verb.DROP_MAIL,
        lambda h, at, by: notifications.drop(h, [at["outgoing"]], by),
    ),
    Row(
        "notifications.announcements.announce",
        SUPERVISORS,
        Verb.ANNOUNCE,
        lambda h, at, by: announcements.announce(h, "No mail", "", now(), soon(), by),
    ),
    Row(
        "notifications.announcements.end_announcement",
        SUPERVISORS,
        Verb.END_ANNOUNCEMENT,
        lambda h, at, by: announcements.end_announcement(h, at["announcement"], by),
    ),
    Row(
        "notifications.announcements.announcements",
        LOOKERS,
        None,
        lambda h, at, by: announcements.announcements(h, by),
    ),
    Row(
        "operations.alarms.check_alarms",
        OPERATORS,
        None,
        lambda h, at, by: alarms.check_alarms(h, by),
    ),
    Row(
        "operations.unused_photos.forget_unused_photos",
        OPERATORS,
        None,
        lambda h, at, by: unused_photos.forget_unused_photos(h, by),
    ),
    Row(
        "operations.own_backups.back_up_if_due",
        OPERATORS,
        None,
        lambda h, at, by: own_backups.back_up_if_due(h, by),
    ),
    Row("operations.care.needs_care", LOOKERS, None, lambda h, at, by: care.needs_care(h, by)),
    Row(
        "notifications.sending.send_due", OPERATORS, None, lambda h, at, by: sending.send_due(h, by)
    ),
    Row(
        "notifications.sending.send_one",
        OPERATORS,
        None,
        lambda h, at, by: sending.send_one(h, at["outgoing"], by),
    ),
)

FAMILY = "family stranger"


def _try_email_again(h: Facility, at: Place, by: Actor) -> None:
    with writing(h.engine) as tx:
        for email in FAMILY_EMAILS.values():
            bounces.note_refused(tx, email, "550 no such user")
    own_account.try_email_again(h, by)


def _try_their_email_again(h: Facility, at: Place, by: Actor) -> None:
    with writing(h.engine) as tx:
        tx.execute(sa.update(correspondent).values(email="ida@example.org"))
        bounces.note_refused(tx, "ida@example.org", "550 no such user")
    correspondents.try_email_again(h, int(at["ida"]), by)


def _send_staff_mail_again(h: Facility, at: Place, by: Actor) -> None:
    own = h.settings.alarms.model_copy(update={"mail_to": ("chief@jail.example",)})
    named = replace(h, settings=h.settings.model_copy(update={"alarms": own}))
    about = staff_mail.subject_of(StaffMail.ALARMS, "chief@jail.example")
    if is_permitted(by, Act.OPERATE):  # those who may not are told so first
        with writing(h.engine) as tx:
            audit.record(tx, by, Verb.LEAVE_STAFF_MAIL, about)
    staff_mail.send_again(named, StaffMail.ALARMS, "chief@jail.example", by)


def _change_own_password(h: Facility, at: Place, by: Actor) -> None:
    own_account.change_own_password(h, PASSWORD, NEW_PASSWORD, NEW_PASSWORD, by, "10.0.0.9")


def _make_cover(h: Facility, at: Place, by: Actor) -> None:
    own_covers.make_cover(h, OWNER, "Tobias Quillfeather", 1, by, "10.0.0.9")


def _take_up_mail(h: Facility, at: Place, by: Actor) -> None:
    own_contacts.stop_mail(h, OWNER, by, "a quarrel")
    own_contacts.take_up_mail(h, OWNER, by)


_FAMILY = (
    Row(
        "people.correspondents.own_account.own_account",
        FAMILY,
        None,
        lambda h, at, by: own_account.own_account(h, by),
    ),
    Row(
        "operations.staff_mail.who_left",
        OPERATORS,
        None,
        lambda h, at, by: staff_mail.who_left(h, by),
    ),
    Row(
        "operations.staff_mail.send_again",
        OPERATORS,
        Verb.TAKE_UP_STAFF_MAIL,
        _send_staff_mail_again,
        prepared=(Verb.LEAVE_STAFF_MAIL,),
    ),
    Row(
        "operations.digest.mail_digest",
        OPERATORS,
        None,
        lambda h, at, by: digest.mail_digest(h, by),
    ),
    Row(
        "notifications.bounces.read_bounces",
        OPERATORS,
        None,
        lambda h, at, by: bounces.read_bounces(h, by),
    ),
    Row(
        "people.correspondents.own_account.is_unreached",
        FAMILY,
        None,
        lambda h, at, by: own_account.is_unreached(h, by),
    ),
    Row(
        "people.correspondents.own_account.try_email_again",
        FAMILY,
        Verb.CHANGE_ACCOUNT,
        _try_email_again,
    ),
    Row(
        "people.correspondents.own_account.change_own_account",
        FAMILY,
        Verb.CHANGE_ACCOUNT,
        lambda h, at, by: own_account.change_own_account(
            h,
            Entry(own_account.own_account(h, by).record.name),
            by,
            tell=False,
            tell_content=False,
        ),
    ),
    Row(
        "people.correspondents.own_account.change_own_password",
        FAMILY,
        Verb.CHANGE_ACCOUNT,
        _change_own_password,
        prepared=(Verb.PROVE_IDENTITY,),
    ),
    Row(
        "people.correspondents.own_account.delete_own_account",
        FAMILY,
        Verb.DELETE_ACCOUNT,
        lambda h, at, by: own_account.delete_own_account(h, PASSWORD, by, "10.0.0.9"),
        prepared=(Verb.PROVE_IDENTITY,),
    ),
    Row(
        "people.correspondents.own_contacts.own_asks",
        FAMILY,
        None,
        lambda h, at, by: own_contacts.own_asks(h, by),
    ),
    Row(
        "people.correspondents.own_contacts.ask_to_write",
        FAMILY,
        Verb.ASK_FOR_CONTACT,
        lambda h, at, by: own_contacts.ask_to_write(h, ANOTHER, "José O", by, "10.0.0.9"),
    ),
    Row(
        "people.correspondents.own_contacts.own_block",
        "family",
        None,
        lambda h, at, by: own_contacts.own_block(h, OWNER, by),
    ),
    Row(
        "people.correspondents.own_contacts.stop_mail",
        "family",
        Verb.BLOCK_MAIL,
        lambda h, at, by: own_contacts.stop_mail(h, OWNER, by, "a quarrel"),
    ),
    Row(
        "people.correspondents.own_contacts.take_up_mail",
        "family",
        Verb.UNBLOCK_MAIL,
        _take_up_mail,
        prepared=(Verb.BLOCK_MAIL,),
    ),
    Row(
        "messages.exporting.export_own",
        FAMILY,
        Verb.EXPORT_OWN,
        lambda h, at, by: exporting.export_own(h, by),
    ),
    Row("covers.own_covers.make_cover", FAMILY, Verb.PRINT_COVER, _make_cover),
    Row(
        "covers.own_covers.own_covers",
        FAMILY,
        None,
        lambda h, at, by: own_covers.own_covers(h, by),
    ),
    Row(
        "covers.own_covers.own_cover",
        "family",
        None,
        lambda h, at, by: own_covers.own_cover(h, at["familys_cover"], by),
    ),
    Row(
        "covers.own_covers.own_cover_pdf",
        "family",
        None,
        lambda h, at, by: own_covers.own_cover_pdf(h, at["familys_cover"], by),
    ),
    Row(
        "covers.own_covers.own_cover_number",
        "family",
        None,
        lambda h, at, by: own_covers.own_cover_number(h, at["familys_cover"], by),
    ),
)

_OUTSIDE = (
    Row(
        "people.correspondents.actions.waiting_asks",
        LOOKERS,
        None,
        lambda h, at, by: correspondents.waiting_asks(h, by),
    ),
    Row(
        "people.correspondents.actions.approve_ask",
        SUPERVISORS,
        Verb.APPROVE_CONTACT,
        lambda h, at, by: correspondents.approve_ask(h, int(at["good_ask"]), by, "known"),
    ),
    Row(
        "people.correspondents.actions.refuse_ask",
        SUPERVISORS,
        Verb.REMOVE_CONTACT,
        lambda h, at, by: correspondents.refuse_ask(h, int(at["ask"]), by, "nobody is called so"),
    ),
    Row(
        "screening.senders.look_at_senders",
        LOOKERS,
        None,
        lambda h, at, by: senders.look_at_senders(h, at["held"], by),
    ),
    Row(
        "screening.senders.blocked_for",
        LOOKERS,
        None,
        lambda h, at, by: senders.blocked_for(h, at["held"], OWNER, by),
    ),
    Row(
        "screening.senders.look_for_sender",
        LOOKERS,
        None,
        lambda h, at, by: senders.look_for_sender(h, at["held"], "ida", by),
    ),
    Row(
        "screening.senders.name_sender",
        CLERKS,
        Verb.NAME_SENDER,
        lambda h, at, by: senders.name_sender(h, at["held"], int(at["ida"]), Entry(""), by),
    ),
    Row(
        "people.correspondents.actions.correspondents",
        LOOKERS,
        None,
        lambda h, at, by: correspondents.correspondents(h, "ida", by),
    ),
    Row(
        "people.correspondents.actions.correspondent",
        LOOKERS,
        None,
        lambda h, at, by: correspondents.correspondent(h, int(at["ida"]), by),
    ),
    Row(
        "people.correspondents.actions.contacts_of",
        LOOKERS,
        None,
        lambda h, at, by: correspondents.contacts_of(h, OWNER, by),
    ),
    Row(
        "people.correspondents.actions.add_correspondent",
        CLERKS,
        Verb.ADD_CORRESPONDENT,
        lambda h, at, by: correspondents.add_correspondent(h, Entry("Cora Field"), by),
    ),
    Row(
        "people.correspondents.actions.change_correspondent",
        CLERKS,
        Verb.CHANGE_CORRESPONDENT,
        lambda h, at, by: correspondents.change_correspondent(h, int(at["ida"]), Entry("I"), by),
    ),
    Row(
        "people.correspondents.actions.try_email_again",
        CLERKS,
        Verb.CHANGE_CORRESPONDENT,
        _try_their_email_again,
    ),
    Row(
        "people.correspondents.actions.ask_for_contact",
        CLERKS,
        Verb.ASK_FOR_CONTACT,
        lambda h, at, by: correspondents.ask_for_contact(h, int(at["ben"]), OWNER, by),
    ),
    Row(
        "people.correspondents.actions.approve_contact",
        SUPERVISORS,
        Verb.APPROVE_CONTACT,
        lambda h, at, by: correspondents.approve_contact(h, int(at["ida"]), OWNER, by, "known"),
    ),
    Row(
        "people.correspondents.actions.remove_contact",
        SUPERVISORS,
        Verb.REMOVE_CONTACT,
        lambda h, at, by: correspondents.remove_contact(h, int(at["ida"]), OWNER, by, "moved"),
    ),
    Row(
        "people.correspondents.actions.block_mail",
        SUPERVISORS,
        Verb.BLOCK_MAIL,
        lambda h, at, by: correspondents.block_mail(h, None, OWNER, by, "court order"),
    ),
    Row(
        "people.correspondents.actions.unblock_mail",
        SUPERVISORS,
        Verb.UNBLOCK_MAIL,
        lambda h, at, by: correspondents.unblock_mail(h, int(at["block"]), by, "lifted"),
    ),
    Row(
        "people.correspondents.actions.merge_correspondents",
        SUPERVISORS,
        Verb.MERGE_CORRESPONDENTS,
        lambda h, at, by: correspondents.merge_correspondents(
            h, int(at["ida"]), int(at["ben"]), by, "one person"
        ),
    ),
)


def _codes_in_picture(h: Facility, at: Place, by: Actor) -> None:
    with suppress(UnopenableFile):
        inspection.codes_in_picture(h, b"no picture", by)


_COURT = NewSender(SenderKind.COURT, "", "Court of Lake County")
_SENDERS_FILE = b"kind,name\ncourt,Court of Lake County\n"

_LEGAL_CODES = (
    Row(
        "legal.actions.scan_code",
        CLERKS,
        Verb.SCAN_LEGAL_CODE,
        lambda h, at, by: legal.scan_code(h, at["legal_text"], by),
    ),
    Row(
        "legal.actions.scan_seen",
        CLERKS,
        Verb.SCAN_LEGAL_CODE,
        lambda h, at, by: legal.scan_seen(h, [at["legal_text"]], by),
    ),
    Row(
        "legal.actions.check_may_scan", CLERKS, None, lambda h, at, by: legal.check_may_scan(h, by)
    ),
    Row(
        "legal.actions.check_may_see_log",
        SUPERVISORS,
        None,
        lambda h, at, by: legal.check_may_see_log(h, by),
    ),
    Row("capture.inspection.codes_in_picture", CLERKS, None, _codes_in_picture),
    Row("legal.actions.waiting_items", CLERKS, None, lambda h, at, by: legal.waiting_items(h, by)),
    Row("legal.actions.waiting", CLERKS, None, lambda h, at, by: legal.waiting(h, by)),
    Row(
        "legal.actions.arrived_item",
        CLERKS,
        None,
        lambda h, at, by: legal.arrived_item(h, at["legal_item"], by),
    ),
    Row(
        "legal.actions.log_opened",
        CLERKS,
        Verb.OPEN_LEGAL_ITEM,
        lambda h, at, by: legal.log_opened(h, at["legal_item"], True, by),
    ),
    Row(
        "legal.actions.log_handed_over",
        CLERKS,
        Verb.HAND_OVER_LEGAL_ITEM,
        lambda h, at, by: legal.log_handed_over(h, at["legal_opened"], True, by),
    ),
    Row(
        "legal.actions.log_returned",
        CLERKS,
        Verb.RETURN_LEGAL_ITEM,
        lambda h, at, by: legal.log_returned(h, at["legal_item"], by, "why"),
    ),
    Row(
        "legal.actions.log_by_sender",
        SUPERVISORS,
        Verb.LOOK_AT_LEGAL_LOG,
        lambda h, at, by: legal.log_by_sender(h, by, "why"),
    ),
    Row(
        "legal.actions.log_of_sender",
        SUPERVISORS,
        Verb.LOOK_AT_LEGAL_LOG,
        lambda h, at, by: legal.log_of_sender(h, int(at["sender"]), by, "why"),
    ),
    Row(
        "legal.registry.sender_list",
        SUPERVISORS,
        None,
        lambda h, at, by: registry.sender_list(h, by),
    ),
    Row(
        "legal.registry.find_sender",
        SUPERVISORS,
        None,
        lambda h, at, by: registry.find_sender(h, int(at["sender"]), by),
    ),
    Row(
        "legal.registry.check_may_keep",
        SUPERVISORS,
        None,
        lambda h, at, by: registry.check_may_keep(h, by),
    ),
    Row(
        "legal.registry.add_sender",
        SUPERVISORS,
        Verb.ADD_PROTECTED_SENDER,
        lambda h, at, by: registry.add_sender(h, _COURT, by),
    ),
    Row(
        "legal.registry.change_sender",
        SUPERVISORS,
        Verb.CHANGE_PROTECTED_SENDER,
        lambda h, at, by: registry.change_sender(h, int(at["sender"]), _COURT, by),
    ),
    Row(
        "legal.registry.preview_senders",
        SUPERVISORS,
        None,
        lambda h, at, by: registry.preview_senders(h, _SENDERS_FILE, by),
    ),
    Row(
        "legal.registry.import_senders",
        SUPERVISORS,
        Verb.IMPORT_PROTECTED_SENDERS,
        lambda h, at, by: registry.import_senders(h, _SENDERS_FILE, by),
    ),
    Row(
        "legal.registry.revoke_sender",
        SUPERVISORS,
        Verb.REVOKE_PROTECTED_SENDER,
        lambda h, at, by: registry.revoke_sender(h, int(at["sender"]), by, "why"),
    ),
    Row(
        "legal.registry.reactivate_sender",
        SUPERVISORS,
        Verb.REACTIVATE_PROTECTED_SENDER,
        lambda h, at, by: registry.reactivate_sender(h, int(at["gone_sender"]), by, "why"),
    ),
    Row(
        "legal.codes.make_code",
        SUPERVISORS,
        Verb.MAKE_LEGAL_CODE,
        lambda h, at, by: legal_codes.make_code(h, int(at["sender"]), OWNER, by),
    ),
    Row(
        "legal.codes.make_own_code",
        str(Scope.LEGAL_CODES),
        Verb.MAKE_LEGAL_CODE,
        lambda h, at, by: legal_codes.make_own_code(h, OWNER, "Tobias Quillfeather", by),
    ),
    Row(
        "legal.codes.code_paper",
        SUPERVISORS,
        Verb.PRINT_LEGAL_CODE,
        lambda h, at, by: legal_codes.code_paper(h, at["legal_code"], "png", by),
    ),
    Row(
        "legal.codes.find_item",
        SUPERVISORS,
        None,
        lambda h, at, by: legal_codes.find_item(h, at["legal_code"], by),
    ),
    Row(
        "legal.codes.revoke_code",
        SUPERVISORS,
        Verb.REVOKE_LEGAL_CODE,
        lambda h, at, by: legal_codes.revoke_code(h, at["legal_code"], by, "why"),
    ),
)


def _restrict_visits(h: Facility, at: Place, by: Actor) -> None:
    days = this_day(), None
    visit_setup.restrict(h, Limit.NO_VISITS, int(at["stranger"]), "", days, by, "why")


def _book_visit(h: Facility, at: Place, by: Actor) -> None:
    visits.book(h, OWNER, at["free_time"], [Guest("Cora", int(at["cora"]))], by)


def _leave_visit(h: Facility, at: Place, by: Actor) -> None:
    visits.leave_as_is(h, at["flagged_visit"], [at["visit_flag"]], by, "why")


def _look_after_visits(h: Facility, at: Place, by: Actor) -> None:
    let_time_pass(h, at["asked_visit"], 24 * 60)
    visits.look_after(h, by)


def _look_after_calls(h: Facility, at: Place, by: Actor) -> None:
    with writing(h.engine) as tx:
        tx.execute(sa.update(visit_room).values(medium=str(Medium.VIDEO)))
    video.look_after(h, by)


_VISITS = (
    Row(
        "visits.setup.see",
        LOOKERS,
        None,
        lambda h, at, by: visit_setup.see(h, by),
    ),
    Row(
        "visits.setup.make_room",
        SUPERVISORS,
        Verb.MAKE_VISIT_ROOM,
        lambda h, at, by: visit_setup.make_room(h, "Chapel", Medium.IN_PERSON, 2, by),
    ),
    Row(
        "visits.setup.end_room",
        SUPERVISORS,
        Verb.END_VISIT_ROOM,
        lambda h, at, by: visit_setup.end_room(h, int(at["visit_room"]), by),
    ),
    Row(
        "visits.setup.make_session",
        SUPERVISORS,
        Verb.MAKE_VISIT_SESSION,
        lambda h, at, by: visit_setup.make_session(h, daily(int(at["visit_room"])), by),
    ),
    Row(
        "visits.setup.end_session",
        SUPERVISORS,
        Verb.END_VISIT_SESSION,
        lambda h, at, by: visit_setup.end_session(h, int(at["visit_session"]), by),
    ),
    Row(
        "visits.setup.leave_out_date",
        SUPERVISORS,
        Verb.CHANGE_VISIT_SESSION,
        lambda h, at, by: visit_setup.leave_out_date(h, int(at["visit_session"]), this_day(), by),
    ),
    Row(
        "visits.setup.close_days",
        SUPERVISORS,
        Verb.CLOSE_DAYS,
        lambda h, at, by: visit_setup.close_days(h, None, this_day(), this_day(), by, "why"),
    ),
    Row(
        "visits.setup.lift_closure",
        SUPERVISORS,
        Verb.OPEN_CLOSED_DAYS,
        lambda h, at, by: visit_setup.lift_closure(h, int(at["visit_closure"]), by, "why"),
    ),
    Row(
        "visits.setup.restrict",
        SUPERVISORS,
        Verb.RESTRICT_VISITS,
        _restrict_visits,
    ),
    Row(
        "visits.setup.end_restriction",
        SUPERVISORS,
        Verb.END_VISIT_RESTRICTION,
        lambda h, at, by: visit_setup.end_restriction(h, int(at["visit_limit"]), by, "why"),
    ),
    Row(
        "visits.setup.keep_apart",
        SUPERVISORS,
        Verb.KEEP_APART,
        lambda h, at, by: visit_setup.keep_apart(h, [OWNER, ANOTHER], by, "why"),
    ),
    Row(
        "visits.setup.end_apart",
        SUPERVISORS,
        Verb.END_KEEPING_APART,
        lambda h, at, by: visit_setup.end_apart(h, int(at["visit_apart"]), by, "why"),
    ),
    Row(
        "visits.actions.of_day",
        LOOKERS,
        None,
        lambda h, at, by: visits.of_day(h, this_day(), by),
    ),
    Row(
        "visits.actions.of_inmate",
        LOOKERS,
        None,
        lambda h, at, by: visits.of_inmate(h, OWNER, by),
    ),
    Row(
        "visits.actions.waiting",
        LOOKERS,
        None,
        lambda h, at, by: visits.waiting(h, by),
    ),
    Row(
        "visits.actions.find",
        LOOKERS,
        None,
        lambda h, at, by: visits.find(h, at["visit"], by),
    ),
    Row(
        "visits.actions.times",
        LOOKERS,
        None,
        lambda h, at, by: visits.times(h, OWNER, VisitKind.IN_PERSON, by),
    ),
    Row(
        "visits.actions.book",
        CLERKS,
        Verb.BOOK_VISIT,
        _book_visit,
    ),
    Row(
        "visits.actions.approve",
        CLERKS,
        Verb.APPROVE_VISIT,
        lambda h, at, by: visits.approve(h, at["asked_visit"], by),
    ),
    Row(
        "visits.actions.refuse",
        CLERKS,
        Verb.REFUSE_VISIT,
        lambda h, at, by: visits.refuse(h, at["asked_visit"], by, "why"),
    ),
    Row(
        "visits.actions.cancel",
        CLERKS,
        Verb.CANCEL_VISIT,
        lambda h, at, by: visits.cancel(h, at["visit"], by, "why"),
    ),
    Row(
        "visits.actions.move",
        CLERKS,
        Verb.MOVE_VISIT,
        lambda h, at, by: visits.move(h, at["visit"], at["free_time"], by, "why"),
    ),
    Row(
        "visits.actions.leave_as_is",
        CLERKS,
        Verb.LEAVE_VISIT,
        _leave_visit,
    ),
    Row(
        "visits.actions.record_outcome",
        CLERKS,
        Verb.RECORD_OUTCOME,
        lambda h, at, by: visits.record_outcome(h, at["begun_visit"], Outcome.COMPLETED, by),
    ),
    Row(
        "visits.actions.look_after",
        OPERATORS,
        Verb.LAPSE_VISIT,
        _look_after_visits,
    ),
    Row(
        "visits.video.of_visits",
        f"{CLERKS} investigator owner another family stranger",
        None,
        lambda h, at, by: video.of_visits(h, (), by),
    ),
    Row(
        "visits.video.standing",
        LOOKERS,
        None,
        lambda h, at, by: video.standing(h, at["flagged_visit"], by),
    ),
    Row(
        "visits.video.identify",
        CLERKS,
        Verb.IDENTIFY_VISITOR,
        lambda h, at, by: _in_call(h, lambda f, call: video.identify(f, call, by), Stage.WAITING),
    ),
    Row(
        "visits.video.look_after",
        OPERATORS,
        Verb.RECORD_OUTCOME,
        _look_after_calls,
    ),
    Row(
        "visits.video.times_again",
        LOOKERS,
        None,
        lambda h, at, by: video.times_again(h, at["begun_visit"], by),
    ),
    Row(
        "visits.video.book_again",
        CLERKS,
        Verb.BOOK_VISIT,
        lambda h, at, by: video.book_again(h, at["begun_visit"], at["free_time"], by),
    ),
    Row(
        "visits.video.not_again",
        CLERKS,
        Verb.LEAVE_VISIT,
        lambda h, at, by: video.not_again(h, at["begun_visit"], by, "why"),
    ),
    Row(
        "visits.lists.movement_list",
        LOOKERS,
        Verb.PRINT_VISITS,
        lambda h, at, by: visit_lists.movement_list(h, this_day(), by),
    ),
    Row(
        "visits.lists.passes",
        LOOKERS,
        Verb.PRINT_VISITS,
        lambda h, at, by: visit_lists.passes(h, this_day(), by),
    ),
    Row(
        "visits.own_visits.are_held",
        f"owner another {FAMILY}",
        None,
        lambda h, at, by: own_visits.are_held(h, by),
    ),
    Row(
        "visits.own_visits.is_offered",
        FAMILY,
        None,
        lambda h, at, by: own_visits.is_offered(h, by),
    ),
    Row(
        "visits.own_visits.own_times",
        "family",
        None,
        lambda h, at, by: own_visits.own_times(h, OWNER, by),
    ),
    Row(
        "visits.own_visits.hold_time",
        "family",
        None,
        lambda h, at, by: own_visits.hold_time(h, OWNER, at["free_time"], by),
    ),
    Row(
        "visits.own_visits.held_time",
        "family",
        None,
        lambda h, at, by: own_visits.held_time(h, at["held_time"], by),
    ),
    Row(
        "visits.own_visits.give_up_time",
        FAMILY,
        None,
        lambda h, at, by: own_visits.give_up_time(h, by),
    ),
    Row(
        "visits.own_visits.book_time",
        "family",
        Verb.ASK_FOR_VISIT,
        lambda h, at, by: own_visits.book_time(h, at["held_time"], [], by),
    ),
    Row(
        "visits.own_visits.own_visits",
        FAMILY,
        None,
        lambda h, at, by: own_visits.own_visits(h, by),
    ),
    Row(
        "visits.own_visits.find_own",
        "family",
        None,
        lambda h, at, by: own_visits.find_own(h, at["visit"], by),
    ),
    Row(
        "visits.own_visits.cancel_own",
        "family",
        Verb.CANCEL_VISIT,
        lambda h, at, by: own_visits.cancel_own(h, at["visit"], by),
    ),
    Row(
        "visits.own_visits.calendar_of",
        "family",
        None,
        lambda h, at, by: own_visits.calendar_of(h, at["visit"], by),
    ),
    Row(
        "visits.own_visits.inmates_visits",
        "owner another",
        None,
        lambda h, at, by: own_visits.inmates_visits(h, by),
    ),
    Row(
        "visits.own_visits.decline",
        "owner",
        Verb.CANCEL_VISIT,
        lambda h, at, by: own_visits.decline(h, at["visit"], by),
    ),
)

ROWS = (
    *_OUTSIDE,
    *_FAMILY,
    *_LOGINS,
    *_CALLS,
    *_LETTERS,
    *_REQUESTS,
    *_APPEALS,
    *_LOG,
    *_CONVERSATIONS,
    *_MESSAGES,
    *_PRINTS,
    *_BULK,
    *_SCREENING,
    *_LEGAL,
    *_LEGAL_CODES,
    *_COVERS_AND_PEOPLE,
    *_ROSTERS,
    *_TRANSFERS,
    *_STAFF,
    *_THE_HOME,
    *_UPKEEP,
    *_VISITS,
)
