"""The web pages: cookies, hosts, values out of bounds, forged forms, others' ids, and paths."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlencode

from digitizer.model.people import StaffRole
from tests.support.web_kit import PASSWORD, PIN
from tests.support.whole_facility import FAMILY_EMAILS, OWNER
from trials.break_in import forms, others, values
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Visitor

_HOST = "mail.example.org"


# --- cookies and TLS


def _cookies_of(target: Target) -> dict[str, tuple[str, ...]]:
    """Every cookie that a visit through the proxy sets, by what was done."""
    inmate, staff, kiosk, family = (target.visitor() for _ in range(4))
    outside = {"email": FAMILY_EMAILS["family"], "password": PASSWORD}
    login = inmate.post("/login", {"booking_number": target.new_inmate(), "pin": PIN})
    name = target.new_staff(StaffRole.SUPERVISOR)
    desk = staff.post("/staff/login", {"name": name, "password": PASSWORD})
    page = staff.post("/staff/kiosks", {"name": name}, seen_on="/staff/kiosks").text
    code = re.search(r"<strong>([0-9A-Z]{5}-[0-9A-Z]+)</strong>", page)
    assert code is not None, "no code of a kiosk on the page"
    enrolled = kiosk.post("/kiosk", {"code": code[1]})
    return {
        "an inmate's login": login.cookies,
        "a clerk's login": desk.cookies,
        "a kiosk": enrolled.cookies,
        "a family's login": family.post("/family/login", outside).cookies,
        "a language": inmate.get("/login?lang=es").cookies,
    }


def _every_cookie(target: Target) -> str:
    wrong = [
        f"{what}: {cookie.partition('=')[0]}"
        for what, cookies in _cookies_of(target).items()
        for cookie in cookies or ("none",)
        if not cookie.startswith("__Host-")
        or not {"httponly", "secure", f"samesite={_same_site(cookie)}", "path=/"}
        <= {part.strip().lower() for part in cookie.split(";")}
    ]
    shut_if(not wrong, f"not bound to host, TLS and site: {wrong}")
    return "each is __Host-, Secure, HttpOnly, SameSite=Strict; a family's is Lax"


def _same_site(cookie: str) -> str:
    """Who follows the link of an e-mail is still logged in on the family's pages."""
    return "lax" if cookie.startswith("__Host-family=") else "strict"


def _every_answer(target: Target) -> str:
    """Errors and files too."""
    visitor = target.as_staff()
    paths = (
        "/",
        "/login",
        "/staff",
        "/nothing",
        "/static/htmx.min.js",
        "/staff/people",
        "/healthz",
    )
    answers = [visitor.get(path) for path in paths]
    answers.append(visitor.ask("DELETE", "/staff"))
    answers.append(visitor.post("/staff/people", {}, Origin="https://evil.example"))
    names = (
        "strict-transport-security",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "cache-control",
    )
    lacking = {name for name in names for answer in answers if name not in answer.headers}
    shut_if(not lacking, f"some answers lack {lacking}")
    return f"{len(answers)} kinds of answer have {len(names)} headers"


def _scheme_claimed(target: Target) -> str:
    """Past the proxy, a stranger's word on TLS counts for nothing."""
    form = {"booking_number": target.new_inmate(), "pin": PIN}
    answer = target.direct().post("/login", form, X_Forwarded_Proto="https")
    named = [cookie.partition("=")[0] for cookie in answer.cookies]
    shut_if(named == ["digitizer"], f"cookies {named}")
    shut_if("strict-transport-security" not in answer.headers, "HSTS over plain HTTP")
    return "taken for plain HTTP"


def _plain_through_the_proxy(target: Target) -> str:
    """The visitor says http, the proxy adds https: the proxy's word counts."""
    form = {"booking_number": target.new_inmate(), "pin": PIN}
    answer = target.visitor().post("/login", form, X_Forwarded_Proto="http")
    shut_if(all("secure" in each.lower() for each in answer.cookies), f"{answer.cookies}")
    return "still Secure"


def _after_logging_out(target: Target) -> str:
    visitor = target.visitor()
    visitor.log_in(target.new_inmate())
    kept = dict(visitor.cookies)
    answer = visitor.post("/logout", {}, seen_on="/mail")
    cleared = answer.headers.get("clear-site-data", "")
    again = Visitor(visitor.port, visitor.address, visitor.tls, kept)
    shut_if("cookies" in cleared and not again.is_in(), f"cleared {cleared}; in: {again.is_in()}")
    return "the cookie opens nothing, and the browser is told to forget"


