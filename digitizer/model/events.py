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
    ASK_FOR_RESCAN = "ask for rescan"
    LIFT_SEAL = "lift seal"
    UNDO = "undo"
    RECALL = "recall"
    CUT_OUT = "cut out"
    ASK_FOR_SECOND = "ask for second person"
    DESTROY_SEAL = "destroy seal"
    CHECK = "check"
    CORRECT_TEXT = "correct text"
    SET_WATCH = "set watch rule"
    END_WATCH = "end watch rule"
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
    REMOVE_PIN = "remove PIN"
    SET_PIN = "set PIN"
    CHANGE_PIN = "change PIN"
    ASK_FOR_COPY = "ask for copy"
    SEND_REQUEST = "send request"
    LOOK_AT_REQUEST = "look at request"
    ANSWER_REQUEST = "answer request"
    CLOSE_REQUEST = "close request"
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
        Verb.LOOK_AT_PRINT_QUEUE,
        Verb.LOOK_AT_PRINT,
        Verb.LOOK_AT_SEAL,
        Verb.LOOK_AT_SEALED_PAGE,
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
        Verb.ASK_FOR_RESCAN,
        Verb.UNDO,
        Verb.RECALL,
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
        Verb.MARK_PAGE,
        Verb.WITHHOLD_PAGE,
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
    def announcement(cls, announcement_id: str) -> Self:
        return cls("announcement", announcement_id)

    @classmethod
    def key(cls, number: int) -> Self:
        return cls("key", str(number))


ROSTER = Subject("roster")
PRINT_QUEUE = Subject("print queue")
#: The logs of returned mail and of things found in envelopes.
LOGBOOK = Subject("logbook")
SETTINGS = Subject("settings")
#: Which e-messages were drawn to be checked.
MESSAGE_CHECKS = Subject("message checks")
#: The log of events.
LOG = Subject("log")
#: Every stored file, and the database.
STORE = Subject("store")
