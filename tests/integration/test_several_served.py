"""One ``digitizer serve`` for an agency of two: each has its pages at its host name, its mail
in its home, and the defaults of the agency."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.agency import FOLDER
from digitizer.facility import open_facility
from digitizer.letters.actions import mailbox
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME, read_settings
from digitizer.operations.actions import reconcile
from digitizer.operations.facilities import add_facility
from tests.support import postgres, scanner
from tests.support.agencies import make_agency, opened
from tests.support.made_mail import OPERATOR, ORSON
from tests.support.mailroom_kit import DIGITIZER
from tests.support.patience import HUNG, until

HOSTS = {"main": "south.example.org", "north": "north.example.org"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.server() as made:
        yield made


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    """Orson is on the roster of both, which go by the clock that their agency says."""
    home = tmp_path_factory.mktemp("several") / "agency"
    make_agency(home, url)
    (home / AGENCY_FILE).write_text('[facility]\ntime_zone = "America/Denver"\n')
    add_facility(home, "north", "North Jail", OPERATOR)
    for code, place in (("main", home), ("north", home / FOLDER / "north")):
        opened(place).engine.dispose()
        text = (place / FILE_NAME).read_text("utf-8").replace('time_zone = ""\n', "")
        web = f'[web]\nallowed_hosts = ["{HOSTS[code]}"]\n'
        (place / FILE_NAME).write_text(text.replace("[web]\n", web))
    return home


def _page(port: int, host: str, path: str) -> str:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    with urllib.request.urlopen(asked, timeout=HUNG) as answer:
        return str(answer.read().decode("utf-8"))


def test_two_facilities_in_one_service(agency: Path, tmp_path: Path) -> None:
    homes = {"main": agency, "north": agency / FOLDER / "north"}
    assert read_settings(homes["north"]).facility.time_zone == "America/Denver"
    for code, home in homes.items():
        out = tmp_path / f"{code}.pdf"
        printing = ["--facility", code, "cover", "print", ORSON, "--out", str(out)]
        subprocess.run([DIGITIZER, "--home", str(agency), *printing], check=True)
        letter = scanner.typed_page(f"a letter for the one in {code}")
        scan = tmp_path / f"scan-{code}.pdf"
        scanner.write_pdf([scanner.pdf_pages(out)[0], letter], scan)
        scan.rename(home / "inbox" / "default" / scan.name)
    log = tmp_path / "log"
    with log.open("w") as written:
        command = [DIGITIZER, "--home", str(agency), "serve", "--port", "0", "--log", "json"]
        serving = subprocess.Popen(command, stderr=written)
    try:
        until(lambda: '"serving"' in log.read_text(), serving)
        (port,) = next(
            each["ports"]
            for each in map(json.loads, log.read_text().splitlines())
            if each.get("event") == "serving"
        )
        assert "North Jail" in _page(port, HOSTS["north"], "/login")
        assert "North Jail" not in _page(port, HOSTS["main"], "/login")
        for home in homes.values():
            facility = open_facility(home)
            try:
                until(lambda: len(mailbox(facility, ORSON, OPERATOR)) == 1, serving)  # noqa: B023
                assert all(each.balanced for each in reconcile(facility, OPERATOR))
            finally:
                facility.engine.dispose()
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(HUNG) == 0


def test_without_host_names_it_says_what_to_write(agency: Path) -> None:
    config = agency / FILE_NAME
    config.write_text(config.read_text("utf-8").replace(HOSTS["main"], HOSTS["north"]))
    command = [DIGITIZER, "--home", str(agency), "serve", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HUNG)
    assert done.returncode == 2
    assert "north.example.org at main and at north" in done.stderr
