"""Values out of bounds, in every parameter of every route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import quote, urlencode

from digitizer.model.people import StaffRole
from tests.support.whole_facility import FAMILY_EMAILS, OWNER
from trials.break_in.playing import Attack, Play, shut_if
from trials.break_in.routes import Route, routes
from trials.break_in.target import Target
from trials.break_in.visitor import Answer, Visitor

_VALUES: Mapping[str, tuple[str, ...]] = {
    "NUL": ("%00", "a%00b", "1%00", "%00%00"),
    "control characters": ("%01", "%1b[2J", "%0d%0aX-Evil: 1", "%7f", "%c2%85", "%e2%80%ae"),
    "bytes that are no UTF-8": ("%ff", "%c3%28", "%ed%a0%80", "%f4%90%80%80", "%"),
    "huge numbers": ("9" * 30, "-" + "9" * 30, "9223372036854775808", "2147483648", "1e999", "NaN"),
    "odd numbers": ("-1", "0", "1.5", "0x10", "%D9%A3", "1_000", "+1", " 1", "00001"),
    "dates out of bounds": (
        "0000-00-00",
        "9999-12-31T23:59:60Z",
        "10000-01-01",
        "-0001-01-01",
        "1970-01-01T00:00:00-99:99",
        "2024-02-30",
    ),
    "long values": ("x" * 300, "9" * 3000, "%F0%9F%92%A9" * 400),
    "words of other languages": (
        "' OR 1=1--",
        "{{7*7}}",
        "${7*7}",
        "../../etc/passwd",
        "%s%n",
        "true",
        "null",
        "[]",
    ),
}
#: What ends the visit, and what hashes or waits: these get one value of each kind.
_ENDS = ("/logout", "/logout/idle", "/family/logout", "/family/logout/idle")
#: What gives a number or a whole record away: each value gets somebody of their own to be tried on.
_ENDS_A_RECORD = ("/staff/roster/renumber", "/staff/roster/merge")
#: Pages whose forms bear each visitor's token.
_FORMS_OF = {
    "staff": "/staff/me",
    "inmate": "/mail",
    "newcomer": "/mail",
    "family": "/family/account",
}
_ADMINISTRATOR = StaffRole.ADMINISTRATOR
_HASHES = (
    *("POST /login", "POST /staff/login", "POST /kiosk", "POST /staff/me/password"),
    *("POST /family/login", "POST /family/sign-up", "POST /family/forgot", "POST /family/ask"),
    *("POST /family/confirm/{token}", "POST /family/reset/{token}"),
    *("POST /family/account/password", "POST /family/account/delete"),
)


def _requests(each: Route, value: str) -> Iterator[tuple[str, str]]:
    """Addresses and forms with this value in each parameter in turn; others as they should be."""
    raw = quote(value, safe="%")
    for name in each.place:
        yield each.address(**{name: raw}), urlencode(each.form)
    for name in (*each.query, "lang"):
        yield f"{each.address()}?{name}={raw}", urlencode(each.form)
    for name in each.fields:
        others = {key: text for key, text in each.form.items() if key != name}
        yield each.address(), f"{urlencode(others)}&{name}={raw}"


def _who(path: str) -> str:
    if path == "/mail/pin":
        return "newcomer"  # what changes the PIN must not lock the owner out of all that follows
    if path.startswith("/mail"):
        return "inmate"
    if path.startswith("/family"):
        return "family"
    return "staff" if path.startswith("/staff") and "/login" not in path else "nobody"


def _in_every_parameter(target: Target, kind: str, most: int | None = None) -> str:
    """Never an answer of 500 or 503, for anyone who gets so far. ``most`` values of the kind."""
    visitors = {"nobody": target.visitor(), "inmate": target.visitor()}
    assert visitors["inmate"].log_in(OWNER)
    visitors["newcomer"] = target.visitor()
    assert visitors["newcomer"].log_in(target.new_inmate())
    visitors["staff"], visitors["family"] = target.as_staff(_ADMINISTRATOR), target.visitor()
    assert visitors["family"].family_in(FAMILY_EMAILS["family"])
    csrfs = {who: visitors[who].hidden(page).get("csrf", "") for who, page in _FORMS_OF.items()}
    failed, asked = set(), 0
    for each in routes(target):
        if each.row.path in _ENDS:
            continue
        for value in _VALUES[kind][: 1 if each.row.route in _HASHES else most]:
            if each.row.path in _ENDS_A_RECORD:
                each = replace(each, form={**each.form, "number": target.new_inmate()})
            for path, form in _requests(each, value):
                asked += 1
                who = _who(each.row.path)
                answer = _send(visitors[who], each.row.method, path, form, csrfs.get(who, ""))
                if answer.status >= 500 or "x-evil" in answer.headers:
                    failed.add(f"{answer.status} {each.row.route} {path[-40:]!r} {form[-60:]!r}")
    target.let_in_again(OWNER)  # staff's forms reset PINs, too
    shut_if(not failed, f"{len(failed)} failed: {sorted(failed)[:6]}")
    return f"{asked} requests, none failed"


def _send(visitor: Visitor, method: str, path: str, form: str, csrf: str) -> Answer:
    try:
        if method == "GET":
            return visitor.ask("GET", path)
        token = "" if "&csrf=" in form else f"&csrf={csrf}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return visitor.ask("POST", path, headers=kind, body=f"{form}{token}".encode())
    except ValueError as error:  # what our client does not even send
        return Answer(400, {}, str(error).encode())


def _in_headers(target: Target) -> str:
    """Values that a browser never sends."""
    evil = ("%00", "\xff\xfe", "9" * 5000, "' OR 1=1--", "a=b; a=c; __Host-digitizer=")
    names = (
        "Cookie",
        "Accept-Language",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Origin",
        "Sec-Fetch-Site",
        "HX-Request",
        "Range",
        "If-Modified-Since",
        "Content-Type",
        "Expect",
    )
    failed = []
    for name in names:
        for value in evil:
            for visitor in (target.visitor(), target.direct()):
                for path in ("/mail", "/static/htmx.min.js"):
                    status = visitor.ask("GET", path, headers={name: value}).status
                    failed += [f"{status} {name}: {value[:20]}"] if status >= 500 else []
    shut_if(not failed, f"failed: {failed[:6]}")
    return f"{len(names)} headers, {len(evil)} values each, none failed"


_BOUNDS: Mapping[str, Play] = {
    "one NUL": partial(_in_every_parameter, kind="NUL", most=1),
    **{kind: partial(_in_every_parameter, kind=kind) for kind in _VALUES},
    "headers": _in_headers,
}

ATTACK = Attack("values out of bounds", "no server error", _BOUNDS, short=0)
