"""The two servers as children: where they listen, what they let through, and how they end."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from digitizer.engines.calls import servers
from digitizer.engines.calls.servers import MediaServers, socket_is_private
from digitizer.engines.calls.turn import relay_pass
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
        written = found.plan.folder / "relay.log"
        until(lambda: bool(_listening(found.servers.process("relay"))))
        for _ in range(400):
            _ask_with_a_wrong_pass((found.plan.relay_address, found.plan.relay_port))
        until(lambda: written.stat().st_size < 20_000)
        _ask_with_a_wrong_pass((found.plan.relay_address, found.plan.relay_port))
        until(lambda: b"nobody-we-know" in written.read_bytes())
        assert b"\0" not in written.read_bytes()


def _ask_with_a_wrong_pass(at: tuple[str, int]) -> None:
    """For a way through the relay (RFC 8656)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(60)
        stranger.connect(at)
        wanted = _attribute(0x0019, b"\x11\0\0\0")
        stranger.send(_request(wanted))
        told = stranger.recv(2000)
        known = _attribute(0x0006, b"9999999999:nobody-we-know")
        known += b"".join(_attribute(each, _found(told, each)) for each in (0x0014, 0x0015))
        stranger.send(_request(wanted + known + _attribute(0x0008, bytes(20))))
        stranger.recv(2000)


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
    raise AssertionError("the relay asked for no pass")


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
    # Not in the test's own folder: a socket's path is short.
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
