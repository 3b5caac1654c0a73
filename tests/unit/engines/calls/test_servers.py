"""The two servers as children: where they listen, what they let through, and how they end."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from digitizer.engines.calls import servers, written
from digitizer.engines.calls.servers import MediaServers, socket_is_private
from digitizer.engines.calls.turn import RelayPass, relay_pass
from digitizer.engines.calls.written import CannotWrite, MediaPlan, Ports, ServerSecrets
from digitizer.support.clock import now
from tests.support.call_kit import RealServers, missing, real_servers
from tests.support.patience import until

needs_servers = pytest.mark.skipif(bool(missing()), reason=str(missing()))


def _listening(pid: int | None) -> set[tuple[str, int]]:
    assert pid
    found = psutil.Process(pid).net_connections("inet")
    return {(each.laddr.ip, each.laddr.port) for each in found if not each.raddr}


def test_nothing_listens_but_the_relay_where_it_is_told_to(real: RealServers) -> None:
    """Janus has no port at all while there is no call; Debian's would have two, everywhere."""
    until(lambda: bool(_listening(real.servers.process("relay"))))
    assert _listening(real.servers.process("janus")) == set()
    at = (real.plan.relay_address, real.plan.relay_port)
    assert _listening(real.servers.process("relay")) == {at}


def test_only_we_reach_the_socket_and_the_secrets(real: RealServers) -> None:
    assert socket_is_private(real.plan.socket)
    for each in (*real.plan.janus_settings.glob("*.jcfg"), real.plan.relay_settings):
        assert each.stat().st_mode & 0o777 == 0o600
    for each in (real.plan.folder, real.plan.janus_settings, real.plan.recordings):
        assert each.stat().st_mode & 0o777 == 0o700


def test_janus_has_one_plugin_and_one_transport(real: RealServers) -> None:
    loaded = Path(f"/proc/{real.servers.process('janus')}/maps").read_text()
    ours = set(re.findall(r"/(?:plugins|transports|events|loggers)/(libjanus_\w+)", loaded))
    assert ours == {"libjanus_videoroom", "libjanus_websockets"}


@pytest.mark.parametrize(
    ("whose", "to", "said"),
    [
        ("right", "", "Total transmit time"),
        ("right", "127.0.0.1", "403"),
        ("right", "192.0.2.77", "403"),
        ("wrong", "", "Cannot complete Allocation"),
        ("late", "", "Cannot complete Allocation"),
    ],
)
def test_the_relay_reaches_the_media_server_alone(
    real: RealServers, whose: str, to: str, said: str
) -> None:
    """Whoever has a pass cannot reach the facility's network by it, nor this machine's own
    services; without a good one nobody gets anywhere. coturn's own client asks."""
    secret = real.servers.own.relay if whose != "wrong" else "guessed"
    at = now() if whose != "late" else now().replace(year=2001)
    own = relay_pass(secret, (), "test", at)
    plan = real.plan
    command = ["turnutils_uclient", "-v", "-t", "-c", "-n", "1", "-m", "1"]
    command += ["-u", own.username, "-w", own.credential, "-p", str(plan.relay_port)]
    command += ["-e", to or plan.media_address, "-r", "9", plan.relay_address]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert said in told.stdout + told.stderr


@needs_servers
def test_no_seat_takes_the_ports_of_all_calls() -> None:
    """Whoever has a pass can ask for a new one: what is counted is their seat."""
    with real_servers() as found:
        until(lambda: bool(_listening(found.servers.process("relay"))))
        first, later, another = (
            relay_pass(found.servers.own.relay, (), whose, now() + timedelta(seconds=passed))
            for whose, passed in (("a-visitor", 0), ("a-visitor", 9), ("a-inmate", 0))
        )
        told = [_ask_for_a_port(found.plan, first) for _ in range(written.PORTS_A_PASS)]
        assert set(told) == {0}
        for own, said in ((first, 486), (later, 486), (another, 0)):
            assert _ask_for_a_port(found.plan, own) == said


@needs_servers
def test_each_server_that_dies_is_started_again() -> None:
    with real_servers() as found:
        for name in ("janus", "relay"):
            _is_started_again(found.servers, name)


