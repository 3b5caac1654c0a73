"""Floods: of logins, of slow or idle connections, of bodies, and of looks that fill the log."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial

from digitizer.model.people import StaffRole
from tests.support.web_kit import PIN
from tests.support.whole_facility import OWNER
from trials.break_in.playing import Attack, Open, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Answer, Visitor, read

#: Small, so that few visitors are a flood.
_AT_ONCE, _WAITING, _CONNECTIONS, _OF_ONE = 2, 20, 120, 40
_WEB = (
    f"hashing_at_once = {_AT_ONCE}",
    f"logins_waiting = {_WAITING}",
    f"connections = {_CONNECTIONS}",
    f"connections_per_client = {_OF_ONE}",
    "request_seconds = 1.5",
    "answer_seconds = 2",
)
_HASHING_MEGABYTES = 19 * 1.05
#: What may be added to the memory of those hashings: of threads, connections, and their bodies.
_BESIDE_MEGABYTES = 120.0
_CROWD = 80


# --- logins


def _all_at_once(
    target: Target, one: Callable[[int], Answer], crowd: int = _CROWD
) -> tuple[Counter[int], list[Answer], float]:
    """Statuses, the answers, and by how many megabytes the service's peak grew."""
    before = target.peak_megabytes()
    with ThreadPoolExecutor(crowd) as pool:
        answers = list(pool.map(one, range(crowd)))
    return Counter(each.status for each in answers), answers, target.peak_megabytes() - before


def _judge_logins(target: Target, one: Callable[[int], Answer]) -> str:
    statuses, answers, grown = _all_at_once(target, one)
    seen = f"{dict(statuses)}, {grown:.0f} MB more"
    shut_if(set(statuses) <= {200, 303, 403, 429}, seen)
    again = {each.headers.get("retry-after") for each in answers if each.status == 429}
    shut_if(all(again), f"429 without Retry-After: {seen}")
    shut_if(grown < _AT_ONCE * _HASHING_MEGABYTES + _BESIDE_MEGABYTES, seen)
    shut_if(target.is_well(), "nobody can log in afterwards")
    return seen


def _wrong_pins(target: Target, same_device: bool) -> str:
    address = target.address()
    devices = [target.visitor(address if same_device else "") for _ in range(_CROWD)]

    def one(place: int) -> Answer:
        form = {"booking_number": f"nobody-{place}", "pin": "111222"}
        return devices[place].post("/login", form)

    return _judge_logins(target, one)


def _right_pins(target: Target) -> str:
    numbers = target.new_inmates(_CROWD)
    devices = [target.visitor() for _ in numbers]

    def one(place: int) -> Answer:
        return devices[place].post("/login", {"booking_number": numbers[place], "pin": PIN})

    return _judge_logins(target, one)


def _long_secrets(target: Target) -> str:
    devices = [target.visitor() for _ in range(_CROWD)]
    form = {"name": "x" * 30_000, "password": "y" * 30_000}
    return _judge_logins(target, lambda place: devices[place].post("/staff/login", form))


def _kiosk_codes(target: Target) -> str:
    devices = [target.visitor() for _ in range(_CROWD)]
    return _judge_logins(target, lambda n: devices[n].post("/kiosk", {"code": f"GUESS{n:03d}"}))


def _proofs(target: Target) -> str:
    """Someone who is logged in has passwords checked by the dozen."""
    visitor = target.as_staff()
    csrf = visitor.hidden("/staff/me")["csrf"]
    form = {"csrf": csrf, "proof_password": "not the password", "password": "x", "again": "x"}
    return _judge_logins(target, lambda _: _copy(visitor).post("/staff/me/password", form))


def _copy(visitor: Visitor) -> Visitor:
    """Another tab of the same browser."""
    return Visitor(visitor.port, visitor.address, visitor.tls, dict(visitor.cookies))


