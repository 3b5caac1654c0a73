"""What a sandbox may not do: limits, secrets, network."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
from pathlib import Path

import pytest

from digitizer.engines.isolation import Pool, network_guard
from tests.support.sandbox_tasks import LONG

LIMITED = (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)


def limits_seen() -> tuple[int, int, int]:
    mask = os.umask(0o077)
    core, files = (resource.getrlimit(kind)[0] for kind in LIMITED)
    return core, files, mask


def write_bytes(path: str, megabytes: int) -> None:
    Path(path).write_bytes(bytes(megabytes * 1024 * 1024))


def environment() -> dict[str, str]:
    return dict(os.environ)


def open_socket() -> str:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=5)
    except ConnectionRefusedError:
        return "reached"
    except OSError as error:
        return type(error).__name__
    return "reached"


def look_into(pid: int) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    return "refused" if libc.ptrace(16, pid, 0, 0) == -1 else "attached"


def test_a_sandbox_has_limits(pool: Pool, tmp_path: Path) -> None:
    assert pool.submit(limits_seen, seconds=LONG).result() == (0, 256, 0o077)
    with pytest.raises(OSError, match="too large"):
        pool.submit(write_bytes, str(tmp_path / "big"), 513, seconds=LONG).result()


def test_nothing_secret_goes_along(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITIZER_TEST_SECRET", "hush")
    with Pool(1) as fresh:
        seen = fresh.submit(environment, seconds=LONG).result()
    assert "DIGITIZER_TEST_SECRET" not in seen
    assert seen["OMP_NUM_THREADS"] == "1"


def test_no_network(pool: Pool) -> None:
    guard = network_guard()
    if guard == "nothing":
        pytest.skip("this kernel lets no process give up the network")
    assert pool.submit(open_socket, seconds=LONG).result() != "reached"
    if "filter" in guard:
        assert pool.submit(look_into, os.getpid(), seconds=LONG).result() == "refused"
