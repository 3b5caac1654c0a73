"""Alive, ready and in numbers: what those who run the service see, and nobody else."""

from __future__ import annotations

import re
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digitizer.capture.scans import leases
from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.probes import METRICS_TYPE, exposition
from digitizer.facility import Facility
from digitizer.model.errors import SettingsError
from digitizer.model.settings import Settings, Web
from digitizer.model.settings_file import read_settings
from digitizer.operations import health
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR, ORSON, PETRA, deliver, held_letter, take

_USAGE = namedtuple("_USAGE", "total used free")
_SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? ([0-9.e+-]+)')


def _client(facility: Facility, address: str = "127.0.0.1") -> TestClient:
    return TestClient(make_app(facility), client=(address, 50000))


@pytest.fixture
def operator(facility: Facility) -> Iterator[TestClient]:
    with _client(facility) as client:
        yield client


def test_alive(operator: TestClient) -> None:
    assert operator.get("/healthz").text == "ok"


def test_ready(operator: TestClient) -> None:
    answer = operator.get("/readyz")
    good = {"database": "good", "disk": "good", "keys": "good"}
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": good})


def test_without_room_it_is_not_ready(
    operator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _USAGE(9, 9, 5 << 20))
    answer = operator.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "only 5 MiB are free")


def test_without_keys_it_is_not_ready(operator: TestClient, facility: Facility) -> None:
    facility.key_file.unlink()
    answer = operator.get("/readyz")
    assert answer.status_code == 503
    assert "missing" in answer.json()["checks"]["keys"]


def test_without_a_database_it_is_not_ready(operator: TestClient, facility: Facility) -> None:
    facility.engine.dispose()
    shutil.rmtree(facility.home / "database")
    answer = operator.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["database"] != "good"


def test_a_part_in_trouble_makes_it_not_ready(facility: Facility) -> None:
    client = _client(facility)
    troubles = {"watch": "", "work": ""}
    client.app.state.troubles = lambda: troubles  # type: ignore[attr-defined]  # Starlette's app
    assert client.get("/readyz").json()["checks"]["work"] == "good"
    troubles["work"] = "work has stopped: the disk is full"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["watch"]) == (503, "good")
    assert answer.json()["checks"]["work"] == troubles["work"]


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("10.0.0.9", None),
        ("testclient", None),
        ("::2", None),
        ("127.0.0.1", "X-Forwarded-For"),
        ("127.0.0.1", "Forwarded"),
        ("127.0.0.1", "X-Real-IP"),
        ("127.0.0.1", "Via"),
    ],
)
def test_strangers_find_nothing(
    facility: Facility, path: str, address: str, header: str | None
) -> None:
    client = _client(facility, address)
    answer = client.get(path, headers={header: "127.0.0.1"} if header else {})
    assert answer.status_code == 404
    assert "digitizer_" not in answer.text


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_may_ask(facility: Facility, address: str) -> None:
    assert _client(facility, address).get("/metrics").status_code == 200


def test_a_setting_allows_others(facility: Facility) -> None:
    import dataclasses

    settings = Settings(web=Web(operators_from=("10.0.0.0/24",)))
    other = dataclasses.replace(facility, settings=settings)
    assert _client(other, "10.0.0.9").get("/metrics").status_code == 200
    assert _client(other, "127.0.0.1").get("/metrics").status_code == 404


def test_a_setting_that_is_not_a_network_is_refused(home: Path) -> None:
    (home / "config.toml").write_text('[web]\noperators_from = ["10.0.0.1/8"]\n')
    with pytest.raises(SettingsError, match="operators_from"):
        read_settings(home)


def _numbers(text: str) -> dict[str, float]:
    """Reads it as Prometheus does: strictly."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            match = _SAMPLE.fullmatch(line)
            assert match, line
            found[match[1] + (match[2] or "")] = float(match[4])
    return found


def test_metrics(operator: TestClient, facility: Facility) -> None:
    deliver(facility, ORSON, "a garden", b"1")
    held_letter(facility)
    take(facility, b"2")
    with_worker = leases.Claimant(facility.run_folder)
    (facility.run_folder / "dead.lock").touch()
    answer = operator.get("/metrics")
    with_worker.close()
    assert answer.headers["content-type"] == METRICS_TYPE
    assert answer.text.endswith("\n")
    found = _numbers(answer.text)
    assert found["digitizer_queue_scans"] == found["digitizer_workers"] == 1
    assert found['digitizer_scans{state="filed"}'] == 2
    assert found['digitizer_pages{place="delivered"}'] == 1
    assert found['digitizer_held{reason="sheet_count"}'] == 1
    assert found['digitizer_pages_read{engine="made-up"}'] == 1
    assert found["digitizer_disk_free_bytes"] > 0
    assert 0 <= found["digitizer_oldest_scan_seconds"] < 3600
    assert found["digitizer_last_intake_timestamp_seconds"] <= datetime.timestamp(now())
    assert any(name.startswith("digitizer_build_info{version=") for name in found)


def test_every_family_has_help_and_type_once(facility: Facility) -> None:
    lines = exposition(health.health(facility, OPERATOR)).splitlines()
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families)) == sum(x.startswith("# HELP") for x in lines)
    samples = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    assert samples <= set(families)


def test_nothing_of_a_letter_or_a_person_is_shown(operator: TestClient, facility: Facility) -> None:
    deliver(facility, PETRA, "harvest moon", b"1")
    shown = operator.get("/metrics").text + operator.get("/readyz").text
    for word in ("harvest", "Samplewood", "Petra", PETRA, "stack.pdf"):
        assert word not in shown
