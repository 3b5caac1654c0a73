"""A time-stamping authority (RFC 3161) on this machine: OpenSSL's, behind a small web server."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

_EXTENSIONS = """\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""
_CONFIG = """\
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""

Answering = Callable[[bytes], bytes]


class Authority:
    """Its root, its certificate and its keys, in ``folder``."""

    def __init__(
        self, folder: Path, name: str = "Made Root", purpose: str = "timeStamping"
    ) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self.root = folder / "root.pem"
        root = ("root.key", "-out", "root.pem", "-subj", "/CN=Made Root")
        self._call("req", "-x509", *_NEW_KEY, *root)
        self._call("req", *_NEW_KEY, "own.key", "-out", "own.csr", "-subj", "/CN=Made Authority")
        self._certify("own.pem", _EXTENSIONS)
        self._certify("web.pem", _EXTENSIONS.replace("timeStamping", "serverAuth"))
        (folder / "config").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")

    def reply(self, request: bytes) -> bytes:
        """The answer (DER) to a request; a refusal is one too."""
        (self._folder / "request").write_bytes(request)
        own = ("-signer", "own.pem", "-inkey", "own.key")
        ways = ("-config", "config", "-queryfile", "request", "-out", "reply")
        self._call("ts", "-reply", *own, *ways)
        return (self._folder / "reply").read_bytes()

    def reply_signed_with(self, certificate: str, request: bytes) -> bytes:
        """The same, signed by a program that does not look what the certificate is for."""
        self.reply(request)
        self._call("ts", "-reply", "-in", "reply", "-token_out", "-out", "token")
        self._call("cms", "-verify", *_DER_IN, "-noverify", "-out", "info")
        what = ("-binary", "-nodetach", "-econtent_type", "1.2.840.113549.1.9.16.1.4")
        own = ("-signer", certificate, "-inkey", "own.key", "-md", "sha256", "-cades")
        self._call("cms", "-sign", *what, *own, "-in", "info", *_DER_OUT)
        granted = b"\x30\x03\x02\x01\x00"
        body = granted + (self._folder / "token").read_bytes()
        return b"\x30\x82" + len(body).to_bytes(2, "big") + body

    def _certify(self, name: str, extensions: str) -> None:
        (self._folder / "extensions").write_text(extensions)
        by = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
        made = ("-in", "own.csr", "-out", name, "-extfile", "extensions")
        self._call("x509", "-req", *by, *made)

    def _call(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True)


_DER_IN = ("-inform", "DER", "-in", "token")
_DER_OUT = ("-outform", "DER", "-out", "token")
_NEW_KEY = ("-newkey", "rsa:2048", "-nodes", "-keyout")


def verified_by_openssl(line: bytes, reply: bytes, root: Path, folder: Path) -> bool:
    """Whether another program than the product's library finds the timestamp good."""
    (folder / "line").write_bytes(line)
    (folder / "reply").write_bytes(reply)
    command = ["openssl", "ts", "-verify", "-data", "line", "-in", "reply", "-CAfile", str(root)]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


@contextmanager
def served(
    answering: Answering, status: int = 200, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The URL at which ``answering`` is asked; with ``tls`` over https."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            good = self.headers["Content-Type"] == "application/timestamp-query"
            body = answering(asked)
            self.send_response(status if good else 415)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return None

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # whoever asked went away
                self.close_connection = True

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            thread.join()
