"""Who may do what: the one table of permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitizer.model.errors import NeedsProof, NotAllowed
from digitizer.model.people import Actor, ActorKind, Scope, StaffRole


class Act(StrEnum):
    """What people do, as far as it needs a permission of its own; read after "may not"."""

    READ = "read delivered mail"
    GIVE_REASON = "say why they open or search delivered mail"
    NAME_CASE = "name the case that they read delivered mail for"
    READ_OWN = "read their own replies"
    SEND = "send messages"
    WRITE = "write messages of their own"
    CONVERSE = "see their own conversations"
    SEE_ANSWERS = "see the reply sheets that were sent back to them"
    OWN_ACCOUNT = "see and change their own account"
    ASK_TO_WRITE = "ask to write to an inmate, and leave a contact"
    MAKE_COVER = "make cover sheets for letters of their own"
    LOOK = "look at what came in, what is held, and the balance of pages"
    LIST_HELD = "list what is held, and why"
    LIST_INMATES = "list the roster"
    LIST_LETTERS = "list the states and dates of letters"
    REPORTS = "see the reports, and the balance of pages in numbers"
    DECIDE = "decide about held mail"
    RECALL = "recall a letter that was delivered or rejected"
    MAKE_EVIDENCE = "make evidence packs of letters"
    CHECK = "check letters that somebody else screened"
    WATCH = "set, try and end watch rules"
    OVERRULE = "record a scan as a rescan although it does not look like one"
    CORRECT = "correct transcripts"
    TAKE_IN = "take in mail"
    PRINT = "print covers and messages"
    PRINT_COVER = "print an inmate's cover"
    PRINT_AGAIN = "print again, and say what is spoiled"
    REVOKE = "revoke covers"
    IMPORT = "import a roster"
    PEOPLE = "change the roster and PINs"
    MAKE_TAKEAWAY = "make codes by which mailboxes are taken along"
    END_TAKEAWAY = "end codes by which mailboxes are taken along"
    TAKE_ALONG = "take their own mailbox along"
    EXPORT_MAILBOX = "export a mailbox that somebody takes along"
    RENUMBER = "give an inmate another booking number"
    MERGE = "merge two records of one inmate"
    SEE_TRANSFERS = "look at who moves between facilities"
    SEND_TRANSFER = "give an inmate to another facility"
    TAKE_OVER = "take over an inmate of another facility"
    HAND_OVER = "hand over between facilities what people decided"
    CONTACTS = "note correspondents, their contacts, and who sent a letter"
    RESTRICT = "approve contacts, block mail, and merge correspondents"
    ADD_STAFF = "add staff"
    SEE_STAFF = "look at the staff list"
    STAFF = "change roles and logins of staff"
    RESCUE = "reset a login when no administrator can"
    OWN_LOGIN = "change their own password and second step"
    OWN_PIN = "change their own PIN"
    ASK_FOR_COPY = "ask for their own mail on paper"
    ASK_STAFF = "send requests of their own to staff"
    ANSWER = "answer requests of inmates"
    ENTER_REQUEST = "enter requests that came on paper, and print forms for them"
    SAY_WHOM_ABOUT = "say whom of the staff a request is about"
    PROTECTED_LINE = "write to the protected line"
    PROTECTED_SHEETS = "print sheets for the protected line"
    KEEP_LOGBOOK = "record returned mail, and things found in envelopes"
    SEE_LOGBOOK = "look at returned mail, and at things found in envelopes"
    CORRECT_LOGBOOK = "correct what is in the logbook"
    SEE_RECEIPTS = "see the receipts of what was found in their own mail"
    SEE_ORIGINALS = "look at where the paper of scans is"
    KEEP_ORIGINALS = "put paper in boxes, give it out, and answer who asks for it"
    HOLD_PAPER = "hold paper, so that it is not destroyed"
    ASK_FOR_PAPER = "ask for the paper of their own letters"
    ASK_FOR_SENT_PAPER = "ask for the paper of letters under their own cover sheets"
    PROPOSE_PAPER_DESTRUCTION = "propose paper for destruction"
    CONFIRM_PAPER_DESTRUCTION = "confirm the destruction of paper that somebody else proposed"
    APPEAL = "appeal against what was refused to them"
    ENTER_APPEAL = "enter appeals that came on paper, and say where refused paper is"
    SEE_APPEALS = "look at rejections, their notices and appeals"
    SEE_REFUSED = "look at what was refused, for an appeal"
    DECIDE_APPEAL = "decide appeals"
    KEEP_NOTICE = "withhold the notice of evidence"
    SEE_VISITS = "see visits, and what stands against them"
    BOOK_VISIT = "book and approve visits, and say what became of them"
    DECIDE_VISIT = "refuse, cancel and move visits, and leave them as they are"
    VISIT_PLACES = "make rooms and sessions for visits"
    LIMIT_VISITS = "close days to visits, restrict them, and keep inmates apart"
    OWN_VISITS = "see and cancel their own visits"
    BOOK_OWN_VISIT = "book visits of their own"
    OWN_CALL = "take part in video calls of their own"
    SEE_CALLS = "see video calls"
    RUN_CALL = "identify visitors of video calls, warn and mute"
    END_CALL = "end video calls"
    SEE_RECORDINGS = "see which video calls were recorded"
    EXPORT_RECORDING = "take out recordings of video calls"
    INVITE_GUEST = "add guests to video calls, and make and revoke their links"
    TRY_DEVICES = "try their own camera, microphone and network"
    OWN_SESSIONS = "see and end their own sessions"
    KEYS = "make and retire keys for covers"
    KIOSKS = "enrol kiosks, and unlock accounts and terminals"
    SEE_TOKENS = "look at the list of tokens"
    TOKENS = "make and revoke tokens for other programs"
    CONFIRM_NAME = "confirm who a name on the roster is"
    LOOK_AT_SEAL = "look at why a scan is sealed"
    LOOK_UNDER_SEAL = "look at a page that is sealed as legal mail"
    SET_ASIDE_SEALED = "reject or replace what is sealed as legal mail"
    UNSEAL = "unseal, cut or destroy what is sealed as legal mail"
    SCAN_LEGAL = "scan the codes of legal mail, and log where it is"
    LEGAL_SENDERS = "keep the registry of protected senders"
    REVOKE_LEGAL = "revoke protected senders, and codes for legal mail"
    MAKE_LEGAL_CODE = "make codes for legal mail"
    OWN_LEGAL_CODE = "make codes for legal mail of the one sender whom they act for"
    SEE_LEGAL_LOG = "see legal mail by its senders"
    SEE_RETENTION = "look at what is due to be destroyed, what is held, and what was destroyed"
    LEGAL_HOLD = "set and lift legal holds"
    PROPOSE_DESTRUCTION = "propose what is due to be destroyed"
    CONFIRM_DESTRUCTION = "confirm what another proposed to destroy"
    OUTBOX = "look at what is to be sent, and send it again or drop it"
    ANNOUNCE = "tell inmates of a lockdown or an outage"
    REVIEW_LOG = "review what others looked at and did"
    SEE_LOG = "search the event log, and save it"
    FIX_LOG = "fix the event log whose head was set back"
    OPERATE = "run the service and back it up"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an act. ``machine``: also the program itself, and whoever runs commands in the
    home without giving a name. ``own``: also an inmate, with what is theirs; ``outside``: also
    a correspondent, with theirs; ``guest``: also who came by the link of one call, in that call.
    ``reason``: a reason must be given. ``grave``: staff must have proved a few minutes ago at most
    who they are. ``scope``: also another program, with a token of this scope."""

    roles: frozenset[StaffRole] = frozenset()
    machine: bool = True
    own: bool = False
    outside: bool = False
    guest: bool = False
    reason: bool = False
    grave: bool = False
    scope: Scope | None = None


