"""Who may do what, who must prove who they are, and who must say why."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import RULES, Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import NeedsProof, NotAllowed, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind, Scope, StaffRole
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, ORSON, SUPERVISOR, as_inmate

ABOUT = Subject.letter("x1")
ADMINISTRATOR = Actor(ActorKind.STAFF, "Ada Ministrator", StaffRole.ADMINISTRATOR, proven=True)


ACTORS = {
    "clerk": CLERK,
    "supervisor": SUPERVISOR,
    "administrator": ADMINISTRATOR,
    "investigator": INVESTIGATOR,
    "inmate": as_inmate(ORSON),
    "correspondent": Actor(ActorKind.CORRESPONDENT, "1"),
    "guest": Actor(ActorKind.GUEST, "1"),
    "machine": OPERATOR,
    "no role": Actor(ActorKind.STAFF, "no role"),
    **{
        str(scope): Actor(ActorKind.TOKEN, f"token {scope}", scopes=frozenset({scope}))
        for scope in Scope
    },
}


MAY = {
    Act.READ: "clerk supervisor administrator investigator inmate machine",
    Act.GIVE_REASON: "clerk supervisor administrator investigator",
    Act.NAME_CASE: "clerk supervisor administrator investigator",
    Act.REVIEW_LOG: "supervisor administrator",
    Act.SEE_LOG: "supervisor administrator machine",
    Act.READ_OWN: "inmate",
    Act.SEND: "clerk supervisor administrator machine",
    Act.WRITE: "inmate correspondent",
    Act.CONVERSE: "inmate correspondent",
    Act.SEE_ANSWERS: "correspondent",
    Act.OWN_ACCOUNT: "correspondent",
    Act.ASK_TO_WRITE: "correspondent",
    Act.MAKE_COVER: "correspondent",
    Act.OWN_PIN: "inmate",
    Act.ASK_FOR_COPY: "inmate",
    Act.ASK_STAFF: "inmate",
    Act.ANSWER: "clerk supervisor administrator",
    Act.ENTER_REQUEST: "clerk supervisor administrator",
    Act.SAY_WHOM_ABOUT: "supervisor administrator",
    Act.PROTECTED_LINE: "inmate",
    Act.PROTECTED_SHEETS: "clerk supervisor administrator inmate machine",
    Act.KEEP_LOGBOOK: "clerk supervisor administrator",
    Act.SEE_LOGBOOK: "clerk supervisor administrator investigator machine",
    Act.CORRECT_LOGBOOK: "supervisor administrator",
    Act.SEE_RECEIPTS: "inmate",
    Act.SCAN_LEGAL: "clerk supervisor administrator",
    Act.LEGAL_SENDERS: "supervisor administrator",
    Act.REVOKE_LEGAL: "supervisor administrator",
    Act.MAKE_LEGAL_CODE: "supervisor administrator",
    Act.OWN_LEGAL_CODE: "legal:codes",
    Act.SEE_LEGAL_LOG: "supervisor administrator",
    Act.SEE_ORIGINALS: "clerk supervisor administrator investigator machine",
    Act.KEEP_ORIGINALS: "clerk supervisor administrator",
    Act.HOLD_PAPER: "supervisor administrator investigator",
    Act.ASK_FOR_PAPER: "inmate",
    Act.ASK_FOR_SENT_PAPER: "correspondent",
    Act.PROPOSE_PAPER_DESTRUCTION: "clerk supervisor administrator",
    Act.CONFIRM_PAPER_DESTRUCTION: "supervisor administrator",
    Act.OWN_CALL: "inmate correspondent guest",
    Act.SEE_CALLS: "clerk supervisor administrator investigator inmate correspondent guest",
    Act.RUN_CALL: "clerk supervisor administrator",
    Act.END_CALL: "clerk supervisor administrator",
    Act.SEE_RECORDINGS: "clerk supervisor administrator investigator",
    Act.EXPORT_RECORDING: "supervisor administrator investigator",
    Act.TRY_DEVICES: "clerk supervisor administrator investigator inmate correspondent guest",
    Act.INVITE_GUEST: "clerk supervisor administrator",
    Act.APPEAL: "inmate correspondent",
    Act.ENTER_APPEAL: "clerk supervisor administrator",
    Act.SEE_APPEALS: "clerk supervisor administrator investigator machine",
    Act.SEE_REFUSED: "supervisor administrator",
    Act.DECIDE_APPEAL: "supervisor administrator",
    Act.KEEP_NOTICE: "supervisor administrator",
    Act.LOOK: "clerk supervisor administrator investigator machine",
    Act.LIST_HELD: "clerk supervisor administrator investigator machine held:read",
    Act.LIST_INMATES: "clerk supervisor administrator investigator machine roster:read",
    Act.LIST_LETTERS: "clerk supervisor administrator investigator machine letters:read",
    Act.REPORTS: "clerk supervisor administrator investigator machine reports:read",
    Act.DECIDE: "clerk supervisor administrator",
    Act.OVERRULE: "supervisor administrator",
    Act.RECALL: "supervisor administrator",
    Act.MAKE_EVIDENCE: "supervisor administrator investigator",
    Act.RENUMBER: "supervisor administrator",
    Act.MERGE: "supervisor administrator",
    Act.SEE_TRANSFERS: "supervisor administrator machine",
    Act.SEND_TRANSFER: "supervisor administrator",
    Act.TAKE_OVER: "supervisor administrator",
    Act.HAND_OVER: "machine",
    Act.CORRECT: "clerk supervisor administrator machine",
    Act.TAKE_IN: "clerk supervisor administrator machine",
    Act.PRINT: "clerk supervisor administrator machine",
    Act.PRINT_COVER: "clerk supervisor administrator machine covers:print",
    Act.REVOKE: "clerk supervisor administrator machine",
    Act.IMPORT: "administrator machine roster:write",
    Act.PEOPLE: "administrator machine",
    Act.MAKE_TAKEAWAY: "administrator",
    Act.END_TAKEAWAY: "administrator",
    Act.TAKE_ALONG: "inmate",
    Act.EXPORT_MAILBOX: "supervisor administrator",
    Act.KIOSKS: "supervisor administrator machine",
    Act.SEE_TOKENS: "administrator machine",
    Act.TOKENS: "administrator machine",
    Act.WATCH: "supervisor administrator",
    Act.CHECK: "clerk supervisor administrator",
    Act.PRINT_AGAIN: "clerk supervisor administrator machine",
    Act.SEE_RETENTION: "supervisor administrator machine",
    Act.LEGAL_HOLD: "supervisor administrator",
    Act.PROPOSE_DESTRUCTION: "supervisor administrator",
    Act.CONFIRM_DESTRUCTION: "supervisor administrator",
    Act.OUTBOX: "supervisor administrator machine",
    Act.ANNOUNCE: "supervisor administrator",
    Act.CONFIRM_NAME: "clerk supervisor administrator",
    Act.CONTACTS: "clerk supervisor administrator",
    Act.RESTRICT: "supervisor administrator",
    Act.ADD_STAFF: "administrator machine",
    Act.SEE_STAFF: "administrator machine",
    Act.STAFF: "administrator",
    Act.RESCUE: "machine",
    Act.OWN_LOGIN: "clerk supervisor administrator investigator",
    Act.SEE_VISITS: "clerk supervisor administrator investigator machine",
    Act.BOOK_VISIT: "clerk supervisor administrator",
    Act.DECIDE_VISIT: "clerk supervisor administrator",
    Act.VISIT_PLACES: "supervisor administrator",
    Act.LIMIT_VISITS: "supervisor administrator",
    Act.OWN_VISITS: "inmate",
    Act.BOOK_OWN_VISIT: "correspondent",
    Act.OWN_SESSIONS: "clerk supervisor administrator investigator",
    Act.KEYS: "administrator",
    Act.LOOK_AT_SEAL: "supervisor administrator machine",
    Act.LOOK_UNDER_SEAL: "supervisor administrator",
    Act.SET_ASIDE_SEALED: "supervisor administrator",
    Act.UNSEAL: "supervisor administrator",
    Act.FIX_LOG: "administrator",
    Act.OPERATE: "administrator machine",
}


NEEDS_PROOF = (
    Act.RECALL,
    Act.MERGE,
    Act.TAKE_OVER,
    Act.ADD_STAFF,
    Act.STAFF,
    Act.OWN_LOGIN,
    Act.KEYS,
    Act.TOKENS,
    Act.UNSEAL,
    Act.PROPOSE_PAPER_DESTRUCTION,
    Act.CONFIRM_PAPER_DESTRUCTION,
    Act.PROPOSE_DESTRUCTION,
    Act.CONFIRM_DESTRUCTION,
)


NEEDS_A_REASON = (
    Act.END_CALL,
    Act.EXPORT_RECORDING,
    Act.GIVE_REASON,
    Act.SAY_WHOM_ABOUT,
    Act.DECIDE,
    Act.OVERRULE,
    Act.RECALL,
    Act.MAKE_EVIDENCE,
    Act.RENUMBER,
    Act.MERGE,
    Act.SEND_TRANSFER,
    Act.TAKE_OVER,
    Act.REVOKE,
    Act.END_TAKEAWAY,
    Act.EXPORT_MAILBOX,
    Act.CONFIRM_NAME,
    Act.RESTRICT,
    Act.WATCH,
    Act.PRINT_AGAIN,
    Act.CORRECT_LOGBOOK,
    Act.REVOKE_LEGAL,
    Act.SEE_LEGAL_LOG,
    Act.HOLD_PAPER,
    Act.DECIDE_APPEAL,
    Act.KEEP_NOTICE,
    Act.SET_ASIDE_SEALED,
    Act.UNSEAL,
    Act.DECIDE_VISIT,
    Act.LIMIT_VISITS,
    Act.LEGAL_HOLD,
    Act.PROPOSE_DESTRUCTION,
    Act.CONFIRM_DESTRUCTION,
    Act.FIX_LOG,
)


@pytest.mark.parametrize("act", Act)
def test_who_may(facility: Facility, act: Act) -> None:
    assert {who for who, by in ACTORS.items() if is_permitted(by, act)} == set(MAY[act].split())
    for who, by in ACTORS.items():
        if who in MAY[act].split():
            with looking(facility, by, act) as look:
                assert look.by is by
        else:
            with pytest.raises(NotAllowed):
                looking(facility, by, act)
            with pytest.raises(NotAllowed):
                acting(facility, by, act, reason="because")


@pytest.mark.parametrize("act", Act)
def test_a_grave_act_needs_someone_who_proved_who_they_are(facility: Facility, act: Act) -> None:
    assert RULES[act].grave == (act in NEEDS_PROOF)
    unproven = {who: replace(by, proven=False) for who, by in ACTORS.items()}
    for who, by in unproven.items():
        if who not in MAY[act].split():
            continue
        if act in NEEDS_PROOF and by.kind is ActorKind.STAFF:
            for enter in (looking, acting):
                with pytest.raises(NeedsProof):
                    enter(facility, by, act)
        else:
            with looking(facility, by, act):
                pass


#: Who does what an administrator may not.
_OTHERS = {
    Act.READ_OWN: as_inmate(ORSON),
    Act.TAKE_ALONG: as_inmate(ORSON),
    Act.WRITE: as_inmate(ORSON),
    Act.CONVERSE: as_inmate(ORSON),
    Act.OWN_CALL: as_inmate(ORSON),
    Act.OWN_PIN: as_inmate(ORSON),
    Act.ASK_FOR_COPY: as_inmate(ORSON),
    Act.ASK_STAFF: as_inmate(ORSON),
    Act.PROTECTED_LINE: as_inmate(ORSON),
    Act.SEE_RECEIPTS: as_inmate(ORSON),
    Act.ASK_FOR_PAPER: as_inmate(ORSON),
    Act.APPEAL: as_inmate(ORSON),
    Act.OWN_VISITS: as_inmate(ORSON),
    **dict.fromkeys(
        (
            *(Act.SEE_ANSWERS, Act.OWN_ACCOUNT, Act.ASK_TO_WRITE, Act.MAKE_COVER),
            Act.ASK_FOR_SENT_PAPER,
            Act.BOOK_OWN_VISIT,
        ),
        ACTORS["correspondent"],
    ),
    Act.RESCUE: OPERATOR,
    Act.HAND_OVER: OPERATOR,
    Act.OWN_LEGAL_CODE: ACTORS[str(Scope.LEGAL_CODES)],
}


@pytest.mark.parametrize("act", Act)
def test_a_reason_where_one_is_needed(facility: Facility, act: Act) -> None:
    by = _OTHERS.get(act, ADMINISTRATOR)
    if act in NEEDS_A_REASON:
        with pytest.raises(UsageError, match="why"):
            acting(facility, by, act, reason=" ")
    with acting(facility, by, act, reason=" because ") as action:
        action.record(Verb.LOOK, ABOUT, page=1)
    with reading(facility.engine) as tx:
        *_, detail = tx.execute(sa.select(event.c.detail).order_by(event.c.seq)).scalars()
    assert detail == {"page": 1} | ({"why": "because"} if act in NEEDS_A_REASON else {})
