"""The table of routes: how each is answered to each role, for each kind of id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digitizer.model.events import Verb
from tests.support.web_kit import PIN

STAFF = ("clerk", "supervisor", "administrator", "investigator")
INMATES = ("owner", "another")
#: Two people outside: "family" may write to "owner", "stranger" to "another".
FAMILIES = ("family", "stranger")
ROLES = ("anonymous", *STAFF, *INMATES, *FAMILIES)
#: The id of something of the owner's; of the other inmate's; of nothing; not an id at all.
KINDS = ("own", "others", "missing", "malformed")

#: The status for each kind of id.
Statuses = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answers:
    """By role; whoever is not in ``by_role`` is sent to ``login_page`` whatever they ask for."""

    by_role: Mapping[str, Statuses]
    login_page: str = ""

    def succeeds(self, role: str) -> bool:
        """Whether something is theirs to look at or to change."""
        wanted = self.by_role.get(role, {})
        return any(wanted.get(kind, 404) < 400 for kind in ("own", "others"))

    def shut_out(self, role: str) -> bool:
        """Whether they are sent to log in, may not do it at all, or see nothing there."""
        wanted = self.by_role.get(role, {})
        return set(wanted.values()) <= {403, 404}


@dataclass(frozen=True, slots=True)
class Row:
    """``own`` and ``others`` name ids of the whole facility, for the first parameter of the path;
    ``rest`` are the others. ``recorded`` is the event of whoever succeeds;
    ``nameless``: it does not say who that was."""

    route: str
    answers: Answers
    own: str = ""
    others: str = ""
    rest: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    recorded: Verb | None = None
    apart: bool = False
    nameless: bool = False

    @property
    def method(self) -> str:
        return self.route.split()[0]

    @property
    def path(self) -> str:
        return self.route.split()[1]

    @property
    def changes(self) -> bool:
        return self.apart or self.method != "GET"


def staff(there: int, missing: int = 404, **but: tuple[int, int]) -> Answers:
    """For staff, nothing is somebody else's; ``but`` are roles that get other answers."""
    pairs = {role: but.get(role, (there, missing)) for role in STAFF}
    return Answers(
        {role: dict(zip(KINDS, (a, a, b, b), strict=True)) for role, (a, b) in pairs.items()},
        "/staff/login",
    )


def inmates(own: int, missing: int = 404) -> Answers:
    """What is somebody else's is answered as if it did not exist."""
    first = dict(zip(KINDS, (own, missing, missing, missing), strict=True))
    second = dict(zip(KINDS, (missing, own, missing, missing), strict=True))
    return Answers({"owner": first, "another": second}, "/login")


def families(own: int, missing: int = 404) -> Answers:
    """As for inmates: what is another's is answered as if it did not exist."""
    first = dict(zip(KINDS, (own, missing, missing, missing), strict=True))
    second = dict(zip(KINDS, (missing, own, missing, missing), strict=True))
    return Answers({"family": first, "stranger": second}, "/family/login")


def anyone(status: int, **but: int) -> Answers:
    return Answers({role: dict.fromkeys(KINDS, but.get(role, status)) for role in ROLES})


def _reviewers(there: int, missing: int = 404) -> Answers:
    return staff(there, missing, clerk=(403, 403), investigator=(403, 403))


_PAGE = {"position": "1"}
_WHY = {"reason": "why"}
_SUPERVISORS = {"clerk": (409, 303), "investigator": (409, 303)}
_LOOK_ONLY = {"investigator": (409, 303)}

_LOGIN = (
    Row("GET /", anyone(200)),
    Row("GET /login", anyone(200)),
    Row("POST /login", anyone(403)),
    Row("GET /login/more", anyone(303)),
    Row("POST /login/more", anyone(303)),
    Row("GET /login/pin", anyone(303)),
    Row("POST /login/pin", anyone(303)),
    Row("GET /staff/login", anyone(200)),
    Row("POST /staff/login", anyone(403)),
    Row("GET /kiosk", anyone(200)),
    Row("POST /kiosk", anyone(403)),
    Row("GET /staff/login/code", anyone(303)),
    Row("POST /staff/login/code", anyone(303)),
    Row("GET /staff/login/password", anyone(303)),
    Row("POST /staff/login/password", anyone(303)),
    Row("POST /logout", anyone(303)),
    Row("GET /logout/idle", anyone(303), apart=True),
    Row("POST /awake", anyone(204, anonymous=403, family=403, stranger=403)),
    Row("GET /healthz", anyone(200)),
    Row("GET /readyz", anyone(404)),  # for operators, who ask from this machine
    Row("GET /metrics", anyone(404)),
)

#: The settings here have no video calls: nothing of them is there. With them, whose call it is
#: decides (``tests/unit/entrances/web/shared/test_calling.py``).
_A_CALL = ("own_request", "others_request")
_OFFERED = {"sdp": "v=0", "seat": "visitor", "agrees": "yes"}
_CALLS = tuple(
    row
    for base, none, acts in (
        ("/mail/calls", inmates(404, 404), ("publish", "watch", "answer", "leave", "recording")),
        ("/family/calls", families(404, 404), ("publish", "watch", "answer", "leave", "recording")),
        (
            "/staff/calls",
            staff(404, 404),
            ("watch", "answer"),
        ),
        (
            "/staff/calls",
            staff(404, 404, investigator=(403, 403)),
            ("identify", "warn", "mute", "end", "out", "guest", "link", "revoke"),
        ),
        (
            "/staff/calls",
            staff(404, 404, clerk=(403, 403)),
            ("recording",),
        ),
    )
    for row in (
        *(
            Row(f"GET {base}{part}", none, *(_A_CALL if part else ()))
            for part in ("", "/{number}", "/{number}/state", "/{number}/relay")
            if "watch" in acts
        ),
        *(
            Row(f"POST {base}/{{number}}/{act}", none, *_A_CALL, form={**_OFFERED, **_WHY})
            for act in acts
        ),
    )
)
#: Who has no link finds nothing.
_GUESTS = (
    Row("GET /family/guest/link/{token}", anyone(404), rest={"token": "none"}),
    Row(
        "POST /family/guest/link/{token}",
        anyone(404),
        form={"name": "Nell Newcome"},
        rest={"token": "none"},
    ),
    *(
        Row(f"GET /family/guest/{{number}}{part}", anyone(404), rest={"number": "none"})
        for part in ("", "/state", "/relay")
    ),
    *(
        Row(
            f"POST /family/guest/{{number}}/{act}",
            anyone(404),
            form=_OFFERED,
            rest={"number": "none"},
        )
        for act in ("publish", "watch", "answer", "leave", "recording")
    ),
)
_TRYING = tuple(
    row
    for base, none in (
        ("/mail/calls/test", inmates(404, 404)),
        ("/family/calls/test", families(404, 404)),
        ("/staff/calls/test", staff(404, 404)),
    )
    for row in (
        Row(f"GET {base}", none),
        *(
            Row(f"POST {base}/{act}", none, form={**_OFFERED, "key": "none"})
            for act in ("begin", "publish", "watch", "answer", "end")
        ),
    )
)

_TALKS = (
    Row("GET /mail/pin", inmates(200, 200)),
    Row(
        "POST /mail/pin",
        inmates(303, 303),
        form={"old": PIN, "new": "482915", "again": "482915"},
        recorded=Verb.CHANGE_PIN,
    ),
    Row("GET /mail/with", inmates(200, 200)),
    Row(
        "GET /mail/with/{number}",
        inmates(200),
        "cora",
        "stranger",
        recorded=Verb.OPEN_CONVERSATION,
    ),
    Row("GET /mail/with/{number}/write", inmates(200), "cora", "stranger"),
    Row("POST /mail/with/{number}/draft", inmates(303), "cora", "stranger"),
    # A test of its own sends one: the owner's mail is suspended here, and the form is empty.
    Row("POST /mail/with/{number}/send", inmates(409), "cora", "stranger"),
    Row(
        "GET /mail/messages/{message}/photos/{place}/picture",
        inmates(200),
        "passed",
        "",
        {"place": "1"},
    ),
)