def _is_started_again(both: MediaServers, name: str) -> None:
    until(lambda: both.process(name) is not None)
    first = both.process(name)
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: both.process(name) not in (None, first))


@needs_servers
def test_a_janus_that_hangs_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_ASK", 0.0)
    with real_servers() as found:
        first = found.servers.process("janus")
        assert first
        os.kill(first, signal.SIGSTOP)
        try:
            until(lambda: found.servers.process("janus") not in (None, first))
        finally:
            if found.servers.process("janus") == first:
                os.kill(first, signal.SIGCONT)
        found.servers.wait()


@needs_servers
def test_strangers_do_not_fill_the_disk_by_what_the_relay_says_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers, "_LONGEST_LOG", 20_000)
    with real_servers() as found:
        log = found.plan.folder / "relay.log"
        until(lambda: bool(_listening(found.servers.process("relay"))))
        wrong = relay_pass("guessed", (), "nobody-we-know", now())
        for _ in range(400):
            assert _ask_for_a_port(found.plan, wrong) == 401
        until(lambda: log.stat().st_size < 20_000)
        _ask_for_a_port(found.plan, wrong)
        until(lambda: b"nobody-we-know" in log.read_bytes())
        assert b"\0" not in log.read_bytes()


def _ask_for_a_port(plan: MediaPlan, own: RelayPass) -> int:
    """From the relay (RFC 8656), as a browser does; the number of its refusal, 0 for none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        asks.settimeout(60)
        asks.connect((plan.relay_address, plan.relay_port))
        wanted = _attribute(0x0019, b"\x11\0\0\0")
        asks.send(_request(wanted))
        told = asks.recv(2000)
        realm, nonce = (_found(told, each) for each in (0x0014, 0x0015))
        known = _attribute(0x0006, own.username.encode())
        known += _attribute(0x0014, realm) + _attribute(0x0015, nonce)
        asks.send(_signed(_request(wanted + known), own, realm))
        refusal = _found(asks.recv(2000), 0x0009)
        return refusal[2] * 100 + refusal[3] if refusal else 0


def _signed(request: bytes, own: RelayPass, realm: bytes) -> bytes:
    secret = b":".join((own.username.encode(), realm, own.credential.encode()))
    key = hashlib.md5(secret, usedforsecurity=False).digest()
    whole = request[:2] + struct.pack("!H", len(request) - 20 + 24) + request[4:]
    return whole + _attribute(0x0008, hmac.digest(key, whole, "sha1"))


def _request(attributes: bytes) -> bytes:
    return struct.pack("!HHI", 3, len(attributes), 0x2112A442) + os.urandom(12) + attributes


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _found(answer: bytes, kind: int) -> bytes:
    at = 20
    while at < len(answer):
        found, length = struct.unpack("!HH", answer[at : at + 4])
        if found == kind:
            return answer[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return b""


_STARTS = """
import sys, time
sys.path.insert(0, {root!r})
from tests.support.call_kit import real_servers
with real_servers() as found:
    print(found.servers.process("janus"), found.servers.process("relay"), flush=True)
    print(found.plan.folder.parent, flush=True)
    time.sleep(600)
"""


@needs_servers
def test_they_die_with_the_program_that_started_them() -> None:
    root = str(Path(__file__).resolve().parents[4])
    started = [sys.executable, "-c", _STARTS.format(root=root)]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TMPDIR": folder}
        with subprocess.Popen(started, stdout=subprocess.PIPE, text=True, env=env) as parent:
            assert parent.stdout is not None
            children = [int(each) for each in parent.stdout.readline().split()]
            assert len(children) == 2
            parent.send_signal(signal.SIGKILL)
            until(lambda: not any(map(_runs, children)))


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    plan = MediaPlan(tmp_path, "192.0.2.1", "127.0.0.1", 1, Ports(2, 3), Ports(4, 5))
    with pytest.raises(CannotWrite, match="apt-get install janus coturn"):
        MediaServers(plan, ServerSecrets("a", "b", "c")).start()
