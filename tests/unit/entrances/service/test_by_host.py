"""Several facilities at one address: a host name is one facility's, and so is a login there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from digitizer.entrances.service.by_host import ByHost, check_together
from digitizer.entrances.service.entrance import EVERY
from digitizer.entrances.service.served import served
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import SettingsError
from digitizer.model.people import StaffRole
from digitizer.model.settings_file import FILE_NAME
from digitizer.people.actions import add_staff
from tests.support.agencies import another_facility
from tests.support.made_mail import OPERATOR

SOUTH, NORTH = "south.example.org", "north.example.org"


@dataclass(frozen=True, slots=True)
class Both:
    south: Facility
    north: Facility

    def with_settings(self, south: str, north: str) -> Both:
        """Opened anew, with these lines in their settings."""
        return Both(_with(self.south, south), _with(self.north, north))


def _with(facility: Facility, lines: str) -> Facility:
    config = facility.home / FILE_NAME
    text = config.read_text("utf-8").replace("[web]\n", "[web]\n" + lines)
    config.write_text(text)
    return open_facility(facility.home)


@pytest.fixture
def both(facility: Facility) -> Both:
    return Both(facility, another_facility(facility))


@pytest.fixture
def browser(both: Both) -> Iterator[TestClient]:
    named = both.with_settings(f'allowed_hosts = ["{SOUTH}"]\n', f'allowed_hosts = ["{NORTH}"]\n')
    made = [(each, *served(each, EVERY, dict)) for each in (named.south, named.north)]
    app = ByHost([(each, pages) for each, pages, _ in made])
    with TestClient(app, f"http://{SOUTH}", follow_redirects=False) as client:
        yield client
    for _, _, end in made:
        end()


def _log_in(browser: TestClient, host: str, name: str, password: str) -> str:
    """The session that was begun; "" if none was."""
    browser.cookies.clear()
    at = f"http://{host}/staff/login"
    page = browser.get(at).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
    form = {**hidden, "name": name, "password": password}
    answer = browser.post(at, data=form, headers={"Origin": f"http://{host}"})
    return answer.headers["set-cookie"].partition(";")[0] if answer.status_code == 303 else ""


def test_a_login_is_of_the_facility_whose_host_it_was_made_at(
    both: Both, browser: TestClient
) -> None:
    password = add_staff(both.north, "Ivy Tern", StaffRole.SUPERVISOR, OPERATOR)
    assert not _log_in(browser, SOUTH, "Ivy Tern", password)
    session = _log_in(browser, NORTH, "Ivy Tern", password)
    assert session
    browser.cookies.clear()
    for host, status in ((NORTH, 200), (f"{NORTH.upper()}:8000", 200), (SOUTH, 303)):
        answer = browser.get(f"http://{host}/staff", headers={"Cookie": session, "Host": host})
        assert (host, answer.status_code) == (host, status)


@pytest.mark.parametrize("host", ["elsewhere.example.org", "", f"{NORTH}.", f"{SOUTH},{NORTH}"])
def test_another_host_is_nobodys(browser: TestClient, host: str) -> None:
    for path in ("/", "/staff/login", "/api/v1/openapi.json"):
        assert browser.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("south", "north", "says"),
    [
        ("", f'allowed_hosts = ["{NORTH}"]\n', "main has no host name"),
        (f'allowed_hosts = ["{SOUTH}"]\n', "", "north has no host name"),
        (
            f'allowed_hosts = ["{SOUTH}"]\n',
            f'allowed_hosts = ["{NORTH}", "{SOUTH}"]\n',
            f"{SOUTH} at main and at north",
        ),
    ],
)
def test_what_does_not_tell_them_apart_is_refused(
    both: Both, south: str, north: str, says: str
) -> None:
    named = both.with_settings(south, north)
    with pytest.raises(SettingsError, match=says):
        check_together((named.south, named.north))
    check_together((named.south,))  # alone it is asked by any name


def test_calls_of_two_have_ports_of_their_own(both: Both) -> None:
    calls = '[calls]\nvideo = true\nmedia_address = "192.0.2.1"\nrelay_host = "{host}"\n'
    other = "relay_port = 3500\ntls_port = 3501\nrelay_range = [40000, 40099]\n"
    for facility, host, more in ((both.south, SOUTH, ""), (both.north, NORTH, other)):
        with (facility.home / FILE_NAME).open("a") as config:
            config.write("\n" + calls.format(host=host) + more)
    same = both.with_settings(f'allowed_hosts = ["{SOUTH}"]\n', f'allowed_hosts = ["{NORTH}"]\n')
    with pytest.raises(SettingsError, match="same ports"):  # that of media
        check_together((same.south, same.north))
    with (both.north.home / FILE_NAME).open("a") as config:
        config.write("media_range = [40100, 40199]\n")
    check_together((same.south, open_facility(both.north.home)))