_ASKING = (
    Row("GET /mail/refused", inmates(200, 200)),
    Row("GET /mail/help", inmates(200, 200)),
    Row("GET /mail/receipts", inmates(200, 200)),
    Row("GET /mail/requests", inmates(200, 200)),
    Row(
        "POST /mail/requests",
        inmates(303, 303),
        form={"form": "Property", "body": "My glasses"},
        recorded=Verb.SEND_REQUEST,
    ),
    Row(
        "GET /mail/requests/{number}",
        inmates(200),
        "own_request",
        "others_request",
        recorded=Verb.LOOK_AT_REQUEST,
    ),
    Row(
        "POST /mail/requests/{number}/next",
        inmates(303),
        "answered_step",
        "others_step",
        form={"words": "I do not agree"},
        recorded=Verb.TAKE_REQUEST_ON,
    ),
    Row(
        "GET /mail/requests/{number}/steps/{place}/pages/{page}",
        inmates(200),
        "on_form",
        "others_form",
        rest={"place": "1", "page": "1"},
        recorded=Verb.LOOK_AT_REQUEST,
    ),
    Row("GET /mail/protected", inmates(200, 200)),
    Row(
        "POST /mail/protected",
        inmates(303, 303),
        form={"to": "PREA line", "text": "Hello", "named": "no"},
        recorded=Verb.SEND_PROTECTED,
        nameless=True,
    ),
    Row(
        "POST /mail/protected/sheet",
        inmates(200, 200),
        form={"to": "Ombudsman"},
        recorded=Verb.PRINT_PROTECTED_SHEET,
        nameless=True,
    ),
    Row("POST /mail/{letter}/copy", inmates(303), "letter", "other", recorded=Verb.ASK_FOR_COPY),
    Row("POST /mail/messages/{message}/copy", inmates(303), "passed", ""),
)

_NOT_THEY = (403, 403)
_NO_CLERK = {"clerk": (403, 403), "investigator": (403, 403)}
_ON_PAPER = {
    "booking": "2026-00117",
    "form": "Complaint",
    "body": "A blanket",
    "came": f"{datetime.now():%Y-%m-%d}",
}
_REQUESTS = (
    Row("GET /staff/requests", staff(200, 200, investigator=_NOT_THEY)),
    Row(
        "GET /staff/requests/{number}",
        staff(200, 404, investigator=_NOT_THEY),
        "own_request",
        "others_request",
        recorded=Verb.LOOK_AT_REQUEST,
    ),
    Row(
        "POST /staff/requests/{number}/answer",
        staff(303, 404, investigator=_NOT_THEY),
        "own_request",
        "others_request",
        form={"text": "They are at the door."},
        recorded=Verb.ANSWER_REQUEST,
    ),
    Row(
        "POST /staff/requests/{number}/close",
        staff(303, 404, investigator=_NOT_THEY),
        "answered_request",
        recorded=Verb.CLOSE_REQUEST,
    ),
    Row(
        "POST /staff/requests",
        staff(303, 303, investigator=_NOT_THEY),
        form=_ON_PAPER,
        recorded=Verb.ENTER_REQUEST,
    ),
    Row(
        "POST /staff/requests/form",
        staff(200, 200, investigator=_NOT_THEY),
        form=_ON_PAPER,
        recorded=Verb.PRINT_REQUEST_FORM,
    ),
    Row(
        "GET /staff/requests/{number}/steps/{place}/pages/{page}",
        staff(200, 404, investigator=_NOT_THEY),
        "on_form",
        rest={"place": "1", "page": "1"},
        recorded=Verb.LOOK_AT_REQUEST,
    ),
    Row(
        "POST /staff/requests/{number}/extend",
        staff(303, 404, investigator=_NOT_THEY),
        "slow",
        form={"until": f"{datetime.now() + timedelta(days=99):%Y-%m-%d}", "reason": "why"},
        recorded=Verb.EXTEND_REQUEST,
    ),
    Row(
        "POST /staff/requests/{number}/emergency",
        staff(303, 404, investigator=_NOT_THEY),
        "urgent",
        form={"confirmed": "yes", "why": "You are moved today."},
        recorded=Verb.DECIDE_EMERGENCY,
    ),
    Row(
        "POST /staff/requests/{number}/about",
        staff(303, 404, **_NO_CLERK),
        "about_staff",
        form={"names": "Nell Nobody", "reason": "why"},
        recorded=Verb.SAY_WHOM_ABOUT,
    ),
    Row(
        "POST /staff/requests/{number}/paper",
        staff(200, 404, investigator=_NOT_THEY),
        "answered_step",
        recorded=Verb.PRINT_REQUEST_ANSWER,
    ),
    Row("GET /staff/protected", staff(200, 200, investigator=_NOT_THEY)),
    Row(
        "POST /staff/protected/scan",
        staff(200, 200, investigator=_NOT_THEY),
        form={"code": "MD1" + "A" * 32},
        recorded=Verb.LOG_PROTECTED,
    ),
    Row(
        "POST /staff/protected/sheets",
        staff(200, 200, investigator=_NOT_THEY),
        form={"to": "Ombudsman", "number": "2"},
        recorded=Verb.PRINT_PROTECTED_SHEET,
    ),
    Row("GET /staff/protected/counts", staff(200, 200, **_NO_CLERK)),
    Row(
        "POST /staff/protected/counts",
        staff(200, 200, **_NO_CLERK),
        form=_WHY,
        recorded=Verb.LOOK_AT_LEGAL_LOG,
    ),
)

#: The week of a clerk, which somebody else looks through.
_LOG = (
    Row("GET /staff/log", _reviewers(200, 200)),
    Row("GET /staff/log/search", _reviewers(200, 200), recorded=Verb.LOOK_AT_LOG),
    Row("GET /staff/log/search.csv", _reviewers(200, 200), recorded=Verb.EXPORT_LOG),
    Row("GET /staff/log/{number}", _reviewers(200), "own_review", recorded=Verb.LOOK_AT_LOG),
    Row("POST /staff/log/{number}", _reviewers(303), "own_review", recorded=Verb.END_REVIEW),
    Row(
        "POST /staff/log/{number}/close",
        _reviewers(303),
        "raised_review",
        form={"note": "A typing mistake."},
        recorded=Verb.CLOSE_REVIEW,
    ),
)

_APPEALS = (
    Row(
        "POST /mail/refused/{number}",
        inmates(303),
        "own_rejection",
        "others_rejection",
        form={"words": "It is harmless."},
        recorded=Verb.APPEAL,
    ),
    Row("GET /family/refused", families(200, 200)),
    Row(
        "POST /family/refused/{number}",
        families(303),
        "own_rejection",
        "others_rejection",
        form={"words": "It is harmless."},
        recorded=Verb.APPEAL,
    ),
    Row("GET /staff/appeals", staff(200, 200)),
    Row("GET /staff/appeals/{number}", staff(200), "appeal", recorded=Verb.LOOK_AT_APPEAL),
    Row(
        "GET /staff/appeals/{number}/picture/{part}",
        staff(200, 404, **_NO_CLERK),
        "appeal",
        rest={"part": "3"},
        recorded=Verb.LOOK_AT_PAGE,
    ),
    Row(
        "POST /staff/appeals/{number}/{decision}",
        staff(303, 404, **_NO_CLERK),
        "appeal",
        rest={"decision": "deny"},
        form={"reason": "as it is written"},
        recorded=Verb.DENY_APPEAL,
    ),
    Row("GET /staff/appeals/rejection/{number}", staff(200), "own_rejection"),
    Row(
        "POST /staff/appeals/rejection/{number}/appeal",
        staff(303, investigator=_NOT_THEY),
        "own_rejection",
        form={"words": "It is harmless."},
        recorded=Verb.APPEAL,
    ),
    Row(
        "POST /staff/appeals/rejection/{number}/sheet",
        staff(303, investigator=_NOT_THEY),
        "evidence_rejection",
        form={"sheet": "held"},
        recorded=Verb.SAY_SHEET,
    ),
    Row(
        "POST /staff/appeals/rejection/{number}/withhold",
        staff(303, clerk=(403, 404), investigator=(403, 404)),
        "evidence_rejection",
        form={"until": "{tomorrow}", "reason": "a case"},
        recorded=Verb.WITHHOLD_NOTICE,
    ),
)

_MAIL = (
    Row("GET /mail", inmates(200, 200)),
    Row("GET /mail/replies", inmates(200, 200)),
    Row(
        "GET /mail/replies/{letter}/{position}",
        inmates(200),
        "reply",
        "others_reply",
        _PAGE,
        recorded=Verb.OPEN_REPLY,
    ),
    Row(
        "GET /mail/replies/{letter}/{position}/picture",
        inmates(200),
        "reply",
        "others_reply",
        _PAGE,
    ),
    Row("GET /mail/{letter}", inmates(303, 303), "letter", "other"),
    Row(
        "GET /mail/{letter}/letter.pdf", inmates(200), "letter", "other", recorded=Verb.COPY_AS_PDF
    ),
    Row(
        "GET /mail/{letter}/{position}", inmates(200), "letter", "other", _PAGE, recorded=Verb.OPEN
    ),
    Row("GET /mail/{letter}/{position}/picture", inmates(200), "letter", "other", _PAGE),
)

