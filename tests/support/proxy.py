"""A real nginx or Caddy before the service, with what docs/deployment.md tells people to write."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digitizer.support.clock import now

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = shutil.which("caddy", path=f"{os.environ.get('PATH', '')}:/usr/bin")
_ROOT = Path(__file__).resolve().parents[2]
_CONFIG = """
user root; daemon off; pid {folder}/pid; error_log {folder}/error.log;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port}{tls};
{lines}
  }}
}}
"""
_TLS = """ ssl;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem"""


def documented_lines() -> str:
    """What docs/deployment.md tells people to write, so that it is this that is tried."""
    text = (_ROOT / "docs" / "deployment.md").read_text("utf-8")
    found = re.search(
        r"^    server \{\n.*?^ *ssl_certificate_key .*?\n(.*?)^    \}$", text, re.M | re.S
    )
    assert found is not None
    assert "X-Forwarded-For" in found[1]
    return found[1]


@contextmanager
def nginx(folder: Path, to: int, *, tls: bool = False) -> Iterator[int]:
    """The port of an nginx that passes requests on; ``tls``: with a certificate of its own."""
    assert NGINX is not None, "apt-get install nginx-light"
    folder.mkdir()
    if tls:
        _make_certificate(folder)
    port = _free_port()
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            port=port,
            tls=_TLS.format(folder=folder) if tls else "",
            lines=documented_lines().replace("127.0.0.1:8000", f"127.0.0.1:{to}"),
        )
    )
    with _running([NGINX, "-c", str(config), "-e", str(folder / "error.log")], folder, port):
        yield port


@contextmanager
def caddy(folder: Path, to: int) -> Iterator[int]:
    """The port of a Caddy with the documented site, at an address without TLS."""
    assert CADDY is not None, "apt-get install caddy"
    folder.mkdir()
    port = _free_port()
    site = documented_site().replace("mail.example.org", f"http://127.0.0.1:{port}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{to}")
    (folder / "Caddyfile").write_text(f"{{\n admin off\n auto_https off\n}}\n{site}")
    run = [CADDY, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(run, folder, port):
        yield port


def documented_site() -> str:
    """The Caddyfile of docs/deployment.md."""
    text = (_ROOT / "docs" / "deployment.md").read_text("utf-8")
    found = re.search(r"^    (mail\.example\.org \{\n.*?^    \})$", text, re.M | re.S)
    assert found is not None
    assert "reverse_proxy 127.0.0.1:8000" in found[1]
    return found[1] + "\n"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """A proxy, once it listens."""
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "error.log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, env={**os.environ, **own}, stderr=out)
    try:
        while True:
            assert process.poll() is None, log.read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
