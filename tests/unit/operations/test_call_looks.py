"""What the doctor says of video calls."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from digitizer.facility import Facility
from digitizer.model.call_settings import Calls
from digitizer.operations.call_looks import video_calls
from digitizer.operations.findings import Finding
from tests.support.call_kit import missing, own_address
from tests.support.patience import until

needs_servers = pytest.mark.skipif(bool(missing()), reason=str(missing()))


def _found(facility: Facility, **calls: object) -> dict[str, Finding]:
    own = Calls.model_validate({"relay_host": "x", **calls})
    changed = replace(facility, settings=facility.settings.model_copy(update={"calls": own}))
    return {each.what: each for each in video_calls(changed)}


@needs_servers
def test_the_settings_that_debian_ships_are_a_finding(facility: Facility, tmp_path: Path) -> None:
    """Also where no setting asks for calls: it listens all the same."""
    settings = tmp_path / "janus"
    shutil.copytree("/etc/janus", settings)
    command = ["janus", "-F", str(settings), "-C", str(settings / "janus.jcfg")]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    ) as process:
        try:
            server = psutil.Process(process.pid)
            until(lambda: bool(server.net_connections("tcp")), process)
            found = _found(facility)["settings of janus"]
            assert not found.good
            assert "8088" in found.message or "8188" in found.message
            assert found.fix == "systemctl disable --now janus"
        finally:
            process.terminate()


@needs_servers
def test_a_machine_that_can_carry_calls_is_good(facility: Facility) -> None:
    found = _found(facility, video=True, media_address=own_address())
    assert all(each.good and not each.fix for each in found.values())
    assert {"video servers", "address of video calls", "settings of coturn"} <= found.keys()


def test_an_address_of_another_machine_is_a_finding(facility: Facility) -> None:
    found = _found(facility, video=True, media_address="198.51.100.3")["address of video calls"]
    assert not found.good


def test_the_relay_listens_where_the_settings_say_and_the_doctor_says_where(
    facility: Facility,
) -> None:
    for address, good, said in (
        ("0.0.0.0", True, "every address"),
        ("127.0.0.1", True, "127.0.0.1 alone"),
        ("198.51.100.3", False, "no address of this machine"),
    ):
        own = {"video": True, "media_address": "198.51.100.3", "relay_address": address}
        found = _found(facility, **own)["address of the relay"]
        assert (found.good, bool(found.fix)) == (good, not good)
        assert said in found.message


def test_what_is_not_installed_is_a_finding(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = _found(facility, video=True, media_address="198.51.100.3")["video servers"]
    assert found.fix == "apt-get install janus coturn"