_LISTS = (
    Row("GET /staff", staff(200, 200)),
    Row("GET /staff/live", staff(200, 200)),
    Row("GET /staff/live/events", staff(200, 200)),
    Row("GET /staff/held", staff(200, 200)),
    Row("GET /staff/settings", staff(200, 200)),
    Row(
        "POST /staff/settings/staff-mail",
        staff(409, 409, clerk=(403, 403), supervisor=(403, 403), investigator=(403, 403)),
        form={"address": "chief@jail.example"},
    ),
    Row("GET /staff/mail", staff(200, 200)),
    Row(
        "POST /staff/mail",
        staff(303, 303),
        form={"reason": "why", "q": "garden"},
        recorded=Verb.GIVE_REASON,
    ),
    Row("GET /staff/covers", staff(200, 200)),
    Row("GET /staff/covers/{short_id}", staff(200), "cover", "cover"),
    Row("GET /staff/covers/found", staff(200, 200)),
    Row(
        "POST /staff/covers/spot",
        staff(200, 200, investigator=(403, 403)),
        form={"find": "2026-00117", "booking": "2026-00117"},
        recorded=Verb.PRINT_COVER,
    ),
    Row(
        "POST /staff/covers/unit",
        staff(200, 200, investigator=(403, 403)),
        form={"unit": "B-2"},
        recorded=Verb.PRINT_COVER,
    ),
    Row(
        "POST /staff/covers/sheet",
        staff(200, 200, investigator=(403, 403)),
        form={"kind": "separator"},
        recorded=Verb.PRINT_SEPARATOR,
    ),
)

_RESTRICTERS = staff(303, clerk=(403, 403), investigator=(403, 403))

_INMATES = (
    Row("GET /staff/inmates", staff(200, 200)),
    Row("GET /staff/inmates/{booking}", staff(200), "inmate", "inmate"),
    Row(
        "POST /staff/inmates/{booking}/cover",
        staff(200, investigator=(403, 403)),
        "inmate",
        "inmate",
        form={"sheets": "1"},
        recorded=Verb.PRINT_COVER,
    ),
    Row(
        "POST /staff/inmates/{booking}/pin",
        staff(403, 403, administrator=(200, 404)),
        "inmate",
        "inmate",
        recorded=Verb.SET_PIN,
    ),
    Row(
        "POST /staff/inmates/{booking}/takeaway",
        staff(403, 403, administrator=(200, 404)),
        "inmate",
        "inmate",
        recorded=Verb.MAKE_TAKEAWAY,
    ),
    Row(
        "POST /staff/inmates/{booking}/takeaway/end",
        staff(403, 403, administrator=(404, 404)),  # there is none yet
        "inmate",
        "inmate",
        form=_WHY,
    ),
)

_PRINTERS = staff(200, 200, investigator=(403, 403))
_PRINTING = staff(303, 404, investigator=(403, 404))

_PRINTS = (
    Row("GET /staff/print", _PRINTERS, recorded=Verb.LOOK_AT_PRINT_QUEUE),
    Row(
        "POST /staff/print/send",
        staff(303, 303, investigator=(403, 403)),
        form={"pile": "sheets:", "printer": "this computer"},
        recorded=Verb.SEND_TO_PRINTER,
    ),
    Row(
        "POST /staff/print/notice/{letter}",
        staff(303, 404, investigator=(403, 403)),
        "rejected",
        form={"to": "inmate"},
        recorded=Verb.PRINT_NOTICE,
    ),
    Row(
        "POST /staff/print/printer",
        staff(303, 303, investigator=(403, 403)),
        form={"printer": "outbox"},
    ),
    Row(
        "GET /staff/print/batches/{batch}/prints.pdf",
        staff(200, 404, investigator=(403, 404)),
        "batch",
        recorded=Verb.LOOK_AT_PRINT,
    ),
    Row(
        "POST /staff/print/batches/{batch}/came-out",
        _PRINTING,
        "batch",
        recorded=Verb.CONFIRM_PRINT,
    ),
    Row(
        "POST /staff/print/batches/{batch}/came-not",
        _PRINTING,
        "batch",
        recorded=Verb.DOUBT_PRINT,
    ),
    Row(
        "POST /staff/print/stopped/{number}/give-up",
        _PRINTING,
        "stopped",
        form={"reason": "court order 17"},
        recorded=Verb.SPOIL_PRINT,
    ),
    Row(
        "POST /staff/print/again",
        staff(303, 303, investigator=(403, 403)),
        form={"first": "{sent}", "reason": "a jam", "spoiled": "true"},
        recorded=Verb.SPOIL_PRINT,
    ),
)

_OUTSIDE = (
    Row(
        "POST /staff/held/{held_id}/sender",
        staff(303, investigator=(403, 403)),
        "held",
        form={"correspondent": "{ida}"},
        recorded=Verb.NAME_SENDER,
    ),
    Row(
        "POST /staff/mail/{letter}/sender",
        staff(303, investigator=(403, 403)),
        "letter",
        form={"correspondent": "{ida}"},
        recorded=Verb.NAME_SENDER,
    ),
    Row("GET /staff/sender/{letter}", staff(200, 404), "letter"),
    Row(
        "POST /staff/sender/{letter}",
        staff(303, 404, investigator=(403, 403)),
        "letter",
        form={"correspondent": "{ida}"},
        recorded=Verb.NAME_SENDER,
    ),
    Row("GET /staff/correspondents", staff(200, 200)),
    Row(
        "POST /staff/correspondents",
        staff(303, 303, investigator=(403, 403)),
        form={"name": "Cora Field"},
        recorded=Verb.ADD_CORRESPONDENT,
    ),
    Row("GET /staff/correspondents/{number}", staff(200), "ida", "ben"),
    Row(
        "POST /staff/correspondents/asks/{ask}",
        _RESTRICTERS,
        "ask",
        form={"reason": "because"},
        recorded=Verb.REMOVE_CONTACT,
    ),
    Row(
        "POST /staff/correspondents/{number}",
        staff(303, investigator=(403, 403)),
        "ida",
        "ben",
        form={"name": "Cora Field"},
        recorded=Verb.CHANGE_CORRESPONDENT,
    ),
    Row("POST /staff/correspondents/{number}/reach", staff(409, investigator=(403, 403)), "ida"),
    Row(
        "POST /staff/correspondents/{number}/contact",
        staff(303, investigator=(403, 403)),
        "ben",
        form={"booking": "2026-00118"},
        recorded=Verb.ASK_FOR_CONTACT,
    ),
    Row(
        "POST /staff/correspondents/{number}/block",
        _RESTRICTERS,
        "ida",
        "ben",
        form={"reason": "because"},
        recorded=Verb.BLOCK_MAIL,
    ),
    Row(
        "POST /staff/correspondents/{number}/unblock",
        _RESTRICTERS,
        "ida",
        form={"reason": "because", "block": "{block}"},
        recorded=Verb.UNBLOCK_MAIL,
    ),
    Row(
        "POST /staff/correspondents/{number}/merge",
        _RESTRICTERS,
        "ida",
        form={"reason": "because", "into": "{ben}"},
        recorded=Verb.MERGE_CORRESPONDENTS,
    ),
    Row(
        "POST /staff/inmates/{booking}/suspend",
        staff(303, clerk=(403, 403), investigator=(403, 403)),
        "inmate",
        "inmate",
        form={"reason": "because"},
        recorded=Verb.BLOCK_MAIL,
    ),
    Row(
        "POST /staff/inmates/{booking}/unblock",
        _RESTRICTERS,
        "inmate",
        form={"reason": "because", "block": "{suspended}"},
        recorded=Verb.UNBLOCK_MAIL,
    ),
)

_KIOSKS = (
    Row("GET /staff/kiosks", staff(200, 200, clerk=(403, 403), investigator=(403, 403))),
    Row(
        "POST /staff/kiosks",
        staff(200, 200, clerk=(403, 403), investigator=(403, 403)),
        form={"name": "B-2 left"},
        recorded=Verb.INVITE_KIOSK,
    ),
    Row(
        "POST /staff/kiosks/revoke",
        staff(303, 303, clerk=(403, 403), investigator=(403, 403)),
        form={"name": "{kiosk}"},
        recorded=Verb.REVOKE_KIOSK,
    ),
    Row(
        "POST /staff/unlock",
        staff(303, 303, clerk=(403, 403), investigator=(403, 403)),
        form={"kind": "inmate", "name": "2026-00117"},
        recorded=Verb.UNLOCK,
    ),
)

