"""A mail server on this machine, with a certificate of an authority of its own, which can fail at
each step as real ones do."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digitizer.facility import Facility
from digitizer.model.upkeep_settings import MailServer
from digitizer.support.clock import now

#: In place of an answer: the connection is closed.
DIES = "dies"


@dataclass
class MadeMailServer:
    """``answers`` are what it answers a command with, in place of agreeing; ``BODY`` is the end of
    a message. ``taken`` are the messages it took, ``said`` the commands it heard."""

    port: int
    certificate: Path
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def settings(self) -> MailServer:
        return MailServer(
            host="127.0.0.1",
            port=self.port,
            sender="mailroom@example.org",
            certificates=str(self.certificate),
            timeout_seconds=20,
        )


class _Conversation(socketserver.StreamRequestHandler):
    made: MadeMailServer
    tls: ssl.SSLContext | None

    def handle(self) -> None:
        self._encrypted = False
        if self._answer("GREET", "220 made"):
            while line := self.rfile.readline():
                word, _, rest = line.decode("ascii").strip().partition(" ")
                self.made.said.append(f"{word.upper()} {rest}".strip())
                if not self._obey(word.upper()):
                    break

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        if self._encrypted:
            self.rfile.close()
            self.connection.close()

    def _obey(self, word: str) -> bool:
        match word:
            case "EHLO":
                offers = ["made", "AUTH PLAIN", *(["STARTTLS"] if self._can_encrypt() else [])]
                lines = [f"250-{each}" for each in offers[:-1]] + [f"250 {offers[-1]}"]
                return self._answer(word, "\r\n".join(lines))
            case "STARTTLS":
                return self._answer(word, "220 go on") and self._encrypt()
            case "AUTH":
                return self._answer(word, "235 welcome")
            case "DATA":
                return self._answer(word, "354 go on") and self._take()
            case "QUIT":
                self._answer(word, "221 bye")
                return False
        return self._answer(word, "250 fine")

    def _can_encrypt(self) -> bool:
        return self.tls is not None and not self._encrypted

    def _encrypt(self) -> bool:
        assert self.tls is not None
        self._encrypted = True
        try:
            self.request = self.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):  # the client does not believe us
            return False
        self.connection = self.request
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        return True

    def _take(self) -> bool:
        if "354" not in self.made.answers.get("DATA", "354"):
            return True
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.made.answers.get("BODY", "250").startswith("250"):
            self.made.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
        return self._answer("BODY", "250 taken")

    def _answer(self, word: str, usual: str) -> bool:
        answer = self.made.answers.get(word, usual)
        if answer == DIES:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self.wfile.write(f"{answer}\r\n".encode("ascii"))
        return True


@contextmanager
def mail_server(
    folder: Path, *, encrypts: bool = True, answers: Mapping[str, str] | None = None
) -> Iterator[MadeMailServer]:
    """One that listens until the block ends."""
    certificate, key = _make_certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    made = MadeMailServer(0, certificate, dict(answers or {}))
    talk = type("_Own", (_Conversation,), {"made": made, "tls": tls if encrypts else None})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), talk) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def with_mail(facility: Facility, server: MailServer) -> Facility:
    """The same facility, whose settings name this server."""
    return replace(facility, settings=facility.settings.model_copy(update={"mail": server}))


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Made Mail Server")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "server.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "server.pem", folder / "server.key"
