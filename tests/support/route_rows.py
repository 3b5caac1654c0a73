"""The table of routes: what each role is answered, for each kind of id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from digitizer.model.events import Verb

STAFF = ("clerk", "supervisor", "administrator", "investigator")
INMATES = ("owner", "another")
ROLES = ("anonymous", *STAFF, *INMATES)
#: Of the letter's owner; of the other inmate; of nothing; no id at all.
KINDS = ("own", "others", "missing", "malformed")

#: The status for each kind of id.
Statuses = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answers:
    """By role; whoever is not in ``by_role`` is sent to ``door`` whatever he asks for."""

    by_role: Mapping[str, Statuses]
    door: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``own`` and ``others`` name ids of the whole house, for the first parameter of the path;
    ``rest`` are the others. ``told`` is the event of whoever succeeds."""

    route: str
    answers: Answers
    own: str = ""
    others: str = ""
    rest: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    told: Verb | None = None
    apart: bool = False

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
    """To staff nothing is another's; ``but`` are roles that are answered otherwise."""
    pairs = {role: but.get(role, (there, missing)) for role in STAFF}
    return Answers(
        {role: dict(zip(KINDS, (a, a, b, b), strict=True)) for role, (a, b) in pairs.items()},
        "/staff/login",
    )


def inmates(own: int, missing: int = 404) -> Answers:
    """What is another's is as if it were not there."""
    first = dict(zip(KINDS, (own, missing, missing, missing), strict=True))
    second = dict(zip(KINDS, (missing, own, missing, missing), strict=True))
    return Answers({"owner": first, "another": second}, "/login")


def anyone(status: int, **but: int) -> Answers:
    return Answers({role: dict.fromkeys(KINDS, but.get(role, status)) for role in ROLES})


_PAGE = {"position": "1"}
_WHY = {"reason": "why"}
_SUPERVISORS = {"clerk": (409, 303), "investigator": (409, 303)}
_LOOK_ONLY = {"investigator": (409, 303)}

_DOORS = (
    Row("GET /", anyone(200)),
    Row("GET /login", anyone(200)),
    Row("POST /login", anyone(403)),
    Row("GET /login/more", anyone(303)),
    Row("POST /login/more", anyone(303)),
    Row("GET /staff/login", anyone(200)),
    Row("POST /staff/login", anyone(403)),
    Row("POST /logout", anyone(303)),
    Row("GET /logout/idle", anyone(303), apart=True),
    Row("POST /awake", anyone(204, anonymous=403)),
    Row("GET /healthz", anyone(200)),
    Row("GET /readyz", anyone(404)),  # for operators, who ask from this machine
    Row("GET /metrics", anyone(404)),
)

_MAIL = (
    Row("GET /mail", inmates(200, 200)),
    Row("GET /mail/replies", inmates(200, 200)),
    Row("GET /mail/replies/{letter}/{position}", inmates(200), "reply", "others_reply", _PAGE,
        told=Verb.OPEN_REPLY),
    Row("GET /mail/replies/{letter}/{position}/picture", inmates(200), "reply", "others_reply",
        _PAGE),
    Row("GET /mail/{letter}", inmates(303, 303), "letter", "other"),
    Row("GET /mail/{letter}/letter.pdf", inmates(200), "letter", "other", told=Verb.COPY_AS_PDF),
    Row("GET /mail/{letter}/{position}", inmates(200), "letter", "other", _PAGE, told=Verb.OPEN),
    Row("GET /mail/{letter}/{position}/picture", inmates(200), "letter", "other", _PAGE),
)  # fmt: skip

_LISTS = (
    Row("GET /staff", staff(200, 200)),
    Row("GET /staff/live", staff(200, 200)),
    Row("GET /staff/held", staff(200, 200)),
    Row("GET /staff/settings", staff(200, 200)),
    Row("GET /staff/mail", staff(200, 200)),
    Row("GET /staff/covers", staff(200, 200)),
    Row("GET /staff/covers/{short_id}", staff(200), "cover", "cover"),
)

_LETTERS = (
    Row("GET /staff/mail/{letter}/letter.pdf", staff(200), "letter", "other",
        told=Verb.COPY_AS_PDF),
    Row("GET /staff/mail/{letter}/{position}", staff(200), "letter", "other", _PAGE,
        told=Verb.OPEN),
    Row("GET /staff/mail/{letter}/{position}/picture", staff(200), "letter", "other", _PAGE,
        told=Verb.LOOK_AT_PAGE),
    Row("POST /staff/mail/{letter}/{position}", staff(303, investigator=(403, 403)),
        "letter", "other", _PAGE, {"text": "Dear Tobias"}, Verb.CORRECT_TEXT),
)  # fmt: skip

_HELD = (
    Row("GET /staff/held/{held_id}", staff(200, 303), "held", "review", told=Verb.LOOK),
    Row("GET /staff/held/{held_id}/find", staff(200, 200), "held", "review"),
    Row("GET /staff/held/{held_id}/page/{number}", staff(200), "held", "review",
        {"number": "2"}, told=Verb.LOOK),
    Row("GET /staff/held/{held_id}/page/{number}/picture", staff(200), "held", "review",
        {"number": "2"}, told=Verb.LOOK_AT_PAGE),
    Row("POST /staff/held/{held_id}/assign", staff(303, 303, **_LOOK_ONLY), "held", "",
        form={**_WHY, "to": "2026-00117"}, told=Verb.ASSIGN),
    Row("POST /staff/held/{held_id}/release", staff(303, 303, **_LOOK_ONLY), "review", "",
        form=_WHY, told=Verb.RELEASE),
    Row("POST /staff/held/{held_id}/reject", staff(303, 303, **_LOOK_ONLY), "held", "",
        form=_WHY, told=Verb.REJECT),
    Row("POST /staff/held/{held_id}/rescanned", staff(303, 303, **_LOOK_ONLY), "held", "",
        form={**_WHY, "new_id": "{again}"}, told=Verb.RESCANNED),
    Row("POST /staff/held/{held_id}/cut", staff(303, 303, **_LOOK_ONLY), "held", "",
        form={**_WHY, "before": "3"}, told=Verb.CUT),
    Row("POST /staff/held/{held_id}/join", staff(303, 303, **_LOOK_ONLY), "held", "",
        form={**_WHY, "pair": "{held} {beside}"}, told=Verb.JOIN),
    Row("POST /staff/held/{held_id}/mark", staff(303, 303, **_LOOK_ONLY), "held", "",
        form={**_WHY, "page_role": "3 blank"}, told=Verb.MARK_PAGE),
)  # fmt: skip

_SEALED = (
    Row("GET /staff/held/{scan_id}/seal/{number}/picture",
        staff(200, clerk=(403, 403), investigator=(403, 403)), "seal", "seal", {"number": "2"},
        told=Verb.LOOK_AT_SEALED_PAGE),
    Row("POST /staff/held/{scan_id}/seal/lift", staff(303, 303, **_SUPERVISORS), "seal", "",
        form=_WHY, told=Verb.LIFT_SEAL),
    Row("POST /staff/held/{scan_id}/seal/cut", staff(303, 303, **_SUPERVISORS), "seal", "",
        form={**_WHY, "pages": "3"}, told=Verb.CUT_OUT),
    Row("POST /staff/held/{scan_id}/seal/destroy", staff(303, 303, **_SUPERVISORS), "seal", "",
        form={**_WHY, "confirm": "DESTROY"}, told=Verb.DESTROY_SEAL),
)  # fmt: skip

ROWS = (*_DOORS, *_MAIL, *_LISTS, *_LETTERS, *_HELD, *_SEALED)