_ONLY_ADMINISTRATORS = staff(403, 403, administrator=(200, 200))
_ONE_SAMPLE = staff(403, 404, administrator=(200, 404))

_TOKENS = (
    Row("GET /staff/tokens", _ONLY_ADMINISTRATORS),
    Row("GET /staff/print/templates", _ONLY_ADMINISTRATORS),
    Row("GET /staff/print/templates/{sample}.pdf", _ONE_SAMPLE, "a_sample", "another_sample"),
    Row("GET /staff/print/templates/{sample}.png", _ONE_SAMPLE, "a_sample", "another_sample"),
    Row(
        "POST /staff/tokens",
        _ONLY_ADMINISTRATORS,
        form={"name": "JMS export", "scope": "roster:read"},
        recorded=Verb.ADD_TOKEN,
    ),
    Row(
        "POST /staff/tokens/revoke",
        staff(403, 403, administrator=(303, 303)),
        form={"name": "{token}"},
        recorded=Verb.REVOKE_TOKEN,
    ),
)

_REPORTS = (
    Row("GET /staff/reports", staff(200, 200)),
    Row("GET /staff/reports/figure/{key}.csv", staff(200), "figure", "figure"),
    Row("GET /staff/reports/report.pdf", staff(200, 200)),
)

#: A clerk says why first, and an investigator for which case.
_READERS = staff(200, clerk=(403, 404), investigator=(403, 404))

_LETTERS = (
    Row(
        "POST /staff/mail/case",
        staff(303, 303),
        form={"case": "26-0117"},
        recorded=Verb.NAME_CASE,
    ),
    Row(
        "POST /staff/mail/{letter}/reason",
        staff(303),
        "letter",
        "other",
        form=_WHY,
        recorded=Verb.GIVE_REASON,
    ),
    Row(
        "GET /staff/mail/{letter}/letter.pdf",
        _READERS,
        "letter",
        "other",
        recorded=Verb.COPY_AS_PDF,
    ),
    Row(
        "GET /staff/mail/{letter}/{position}",
        _READERS,
        "letter",
        "other",
        _PAGE,
        recorded=Verb.OPEN,
    ),
    Row(
        "GET /staff/mail/{letter}/{position}/picture",
        _READERS,
        "letter",
        "other",
        _PAGE,
        recorded=Verb.LOOK_AT_PAGE,
    ),
    Row(
        "POST /staff/mail/{letter}/{position}",
        staff(303, clerk=(403, 404), investigator=(403, 403)),
        "letter",
        "other",
        _PAGE,
        {"text": "Dear Tobias"},
        Verb.CORRECT_TEXT,
    ),
)

_SCREENING = (
    Row("GET /staff/screening", staff(200, 200)),
    Row(
        "POST /staff/screening/release-chosen",
        staff(200, clerk=(409, 409), investigator=(403, 403)),
        form={**_WHY, "chosen": "{review}"},
        recorded=Verb.RELEASE,
    ),
    Row("GET /staff/screening/{letter}", staff(200, 303), "review", "", recorded=Verb.LOOK),
    Row(
        "GET /staff/screening/{letter}/page/{number}/picture",
        staff(200),
        "review",
        "",
        {"number": "5"},
        recorded=Verb.LOOK_AT_PAGE,
    ),
    Row("POST /staff/screening/{letter}/release", staff(409, 303), "review", "", form=_WHY),
    Row(
        "POST /staff/screening/{letter}/reject",
        staff(303, 303, **_LOOK_ONLY),
        "review",
        "",
        form=_WHY,
        recorded=Verb.REJECT,
    ),
    Row(
        "POST /staff/screening/{letter}/withhold",
        staff(303, 303, **_LOOK_ONLY),
        "review",
        "",
        form={**_WHY, "number": "5"},
        recorded=Verb.WITHHOLD_PAGE,
    ),
    Row(
        "POST /staff/screening/{letter}/give-back",
        staff(303, 303, **_LOOK_ONLY),
        "review",
        "",
        form={**_WHY, "number": "5"},
        recorded=Verb.MARK_PAGE,
    ),
    Row(
        "POST /staff/screening/{letter}/withhold-part",
        staff(303, 303, **_LOOK_ONLY),
        "review",
        "",
        form={**_WHY, "number": "5", "part": "0 50 100 50"},
        recorded=Verb.WITHHOLD_PART,
    ),
    # No part of it is withheld.
    Row(
        "POST /staff/screening/{letter}/give-back-parts",
        staff(409, 303),
        "review",
        "",
        form={**_WHY, "number": "5"},
    ),
    Row("POST /staff/screening/{letter}/undo", staff(409, 409), "rejected", form={"act": "1"}),
)

_MESSAGES = (
    Row("GET /staff/screening/messages", staff(200, 200)),
    Row(
        "GET /staff/screening/messages/{message}",
        staff(200, 303),
        "message",
        "",
        recorded=Verb.LOOK_AT_MESSAGE,
    ),
    Row(
        "GET /staff/screening/messages/{message}/photos/{place}/picture",
        staff(200),
        "message",
        "",
        {"place": "1"},
        recorded=Verb.LOOK_AT_PHOTO,
    ),
    # Its photo was not shown.
    Row("POST /staff/screening/messages/{message}/release", staff(409, 303), "message", ""),
    Row(
        "POST /staff/screening/messages/{message}/refuse",
        staff(303, 303, **_LOOK_ONLY),
        "message",
        "",
        form=_WHY,
        recorded=Verb.REFUSE_MESSAGE,
    ),
    Row(
        "POST /staff/screening/messages/{message}/refuse-photo",
        staff(303, 303, **_LOOK_ONLY),
        "message",
        "",
        form={**_WHY, "number": "1"},
        recorded=Verb.REFUSE_PHOTO,
    ),
    Row(
        "POST /staff/screening/messages/{message}/pass-photo",
        staff(303, 303, **_LOOK_ONLY),
        "message",
        "",
        form={**_WHY, "number": "1"},
        recorded=Verb.PASS_PHOTO,
    ),
    Row("GET /staff/evidence/{letter}", staff(200), "letter", "other"),
    Row(
        "POST /staff/evidence/{letter}",
        staff(200, clerk=(409, 404), investigator=(403, 404)),
        "letter",
        "other",
        form={**_WHY, "language": "es"},
        recorded=Verb.MAKE_EVIDENCE,
    ),
    # Tests of its own undo a decision; no such act is undone here.
    Row(
        "POST /staff/screening/messages/{message}/undo",
        staff(409, 409),
        "message",
        form={"act": "1"},
    ),
)

_WATCHING = (
    Row("GET /staff/screening/watch", staff(200, 200)),
    Row(
        "POST /staff/screening/watch",
        staff(303, 303, clerk=(403, 403), investigator=(403, 403)),
        form={"kind": "words", "words": "fence", "why": "report 12"},
        recorded=Verb.SET_WATCH,
    ),
    Row(
        "POST /staff/screening/watch/try",
        staff(200, 200, clerk=(403, 403), investigator=(403, 403)),
        form={"kind": "words", "words": "fence", "why": "report 12"},
        recorded=Verb.TRY_WATCH,
    ),
    Row(
        "POST /staff/screening/watch/{rule}/end",
        staff(303, 409, clerk=(403, 403), investigator=(403, 403)),
        "rule",
        "",
        form={"reason": "over"},
        recorded=Verb.END_WATCH,
    ),
)

_DECIDERS = {"clerk": (403, 403), "investigator": (403, 403)}
_NOT_LOOKING = {"clerk": (403, 404), "investigator": (403, 404)}
_RETENTION = (
    Row("GET /staff/retention", staff(200, 200, **_DECIDERS)),
    Row("GET /staff/retention/due/{kind}", staff(200, 404, **_NOT_LOOKING), "due_kind", ""),
    # Nothing is due there: tests of its own propose something.
    Row("POST /staff/retention/propose", staff(409, 409, **_DECIDERS), form=_WHY),
    Row("GET /staff/retention/runs/{number}", staff(200, 404, **_DECIDERS), "run", ""),
    Row(
        "POST /staff/retention/runs/{number}/confirm",
        staff(303, 404, **_DECIDERS),
        "run",
        "",
        form={**_WHY, "word": "DESTROY"},
        recorded=Verb.CONFIRM_DESTRUCTION,
    ),
    Row(
        "POST /staff/retention/runs/{number}/withdraw",
        staff(303, 404, **_DECIDERS),
        "run",
        "",
        form=_WHY,
        recorded=Verb.WITHDRAW_DESTRUCTION,
    ),
    Row(
        "POST /staff/retention/holds",
        staff(303, 303, **_DECIDERS),
        form={**_WHY, "on": "inmate", "of": "2026-00117"},
        recorded=Verb.SET_LEGAL_HOLD,
    ),
    Row(
        "POST /staff/retention/holds/{number}/lift",
        staff(303, 409, **_DECIDERS),
        "hold",
        "",
        form=_WHY,
        recorded=Verb.LIFT_LEGAL_HOLD,
    ),
)

