"""The Debian package and the container by their text: that their parts agree. What the package does
when it is installed is tried by scripts/test-deb, which needs root and a Debian mirror."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.mailroom_kit import ROOT

SCRIPTS = ROOT / "scripts"
DEB = SCRIPTS / "deb"
CONTAINER = SCRIPTS / "container"
UNITS = sorted((SCRIPTS / "systemd").glob("*.service"))
SHELL = (
    *(DEB / name for name in ("digitizer", "postinst", "prerm", "postrm")),
    *(SCRIPTS / name for name in ("package-deb", "test-deb", "install")),
    CONTAINER / "entry",
)
#: What each unit must say, whatever else it says.
HARD = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service",
    "UMask=0077",
)
#: systemd's own measure, from 0 (safe) to 10, times ten.
MOST_EXPOSED = 20


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read = yaml.safe_load((CONTAINER / "compose.yaml").read_text("utf-8"))
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_a_script_can_be_read_by_its_shell(script: Path) -> None:
    shell = script.read_text().splitlines()[0].rpartition("/")[2].split()[-1]
    subprocess.run([shell, "-n", script], check=True)
    assert script.stat().st_mode & 0o111
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script], check=True)


def test_the_package_depends_on_what_install_installs() -> None:
    listed = subprocess.run(
        [SCRIPTS / "install", "--list"], check=True, capture_output=True, text=True
    ).stdout.split()
    assert {"tesseract-ocr", "libzbar0", "python3-venv"} <= set(listed)
    control = (DEB / "control").read_text()
    assert not [name for name in listed if name in control], "they come from scripts/install --list"
    assert re.search(r"^Depends: python3\.11, .*@PACKAGES@$", control, re.MULTILINE)


def _packaged(unit: Path) -> str:
    """A unit as the package has it: by the replacements that stand in scripts/package-deb."""
    replacements = re.findall(r"'?s\|(\S+?)\|(\S+?)\|g", (SCRIPTS / "package-deb").read_text())
    text = unit.read_text()
    for before, after in replacements:
        text = text.replace(before, after.replace("$place", "/usr/lib/digitizer"))
    return text


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_of_the_package_has_the_places_and_the_user_of_the_package(unit: Path) -> None:
    text = _packaged(unit)
    assert "/opt/" not in text
    assert "/srv/" not in text
    lines = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line))
    assert (lines["User"], lines["Group"]) == ("digitizer", "digitizer")
    assert lines["ReadWritePaths"] == lines["RequiresMountsFor"] == "/var/lib/digitizer"
    assert "DIGITIZER_HOME=/var/lib/digitizer " in lines["Environment"]
    assert lines["ExecStart"].startswith("/usr/lib/digitizer/bin/digitizer ")
    for script in ("postinst", "postrm", "digitizer"):
        assert "home=/var/lib/digitizer\n" in (DEB / script).read_text()
    assert "adduser --system --group" in (DEB / "postinst").read_text()
    for script in ("postinst", "prerm", "postrm"):
        assert unit.name in (DEB / script).read_text(), f"{script} forgets {unit.name}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_shut_off_from_the_machine(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    assert [each for each in HARD if each not in lines] == []
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--offline=true", "--no-pager"),
            *(f"--threshold={MOST_EXPOSED}", str(unit)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_no_script_of_the_package_deletes_mail() -> None:
    for script in ("postinst", "prerm", "postrm"):
        text = re.sub(r'echo "[^"]*"', "", (DEB / script).read_text())
        assert not re.search(r"\b(rm|rmdir|deluser|userdel|find|truncate|shred)\b", text), script


def test_the_package_stops_before_and_starts_after_the_home_is_brought_up_to_date() -> None:
    stops = (DEB / "prerm").read_text()
    assert re.search(r"^remove \| upgrade \|.*\n.*\n +deb-systemd-invoke stop", stops, re.MULTILINE)
    assert "|| true" not in stops, "a service that does not stop must end the upgrade"
    configure = (DEB / "postinst").read_text().partition("\nconfigure)\n")[2].partition(";;")[0]
    assert configure.split() == ["make_user", "init_home", '"$2"', "enable_units", "start_units"]


def test_the_container_runs_without_privileges_and_holds_no_home() -> None:
    text = (CONTAINER / "Containerfile").read_text()
    last = text.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert "--uid 10001" in last
    assert "DIGITIZER_INIT=no" in last
    assert 'test -z "$(ls -A /var/lib/digitizer)"' in last
    assert re.search(r"^ENTRYPOINT \[", last, re.MULTILINE)
    assert not re.search(r"^ADD |:latest|curl|wget|--allow|sudo", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*", "only what is named comes into an image"
    for name in re.findall(r"^!([\w.]+)$", "\n".join(ignored), re.MULTILINE):
        assert (ROOT / name).exists()


def test_the_parts_of_compose_are_commands_and_shut_off(compose: dict[str, Any]) -> None:
    services = compose["services"]
    ours = {name: each for name, each in services.items() if "read_only" in each}
    assert {name: each["command"][0] for name, each in ours.items()} == {
        each: each for each in ("init", "web", "worker", "watch")
    }
    for name, each in ours.items():
        assert each["read_only"] is True, name
        assert each["user"] == "10001:10001", name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert "home:/var/lib/digitizer" in each["volumes"], f"{name} needs the locks of the others"
        if name != "init":
            assert each["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
        done = subprocess.run(
            [Path(sys.executable).parent / "digitizer", each["command"][0], "--help"],
            check=True,
            capture_output=True,
            text=True,
        )
        options = [word for word in each["command"] if word.startswith("--")]
        assert [word for word in options if word not in done.stdout] == []


def test_what_compose_names_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, each in services.items():
        assert set(each.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(each["networks"]) <= set(compose["networks"]), name
        assert set(each.get("depends_on", ())) <= set(services), name
        for volume in each.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or source == "./config.toml", name
        assert "restart" in each, name
        exposed = [port for port in each.get("ports", ()) if not port.startswith("127.0.0.1:")]
        assert not exposed, f"{name} is open to the network without TLS"
    assert {name for name, each in services.items() if "healthcheck" in each} == {
        "database",
        "bucket",
        "web",
    }


def test_no_secret_is_written_into_compose(compose: dict[str, Any]) -> None:
    for name, each in compose["services"].items():
        for variable, value in each.get("environment", {}).items():
            secret = re.search("PASSWORD|KEY|SECRET", variable)
            assert not secret or value.startswith("/run/secrets/"), f"{name}: {variable}"
    entry = (CONTAINER / "entry").read_text()
    for variable in compose["services"]["worker"]["environment"]:
        if variable.endswith("_FILE"):
            assert variable.removesuffix("_FILE") in entry
    assert all(each["file"].startswith("./secrets/") for each in compose["secrets"].values())


def test_a_home_takes_the_settings_of_the_container(tmp_path: Path) -> None:
    from digitizer.model.settings_file import read_settings

    shutil.copy(CONTAINER / "config.example.toml", tmp_path / "config.toml")
    store = read_settings(tmp_path).store
    assert store.database_url.startswith("postgresql://")
    assert store.blobs_url.startswith("s3://")
