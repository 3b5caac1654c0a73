"""SIGTERM in the middle of a long scan: a quick end, and the scan waits again, uncounted."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import scanner
from tests.support.mailroom_kit import DIGITIZER, Home

pytestmark = pytest.mark.timeout(300)

MOST_SECONDS = 10
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


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def _scans(home: Home) -> list[tuple[str, int, int, str | None]]:
    database = sqlite3.connect(home.path / "database" / "mail.sqlite")
    try:
        columns = "SELECT state, tries, deaths, claimed_by FROM scan"
        return list(database.execute(columns))
    finally:
        database.close()


def _is_at_work(home: Home) -> bool:
    """A picture of a page is there: the isolated processes are in the middle of it."""
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
            _until(lambda: _is_at_work(home), 120)
            service.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            assert service.wait(timeout=60) == 0
            took = time.monotonic() - begun
        finally:
            service.kill()
            service.wait()
    assert took < MOST_SECONDS
    assert _scans(home) == [("waiting", 0, 0, None)]
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
        _until(lambda: bool(_scans(home)), 60)
    finally:
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(timeout=30) == 0
    assert not any(home.inbox().iterdir())


def test_a_service_tells_how_it_is(home: Home) -> None:
    port = _free_port()
    service = subprocess.Popen(
        [DIGITIZER, "--home", str(home.path), "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _answers(port), 60)
        ready = json.loads(_get(port, "/readyz"))
        parts = {"database", "disk", "keys", "watch", "work", "web"}
        assert (ready["ready"], set(ready["checks"]) >= parts) == (True, True)
        _until(lambda: "\ndigitizer_working_scans 1\n" in _get(port, "/metrics"), 60)
        assert "\ndigitizer_workers 1\n" in _get(port, "/metrics")
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=30) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def _answers(port: int) -> bool:
    try:
        return _get(port, "/healthz") == "ok"
    except OSError:
        return False