_CLERKS_ALONE = {"investigator": (403, 403)}
_CHECKS = (
    Row("GET /staff/screening/checks", staff(200, 200, **_CLERKS_ALONE)),
    Row(
        "GET /staff/screening/checks/{letter}",
        staff(200, 303, **_CLERKS_ALONE),
        "check",
        "",
        recorded=Verb.LOOK,
    ),
    Row(
        "GET /staff/screening/checks/{letter}/page/{number}/picture",
        staff(200, 404, **_CLERKS_ALONE),
        "check",
        "",
        {"number": "2"},
        recorded=Verb.LOOK_AT_PAGE,
    ),
    Row(
        "POST /staff/screening/checks/{letter}/pass",
        staff(409, 303, **_CLERKS_ALONE),
        "check",
        "",
        form=_WHY,
    ),
    Row(
        "POST /staff/screening/checks/{letter}/refuse",
        staff(409, 303, **_CLERKS_ALONE),
        "check",
        "",
        form=_WHY,
    ),
    Row(
        "GET /staff/screening/checks/messages/{message}",
        staff(200, 303, **_CLERKS_ALONE),
        "screened",
        "",
        recorded=Verb.LOOK_AT_MESSAGE,
    ),
    Row(
        "GET /staff/screening/checks/messages/{message}/photos/{place}/picture",
        staff(200, 404, **_CLERKS_ALONE),
        "screened",
        "",
        {"place": "1"},
        recorded=Verb.LOOK_AT_PHOTO,
    ),
    Row(
        "POST /staff/screening/checks/messages/{message}/pass",
        staff(409, 303, **_CLERKS_ALONE),
        "screened",
        "",
        form=_WHY,
    ),
    Row(
        "POST /staff/screening/checks/messages/{message}/refuse",
        staff(409, 303, **_CLERKS_ALONE),
        "screened",
        "",
        form=_WHY,
    ),
)

_HELD = (
    Row("GET /staff/held/{held_id}", staff(200, 303), "held", "review", recorded=Verb.LOOK),
    Row("GET /staff/held/{held_id}/find", staff(200, 200), "held", "review"),
    Row(
        "GET /staff/held/{held_id}/page/{number}/picture",
        staff(200),
        "held",
        "review",
        {"number": "2"},
        recorded=Verb.LOOK_AT_PAGE,
    ),
    Row(
        "POST /staff/held/{held_id}/assign",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "to": "2026-00118"},
        recorded=Verb.ASSIGN,
    ),
    Row(
        "POST /staff/held/{held_id}/reject",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form=_WHY,
        recorded=Verb.REJECT,
    ),
    Row(
        "POST /staff/held/{held_id}/rescanned",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "new_id": "{again}"},
        recorded=Verb.RESCANNED,
    ),
    Row(
        "POST /staff/held/{held_id}/seal",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "page_shown": "3"},
        recorded=Verb.SEAL,
    ),
    Row(
        "POST /staff/held/{held_id}/cut",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "before": "3"},
        recorded=Verb.CUT,
    ),
    Row(
        "POST /staff/held/{held_id}/join",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "pair": "{held} {beside}"},
        recorded=Verb.JOIN,
    ),
    Row(
        "POST /staff/held/{held_id}/mark",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "page_role": "3 blank"},
        recorded=Verb.MARK_PAGE,
    ),
    Row(
        "POST /staff/held/{held_id}/move",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form={**_WHY, "page_move": "3 earlier"},
        recorded=Verb.MOVE_PAGE,
    ),
    Row(
        "POST /staff/held/{held_id}/ask-for-rescan",
        staff(303, 303, **_LOOK_ONLY),
        "held",
        "",
        form=_WHY,
        recorded=Verb.ASK_FOR_RESCAN,
    ),
)

_RECALLS = (
    Row("GET /staff/rejected", staff(200, 200)),
    Row("GET /staff/mail/{letter}", staff(200), "letter", "other"),
    Row("GET /staff/recall/{some_id}", staff(200), "letter", "other"),
    Row(
        "POST /staff/recall/{some_id}",
        staff(303, 404, clerk=(409, 404), investigator=(409, 404)),
        "letter",
        "",
        form=_WHY,
        recorded=Verb.RECALL,
    ),
    # Tests of its own undo a decision; no such act is undone here.
    Row("POST /staff/held/{held_id}/undo", staff(409, 409), "rejected", form={"act": "1"}),
)

_SEALED = (
    Row(
        "GET /staff/held/{scan_id}/seal/{number}/picture",
        staff(200, clerk=(403, 403), investigator=(403, 403)),
        "seal",
        "seal",
        {"number": "2"},
        recorded=Verb.LOOK_AT_SEALED_PAGE,
    ),
    Row(
        "POST /staff/held/{scan_id}/seal/lift",
        staff(303, 303, **_SUPERVISORS),
        "seal",
        "",
        form=_WHY,
        recorded=Verb.LIFT_SEAL,
    ),
    Row(
        "POST /staff/held/{scan_id}/seal/cut",
        staff(303, 303, **_SUPERVISORS),
        "seal",
        "",
        form={**_WHY, "pages": "3"},
        recorded=Verb.CUT_OUT,
    ),
    Row(
        "POST /staff/held/{scan_id}/seal/destroy",
        staff(303, 303, **_SUPERVISORS),
        "seal",
        "",
        form={**_WHY, "confirm": "DESTROY"},
        recorded=Verb.DESTROY_SEAL,
    ),
)

_ADMINISTRATORS = staff(403, 403, administrator=(303, 404))
_ADMINISTRATORS_SEE = staff(403, 403, administrator=(200, 404))
_NEW = {
    "proof_password": "plain-invented-words",
    "password": "lanterns over quiet water",
    "again": "lanterns over quiet water",
}

_STAFF = (
    Row("GET /staff/me", staff(200)),
    Row("POST /staff/me/password", staff(303), form=_NEW, recorded=Verb.CHANGE_PASSWORD),
    Row("POST /staff/me/sessions/{session}/end", staff(404), rest={"session": "none"}),
    Row("GET /staff/second-step", staff(200)),
    Row("POST /staff/second-step", staff(303), recorded=Verb.BEGIN_SECOND_STEP),
    Row("POST /staff/second-step/finish", staff(409)),
    Row("POST /staff/second-step/codes", staff(409)),
    Row("POST /staff/second-step/remove", staff(409)),
    Row("GET /staff/people", staff(403, administrator=(200, 200))),
    Row(
        "POST /staff/people",
        staff(403, administrator=(200, 200)),
        form={"name": "New Person", "role": "clerk"},
        recorded=Verb.ADD_STAFF,
    ),
    Row("GET /staff/people/{person}", _ADMINISTRATORS_SEE, "clerk", "supervisor"),
    Row(
        "POST /staff/people/{person}/role",
        _ADMINISTRATORS,
        "clerk",
        "supervisor",
        form={"role": "investigator"},
        recorded=Verb.CHANGE_ROLE,
    ),
    Row(
        "POST /staff/people/{person}/deactivate",
        _ADMINISTRATORS,
        "clerk",
        "supervisor",
        recorded=Verb.DEACTIVATE_STAFF,
    ),
    Row(
        "POST /staff/people/{person}/reactivate",
        _ADMINISTRATORS_SEE,
        "left",
        recorded=Verb.REACTIVATE_STAFF,
    ),
    Row(
        "POST /staff/people/{person}/reset",
        _ADMINISTRATORS_SEE,
        "clerk",
        "supervisor",
        recorded=Verb.RESET_LOGIN,
    ),
    Row(
        "POST /staff/people/{person}/sessions/{session}/end",
        _ADMINISTRATORS,
        "administrator",
        rest={"session": "all"},
        recorded=Verb.END_SESSION,
    ),
)

_IMPORTERS = staff(403, 403, administrator=(303, 404))
_RENUMBERERS = staff(200, 200, clerk=(403, 403), investigator=(403, 403))