# --- sessions


def _fixed_before(target: Target) -> str:
    """A token that the attacker put into the victim's browser."""
    own = target.visitor()
    own.log_in(target.new_inmate())
    victim = target.visitor()
    victim.cookies = dict(own.cookies)
    victim.log_in(target.new_inmate())
    shut_if(victim.cookies != own.cookies, "the token stays the same over a login")
    shut_if(not own.is_in(), "the attacker's token opens what the victim opened")
    return "a new token, and the old one is over"


def _made_up_before(target: Target) -> str:
    victim = target.visitor()
    victim.cookies = {"__Host-digitizer": "A" * 43, "digitizer": "A" * 43}
    victim.log_in(target.new_inmate())
    attacker = target.visitor()
    attacker.cookies = {"__Host-digitizer": "A" * 43}
    shut_if(not attacker.is_in(), "the made-up token is in")
    return "a made-up token never opens anything"


def _other_app(target: Target, inmate: bool) -> str:
    visitor = target.visitor()
    if inmate:
        visitor.log_in(target.new_inmate())
    else:
        visitor.staff_in(target.new_staff())
    other = ("/staff", "/staff/held", "/staff/live") if inmate else ("/mail", "/mail/replies")
    sent = {visitor.get(path).status for path in other}
    shut_if(sent == {303}, f"answered {sent}")
    return "closed"


def _cookie_names(target: Target) -> str:
    """The same token under the name of the other scheme, or of the kiosk."""
    visitor = target.visitor()
    visitor.log_in(target.new_inmate())
    token = visitor.cookies["__Host-digitizer"]
    for cookies in ({"digitizer": token}, {"__Host-kiosk": token}, {"__host-digitizer": token}):
        other = Visitor(visitor.port, visitor.address, visitor.tls, cookies)
        shut_if(not other.is_in(), f"in as {[*cookies]}")
    return "only under its own name"


def _hash_as_token(target: Target) -> str:
    """Whoever read the database has hashes of tokens, which open nothing."""
    visitor = target.visitor()
    visitor.log_in(target.new_inmate())
    token = visitor.cookies["__Host-digitizer"]
    digest = hashlib.sha256(token.encode()).hexdigest()
    tokens = (digest, digest[:16], token[:-1], token.swapcase(), f"{token}x", f" {token[1:]}", "")
    for each in tokens:
        other = Visitor(visitor.port, visitor.address, True, {"__Host-digitizer": each})
        shut_if(not other.is_in(), f"{each} is in")
    return f"{len(tokens)} near tokens open nothing"


# --- where an answer leads


def _redirects(target: Target, headers: Mapping[str, str], port: str = "proxy") -> str:
    """Every redirect stays on this host, whatever the request says that the host is."""
    visitor = target.visitor() if port == "proxy" else target.direct()
    paths = ("/mail", "/staff", "/staff/held", "/mail/", "/staff/", "/login/", "/static", "//login")
    seen = {}
    for path in paths:
        answer = visitor.ask("GET", path, headers=headers)
        seen[path] = (answer.to, "evil" in answer.text)
    away = [path for path, (to, names) in seen.items() if names or not _is_local(to)]
    shut_if(not away, f"away from here: {[(path, seen[path]) for path in away]}")
    return f"{len(paths)} answers stay here"


def _is_local(to: str) -> bool:
    return not to or (to.startswith("/") and not to.startswith(("//", "/\\")))


def _next_parameters(target: Target) -> str:
    """Names that open redirects usually have."""
    names = ("next", "url", "return", "return_to", "redirect", "to", "continue", "r", "bye", "find")
    evil = ("https://evil.example", "//evil.example", "/\\evil.example", "%0d%0aX: evil.example")
    visitor, led = target.visitor(), []
    for name in names:
        for value in evil:
            asked = urlencode({name: value})
            answers = [
                visitor.get(f"/mail?{asked}"),
                visitor.get(f"/staff?{asked}"),
                visitor.get(f"/logout/idle?{asked}"),
                visitor.post(f"/logout?{asked}", {name: value}),
                visitor.post(f"/login?{asked}", {name: value}),
            ]
            led += [each.to for each in answers if "evil" in each.to or not _is_local(each.to)]
    shut_if(not led, f"led to {led}")
    return f"{len(names)} names, none leads away"


