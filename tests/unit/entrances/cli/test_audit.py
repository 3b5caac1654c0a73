"""The commands for the audit chain."""

from __future__ import annotations

import json
import ssl
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from digitizer.auditing import records, weeks
from digitizer.facility import Facility
from digitizer.model.auditing import Figures
from tests.support.audit_log import set_head_back
from tests.support.command_line import Run
from tests.support.made_mail import ORSON, deliver
from tests.support.time_stamping import Authority, served


def test_audit_verify(run: Run, facility: Facility) -> None:
    deliver(facility, ORSON, "words", b"1")
    assert run("audit", "verify").code == 0
    with facility.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE event SET actor = 'nobody' WHERE seq = 1")
    done = run("audit", "verify")
    assert done.code == 1
    assert "event 1" in done.out


def test_a_head_set_back_is_said_and_fixed(run: Run, facility: Facility, tmp_path: Path) -> None:
    deliver(facility, ORSON, "words", b"1")
    assert run("staff", "add", "Ada Ministrator", "--role", "administrator").code == 0
    set_head_back(facility, 1)
    file = tmp_path / "stack.pdf"
    file.write_bytes(b"%PDF-1.7 a stack")
    refused = run("ingest", str(file))
    assert refused.code == 1
    assert "was set back" in refused.err
    assert "audit fix" in refused.err
    found = run("audit", "verify")
    assert (found.code, "set back" in found.out) == (1, True)
    done = run("audit", "fix", "--by", "Ada Ministrator", "--reason", "a script of ours")
    assert done.code == 0, done.err
    again = run("audit", "verify")
    assert (again.code, "Ada Ministrator let it go on" in again.err) == (0, True)


def test_anchors_that_an_authority_stamps(run: Run, home: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    with served(authority.reply) as url, (home / "config.toml").open("a") as settings:
        settings.write(
            f'\n[audit]\ntimestamp_certificates = "{authority.root}"\ntimestamp_url = "{url}"\n'
        )
        settings.flush()
        assert run("audit", "anchor").code == 0
    down = run("audit", "anchor")
    assert down.code == 1
    assert "was not stamped by 127.0.0.1: the connection failed" in down.err
    done = run("audit", "verify")
    assert done.code == 0
    assert ", 1 timestamps agree, the last of 2" in done.out
    (kept,) = (home / "anchors").iterdir()
    kept.write_text(kept.read_text().replace("seq=", "seq=1", 1))
    spoiled = run("audit", "verify", "--json")
    assert spoiled.code == 1
    assert "does not hold" in spoiled.lines[0]["fault"]


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def _web_certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """The root of a web server's certificate for 127.0.0.1, and how the server shows it."""
    folder.mkdir()
    new = ("-newkey", "rsa:2048", "-nodes", "-keyout")
    _openssl(folder, "req", "-x509", *new, "ca.key", "-out", "ca.pem", "-subj", f"/CN={name}")
    _openssl(folder, "req", *new, "web.key", "-out", "web.csr", "-subj", "/CN=127.0.0.1")
    (folder / "extensions").write_text(
        "subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\n"
    )
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions")
    _openssl(folder, "x509", "-req", "-in", "web.csr", "-out", "web.pem", *by)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "web.pem", folder / "web.key")
    return folder / "ca.pem", context


def test_an_authority_behind_tls(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "authority")
    root, shown = _web_certificate(tmp_path / "web", "Made Web Root")
    asked: list[bytes] = []

    def answering(request: bytes) -> bytes:
        asked.append(request)
        return authority.reply(request)

    with served(answering, tls=shown) as url, (home / "config.toml").open("a") as settings:
        assert url.startswith("https://")
        settings.write(
            f'\n[audit]\ntimestamp_certificates = "{authority.root}"\ntimestamp_url = "{url}"\n'
        )
        settings.flush()
        stranger = run("audit", "anchor")
        assert stranger.code == 1
        assert "was not stamped by 127.0.0.1" in stranger.err
        assert asked == [], "nothing is sent to a server that does not show who it is"
        monkeypatch.setenv("SSL_CERT_FILE", str(root))
        assert run("audit", "anchor").code == 0
    done = run("audit", "verify")
    assert (done.code, ", 1 timestamps agree" in done.out) == (0, True), done.out


def test_reviews_by_command(run: Run, facility: Facility, tmp_path: Path) -> None:
    week = weeks.monday_of(datetime.now().date()) - weeks.WEEK
    with facility.engine.begin() as tx:
        records.open_week(tx, week, {("staff", "Clara Clerk"): Figures(looks=2)})
    assert run("staff", "add", "Ruth Other", "--role", "supervisor").code == 0
    by = ("--by", "Ruth Other")
    (listed,) = map(json.loads, run("audit", "reviews", *by, "--json").out.splitlines())
    assert (listed["review"], listed["person"], listed["looks"]) == (1, "Clara Clerk", 2)
    assert "2 looks, no grave acts" in run("audit", "reviews", *by).out
    assert run("audit", "review", "1", *by).code == 0
    assert run("audit", "end-review", "1", *by).code == 1, "it needs a password"
    out = tmp_path / "log.csv"
    assert run("audit", "export", *by, "--out", str(out)).code == 0
    assert "add staff" in out.read_text("utf-8-sig")
    lines = run("audit", "export", *by, "--about", "Ruth Other").out.splitlines()
    assert "add staff" in [json.loads(each)["verb"] for each in lines]
    assert run("audit", "export", *by, "--from", "yesterday").code != 0