_ROSTER = (
    Row("GET /staff/roster", staff(200, 200)),
    # A test of its own uploads a file; a form without one is shown again.
    Row("POST /staff/roster", staff(403, 403, administrator=(409, 409))),
    Row("GET /staff/roster/file/{sha256}", staff(403, 403, administrator=(200, 404)), "roster"),
    Row(
        "POST /staff/roster/file/{sha256}/columns",
        _IMPORTERS,
        "roster",
        form={"full": "true"},
        recorded=Verb.MAP_ROSTER,
    ),
    Row(
        "POST /staff/roster/file/{sha256}/apply",
        _IMPORTERS,
        "roster",
        form={"seen": "{roster_seen}"},
        recorded=Verb.IMPORT_ROSTER,
    ),
    Row(
        "POST /staff/roster/file/{sha256}/dismiss",
        _IMPORTERS,
        "roster",
        recorded=Verb.DISMISS_ROSTER,
    ),
    Row(
        "POST /staff/roster/held/{booking}",
        staff(303, investigator=(403, 403)),
        "doubtful",
        form=_WHY,
        recorded=Verb.CONFIRM_NAME,
    ),
    Row("GET /staff/roster/numbers", _RENUMBERERS),
    Row(
        "POST /staff/roster/renumber",
        staff(303, 303, clerk=(403, 403), investigator=(403, 403)),
        form={**_WHY, "number": "2026-00117", "new": "2026-00999"},
        recorded=Verb.RENUMBER,
    ),
    Row(
        "POST /staff/roster/merge",
        staff(303, 303, clerk=(403, 403), investigator=(403, 403)),
        form={**_WHY, "number": "2026-00117", "new": "2026-00118", "names_differ": "true"},
        recorded=Verb.MERGE,
    ),
)

_SUPERVISED = {"clerk": (403, 403), "investigator": (403, 403)}

#: This facility is the only one of its agency, and nobody moves.
_TRANSFERS = (
    Row("GET /staff/transfers", staff(200, 200, **_SUPERVISED)),
    Row("POST /staff/transfers", staff(409, 409, **_SUPERVISED), form=_WHY),
    Row(
        "POST /staff/transfers/{transfer}/accept",
        staff(409, 409, **_SUPERVISED),
        "letter",
        "other",
        form=_WHY,
    ),
    Row(
        "POST /staff/transfers/{transfer}/withdraw",
        staff(409, 409, **_SUPERVISED),
        "letter",
        "other",
        form=_WHY,
    ),
)

_UPKEEP = (
    Row("GET /staff/announcements", staff(200, 200)),
    Row(
        "POST /staff/announcements",
        staff(303, 303, **_SUPERVISED),
        form={"english": "No mail", "starts": "{now}", "ends": "{soon}"},
        recorded=Verb.ANNOUNCE,
    ),
    Row(
        "POST /staff/announcements/{item}/end",
        staff(303, 404, **_SUPERVISED),
        "announcement",
        recorded=Verb.END_ANNOUNCEMENT,
    ),
    Row("GET /staff/outbox", staff(200, 200, clerk=(403, 403), investigator=(403, 403))),
    Row(
        "POST /staff/outbox/resend",
        staff(303, 404, **_SUPERVISED),
        form={"item": "{outgoing}"},
        recorded=Verb.SEND_MAIL_AGAIN,
    ),
    Row(
        "POST /staff/outbox/drop",
        staff(303, 404, **_SUPERVISED),
        form={"item": "{outgoing}"},
        recorded=Verb.DROP_MAIL,
    ),
)

_AT_HOME = {"family": 303, "stranger": 303}
_WITH = ("inmate", "anothers_number")
_STALE = {"token": "stale"}
_TYPED = {"subject": "Hello", "body": "All is well.", "act": "save"}

_FAMILY = (
    Row("GET /family", anyone(200, **_AT_HOME)),
    Row("GET /family/login", anyone(200)),
    Row("POST /family/login", anyone(403)),
    Row("POST /family/logout", anyone(303)),
    Row("GET /family/logout/idle", anyone(303), apart=True),
    Row("POST /family/awake", anyone(403, family=204, stranger=204)),
    Row("GET /family/sign-up", anyone(200)),
    Row("POST /family/sign-up", anyone(400)),
    Row("GET /family/confirm/{token}", anyone(404), rest=_STALE),
    Row("POST /family/confirm/{token}", anyone(404), rest=_STALE),
    Row("GET /family/forgot", anyone(200)),
    Row("POST /family/forgot", anyone(200), form={"email": "a@b.example"}),
    Row("GET /family/reset/{token}", anyone(404), rest=_STALE),
    Row("POST /family/reset/{token}", anyone(404), rest=_STALE),
    Row("GET /family/leave/{token}", anyone(200), rest=_STALE),
    Row("POST /family/leave/{token}", anyone(200), rest=_STALE),
    Row("GET /family/staff-mail/{token}", anyone(404), rest=_STALE),
    Row("POST /family/staff-mail/{token}", anyone(404), rest=_STALE),
    Row("POST /family/staff-mail/{token}/again", anyone(404), rest=_STALE),
    Row("GET /family/takeaway", anyone(200)),
    Row("POST /family/takeaway", anyone(400)),
    Row("GET /family/takeaway/file", anyone(303)),
    Row("POST /family/takeaway/close", anyone(303)),
    Row("GET /family/where", anyone(200)),
    Row("POST /family/where", anyone(400)),
    Row("GET /family/no-printer", anyone(200)),
    Row("GET /family/home", families(200, 200)),
    Row("GET /family/ask", families(200, 200)),
    Row(
        "POST /family/ask",
        families(303, 303),
        form={"booking": "2026-00118", "name": "José Okonkwo-Ruiz"},
        recorded=Verb.ASK_FOR_CONTACT,
    ),
    Row("GET /family/with/{booking}", families(200), *_WITH, recorded=Verb.OPEN_CONVERSATION),
    Row("POST /family/with/{booking}", families(303), *_WITH, form=_TYPED),
    Row("POST /family/with/{booking}/draft", families(204), *_WITH, form=_TYPED),
    Row("GET /family/with/{booking}/draft/{place}", families(200), *_WITH, rest={"place": "1"}),
    Row(
        "POST /family/with/{booking}/stop",
        families(303),
        *_WITH,
        form=_WHY,
        recorded=Verb.BLOCK_MAIL,
    ),
    Row("POST /family/with/{booking}/resume", families(200), *_WITH),
    Row(
        "GET /family/photo/{message}/{place}",
        families(200),
        "message",
        "strangers_message",
        {"place": "1"},
    ),
    Row(
        "GET /family/reply/{letter}/{position}", families(200), "answer", "strangers_answer", _PAGE
    ),
    Row("GET /family/letters", families(200, 200)),
    Row(
        "POST /family/letters",
        families(303, 303),
        form={"other": "2026-00117", "name": "Tobias Quillfeather"},
        recorded=Verb.PRINT_COVER,
    ),
    Row("GET /family/letters/{short_id}", families(200), "familys_cover", "strangers_cover"),
    Row(
        "GET /family/letters/{short_id}/cover.pdf",
        families(200),
        "familys_cover",
        "strangers_cover",
    ),
    Row(
        "GET /family/letters/{short_id}/number.png",
        families(200),
        "familys_cover",
        "strangers_cover",
    ),
    Row("GET /family/account", families(200, 200)),
    Row(
        "POST /family/account",
        Answers(  # the name that staff approved is not theirs to change
            {
                "family": dict.fromkeys(KINDS, 303),
                "stranger": dict.fromkeys(KINDS, 409),
            },
            "/family/login",
        ),
        form={"name": "Cora Dale", "language": "es"},
        recorded=Verb.CHANGE_ACCOUNT,
    ),
    Row("POST /family/account/reach", families(303, 303)),
    Row("POST /family/account/password", families(403, 403), form={"old": "?"}),
    Row("POST /family/account/delete", families(403, 403), form={"password": "?"}),
    Row("POST /family/account/export", families(200, 200), recorded=Verb.EXPORT_OWN),
)

_BY_SUPERVISORS = staff(303, 404, clerk=(403, 403), investigator=(403, 403))
_CLERKS_MAKE = staff(200, 404, investigator=(403, 403))
_A_CORRECTION = {
    "booking": "2026-00117",
    "kind": "cash",
    "amount": "21.00",
    "found_by": "Ana Brookwater",
    **_WHY,
}