def _ids_that_lead_away(target: Target) -> str:
    """Addresses are made of ids: of ids that are addresses themselves."""
    inmate, staff = target.visitor(), target.as_staff(StaffRole.SUPERVISOR)
    inmate.log_in(target.new_inmate())
    csrf, led = staff.hidden("/staff/me")["csrf"], []
    for evil in ("%2F%2Fevil.example", "%5C%5Cevil.example", "https:evil.example", "%0d%0aX:evil"):
        answers = [
            inmate.get(f"/mail/{evil}"),
            staff.get(f"/staff/held/{evil}"),
            staff.post(f"/staff/held/{evil}/reject", {"csrf": csrf, "reason": "x"}),
            staff.post(f"/staff/mail/{evil}/reason", {"csrf": csrf, "reason": "x"}),
        ]
        led += [each.to for each in answers if not _is_local(each.to) or "x" in each.headers]
    shut_if(not led, f"led to {led}")
    return "every address stays here"


def _other_hosts(target: Target) -> str:
    hosts = ("evil.example", "", "mail.example.org.evil.example", "127.0.0.1", "mail.example.org@x")
    answered = {host: target.direct().ask("GET", "/", headers={"Host": host}) for host in hosts}
    let_in = [host for host, answer in answered.items() if answer.status != 400]
    shut_if(not let_in, f"answered {let_in}")
    own = target.direct().ask("GET", "/", headers={"Host": f"{_HOST}:8443"}).status
    shut_if(own == 200, f"the own host is answered {own}")
    return f"{len(hosts)} other hosts get 400"


# --- methods, lengths, paths


def _methods(target: Target) -> str:
    visitor = target.as_staff(StaffRole.ADMINISTRATOR)
    path = f"/staff/people/{target.staff_id(target.new_staff())}/deactivate"
    csrf, before = visitor.hidden("/staff/me")["csrf"], target.events()
    form = {"csrf": csrf, "_method": "POST", "method": "POST"}
    answers = [
        visitor.ask(method, path, form, headers={"X-HTTP-Method-Override": "POST"})
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post")
    ]
    answers.append(visitor.get(f"{path}?{urlencode(form)}", X_HTTP_Method_Override="POST"))
    answers.append(visitor.get(f"{path}?_method=POST&csrf={csrf}", X_Method_Override="POST"))
    statuses = {answer.status for answer in answers}
    shut_if(target.events() == before and max(statuses) < 500, f"answered {statuses}")
    shut_if(b"X-HTTP-Method" not in b"".join(each.body for each in answers), "TRACE answers")
    return f"answered {sorted(statuses)}, nothing done"


_HIDDEN = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: mail.example.org\r\n\r\n"


def _two_requests(target: Target, lengths: bytes, direct: bool = True) -> str:
    """The second is not to be answered."""
    visitor = target.direct() if direct else target.visitor()
    head = b"POST /login HTTP/1.1\r\nHost: mail.example.org\r\n" + lengths + b"\r\n"
    answer = visitor.raw(head + _HIDDEN)
    statuses = re.findall(rb"HTTP/1\.[01] (\d+)", answer)
    hidden = answer.rstrip().endswith(b"ok")
    shut_if(not hidden and statuses[:1] in ([b"400"], [b"501"]), f"answered {statuses}")
    return f"answered {[each.decode() for each in statuses]}"


_PATHS = (
    "/static/../config.toml",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%2f..%2f..%2f..%2fetc/passwd",
    "/static/%5c..%5c..%5cetc%5cpasswd",
    "/static//etc/passwd",
    "/static/....//....//etc/passwd",
    "/static/%00../../etc/passwd",
    "/static/templates/../../web/base.html",
)
_PICTURES = (
    "/mail/{bad}/1/picture",
    "/mail/{letter}/{bad}/picture",
    "/mail/replies/{bad}/1/picture",
    "/staff/mail/{bad}/1/picture",
    "/staff/held/{bad}/page/1/picture",
    "/staff/held/{held}/page/{bad}/picture",
    "/staff/held/{bad}/seal/1/picture",
)


def _raw_paths(target: Target, paths: Iterator[str], who: str) -> str:
    """Sent as they are: a client that tidies paths would hide the attack."""
    visitor = target.as_staff(StaffRole.SUPERVISOR) if who == "staff" else target.visitor()
    if who == "inmate":
        assert visitor.log_in(OWNER)
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    asked, found = 0, []
    for path in paths:
        head = f"GET {path} HTTP/1.0\r\nHost: {_HOST}\r\nCookie: {cookie}\r\n\r\n"
        answer = visitor.raw(head.encode("latin-1"))
        asked += 1
        head_line = answer.split(b"\r\n", 1)[0]
        if b" 200 " in head_line or b" 500 " in head_line or b"root:" in answer:
            found.append(path)
    shut_if(not found, f"answered: {found}")
    return f"{asked} addresses, none leads out"