def _others_get_their_turn(target: Target) -> str:
    """One device floods; somebody at another logs in meanwhile, without a 429."""
    flooding, numbers = target.address(), target.new_inmates(8)

    def one(place: int) -> Answer:
        if place % 10 == 5:
            form = {"booking_number": numbers[place // 10], "pin": PIN}
            return target.visitor().post("/login", form)
        return target.visitor(flooding).post("/login", {"booking_number": "nobody", "pin": "1"})

    _, answers, _ = _all_at_once(target, one)
    others = [answers[place].status for place in range(5, _CROWD, 10)]
    shut_if(set(others) == {303}, f"others got {others}")
    return f"{len(others)} others were let in meanwhile"


# --- connections


def _is_left(visitor: Visitor, begun: bytes) -> bool:
    """Whether the other side ends it by itself; one that waits for ever hangs for two minutes."""
    with visitor.connect() as slow:
        with suppress(OSError):
            slow.sendall(begun)
        try:
            read(slow)
        except TimeoutError:
            return False
    return True


def _slow(target: Target, begun: bytes) -> str:
    """At the service itself: nginx waits for whole requests in its place."""
    shut_if(_is_left(target.direct(), begun), "it still waits after two minutes")
    shut_if(target.is_well(), "nobody can log in afterwards")
    return "closed"


def _byte_by_byte(target: Target, begun: bytes) -> str:
    sent = 0
    with target.direct().connect() as slow, suppress(OSError):
        slow.sendall(begun)
        while sent < 2000:
            slow.sendall(b"x")
            sent += 1
            time.sleep(0.05)
    shut_if(sent < 2000, "it takes a byte now and then for ever")
    return f"closed after {sent} bytes"


def _never_fetched(target: Target) -> str:
    ask = b"GET /static/htmx.min.js HTTP/1.1\r\nHost: x\r\n\r\n"
    with target.direct().connect() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        try:
            while True:
                lazy.sendall(ask * 100)
        except TimeoutError:
            raise Open("it still waits after two minutes") from None
        except OSError:
            return "closed"


def _many_of_one(target: Target, begun: bytes, times: int = 3 * _OF_ONE) -> str:
    """Connections of one device, which are left open."""
    visitor = target.direct()
    with ExitStack() as open_:
        for _ in range(times):
            _begin(open_, visitor, begun)
        shut_if(target.direct().get("/healthz").status == 200, "others are not answered")
        shut_if(target.is_well(), "nobody can log in meanwhile")
    return f"{times} connections of one device; others log in meanwhile"


def _many_of_many(target: Target, begun: bytes) -> str:
    """More than the service takes in all, each device with few."""
    with ExitStack() as open_:
        for _ in range(2 * _CONNECTIONS):
            _begin(open_, target.direct(), begun)
        shut_if(target.is_well(), "nobody can log in meanwhile")
    return f"{2 * _CONNECTIONS} connections of as many devices; others log in meanwhile"


def _many_through_the_proxy(target: Target) -> str:
    begun = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    visitor = target.visitor()
    with ExitStack() as open_:
        for _ in range(2 * _CONNECTIONS):
            _begin(open_, visitor, begun)
        shut_if(target.is_well(), "nobody can log in meanwhile")
    return f"{2 * _CONNECTIONS} connections to the proxy; others log in meanwhile"


def _begin(open_: ExitStack, visitor: Visitor, begun: bytes) -> None:
    with suppress(OSError):
        connection = open_.enter_context(visitor.connect())
        connection.sendall(begun)


# --- bodies


_POST = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def _refused(target: Target, sent: bytes, *statuses: int) -> str:
    """From anywhere, without the body being read or kept."""
    before = target.peak_megabytes()
    answer = target.direct().raw(sent)
    first = answer.split(b"\r\n", 1)[0].decode("latin-1")
    grown = target.peak_megabytes() - before
    shut_if(any(f" {each} " in first for each in statuses), f"answered {first!r}")
    shut_if(grown < 10, f"{grown:.0f} MB more")
    return first


def _chunked(target: Target) -> str:
    head = _POST + b"Transfer-Encoding: chunked\r\n\r\n"
    return _refused(target, head + b"10000\r\n" + b"x" * 65536 + b"\r\n", 411)


def _huge(target: Target, length: bytes, *statuses: int) -> str:
    return _refused(target, _POST + b"Content-Length: " + length + b"\r\n\r\n" + b"x", *statuses)


def _large_head(target: Target) -> str:
    return _refused(target, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000, 400, 431)


def _many_fields(target: Target, kind: str, body: bytes) -> str:
    """Through the proxy; the work for it must be little."""
    before = target.peak_megabytes()
    answer = target.visitor().ask("POST", "/login", headers={"Content-Type": kind}, body=body)
    grown = target.peak_megabytes() - before
    shut_if(answer.status in (400, 403, 413), f"answered {answer.status}")
    shut_if(grown < 60, f"{grown:.0f} MB more")
    return f"answered {answer.status}, {grown:.0f} MB more"


def _parts(how_many: int) -> bytes:
    part = b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n\r\n'
    return b"".join(part % number for number in range(how_many)) + b"--b--\r\n"


# --- the log


def _events_of(target: Target, visit: Callable[[int], Answer], times: int) -> int:
    before = target.events()
    for number in range(times):
        answer = visit(number)
        shut_if(answer.status in (200, 303, 403, 404), f"answered {answer.status}")
    return target.events() - before


def _looks(target: Target, path: str, times: int = 60) -> str:
    """An inmate reloads what is theirs."""
    visitor = target.visitor()
    shut_if(visitor.log_in(OWNER), "the inmate is not let in")
    address = path.format(**target.place.ids)
    grown = _events_of(target, lambda _: visitor.get(address), times)
    shut_if(grown <= 2, f"{times} looks are {grown} events")
    return f"{times} looks, {grown} events"


def _two_by_turns(target: Target) -> str:
    visitor, ids = target.visitor(), (target.place["letter"], target.place["read"])
    visitor.log_in(OWNER)
    grown = _events_of(target, lambda number: visitor.get(f"/mail/{ids[number % 2]}/1"), 60)
    shut_if(grown <= 4, f"60 looks by turns are {grown} events")
    return f"60 looks at two letters by turns, {grown} events"


def _staff_reload(target: Target) -> str:
    visitor, held = target.as_staff(StaffRole.SUPERVISOR), target.place["held"]
    grown = _events_of(target, lambda _: visitor.get(f"/staff/held/{held}"), 60)
    shut_if(grown <= 2, f"60 looks are {grown} events")
    return f"60 looks of a supervisor at held mail, {grown} events"


def _failures_while_locked(target: Target) -> str:
    visitor = target.visitor()
    form = {"booking_number": target.new_inmate(), "pin": "111222"}
    grown = _events_of(target, lambda _: visitor.post("/login", form), 100)
    shut_if(grown <= 12, f"100 wrong PINs are {grown} events")
    return f"100 wrong PINs, {grown} events"


def _asks_for_what_is_not_theirs(target: Target) -> str:
    """A clerk asks again and again for a page for supervisors, and at a form of theirs."""
    visitor = target.as_staff(StaffRole.CLERK)
    grown = _events_of(target, lambda _: visitor.get("/staff/kiosks"), 300)
    shut_if(1 <= grown <= 3, f"300 refusals are {grown} events")
    return f"300 requests that a role may not make, {grown} events"


def _a_locked_terminal(target: Target) -> str:
    """One PIN over all accounts, long after the terminal is locked."""
    visitor = target.visitor()

    def log_in(number: int) -> Answer:
        return visitor.post("/login", {"booking_number": f"nobody-{number}", "pin": "111222"})

    _events_of(target, log_in, 40)
    grown = _events_of(target, log_in, 200)
    shut_if(grown <= 2, f"200 logins at a locked terminal are {grown} events")
    return f"200 logins at a locked terminal, {grown} events"


def _strangers_look(target: Target) -> str:
    visitor, letter = target.visitor(), target.place["letter"]
    paths = (f"/mail/{letter}/1", "/staff", "/nothing", "/logout/idle", "/login?bye=out")
    grown = _events_of(target, lambda number: visitor.get(paths[number % len(paths)]), 100)
    shut_if(grown == 0, f"100 looks of a stranger are {grown} events")
    return "100 looks of a stranger, no event"


def _forwarders(target: Target) -> str:
    """The service notes who passed requests on: a stranger must not fill that table."""
    for number in range(60):
        target.direct().get("/healthz", X_Forwarded_For=f"10.1.1.{number}")
    found = target.run("doctor", "--json").stdout.count("127.7.")
    shut_if(found <= 40, f"{found} strangers are noted")
    return f"60 strangers with such headers, {found} mentions in doctor"


_LOGINS: Mapping[str, Play] = {
    "80 wrong PINs at one device": partial(_wrong_pins, same_device=True),
    "80 wrong PINs at 80 devices": partial(_wrong_pins, same_device=False),
    "80 right PINs at 80 devices": _right_pins,
    "80 passwords of 30,000 characters": _long_secrets,
    "80 codes of kiosks": _kiosk_codes,
    "80 proofs by someone who is logged in": _proofs,
    "while others log in": _others_get_their_turn,
}
_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
_SLOW: Mapping[str, Play] = {
    "headers that do not end": partial(_slow, begun=_HEAD),
    "a body that does not come": partial(_slow, begun=_POST + b"Content-Length: 9\r\n\r\npi"),
    "nothing at all": partial(_slow, begun=b""),
    "half a first line": partial(_slow, begun=b"GET / HT"),
    "a byte of a header now and then": partial(_byte_by_byte, begun=_HEAD + b"X: "),
    "a byte of a body now and then": partial(
        _byte_by_byte, begun=_POST + b"Content-Length: 60000\r\n\r\n"
    ),
    "answers that are not fetched": _never_fetched,
}
_IDLE: Mapping[str, Play] = {
    "120 of one device, a request begun": partial(_many_of_one, begun=b"GET /healthz HT"),
    "120 of one device, nothing sent": partial(_many_of_one, begun=b""),
    "120 of one device, kept open after an answer": partial(
        _many_of_one, begun=b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    ),
    "240 of 240 devices, nothing sent": partial(_many_of_many, begun=b""),
    "240 of 240 devices, a request begun": partial(_many_of_many, begun=b"GET /healthz HT"),
    "240 to the proxy, headers begun": _many_through_the_proxy,
}
_FORM = "application/x-www-form-urlencoded"
_BODIES: Mapping[str, Play] = {
    "chunked, without a length": _chunked,
    "a length of 2 GB": lambda target: _huge(target, b"2000000000", 413),
    "a length of 30 digits": lambda target: _huge(target, b"9" * 30, 400, 413),
    "a length of 5,000 digits": lambda target: _huge(target, b"9" * 5000, 400, 413),
    "a negative length": lambda target: _huge(target, b"-5", 400),
    "a length in Arabic digits": lambda target: _huge(target, "٩".encode(), 400),
    "a head of 100,000 bytes": _large_head,
    "30,000 fields": lambda target: _many_fields(target, _FORM, b"a&" * 30_000),
    "1,200 parts": lambda target: _many_fields(
        target, "multipart/form-data; boundary=b", _parts(1200)
    ),
    "a part with a file in place of the PIN": lambda target: _many_fields(
        target,
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="pin"; filename="x"\r\n\r\n'
        + b"y" * 50_000
        + b"\r\n--b--\r\n",
    ),
}
_LOG: Mapping[str, Play] = {
    "a letter, reloaded": partial(_looks, path="/mail/{letter}/1"),
    "a picture, reloaded": partial(_looks, path="/mail/{letter}/1/picture"),
    "a letter as PDF, again and again": partial(_looks, path="/mail/{letter}/letter.pdf", times=20),
    "the same search, again and again": partial(_looks, path="/mail?q=garden"),
    "a letter under ever new addresses": partial(_looks, path="/mail/{letter}/1?find=tomatoes"),
    "two letters by turns": _two_by_turns,
    "held mail, reloaded by a supervisor": _staff_reload,
    "wrong PINs while locked": _failures_while_locked,
    "pages for supervisors, asked for by a clerk": _asks_for_what_is_not_theirs,
    "a terminal that is locked": _a_locked_terminal,
    "pages that a stranger does not see": _strangers_look,
    "headers of proxies": _forwarders,
}

THEMES = (
    Theme(
        "floods",
        (
            Attack("many logins at once", "bounded memory, 429, others get in", _LOGINS),
            Attack("slow connections", "closed", _SLOW, short=2),
            Attack("idle connections", "others get in", _IDLE),
            Attack("bodies", "refused unread", _BODIES, short=3),
            Attack("fill the log", "one event for a look that is repeated", _LOG, short=2),
        ),
        _WEB,
    ),
)