_LOGBOOK = (
    Row("GET /staff/returned", staff(200, 200)),
    Row("GET /staff/returned/found", staff(200, 200)),
    Row("GET /staff/returned/new", staff(200, 200)),
    Row("GET /staff/returned/log.csv", staff(200, 200), recorded=Verb.EXPORT_LOGBOOK),
    Row(
        "POST /staff/returned",
        staff(303, 303, investigator=(403, 403)),
        form={"booking": "2025-00031", "why": "released"},
        recorded=Verb.RETURN_MAIL,
    ),
    Row("GET /staff/returned/{number}", staff(200), "returned"),
    Row(
        "GET /staff/returned/{number}/label.pdf",
        _CLERKS_MAKE,
        "returned",
        recorded=Verb.PRINT_LABEL,
    ),
    Row("POST /staff/returned/{number}/print", _CLERKS_MAKE, "returned", recorded=Verb.QUEUE_PRINT),
    Row(
        "POST /staff/returned/{number}/strike",
        _BY_SUPERVISORS,
        "returned",
        form=_WHY,
        recorded=Verb.CORRECT_LOGBOOK,
    ),
    Row("GET /staff/items", staff(200, 200)),
    Row("GET /staff/items/found", staff(200, 200)),
    Row("GET /staff/items/new", staff(200, 200)),
    Row("GET /staff/items/log.csv", staff(200, 200), recorded=Verb.EXPORT_LOGBOOK),
    Row(
        "POST /staff/items",
        staff(303, 303, investigator=(403, 403)),
        form={**_A_CORRECTION, "amount": "5"},
        recorded=Verb.RECORD_ITEM,
    ),
    Row("GET /staff/items/{receipt}", staff(200), "receipt", "others_receipt"),
    Row(
        "GET /staff/items/{receipt}/receipt.pdf",
        _CLERKS_MAKE,
        "receipt",
        "others_receipt",
        recorded=Verb.PRINT_RECEIPT,
    ),
    Row(
        "POST /staff/items/{receipt}/print",
        _CLERKS_MAKE,
        "receipt",
        "others_receipt",
        recorded=Verb.QUEUE_PRINT,
    ),
    Row(
        "POST /staff/items/{receipt}/correct",
        _BY_SUPERVISORS,
        "receipt",
        form=_A_CORRECTION,
        recorded=Verb.CORRECT_LOGBOOK,
    ),
    Row(
        "POST /staff/items/{receipt}/strike",
        _BY_SUPERVISORS,
        "receipt",
        form=_WHY,
        recorded=Verb.CORRECT_LOGBOOK,
    ),
)

_NOT_INVESTIGATORS = {"investigator": (403, 403)}
_KEEPERS = {"clerk": (403, 403), "investigator": (403, 403)}
_ENTRY = {"kind": "court", "organisation": "Court of Lake County"}

_LEGAL = (
    Row("GET /staff/legal", staff(200, 200, **_NOT_INVESTIGATORS)),
    Row(
        "POST /staff/legal/scan",
        staff(200, 200, **_NOT_INVESTIGATORS),
        form={"code": "MD1" + "A" * 32},
        recorded=Verb.SCAN_LEGAL_CODE,
    ),
    Row("POST /staff/legal/picture", staff(200, 200, **_NOT_INVESTIGATORS)),
    Row("GET /staff/legal/items/{item}", staff(200, 404, **_NOT_INVESTIGATORS), "legal_item"),
    Row(
        "POST /staff/legal/items/{item}/opened",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "legal_item",
        form={"found": "no"},
        recorded=Verb.OPEN_LEGAL_ITEM,
    ),
    Row(
        "POST /staff/legal/items/{item}/handed",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "legal_opened",
        form={"signed": "yes"},
        recorded=Verb.HAND_OVER_LEGAL_ITEM,
    ),
    Row(
        "POST /staff/legal/items/{item}/returned",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "legal_item",
        form=_WHY,
        recorded=Verb.RETURN_LEGAL_ITEM,
    ),
    Row("GET /staff/legal/senders", staff(200, 200, **_KEEPERS)),
    Row(
        "POST /staff/legal/senders",
        staff(303, 303, **_KEEPERS),
        form=_ENTRY,
        recorded=Verb.ADD_PROTECTED_SENDER,
    ),
    Row("POST /staff/legal/senders/import", staff(409, 409, **_KEEPERS)),
    Row("GET /staff/legal/senders/{number}", staff(200, 404, **_KEEPERS), "sender"),
    Row(
        "POST /staff/legal/senders/{number}",
        staff(303, 404, **_KEEPERS),
        "sender",
        form=_ENTRY,
        recorded=Verb.CHANGE_PROTECTED_SENDER,
    ),
    Row(
        "POST /staff/legal/senders/{number}/revoke",
        staff(303, 404, **_KEEPERS),
        "sender",
        form=_WHY,
        recorded=Verb.REVOKE_PROTECTED_SENDER,
    ),
    Row(
        "POST /staff/legal/senders/{number}/reactivate",
        staff(303, 404, **_KEEPERS),
        "gone_sender",
        form=_WHY,
        recorded=Verb.REACTIVATE_PROTECTED_SENDER,
    ),
    Row("GET /staff/legal/senders/{number}/code", staff(200, 404, **_KEEPERS), "sender"),
    Row(
        "POST /staff/legal/senders/{number}/code",
        staff(303, 404, **_KEEPERS),
        "sender",
        form={"booking": "2026-00117"},
        recorded=Verb.MAKE_LEGAL_CODE,
    ),
    Row("GET /staff/legal/codes/{item}", staff(200, 404, **_KEEPERS), "legal_code"),
    Row(
        "GET /staff/legal/codes/{item}/cover.pdf",
        staff(200, 404, **_KEEPERS),
        "legal_code",
        recorded=Verb.PRINT_LEGAL_CODE,
    ),
    Row(
        "GET /staff/legal/codes/{item}/code.png",
        staff(200, 404, **_KEEPERS),
        "legal_code",
        recorded=Verb.PRINT_LEGAL_CODE,
    ),
    Row(
        "POST /staff/legal/codes/{item}/revoke",
        staff(303, 404, **_KEEPERS),
        "legal_code",
        form=_WHY,
        recorded=Verb.REVOKE_LEGAL_CODE,
    ),
    Row("GET /staff/legal/log", staff(200, 200, **_KEEPERS)),
    Row(
        "POST /staff/legal/log",
        staff(200, 200, **_KEEPERS),
        form=_WHY,
        recorded=Verb.LOOK_AT_LEGAL_LOG,
    ),
)

_HOLDERS_ALONE = staff(303, 404, clerk=(403, 403))
_BY_CLERKS = staff(303, 404, investigator=(403, 403))
#: The letter came under a cover of the family's.
_THE_FAMILY_ALONE = Answers(
    {
        "family": dict(zip(KINDS, (303, 404, 404, 404), strict=True)),
        "stranger": dict.fromkeys(KINDS, 404),
    },
    "/family/login",
)
_ORIGINALS = (
    Row("GET /staff/originals", staff(200, 200)),
    Row("GET /staff/originals/find", staff(200, 200)),
    Row(
        "POST /staff/originals/boxes",
        staff(303, 303, investigator=(403, 403)),
        recorded=Verb.MAKE_BOX,
    ),
    Row("GET /staff/originals/boxes/{code}", staff(200), "box"),
    Row(
        "GET /staff/originals/boxes/{code}/label.pdf",
        _CLERKS_MAKE,
        "box",
        recorded=Verb.PRINT_BOX_LABEL,
    ),
    Row(
        "POST /staff/originals/boxes/{code}",
        _BY_CLERKS,
        "box",
        form={"act": "stand", "shelf": "Shelf 2"},
        recorded=Verb.CHANGE_BOX,
    ),
    Row("GET /staff/originals/scans/{scan}", staff(200), "letter", "other"),
    Row(
        "POST /staff/originals/scans/{scan}/box",
        _BY_CLERKS,
        "letter",
        recorded=Verb.PLACE_PAPER,
    ),
    Row(
        "POST /staff/originals/scans/{scan}/give",
        _BY_CLERKS,
        "due_scan",
        form={"to": "sender"},
        recorded=Verb.GIVE_PAPER,
    ),
    Row(
        "POST /staff/originals/scans/{scan}/hold",
        _HOLDERS_ALONE,
        "letter",
        form={"until": "{tomorrow}", **_WHY},
        recorded=Verb.HOLD_PAPER,
    ),
    Row(
        "POST /staff/originals/holds/{number}/end",
        _HOLDERS_ALONE,
        "paper_hold",
        form=_WHY,
        recorded=Verb.END_PAPER_HOLD,
    ),
    Row(
        "POST /staff/originals/letters/{letter}/ask",
        _BY_CLERKS,
        "letter",
        "other",
        form={"on_behalf": "his mother"},
        recorded=Verb.ASK_FOR_PAPER,
    ),
    Row(
        "POST /staff/originals/asked/{number}",
        _BY_CLERKS,
        "paper_request",
        form={"to": "refused", "why": "evidence"},
        recorded=Verb.REFUSE_PAPER,
    ),
    Row("GET /staff/originals/due", staff(200, 200)),
    Row(
        "POST /staff/originals/due",
        staff(303, 303, investigator=(403, 403)),
        form={"scan": "{due_scan}", "proof_password": "plain-invented-words"},
        recorded=Verb.PROPOSE_PAPER_DESTRUCTION,
    ),
    Row("GET /staff/originals/lists/{number}", staff(200), "list"),
    Row(
        "POST /staff/originals/lists/{number}/confirm",
        _BY_SUPERVISORS,
        "list",
        form={"proof_password": "plain-invented-words"},
        recorded=Verb.CONFIRM_PAPER_DESTRUCTION,
    ),
    Row(
        "POST /staff/originals/lists/{number}/withdraw",
        _BY_CLERKS,
        "list",
        recorded=Verb.WITHDRAW_PAPER_DESTRUCTION,
    ),
    Row(
        "GET /staff/originals/lists/{number}/certificate.pdf",
        staff(200),
        "done_list",
        recorded=Verb.PRINT_CERTIFICATE,
    ),
    Row("POST /mail/{letter}/paper", inmates(303), "letter", "other", recorded=Verb.ASK_FOR_PAPER),
    Row(
        "POST /family/letters/{short_id}/paper",
        _THE_FAMILY_ALONE,
        "familys_cover",
        "",
        form={"letter": "{letter}"},
        recorded=Verb.ASK_FOR_PAPER,
    ),
)

