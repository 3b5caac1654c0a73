"""SIGTERM: the work ends in the middle, its scan waits again, uncounted; no signal is lost.

A signal would be lost where the system delivers it to another thread than the main one, as it does
with one that came while the process was stopped (SIGSTOP), and sometimes under load.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from digitizer.facility import make_home
from tests.support import scanner
from tests.support.mailroom_kit import DIGITIZER, Home
from tests.support.patience import HUNG, until

PAGES = 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose inbox holds a scan that takes minutes."""
    made = Home(tmp_path)
    text = "\n".join("the ferry does not run any more since the bridge" for _ in range(30))
    page = scanner.typed_page(text)
    scan = tmp_path / "long.pdf"
    scanner.write_pdf([made.cover("P1001"), *[page] * PAGES], scan)
    scan.rename(made.inbox() / "long.pdf")
    return made


def _scans(home: Home) -> list[tuple[str, int, int, str | None]]:
    database = sqlite3.connect(home.path / "database" / "mail.sqlite")
    try:
        columns = "SELECT state, tries, deaths, claimed_by FROM scan"
        return list(database.execute(columns))
    finally:
        database.close()


def _is_at_work(home: Home) -> bool:
    """A picture of a page is there: the sandboxes are in the middle of it."""
    working = [state for state, *_ in _scans(home)] == ["working"]
    return working and any((home.path / "work").rglob("page-*"))


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_a_stop_in_the_middle_of_a_scan(home: Home, command: tuple[str, ...]) -> None:
    if command == ("worker",):
        _take_in_only(home)
    log = home.path.parent / "service.log"
    with log.open("w") as stream:
        service = subprocess.Popen(
            [DIGITIZER, "--home", str(home.path), *command, "--log", "json"],
            stderr=stream,
        )
        try:
            until(lambda: _is_at_work(home), service)
            service.send_signal(signal.SIGTERM)
            assert service.wait(HUNG) == 0
        finally:
            service.kill()
            service.wait()
    assert _scans(home) == [("waiting", 0, 0, None)], "it did not wait for the scan's end"
    assert not any((home.path / "work").rglob("page-*"))
    assert not list((home.path / "run").glob("*.lock"))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert not [line for line in lines if line["level"] in ("error", "critical")]
    assert home.balanced()


def _take_in_only(home: Home) -> None:
    watcher = subprocess.Popen(
        [DIGITIZER, "--home", str(home.path), "watch"], stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: bool(_scans(home)), watcher)
    finally:
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(HUNG) == 0
    assert not any(home.inbox().iterdir())


def test_a_service_reports_its_health(home: Home) -> None:
    port = _free_port()
    service = subprocess.Popen(
        [DIGITIZER, "--home", str(home.path), "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _answers(port), service)
        ready = json.loads(_get(port, "/readyz"))
        parts = {"database", "disk", "keys", "watch", "work", "web"}
        assert (ready["ready"], set(ready["checks"]) >= parts) == (True, True)
        until(lambda: "\ndigitizer_working_scans 1\n" in _get(port, "/metrics"), service)
        assert "\ndigitizer_workers 1\n" in _get(port, "/metrics")
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(HUNG) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=HUNG) as answer:
        text: str = answer.read().decode()
        return text


def _answers(port: int) -> bool:
    try:
        return _get(port, "/healthz") == "ok"
    except OSError:
        return False


# --- signals in every order; no scan is needed for them

STOP, TERM, INT, CONT = signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT
ORDERS = [
    (STOP, TERM, CONT),
    (STOP, INT, CONT),
    (STOP, TERM, TERM, CONT),
    (STOP, TERM, CONT, TERM),
    (STOP, CONT, TERM),
    (TERM, STOP, CONT),
    (TERM, TERM),
    (INT, TERM),
    (STOP, INT, TERM, CONT),
]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    make_home(tmp_path / "home")
    return tmp_path / "home"


@contextmanager
def _started(home: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    log = home.parent / f"{command[0]}.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [DIGITIZER, "--home", str(home), *command], stderr=stream, stdout=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _status(process: subprocess.Popen[bytes], key: str) -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next((line.split()[1] for line in lines if line.startswith(f"{key}:")), "")


def _hears(process: subprocess.Popen[bytes]) -> bool:
    """It has a handler of its own for SIGTERM."""
    assert process.poll() is None, "it ended by itself"
    return bool(int(_status(process, "SigCgt") or "0", 16) >> (TERM - 1) & 1)


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(number)
        if number == STOP:
            until(lambda: process.poll() is not None or _status(process, "State") == "T")


def _ends(process: subprocess.Popen[bytes], *order: signal.Signals) -> None:
    for number in order:
        _send(process, number)
    assert process.wait(HUNG) == 0, order


@pytest.mark.parametrize("command", ["serve", "web"])
def test_it_prints_the_port_that_the_system_chose(bare: Path, command: str) -> None:
    log = bare.parent / f"{command}.log"

    def ports() -> list[str]:
        return re.findall(r"Serving http://127\.0\.0\.1:(\d+)/", log.read_text())

    with _started(bare, command, "--port", "0") as process:
        until(lambda: bool(ports()), process)
        (port,) = ports()
        assert _answers(int(port))
        _ends(process, TERM)


def test_programs_get_the_port_as_a_number(bare: Path) -> None:
    log = bare.parent / "web.log"

    def serving() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [line for line in lines if line["event"] == "serving"]

    with _started(bare, "web", "--port", "0", "--log", "json") as process:
        until(lambda: bool(serving()), process)
        (line,) = serving()
        (port,) = line["ports"]
        assert line["says"].startswith(f"Serving http://127.0.0.1:{port}/.")
        _ends(process, TERM)


def test_a_port_that_is_taken_is_not_reported_as_served(bare: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with _started(bare, "web", "--port", str(port)) as process:
            assert process.wait(timeout=60) == 1
    assert "Serving" not in (bare.parent / "web.log").read_text()


def test_each_command_hears_a_signal_that_came_while_it_was_stopped(bare: Path) -> None:
    ports = _free_port(), _free_port()
    with ExitStack() as all_of_them:
        serve, web, watch, worker = (
            all_of_them.enter_context(_started(bare, *words))
            for words in (
                ("serve", "--port", str(ports[0])),
                ("web", "--port", str(ports[1])),
                ("watch",),
                ("worker",),
            )
        )
        until(lambda: _answers(ports[0]) and _answers(ports[1]), serve, web)
        until(lambda: "watching" in (bare.parent / "watch.log").read_text(), watch)
        until(lambda: any((bare / "run").glob(f"{worker.pid}-*.lock")), worker)
        for process in (serve, web, watch, worker):
            _ends(process, STOP, TERM, CONT)
    assert not list((bare / "run").glob("*.lock"))


def test_signals_in_any_order_end_it_cleanly(bare: Path) -> None:
    log = bare.parent / "watch.log"
    with ExitStack() as all_of_them:
        processes = [all_of_them.enter_context(_started(bare, "watch")) for _ in ORDERS]
        until(lambda: log.read_text().count("watching") == len(ORDERS), *processes)
        for process, order in zip(processes, ORDERS, strict=True):
            _ends(process, *order)


@pytest.mark.parametrize("command", ["serve", "watch", "worker", "web"])
def test_signals_from_its_first_moment_to_its_last(bare: Path, command: str) -> None:
    """The first comes while it is still loading; as more come, none interrupts its shutdown."""
    port = ("--port", "0") if command in ("serve", "web") else ()
    with _started(bare, command, *port) as process:
        until(lambda: _hears(process))
        while process.poll() is None:
            process.send_signal(TERM)
        assert process.returncode == 0
