"""A visitor at a device: a browser as far as attacks need one, and raw bytes."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.support.web_kit import PASSWORD, PIN, without_code

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have small letters; of several with one name, ``cookies`` has all that were set,
    each as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def bare(self) -> str:
        """The page without the random code of an error."""
        return without_code(self.text)

    @property
    def to(self) -> str:
        return self.headers.get("location", "")


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_TLS = _unverified()


@dataclass
class Visitor:
    """One browser at one address of this machine. ``tls``: it comes through the proxy."""

    port: int
    address: str
    tls: bool
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """A new connection for each request: no attack depends on an old one."""
        sent = {"Host": "mail.example.org", **(headers or {})}
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            body = urlencode(form, errors="surrogatepass").encode("ascii")
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = self._connect()
        try:
            connection.request(method, path, body, sent)
            return self._answered(connection.getresponse())
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        own = (self.address, 0)
        if not self.tls:
            return http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=_SECONDS, source_address=own
            )
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=_TLS, timeout=_SECONDS, source_address=own
        )

    def _answered(self, found: http.client.HTTPResponse) -> Answer:
        set_cookies = tuple(found.headers.get_all("set-cookie") or ())
        for each in set_cookies:
            for name, morsel in SimpleCookie(each).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        named = {name.lower(): value for name, value in found.headers.items()}
        # News goes on for as long as somebody listens: what comes first is its answer.
        is_news = named.get("content-type", "").startswith("text/event-stream")
        return Answer(found.status, named, found.read1() if is_news else found.read(), set_cookies)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=_named(headers))

    def post(
        self, path: str, form: Mapping[str, str], seen_on: str | None = None, **headers: str
    ) -> Answer:
        """With the form token of the page ``seen_on``, if one is given."""
        fields = dict(form)
        if seen_on is not None:
            for name, value in self.hidden(seen_on).items():
                fields.setdefault(name, value)
        return self.ask("POST", path, fields, _named(headers))

    def hidden(self, path: str) -> dict[str, str]:
        """The token of a page's forms, and what marks the state that it shows."""
        html = self.get(path).text
        found = {
            name: re.search(rf'name="{name}" value="([^"]+)"', html) for name in ("csrf", "seen")
        }
        return {name: match[1] for name, match in found.items() if match}

    def log_in(self, number: str, pin: str = PIN, **headers: str) -> bool:
        form = {"booking_number": number, "pin": pin}
        return self.post("/login", form, **headers).to == "/mail"

    def staff_in(self, name: str, password: str = PASSWORD) -> bool:
        return self.post("/staff/login", {"name": name, "password": password}).status == 303

    def family_in(self, email: str, password: str = PASSWORD) -> bool:
        form = {"email": email, "password": password}
        return self.post("/family/login", form).to == "/family/home"

    def is_in(self) -> bool:
        """Whether the session opens the inmate's, the staff's or the family's first page."""
        return any(self.get(path).status == 200 for path in ("/mail", "/staff", "/family/home"))

    def raw(self, sent: bytes) -> bytes:
        """All that is answered until the other side closes."""
        with self.connect() as connection:
            with suppress(OSError):
                connection.sendall(sent)
            return read(connection)

    def connect(self) -> socket.socket:
        made = socket.create_connection(
            ("127.0.0.1", self.port), timeout=_SECONDS, source_address=(self.address, 0)
        )
        return _TLS.wrap_socket(made) if self.tls else made


def read(connection: socket.socket) -> bytes:
    got = b""
    with suppress(ConnectionResetError, BrokenPipeError, ssl.SSLError):
        while more := connection.recv(65536):
            got += more
    return got


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
