"""A real ``digitizer web``: what slow, many and ambiguous visitors get, alone and behind nginx."""

from __future__ import annotations

import http.client
import io
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from digitizer.access import locks
from digitizer.access.password_hashing import hash_secret
from digitizer.facility import make_home, open_facility
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from digitizer.storage.database import writing
from tests.support.conversing import give_account, make_contact
from tests.support.made_mail import OPERATOR, ORSON, fill_roster
from tests.support.mailroom_kit import DIGITIZER
from tests.support.proxy import CADDY, caddy, nginx
from tests.support.web_kit import PASSWORD


@contextmanager
def _web(tmp_path: Path, *web: str) -> Iterator[int]:
    """The port of a new home's web pages, with these lines under [web]."""
    home = tmp_path / "home"
    make_home(home)
    config = home / "config.toml"
    lines = "\n".join(("[web]", *web))
    config.write_text(config.read_text("utf-8").replace("[web]", lines), "utf-8")
    with _serving(tmp_path) as port:
        yield port


@contextmanager
def _serving(tmp_path: Path) -> Iterator[int]:
    """The port of the home there."""
    home = tmp_path / "home"
    command = [DIGITIZER, "--home", str(home), "web", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                break
        else:
            raise AssertionError("it did not start")
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def _connect(port: int, sent: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=60)
    if sent:
        made.sendall(sent)
    return made


def _read(connection: socket.socket) -> bytes:
    """All until the other side closes."""
    got = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(65536):
            got += more
    return got


HEAD = b"POST /login HTTP/1.1\r\nHost: x\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\npi"


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        HEAD + FORM + b"Content-Length: 9\r\n\r\npi",
    ],
)
def test_who_is_slow_is_left(tmp_path: Path, begun: bytes) -> None:
    """Nobody reads a clock here: a service that waited for ever would hang this test."""
    with _web(tmp_path, "request_seconds = 0.5") as port:
        with _connect(port, begun) as slow:
            assert b"200" not in _read(slow)
        with _connect(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + begun) as again:
            assert _read(again).startswith(b"HTTP/1.1 200")


def test_a_byte_now_and_then_does_not_keep_it_waiting(tmp_path: Path) -> None:
    with _web(tmp_path, "request_seconds = 0.5") as port, _connect(port) as slow:
        with suppress(OSError):
            while True:  # until it is left
                slow.sendall(b"x")
                time.sleep(0.05)
        with _connect(port, b"GET /healthz HTTP/1.0\r\n\r\n") as other:
            assert _read(other).endswith(b"ok")


def test_who_does_not_fetch_the_answer_is_left(tmp_path: Path) -> None:
    ask = b"GET /static/htmx.min.js HTTP/1.1\r\nHost: x\r\n\r\n"
    with _web(tmp_path, "answer_seconds = 0.5") as port, _connect(port) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        with suppress(OSError):
            while True:
                lazy.sendall(ask * 100)


def _many(port: int, number: int, open_: ExitStack) -> list[socket.socket]:
    return [open_.enter_context(_connect(port, b"GET /healthz HT")) for _ in range(number)]


def _is_alive(port: int) -> bool:
    with _connect(port, b"GET /healthz HTTP/1.0\r\n\r\n") as asked:
        return _read(asked).endswith(b"ok")


def test_one_client_does_not_take_all_connections(tmp_path: Path) -> None:
    with _web(tmp_path, "connections_per_client = 15") as port, ExitStack() as open_:
        held = _many(port, 60, open_)
        assert [_read(each) for each in held[15:]] == [b""] * 45
        held[0].sendall(b"TP/1.0\r\n\r\n")
        assert _read(held[0]).endswith(b"ok")
        assert _is_alive(port)


def test_where_all_are_taken_the_one_that_waited_longest_gives_way(tmp_path: Path) -> None:
    limits = ("connections = 20", "request_seconds = 600")
    with _web(tmp_path, *limits) as port, ExitStack() as open_:
        held = _many(port, 60, open_)
        assert [_read(each) for each in held[:40]] == [b""] * 40
        assert _is_alive(port)


_HIDDEN = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
_TWO_LENGTHS = (
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(_HIDDEN),
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n",
)


def test_no_second_request_hides_in_the_body_of_the_first(tmp_path: Path) -> None:
    with _web(tmp_path) as port:
        for lengths in _TWO_LENGTHS:
            for head in (HEAD, HEAD.replace(b"POST", b"GET")):
                with _connect(port, head + lengths + b"\r\n" + _HIDDEN) as asked:
                    answer = _read(asked)
                assert re.findall(rb"HTTP/1.1 (\d+)", answer)[0] in (b"400", b"501"), lengths
                assert not answer.endswith(b"ok")


def _ask(source: str, port: int, path: str, *, body: str = "", **headers: str) -> int:
    """From this address of this machine; returns the status."""
    asked = http.client.HTTPConnection("127.0.0.1", port, source_address=(source, 0))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        named["Content-Type"] = "application/x-www-form-urlencoded"
    asked.request("POST" if body else "GET", path, body or None, named)
    status = asked.getresponse().status
    asked.close()
    return status


_Proxy = Callable[[Path, int], AbstractContextManager[int]]
_each_proxy = pytest.mark.parametrize(
    "proxy",
    [nginx, pytest.param(caddy, marks=pytest.mark.skipif(not CADDY, reason="Caddy is optional"))],
)