_VISITS = (
    Row("GET /staff/visits", staff(200, 200)),
    Row("GET /staff/visits/new", staff(200, 200)),
    Row(
        "POST /staff/visits",
        staff(303, 303, **_NOT_INVESTIGATORS),
        form={"booking": "2026-00117", "slot": "{free_time}", "contact": "{cora}"},
        recorded=Verb.BOOK_VISIT,
    ),
    Row("GET /staff/visits/movement.pdf", staff(200, 200), recorded=Verb.PRINT_VISITS),
    Row("GET /staff/visits/passes.pdf", staff(200, 200), recorded=Verb.PRINT_VISITS),
    Row("GET /staff/visits/{number}", staff(200), "visit", "others_visit"),
    Row(
        "POST /staff/visits/{number}/approve",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "asked_visit",
        recorded=Verb.APPROVE_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/refuse",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "asked_visit",
        form=_WHY,
        recorded=Verb.REFUSE_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/cancel",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "visit",
        "others_visit",
        form=_WHY,
        recorded=Verb.CANCEL_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/move",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "visit",
        form={**_WHY, "slot": "{free_time}"},
        recorded=Verb.MOVE_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/leave",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "flagged_visit",
        form={**_WHY, "seen": "{visit_flag}"},
        recorded=Verb.LEAVE_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/outcome",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "begun_visit",
        form={"became": "completed"},
        recorded=Verb.RECORD_OUTCOME,
    ),
    Row(
        "POST /staff/visits/{number}/again",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "begun_visit",
        form={"slot": "{free_time}"},
        recorded=Verb.BOOK_VISIT,
    ),
    Row(
        "POST /staff/visits/{number}/not-again",
        staff(303, 404, **_NOT_INVESTIGATORS),
        "begun_visit",
        form=_WHY,
        recorded=Verb.LEAVE_VISIT,
    ),
    Row("GET /staff/visits/setup", staff(200, 200)),
    Row(
        "POST /staff/visits/setup/rooms",
        staff(303, 303, **_KEEPERS),
        form={"name": "Chapel", "medium": "in person", "places": "2"},
        recorded=Verb.MAKE_VISIT_ROOM,
    ),
    Row(
        "POST /staff/visits/setup/rooms/{room}/end",
        staff(303, 404, **_KEEPERS),
        "visit_room",
        recorded=Verb.END_VISIT_ROOM,
    ),
    Row(
        "POST /staff/visits/setup/sessions",
        staff(303, 303, **_KEEPERS),
        form={
            "room": "{visit_room}",
            "kind": "in person",
            "day": "0",
            "begins": "14:00",
            "ends": "16:00",
            "minutes": "30",
            "first_day": "{tomorrow}",
        },
        recorded=Verb.MAKE_VISIT_SESSION,
    ),
    Row(
        "POST /staff/visits/setup/sessions/{session}/end",
        staff(303, 404, **_KEEPERS),
        "visit_session",
        recorded=Verb.END_VISIT_SESSION,
    ),
    Row(
        "POST /staff/visits/setup/sessions/{session}/without",
        staff(303, 404, **_KEEPERS),
        "visit_session",
        form={"day": "{tomorrow}"},
        recorded=Verb.CHANGE_VISIT_SESSION,
    ),
    Row(
        "POST /staff/visits/setup/closed",
        staff(303, 303, **_KEEPERS),
        form={**_WHY, "first": "{tomorrow}"},
        recorded=Verb.CLOSE_DAYS,
    ),
    Row(
        "POST /staff/visits/setup/closed/{closure}/lift",
        staff(303, 404, **_KEEPERS),
        "visit_closure",
        form=_WHY,
        recorded=Verb.OPEN_CLOSED_DAYS,
    ),
    Row(
        "POST /staff/visits/setup/limits",
        staff(303, 303, **_KEEPERS),
        form={**_WHY, "limit": "no visits", "visitor": "{stranger}"},
        recorded=Verb.RESTRICT_VISITS,
    ),
    Row(
        "POST /staff/visits/setup/limits/{restriction}/end",
        staff(303, 404, **_KEEPERS),
        "visit_limit",
        form=_WHY,
        recorded=Verb.END_VISIT_RESTRICTION,
    ),
    Row(
        "POST /staff/visits/setup/apart",
        staff(303, 303, **_KEEPERS),
        form={**_WHY, "bookings": "2026-00117, 2026-00118"},
        recorded=Verb.KEEP_APART,
    ),
    Row(
        "POST /staff/visits/setup/apart/{group}/end",
        staff(303, 404, **_KEEPERS),
        "visit_apart",
        form=_WHY,
        recorded=Verb.END_KEEPING_APART,
    ),
    Row("GET /family/visits", families(200, 200)),
    Row("GET /family/visits/with/{booking}", families(200), *_WITH),
    Row(
        "POST /family/visits/with/{booking}",
        families(303),
        *_WITH,
        form={"slot": "{free_time}"},
    ),
    Row("GET /family/visits/time/{held}", families(200), "held_time", "others_time"),
    Row(
        "POST /family/visits/time/{held}",
        families(303),
        "held_time",
        "others_time",
        recorded=Verb.ASK_FOR_VISIT,
    ),
    Row("POST /family/visits/time/{held}/leave", families(303), "held_time", "others_time"),
    Row("GET /family/visits/{number}", families(200), "visit", "others_visit"),
    Row("GET /family/visits/{number}/visit.ics", families(200), "visit", "others_visit"),
    Row(
        "POST /family/visits/{number}/cancel",
        families(303),
        "visit",
        "others_visit",
        recorded=Verb.CANCEL_VISIT,
    ),
    Row("GET /mail/visits", inmates(200, 200)),
    Row(
        "POST /mail/visits/{number}/decline",
        inmates(303),
        "visit",
        "others_visit",
        recorded=Verb.CANCEL_VISIT,
    ),
)

ROWS = (
    *_LOGIN,
    *_CALLS,
    *_GUESTS,
    *_TRYING,
    *_TALKS,
    *_ASKING,
    *_REQUESTS,
    *_APPEALS,
    *_LOG,
    *_MAIL,
    *_LISTS,
    *_INMATES,
    *_OUTSIDE,
    *_KIOSKS,
    *_TOKENS,
    *_REPORTS,
    *_PRINTS,
    *_LETTERS,
    *_WATCHING,
    *_RETENTION,
    *_MESSAGES,
    *_CHECKS,
    *_SCREENING,
    *_HELD,
    *_RECALLS,
    *_SEALED,
    *_STAFF,
    *_ROSTER,
    *_TRANSFERS,
    *_UPKEEP,
    *_FAMILY,
    *_LOGBOOK,
    *_ORIGINALS,
    *_LEGAL,
    *_VISITS,
)