def _static_paths(target: Target) -> str:
    return _raw_paths(target, iter(_PATHS), "nobody")


def _picture_paths(target: Target, who: str, bad: str) -> str:
    ids = {**target.place.ids, "bad": bad}
    wanted = "/staff" if who == "staff" else "/mail"
    return _raw_paths(
        target, (each.format(**ids) for each in _PICTURES if each.startswith(wanted)), who
    )


def _operators(target: Target) -> str:
    """Pages for operators, through the proxy, by other spellings."""
    paths = (
        "/metrics",
        "/readyz",
        "/metrics/",
        "//metrics",
        "/./metrics",
        "/%6detrics",
        "/METRICS",
        "/metrics?x",
        "/metrics%20",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/static/",
    )
    statuses = {path: target.visitor().get(path).status for path in paths}
    shut_if(set(statuses.values()) <= {400, 404}, f"answered {statuses}")
    return f"{len(paths)} addresses get 404"


_TLS: Mapping[str, Play] = {
    "every cookie": _every_cookie,
    "the headers of every answer": _every_answer,
    "https claimed past the proxy": _scheme_claimed,
    "http claimed through the proxy": _plain_through_the_proxy,
    "after logging out": _after_logging_out,
}
_SESSIONS: Mapping[str, Play] = {
    "a token of the attacker's own, before the login": _fixed_before,
    "a made-up token, before the login": _made_up_before,
    "an inmate's cookie on the staff's pages": partial(_other_app, inmate=True),
    "a clerk's cookie on the inmates' pages": partial(_other_app, inmate=False),
    "under another cookie's name": _cookie_names,
    "the token's hash, and near tokens": _hash_as_token,
}
_LEADS: Mapping[str, Play] = {
    "X-Forwarded-Host": partial(
        _redirects, headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    ),
    "parameters like next": _next_parameters,
    "ids that are addresses": _ids_that_lead_away,
    "other hosts": _other_hosts,
    "X-Original-URL and X-Rewrite-URL": partial(
        _redirects, headers={"X-Original-URL": "//evil.example", "X-Rewrite-URL": "//evil.example"}
    ),
    "the same past the proxy": partial(
        _redirects, headers={"X-Forwarded-Host": "evil.example"}, port="own"
    ),
}
_TWO: Mapping[str, Play] = {
    "a length and chunked": partial(
        _two_requests, lengths=b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n"
    ),
    "chunked and a length": partial(
        _two_requests, lengths=b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"
    ),
    "two lengths": partial(_two_requests, lengths=b"Content-Length: 5\r\nContent-Length: 6\r\n"),
    "an odd transfer encoding": partial(
        _two_requests, lengths=b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"
    ),
    "a length with a plus": partial(_two_requests, lengths=b"Content-Length: +5\r\n"),
    "through the proxy": partial(
        _two_requests,
        lengths=b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n",
        direct=False,
    ),
    "other methods, and overriding them": _methods,
}
_AWAY: Mapping[str, Play] = {
    "static files": _static_paths,
    "an inmate's pictures, with dots": partial(
        _picture_paths, who="inmate", bad="..%2f..%2f..%2f..%2fetc%2fpasswd"
    ),
    "the staff's pictures, with dots": partial(
        _picture_paths, who="staff", bad="..%2f..%2f..%2f..%2fetc%2fpasswd"
    ),
    "the staff's pictures, with NUL": partial(_picture_paths, who="staff", bad="%00"),
    "an inmate's pictures, with dots alone": partial(_picture_paths, who="inmate", bad=".."),
    "pages for operators": _operators,
}

THEMES = (
    Theme(
        "web",
        (
            Attack("cookies and TLS", "bound to host and TLS", _TLS, short=2),
            Attack("sessions", "a token opens its own session alone", _SESSIONS),
            Attack("lead away", "every redirect stays here", _LEADS),
            values.ATTACK,
            forms.ATTACK,
            others.ATTACK,
            Attack("two requests in one", "refused", _TWO),
            Attack("paths", "nothing but what is there", _AWAY, short=2),
        ),
        ('allowed_hosts = ["mail.example.org"]',),
    ),
)