_ALL = frozenset(StaffRole)
_CLERKS = _ALL - {StaffRole.INVESTIGATOR}
_SUPERVISORS = frozenset({StaffRole.SUPERVISOR, StaffRole.ADMINISTRATOR})
_HOLDERS = _SUPERVISORS | {StaffRole.INVESTIGATOR}
_ADMINISTRATORS = frozenset({StaffRole.ADMINISTRATOR})

RULES = {
    Act.READ: Rule(_ALL, own=True),
    Act.GIVE_REASON: Rule(_ALL, machine=False, reason=True),
    Act.NAME_CASE: Rule(_ALL, machine=False),
    Act.READ_OWN: Rule(machine=False, own=True),
    Act.SEND: Rule(_CLERKS),
    Act.WRITE: Rule(machine=False, own=True, outside=True),
    Act.CONVERSE: Rule(machine=False, own=True, outside=True),
    Act.SEE_ANSWERS: Rule(machine=False, outside=True),
    Act.OWN_ACCOUNT: Rule(machine=False, outside=True),
    Act.ASK_TO_WRITE: Rule(machine=False, outside=True),
    Act.MAKE_COVER: Rule(machine=False, outside=True),
    Act.LOOK: Rule(_ALL),
    Act.LIST_HELD: Rule(_ALL, scope=Scope.HELD_READ),
    Act.LIST_INMATES: Rule(_ALL, scope=Scope.ROSTER_READ),
    Act.LIST_LETTERS: Rule(_ALL, scope=Scope.LETTERS_READ),
    Act.REPORTS: Rule(_ALL, scope=Scope.REPORTS_READ),
    Act.DECIDE: Rule(_CLERKS, machine=False, reason=True),
    Act.RECALL: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.MAKE_EVIDENCE: Rule(_HOLDERS, machine=False, reason=True),
    Act.CHECK: Rule(_CLERKS, machine=False),
    Act.WATCH: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.OVERRULE: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.CORRECT: Rule(_CLERKS),
    Act.TAKE_IN: Rule(_CLERKS),
    Act.PRINT: Rule(_CLERKS),
    Act.PRINT_COVER: Rule(_CLERKS, scope=Scope.COVERS_PRINT),
    Act.PRINT_AGAIN: Rule(_CLERKS, reason=True),
    Act.REVOKE: Rule(_CLERKS, reason=True),
    Act.IMPORT: Rule(_ADMINISTRATORS, scope=Scope.ROSTER_WRITE),
    Act.PEOPLE: Rule(_ADMINISTRATORS),
    Act.MAKE_TAKEAWAY: Rule(_ADMINISTRATORS, machine=False),
    Act.END_TAKEAWAY: Rule(_ADMINISTRATORS, machine=False, reason=True),
    Act.TAKE_ALONG: Rule(machine=False, own=True),
    Act.EXPORT_MAILBOX: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.KIOSKS: Rule(_SUPERVISORS),
    Act.SEE_TOKENS: Rule(_ADMINISTRATORS),
    Act.TOKENS: Rule(_ADMINISTRATORS, grave=True),
    Act.CONFIRM_NAME: Rule(_CLERKS, machine=False, reason=True),
    Act.RENUMBER: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.MERGE: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.SEE_TRANSFERS: Rule(_SUPERVISORS),
    Act.SEND_TRANSFER: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.TAKE_OVER: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.HAND_OVER: Rule(),
    Act.CONTACTS: Rule(_CLERKS, machine=False),
    Act.RESTRICT: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.ADD_STAFF: Rule(_ADMINISTRATORS, grave=True),
    Act.SEE_STAFF: Rule(_ADMINISTRATORS),
    Act.STAFF: Rule(_ADMINISTRATORS, machine=False, grave=True),
    Act.RESCUE: Rule(),
    Act.OWN_LOGIN: Rule(_ALL, machine=False, grave=True),
    Act.OWN_PIN: Rule(machine=False, own=True),
    Act.ASK_FOR_COPY: Rule(machine=False, own=True),
    Act.ASK_STAFF: Rule(machine=False, own=True),
    Act.ANSWER: Rule(_CLERKS, machine=False),
    Act.ENTER_REQUEST: Rule(_CLERKS, machine=False),
    Act.SAY_WHOM_ABOUT: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.PROTECTED_LINE: Rule(machine=False, own=True),
    Act.PROTECTED_SHEETS: Rule(_CLERKS, own=True),
    Act.KEEP_LOGBOOK: Rule(_CLERKS, machine=False),
    Act.SEE_LOGBOOK: Rule(_ALL),
    Act.CORRECT_LOGBOOK: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.SEE_RECEIPTS: Rule(machine=False, own=True),
    Act.SEE_ORIGINALS: Rule(_ALL),
    Act.KEEP_ORIGINALS: Rule(_CLERKS, machine=False),
    Act.HOLD_PAPER: Rule(_HOLDERS, machine=False, reason=True),
    Act.ASK_FOR_PAPER: Rule(machine=False, own=True),
    Act.ASK_FOR_SENT_PAPER: Rule(machine=False, outside=True),
    Act.PROPOSE_PAPER_DESTRUCTION: Rule(_CLERKS, machine=False, grave=True),
    Act.CONFIRM_PAPER_DESTRUCTION: Rule(_SUPERVISORS, machine=False, grave=True),
    Act.APPEAL: Rule(machine=False, own=True, outside=True),
    Act.ENTER_APPEAL: Rule(_CLERKS, machine=False),
    Act.SEE_APPEALS: Rule(_ALL),
    Act.SEE_REFUSED: Rule(_SUPERVISORS, machine=False),
    Act.DECIDE_APPEAL: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.KEEP_NOTICE: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.SEE_VISITS: Rule(_ALL),
    Act.BOOK_VISIT: Rule(_CLERKS, machine=False),
    Act.DECIDE_VISIT: Rule(_CLERKS, machine=False, reason=True),
    Act.VISIT_PLACES: Rule(_SUPERVISORS, machine=False),
    Act.LIMIT_VISITS: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.OWN_VISITS: Rule(machine=False, own=True),
    Act.BOOK_OWN_VISIT: Rule(machine=False, outside=True),
    Act.OWN_CALL: Rule(machine=False, own=True, outside=True, guest=True),
    Act.SEE_CALLS: Rule(_ALL, machine=False, own=True, outside=True, guest=True),
    Act.RUN_CALL: Rule(_CLERKS, machine=False),
    Act.END_CALL: Rule(_CLERKS, machine=False, reason=True),
    Act.SEE_RECORDINGS: Rule(_ALL, machine=False),
    Act.EXPORT_RECORDING: Rule(_HOLDERS, machine=False, reason=True),
    Act.TRY_DEVICES: Rule(_ALL, machine=False, own=True, outside=True, guest=True),
    Act.INVITE_GUEST: Rule(_CLERKS, machine=False),
    Act.OWN_SESSIONS: Rule(_ALL, machine=False),
    Act.KEYS: Rule(_ADMINISTRATORS, machine=False, grave=True),
    Act.LOOK_AT_SEAL: Rule(_SUPERVISORS),
    Act.LOOK_UNDER_SEAL: Rule(_SUPERVISORS, machine=False),
    Act.SET_ASIDE_SEALED: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.UNSEAL: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.SCAN_LEGAL: Rule(_CLERKS, machine=False),
    Act.LEGAL_SENDERS: Rule(_SUPERVISORS, machine=False),
    Act.REVOKE_LEGAL: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.MAKE_LEGAL_CODE: Rule(_SUPERVISORS, machine=False),
    Act.OWN_LEGAL_CODE: Rule(machine=False, scope=Scope.LEGAL_CODES),
    Act.SEE_LEGAL_LOG: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.SEE_RETENTION: Rule(_SUPERVISORS),
    Act.LEGAL_HOLD: Rule(_SUPERVISORS, machine=False, reason=True),
    Act.PROPOSE_DESTRUCTION: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.CONFIRM_DESTRUCTION: Rule(_SUPERVISORS, machine=False, reason=True, grave=True),
    Act.OUTBOX: Rule(_SUPERVISORS),
    Act.ANNOUNCE: Rule(_SUPERVISORS, machine=False),
    Act.REVIEW_LOG: Rule(_SUPERVISORS, machine=False),
    Act.SEE_LOG: Rule(_SUPERVISORS),
    Act.FIX_LOG: Rule(_ADMINISTRATORS, machine=False, reason=True),
    Act.OPERATE: Rule(_ADMINISTRATORS),
}


