"""What the audit chain records: a closed set of verbs, and what each event is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_LONGEST = 80  # as wide as the chain keeps it


class Verb(StrEnum):
    """What was done. These words are in old chains: none may change, and none may be removed."""

    # mail comes in
    TAKE_IN = "take in"
    DUPLICATE = "duplicate"
    TRY_FAILED = "try failed"
    GIVE_BACK = "give back"
    DELIVER = "deliver"
    HOLD = "hold"
    SEAL = "seal"
    # a person looks
    GIVE_REASON = "give reason"
    NAME_CASE = "name case"
    LOOK = "look"
    LOOK_AT_PAGE = "look at page"
    OPEN = "open"
    OPEN_REPLY = "open reply"
    COPY_AS_PDF = "copy as PDF"
    SEARCH = "search"
    LOOK_AT_MESSAGES = "look at messages"
    LOOK_AT_PRINT_QUEUE = "look at print queue"
    LOOK_AT_SEAL = "look at seal"
    LOOK_AT_SEALED_PAGE = "look at sealed page"
    # a person decides
    ASSIGN = "assign"
    RELEASE = "release"
    FIRST_LOOK = "release, first of two"
    REJECT = "reject"
    RESCANNED = "rescanned"
    CUT = "cut"
    JOIN = "join"
    MARK_PAGE = "mark page"
    MOVE_PAGE = "move page"
    WITHHOLD_PAGE = "withhold page"
    WITHHOLD_PART = "withhold part of page"
    GIVE_BACK_PARTS = "give back parts of page"
    ASK_FOR_RESCAN = "ask for rescan"
    LIFT_SEAL = "lift seal"
    UNDO = "undo"
    RECALL = "recall"
    CUT_OUT = "cut out"
    ASK_FOR_SECOND = "ask for second person"
    DESTROY_SEAL = "destroy seal"
    CHECK = "check"
    MAKE_EVIDENCE = "make evidence pack"
    CORRECT_TEXT = "correct text"
    SET_WATCH = "set watch rule"
    END_WATCH = "end watch rule"
    TRY_WATCH = "try watch rule"
    # paper goes out
    PRINT_COVER = "print cover"
    PRINT_BATCH_SHEET = "print batch sheet"
    PRINT_LEGAL_SHEET = "print legal sheet"
    PRINT_SEPARATOR = "print separator"
    PRINT_REPLY_SHEET = "print reply sheet"
    PRINT_NOTICE = "print notice"
    REVOKE_COVER = "revoke cover"
    SEND_MESSAGE = "send message"
    WRITE_MESSAGE = "write message"
    LOOK_AT_MESSAGE = "look at message"
    LOOK_AT_PHOTO = "look at photo"
    RELEASE_MESSAGE = "release message"
    FIRST_LOOK_AT_MESSAGE = "release message, first of two"
    REFUSE_MESSAGE = "refuse message"
    REFUSE_PHOTO = "refuse photo"
    PASS_PHOTO = "give photo back"
    UNDO_MESSAGE = "undo about message"
    DRAW_MESSAGE = "draw message for check"
    OPEN_CONVERSATION = "open conversation"
    PRINT_MESSAGE = "print message"
    RENDER_MESSAGE = "render message"
    QUEUE_PRINT = "queue print"
    SEND_TO_PRINTER = "send to printer"
    DOUBT_PRINT = "doubt print"
    CONFIRM_PRINT = "confirm print"
    PRINT_AGAIN = "print again"
    SPOIL_PRINT = "spoil print"
    LOOK_AT_PRINT = "look at print"
    # the logbook
    RETURN_MAIL = "return mail"
    FORWARD_MAIL = "forward mail"
    RECORD_ITEM = "record item found"
    CORRECT_LOGBOOK = "correct logbook"
    PRINT_LABEL = "print label"
    PRINT_RECEIPT = "print receipt"
    EXPORT_LOGBOOK = "export logbook"
    # visits
    MAKE_VISIT_ROOM = "make visiting room"
    END_VISIT_ROOM = "end visiting room"
    MAKE_VISIT_SESSION = "make visiting session"
    CHANGE_VISIT_SESSION = "change visiting session"
    END_VISIT_SESSION = "end visiting session"
    CLOSE_DAYS = "close days to visits"
    OPEN_CLOSED_DAYS = "open closed days"
    RESTRICT_VISITS = "restrict visits"
    END_VISIT_RESTRICTION = "end restriction of visits"
    KEEP_APART = "keep inmates apart"
    END_KEEPING_APART = "end keeping inmates apart"
    ASK_FOR_VISIT = "ask for visit"
    BOOK_VISIT = "book visit"
    APPROVE_VISIT = "approve visit"
    REFUSE_VISIT = "refuse visit"
    CANCEL_VISIT = "cancel visit"
    MOVE_VISIT = "move visit"
    LEAVE_VISIT = "leave visit as it is"
    END_LEAVING_VISIT = "end leaving visit as it is"
    LAPSE_VISIT = "let request for visit lapse"
    RECORD_OUTCOME = "record outcome of visit"
    PRINT_VISITS = "print list of visits"
    # originals: the paper that was scanned
    MAKE_BOX = "make box"
    CHANGE_BOX = "change box"
    CLOSE_BOX = "close box"
    PRINT_BOX_LABEL = "print box label"
    PLACE_PAPER = "put paper in box"
    GIVE_PAPER = "give paper out"
    HOLD_PAPER = "hold paper"
    END_PAPER_HOLD = "end hold of paper"
    ASK_FOR_PAPER = "ask for paper"
    REFUSE_PAPER = "refuse paper"
    PROPOSE_PAPER_DESTRUCTION = "propose destruction of paper"
    WITHDRAW_PAPER_DESTRUCTION = "withdraw destruction of paper"
    CONFIRM_PAPER_DESTRUCTION = "confirm destruction of paper"
    DESTROY_PAPER = "destroy paper"
    LEAVE_PAPER = "leave paper out of destruction"
    PRINT_CERTIFICATE = "print certificate of destruction"
    # legal mail that is proven on its envelope
    ADD_PROTECTED_SENDER = "add protected sender"
    CHANGE_PROTECTED_SENDER = "change protected sender"
    IMPORT_PROTECTED_SENDERS = "import protected senders"
    REVOKE_PROTECTED_SENDER = "revoke protected sender"
    REACTIVATE_PROTECTED_SENDER = "reactivate protected sender"
    MAKE_LEGAL_CODE = "make legal code"
    PRINT_LEGAL_CODE = "print legal code"
    REVOKE_LEGAL_CODE = "revoke legal code"
    SCAN_LEGAL_CODE = "scan legal code"
    OPEN_LEGAL_ITEM = "open legal item"
    HAND_OVER_LEGAL_ITEM = "hand over legal item"
    RETURN_LEGAL_ITEM = "return legal item"
    LOOK_AT_LEGAL_LOG = "look at legal log"
    # rejections and appeals
    NOTE_REJECTION = "note rejection"
    END_REJECTION = "end rejection"
    GIVE_NOTICE = "give notice"
    WITHHOLD_NOTICE = "withhold notice"
    SAY_SHEET = "say where sheet goes"
    APPEAL = "appeal"
    LOOK_AT_APPEAL = "look at appeal"
    GRANT_APPEAL = "grant appeal"
    DENY_APPEAL = "deny appeal"
    GIVE_DECISION = "give decision of appeal"
    ESCALATE_APPEAL = "escalate appeal"
    # retention
    SET_LEGAL_HOLD = "set legal hold"
    LIFT_LEGAL_HOLD = "lift legal hold"
    PROPOSE_DESTRUCTION = "propose destruction"
    WITHDRAW_DESTRUCTION = "withdraw destruction"
    CONFIRM_DESTRUCTION = "confirm destruction"
    DESTROY = "destroy"
    FINISH_DESTRUCTION = "finish destruction"
    # people and logins
    IMPORT_ROSTER = "import roster"
    PREVIEW_ROSTER = "preview roster"
    MAP_ROSTER = "map roster columns"
    SET_ROSTER_ASIDE = "set roster aside"
    DISMISS_ROSTER = "dismiss roster"
    RENUMBER = "renumber"
    MERGE = "merge"
    HOLD_NAME = "hold name"
    CONFIRM_NAME = "confirm name"
    ADD_CORRESPONDENT = "add correspondent"
    CHANGE_CORRESPONDENT = "change correspondent"
    MERGE_CORRESPONDENTS = "merge correspondents"
    ASK_FOR_CONTACT = "ask for contact"
    APPROVE_CONTACT = "approve contact"
    REMOVE_CONTACT = "remove contact"
    BLOCK_MAIL = "block mail"
    UNBLOCK_MAIL = "unblock mail"
    NAME_SENDER = "name sender"
    SIGN_UP = "sign up"
    CONFIRM_EMAIL = "confirm e-mail"
    CHANGE_ACCOUNT = "change account"
    DELETE_ACCOUNT = "delete account"
    EXPORT_OWN = "export own data"
    MAKE_TAKEAWAY = "make takeaway code"
    END_TAKEAWAY = "end takeaway code"
    OPEN_TAKEAWAY = "open takeaway"
    TAKE_MAILBOX = "take mailbox along"
    EXPORT_MAILBOX = "export mailbox"
    SEND_TRANSFER = "send transfer"
    GET_TRANSFER = "get transfer"
    TAKE_OVER = "take over transfer"
    TAKE_OVER_LETTER = "take over letter"
    HAND_OVER = "hand over transfer"
    WITHDRAW_TRANSFER = "withdraw transfer"
    TELL_CONTACTS = "tell contacts of departure"
    REMOVE_PIN = "remove PIN"
    SET_PIN = "set PIN"
    CHANGE_PIN = "change PIN"
    ASK_FOR_COPY = "ask for copy"
    SEND_REQUEST = "send request"
    LOOK_AT_REQUEST = "look at request"
    ANSWER_REQUEST = "answer request"
    CLOSE_REQUEST = "close request"
    ENTER_REQUEST = "enter request"
    TAKE_REQUEST_ON = "take request to next step"
    EXTEND_REQUEST = "put off answer to request"
    DECIDE_EMERGENCY = "decide emergency of request"
    SAY_WHOM_ABOUT = "say whom request is about"
    PRINT_REQUEST_FORM = "print request form"
    PRINT_REQUEST_ANSWER = "print answer to request"
    # video calls
    ENTER_CALL = "enter call"
    IDENTIFY_VISITOR = "identify visitor of call"
    WATCH_CALL = "watch call"
    WARN_CALL = "warn in call"
    MUTE_CALL = "mute in call"
    TERMINATE_CALL = "terminate call"
    LEAVE_CALL = "leave call"
    NOTE_CALL = "note state of call"
    ANSWER_RECORDING = "agree to recording of call, or not"
    KEEP_RECORDING = "keep recording of call"
    EXPORT_RECORDING = "take out recording of call"
    ADD_GUEST = "add guest to call"
    MAKE_GUEST_LINK = "make link for guest of call"
    REVOKE_GUEST_LINK = "revoke link of guest of call"
    OPEN_GUEST_LINK = "open link of guest of call"
    SEND_OUT_GUEST = "send guest out of call"
    TRY_DEVICES = "try camera and microphone"
    # the protected line
    SEND_PROTECTED = "something went to the protected line"
    PRINT_PROTECTED_SHEET = "print sheets for the protected line"
    LOG_PROTECTED = "log sealed sheet to protected line"
    SET_SECURITY_QUESTION = "set security question"
    ADD_STAFF = "add staff"
    CHANGE_ROLE = "change role"
    DEACTIVATE_STAFF = "deactivate staff"
    REACTIVATE_STAFF = "reactivate staff"
    RESET_LOGIN = "reset login"
    END_SESSION = "end session"
    CHANGE_PASSWORD = "change password"
    BEGIN_SECOND_STEP = "begin second step"
    SET_UP_SECOND_STEP = "set up second step"
    REMOVE_SECOND_STEP = "remove second step"
    NEW_RECOVERY_CODES = "new recovery codes"
    USE_RECOVERY_CODE = "use recovery code"
    PROVE_IDENTITY = "prove identity"
    LOG_IN = "log in"
    LOG_OUT = "log out"
    LOGIN_FAILED = "login failed"
    LOCK = "lock"
    UNLOCK = "unlock"
    REFUSE = "refuse"
    INVITE_KIOSK = "invite kiosk"
    ENROL_KIOSK = "enrol kiosk"
    REVOKE_KIOSK = "revoke kiosk"
    ADD_TOKEN = "add token"
    REVOKE_TOKEN = "revoke token"
    # the home itself
    ROTATE_KEYS = "rotate keys"
    RETIRE_KEY = "retire key"
    CHANGE_SETTINGS = "change settings"
    SCRUB = "scrub"
    BACK_UP = "back up"
    REMOVE_BACKUP = "remove backup"
    RESTORE = "restore"
    ENCRYPT = "encrypt"
    MOVE_DATABASE = "move database"
    ADD_FACILITY = "add facility"
    MAKE_OUTPOST = "make outpost"
    CHANGE_PASSPHRASE = "change passphrase"
    # what is sent, announced, wrong
    SEND_MAIL = "send mail"
    SEND_MAIL_AGAIN = "send mail again"
    DROP_MAIL = "drop mail"
    NOTE_BOUNCE = "note bounce"
    MAIL_DIGEST = "mail digest"
    LEAVE_STAFF_MAIL = "leave staff mail"
    TAKE_UP_STAFF_MAIL = "take up staff mail"
    ANNOUNCE = "announce"
    END_ANNOUNCEMENT = "end announcement"
    RAISE_ALARM = "raise alarm"
    CLEAR_ALARM = "clear alarm"
    # the log itself
    BEGIN_LOG = "begin log"
    ROTATE_AUDIT_KEY = "rotate audit key"
    FIX_LOG = "fix log"
    CHECK_LOG = "check log"
    LOOK_AT_LOG = "look at log"
    EXPORT_LOG = "export log"
    OPEN_REVIEWS = "open reviews of the log"
    END_REVIEW = "end review of the log"
    CLOSE_REVIEW = "close review of the log"
    ANCHOR = "anchor"


#: Looks at mail: one that is repeated within minutes is the same look.
LOOKS = frozenset(
    {
        Verb.LOOK,
        Verb.LOOK_AT_PAGE,
        Verb.OPEN,
        Verb.OPEN_REPLY,
        Verb.COPY_AS_PDF,
        Verb.SEARCH,
        Verb.LOOK_AT_MESSAGES,
        Verb.LOOK_AT_MESSAGE,
        Verb.LOOK_AT_PHOTO,
        Verb.OPEN_CONVERSATION,
        Verb.LOOK_AT_REQUEST,
        Verb.LOOK_AT_APPEAL,
        Verb.LOOK_AT_PRINT_QUEUE,
        Verb.LOOK_AT_PRINT,
        Verb.LOOK_AT_SEAL,
        Verb.LOOK_AT_SEALED_PAGE,
        Verb.WATCH_CALL,
        Verb.LOOK_AT_LEGAL_LOG,
        Verb.LOOK_AT_LOG,
    }
)

#: What opens, destroys or hands over what was closed, or changes who may: the review of the log
#: shows each by itself.
GRAVE = frozenset(
    {
        Verb.LIFT_SEAL,
        Verb.CUT_OUT,
        Verb.DESTROY_SEAL,
        Verb.RECALL,
        Verb.MAKE_EVIDENCE,
        Verb.EXPORT_RECORDING,
        Verb.WITHHOLD_NOTICE,
        Verb.GIVE_PAPER,
        Verb.END_PAPER_HOLD,
        Verb.PROPOSE_PAPER_DESTRUCTION,
        Verb.CONFIRM_PAPER_DESTRUCTION,
        Verb.DESTROY_PAPER,
        Verb.SET_LEGAL_HOLD,
        Verb.LIFT_LEGAL_HOLD,
        Verb.PROPOSE_DESTRUCTION,
        Verb.CONFIRM_DESTRUCTION,
        Verb.DESTROY,
        Verb.RENUMBER,
        Verb.MERGE,
        Verb.MERGE_CORRESPONDENTS,
        Verb.SEND_TRANSFER,
        Verb.TAKE_OVER,
        Verb.HAND_OVER,
        Verb.SET_PIN,
        Verb.REMOVE_PIN,
        Verb.ADD_STAFF,
        Verb.CHANGE_ROLE,
        Verb.DEACTIVATE_STAFF,
        Verb.REACTIVATE_STAFF,
        Verb.RESET_LOGIN,
        Verb.REMOVE_SECOND_STEP,
        Verb.ADD_TOKEN,
        Verb.ROTATE_KEYS,
        Verb.RETIRE_KEY,
        Verb.ROTATE_AUDIT_KEY,
        Verb.CHANGE_SETTINGS,
        Verb.RESTORE,
        Verb.CHANGE_PASSPHRASE,
        Verb.MOVE_DATABASE,
        Verb.ADD_FACILITY,
        Verb.MAKE_OUTPOST,
        Verb.MAKE_TAKEAWAY,
        Verb.EXPORT_MAILBOX,
        Verb.EXPORT_LOGBOOK,
        Verb.EXPORT_LOG,
        Verb.FIX_LOG,
    }
)

#: About one item of legal mail, or its sender. They are seen in the legal log, and nowhere else.
ABOUT_LEGAL_MAIL = frozenset(
    {
        Verb.MAKE_LEGAL_CODE,
        Verb.PRINT_LEGAL_CODE,
        Verb.REVOKE_LEGAL_CODE,
        Verb.SCAN_LEGAL_CODE,
        Verb.OPEN_LEGAL_ITEM,
        Verb.HAND_OVER_LEGAL_ITEM,
        Verb.RETURN_LEGAL_ITEM,
    }
)

#: What a named person decides about a held, settled or sealed item.
DECISIONS = frozenset(
    {
        Verb.ASSIGN,
        Verb.RELEASE,
        Verb.FIRST_LOOK,
        Verb.REJECT,
        Verb.RESCANNED,
        Verb.CUT,
        Verb.JOIN,
        Verb.MARK_PAGE,
        Verb.MOVE_PAGE,
        Verb.WITHHOLD_PAGE,
        Verb.WITHHOLD_PART,
        Verb.GIVE_BACK_PARTS,
        Verb.ASK_FOR_RESCAN,
        Verb.UNDO,
        Verb.RECALL,
        Verb.GRANT_APPEAL,
        Verb.LIFT_SEAL,
        Verb.CUT_OUT,
        Verb.DESTROY_SEAL,
    }
)


#: What a named person decides about an e-message that waits for a review.
MESSAGE_DECISIONS = frozenset(
    {
        Verb.RELEASE_MESSAGE,
        Verb.FIRST_LOOK_AT_MESSAGE,
        Verb.REFUSE_MESSAGE,
        Verb.REFUSE_PHOTO,
        Verb.PASS_PHOTO,
        Verb.GRANT_APPEAL,
        Verb.UNDO_MESSAGE,
    }
)


#: By the inmate, the first of these is when they opened their letter.
OPENINGS = frozenset({Verb.OPEN, Verb.OPEN_REPLY, Verb.COPY_AS_PDF, Verb.LOOK_AT_PAGE})
#: Events after which the letter that they name may be somewhere else, or was opened, …
LETTER_CHANGES = frozenset(
    {
        Verb.DELIVER,
        Verb.HOLD,
        Verb.ASSIGN,
        Verb.RELEASE,
        Verb.REJECT,
        Verb.RECALL,
        Verb.GRANT_APPEAL,
        Verb.MARK_PAGE,
        Verb.WITHHOLD_PAGE,
        Verb.WITHHOLD_PART,
        Verb.GIVE_BACK_PARTS,
        Verb.DESTROY,
        *OPENINGS,
    }
)
#: … and those after which other letters of its scan may be, too.
SCAN_CHANGES = frozenset({Verb.CUT, Verb.JOIN, Verb.RESCANNED, Verb.UNDO})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: ``letter:ID``, or one word where there is only one such thing."""

    kind: str
    id: str | None = None

    def __str__(self) -> str:
        return (self.kind if self.id is None else f"{self.kind}:{self.id}")[:_LONGEST]

    @classmethod
    def letter(cls, letter_id: str) -> Self:
        return cls("letter", letter_id)

    @classmethod
    def scan(cls, scan_id: str) -> Self:
        return cls("scan", scan_id)

    @classmethod
    def cover(cls, cover_id: str) -> Self:
        return cls("cover", cover_id)

    @classmethod
    def rule(cls, rule_id: str) -> Self:
        return cls("watch rule", rule_id)

    @classmethod
    def message(cls, message_id: str) -> Self:
        return cls("message", message_id)

    @classmethod
    def call(cls, call_id: str) -> Self:
        return cls("call", call_id)

    @classmethod
    def mailbox(cls, booking_number: str | None) -> Self:
        """None: every mailbox."""
        return cls("mailbox", booking_number or "all")

    @classmethod
    def inmate(cls, booking_number: str) -> Self:
        return cls("inmate", booking_number)

    @classmethod
    def correspondent(cls, number: int) -> Self:
        return cls("correspondent", str(number))

    @classmethod
    def staff(cls, name: str) -> Self:
        return cls("staff", name)

    @classmethod
    def terminal(cls, address: str) -> Self:
        return cls("terminal", address)

    @classmethod
    def kiosk(cls, name: str) -> Self:
        return cls("kiosk", name)

    @classmethod
    def facility(cls, code: str) -> Self:
        return cls("facility", code)

    @classmethod
    def token(cls, name: str) -> Self:
        return cls("token", name)

    @classmethod
    def outgoing(cls, item_id: str) -> Self:
        """Something in the outbox."""
        return cls("outgoing", item_id)

    @classmethod
    def batch(cls, number: int) -> Self:
        """What was given to a printer at once."""
        return cls("print batch", str(number))

    @classmethod
    def returned(cls, number: int) -> Self:
        """An entry of the log of returned mail."""
        return cls("returned mail", str(number))

    @classmethod
    def found(cls, number: int) -> Self:
        """Something that was found in an envelope, by the number of its receipt."""
        return cls("item found", str(number))

    @classmethod
    def box(cls, code: str) -> Self:
        """A box of paper, by the code on its label."""
        return cls("box", code)

    @classmethod
    def destruction(cls, number: int) -> Self:
        """Of paper: from its proposal on, by the number of its certificate."""
        return cls("destruction", str(number))

    @classmethod
    def protected_sender(cls, number: int) -> Self:
        """An entry of the registry of those whose mail is protected."""
        return cls("protected sender", str(number))

    @classmethod
    def legal_item(cls, item_id: str) -> Self:
        """An item of legal mail, by the random id in its code."""
        return cls("legal item", item_id)

    @classmethod
    def request(cls, number: int) -> Self:
        """What an inmate asks staff for, a grievance too."""
        return cls("request", str(number))

    @classmethod
    def appeal(cls, number: int) -> Self:
        return cls("appeal", str(number))

    @classmethod
    def review(cls, number: int) -> Self:
        """What one person did in one week, to be looked at by another."""
        return cls("review", str(number))

    @classmethod
    def legal_hold(cls, number: int) -> Self:
        return cls("legal hold", str(number))

    @classmethod
    def retention_run(cls, number: int) -> Self:
        """What was proposed, and destroyed, together."""
        return cls("retention run", str(number))

    @classmethod
    def announcement(cls, announcement_id: str) -> Self:
        return cls("announcement", announcement_id)

    @classmethod
    def visit(cls, visit_id: str) -> Self:
        return cls("visit", visit_id)

    @classmethod
    def key(cls, number: int) -> Self:
        return cls("key", str(number))


ROSTER = Subject("roster")
PRINT_QUEUE = Subject("print queue")
#: The logs of returned mail and of things found in envelopes.
LOGBOOK = Subject("logbook")
#: The log of legal mail that is proven on its envelope, and the registry of its senders.
LEGAL_LOG = Subject("legal log")
#: What inmates send unread: no event about it says who, and none what.
PROTECTED_LINE = Subject("protected line")
#: Rooms, sessions, closed days and restrictions of visits.
VISITS = Subject("visits")
SETTINGS = Subject("settings")
#: Which e-messages were drawn to be checked.
MESSAGE_CHECKS = Subject("message checks")
#: The log of events.
LOG = Subject("log")
#: Every stored file, and the database.
STORE = Subject("store")