@_each_proxy
def test_two_clients_behind_a_proxy_are_told_apart(tmp_path: Path, proxy: _Proxy) -> None:
    trusted = ('trusted_proxies = ["127.0.0.1/32"]', 'staff_from = ["127.0.0.3/32"]')
    inmate, clerk = "127.0.0.2", "127.0.0.3"
    with _web(tmp_path, *trusted) as service, proxy(tmp_path / "proxy", service) as port:
        for number in range(30):
            forged = f"{clerk}, 10.0.0.{number}"
            body = f"booking_number=guess-{number}&pin=111222"
            assert _ask(inmate, port, "/login", body=body, X_Forwarded_For=forged) == 403
        lies = {"X_Forwarded_For": clerk, "X_Real_IP": clerk, "Forwarded": f"for={clerk}"}
        assert _ask(inmate, port, "/staff/login", **lies) == 404
        assert _ask(clerk, port, "/staff/login") == 200
        for path in ("/readyz", "/metrics"):
            assert {_ask(each, port, path) for each in (inmate, clerk, "127.0.0.1")} == {404}
        assert _ask(inmate, port, "/login", body="pin=" + "1" * 70_000) in (413, 502)
        facility = open_facility(tmp_path / "home")
        locked = [(each.kind, each.name) for each in locks.locks(facility, OPERATOR)]
        facility.engine.dispose()
    assert locked == [("terminal", "127.0.0.2")]


@_each_proxy
def test_a_large_photo_of_a_family_comes_through_a_proxy(tmp_path: Path, proxy: _Proxy) -> None:
    """Ten megabytes, as a telephone takes it, by the documented lines."""
    make_home(tmp_path / "home")
    config = tmp_path / "home" / "config.toml"
    family = '\n[family]\naddress = "https://mail.example.org"\n[mail]\nhost = "127.0.0.1"\n'
    config.write_text(config.read_text("utf-8") + family, "utf-8")
    facility = open_facility(tmp_path / "home")
    with writing(facility.engine) as tx:
        fill_roster(tx)
    give_account(facility, make_contact(facility), hashed=hash_secret(PASSWORD))
    facility.engine.dispose()
    picture = Image.frombytes("RGB", (2000, 1700), os.urandom(2000 * 1700 * 3))
    file = io.BytesIO()
    picture.save(file, "PNG")
    assert len(file.getvalue()) > 10_000_000
    with _serving(tmp_path) as service, proxy(tmp_path / "proxy", service) as port:
        form = {"email": "ida@example.org", "password": PASSWORD}
        status, said, cookie = _post(port, "/family/login", urlencode(form).encode())
        assert (status, said) == (303, "")
        page = f"/family/with/{ORSON}"
        csrf = re.search(r'name="csrf" value="([^"]+)"', _post(port, page, b"", cookie)[1])
        assert csrf
        sent = {"csrf": csrf[1], "act": "photo", "subject": "Hi", "body": "How are you?"}
        assert _post(port, page, _multipart(sent, file.getvalue()), cookie)[0] == 303
        assert f'src="{page}/draft/1"' in _post(port, page, b"", cookie)[1]
        assert _post(port, "/family/login", b"email=" + b"x" * 300_000)[0] in (413, 502)


def _multipart(fields: Mapping[str, str], photo: bytes) -> bytes:
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    named = 'Content-Disposition: form-data; name="photo"; filename="a.png"'
    head = f"--B\r\n{named}\r\nContent-Type: image/png\r\n\r\n".encode()
    return b"".join((*parts, head, photo, b"\r\n--B--\r\n"))


def _post(port: int, path: str, body: bytes, cookie: str = "") -> tuple[int, str, str]:
    """Status, text and cookie of the answer; without a body it is asked for."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    kind = "application/x-www-form-urlencoded"
    if body.startswith(b"--B"):
        kind = "multipart/form-data; boundary=B"
    headers = {"Cookie": cookie, "Content-Type": kind}
    client.request("POST" if body else "GET", path, body or None, headers)
    answer = client.getresponse()
    text = answer.read().decode()
    client.close()
    return answer.status, text, (answer.headers["Set-Cookie"] or "").partition(";")[0]


def _logged_in(tmp_path: Path, port: int) -> str:
    """The cookie of a clerk."""
    facility = open_facility(tmp_path / "home")
    password = people.add_staff(facility, "Pat", StaffRole.CLERK, OPERATOR)
    facility.engine.dispose()
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    asked.request("POST", "/staff/login", urlencode({"name": "Pat", "password": password}), kind)
    answer = asked.getresponse()
    asked.close()
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


def test_sixty_who_listen_take_no_thread_from_others_and_hold_up_no_end(tmp_path: Path) -> None:
    """Forty threads do all else: if each of these held one, nobody would be answered any more."""
    with ExitStack() as open_, _web(tmp_path) as port:
        cookie = _logged_in(tmp_path, port)
        ask = f"GET /staff/live/events HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
        streams = [open_.enter_context(_connect(port, ask)) for _ in range(60)]
        for each in streams:
            begun = b""
            while b"retry:" not in begun:
                begun += each.recv(65536)
            assert begun.startswith(b"HTTP/1.1 200")
        with _connect(port, b"GET /login HTTP/1.0\r\n\r\n") as other:
            assert _read(other).startswith(b"HTTP/1.1 200")