class MayNot(NotAllowed):
    """This person's role may not do this act; the guarded entry records it (``acting``)."""

    def __init__(self, act: Act, message: str) -> None:
        super().__init__(message)
        self.act = act


def is_permitted(actor: Actor, act: Act) -> bool:
    """Whether this actor may do this; inmates and correspondents, with what is theirs."""
    rule = RULES[act]
    match actor.kind:
        case ActorKind.MACHINE:
            return rule.machine
        case ActorKind.INMATE:
            return rule.own
        case ActorKind.CORRESPONDENT:
            return rule.outside
        case ActorKind.GUEST:
            return rule.guest
        case ActorKind.STAFF:
            return actor.role in rule.roles
        case ActorKind.TOKEN:
            return rule.scope in actor.scopes


def permit(actor: Actor, act: Act) -> None:
    """Raises MayNot unless this actor may do this, and NeedsProof where they may once they have
    proved who they are. Nothing of it is recorded: see ``acting.permit``."""
    if is_permitted(actor, act):
        if RULES[act].grave and actor.kind is ActorKind.STAFF and not actor.proven:
            raise NeedsProof
        return
    if actor.kind is ActorKind.MACHINE:
        raise MayNot(act, f"Only a named person may {act}.")
    if actor.kind is ActorKind.TOKEN:
        raise MayNot(act, f"The {actor.name} may not {act}: no scope of it allows that.")
    raise MayNot(act, f"{actor.name} may not {act}. Ask someone whose role allows it.")
