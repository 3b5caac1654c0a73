"""Enrolling a kiosk, revoking it, and unlocking what is locked."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from digitizer.access import kiosks, locks
from digitizer.entrances.cli.main import app as command_line
from digitizer.entrances.web.app import make_app
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, kiosk
from digitizer.support.clock import now
from tests.support.made_mail import OPERATOR
from tests.support.web_kit import PIN, Mail, Visitor

RUTH = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)
NUMBER = "2026-00117"


def _device(mail: Mail, address: str = "10.1.1.1") -> Visitor:
    return Visitor(make_app(mail.facility), base_url="http://mail.example", client=(address, 1))


def _fail(browser: Visitor, times: int = 5, number: str = NUMBER) -> None:
    for _ in range(times):
        browser.post("/login", data={"booking_number": number, "pin": "111222"})


def _enters(browser: Visitor, number: str = NUMBER) -> bool:
    data = {"booking_number": number, "pin": PIN}
    return bool(browser.post("/login", data=data, follow_redirects=False).status_code == 303)


def _verbs(mail: Mail) -> list[tuple[str, str, str]]:
    with reading(mail.facility.engine) as tx:
        rows = tx.execute(sa.select(event.c.verb, event.c.subject, event.c.actor))
        return [tuple(row) for row in rows]


def test_devices_of_one_address_are_told_apart_once_they_are_enrolled(
    mail: Mail, ruth: Visitor
) -> None:
    devices = []
    for name in ("B-2 left", "B-2 right"):
        page = ruth.post_form("/staff/kiosks", {"name": name}, seen_on="/staff/kiosks")
        code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", page.text)
        assert code is not None
        device = _device(mail)
        answer = device.post("/kiosk", data={"code": f" {code[0].lower()} "})
        assert name in html.unescape(answer.text)
        devices.append(device)
        assert device.post("/kiosk", data={"code": code[0]}).status_code == 403  # once
    _fail(devices[0])
    assert not _enters(devices[0])
    assert _enters(devices[1])
    assert ("enrol kiosk", "kiosk:B-2 left", "login page") in _verbs(mail)
    assert ("invite kiosk", "kiosk:B-2 left", "Ruth Harrow") in _verbs(mail)


def test_a_kiosk_stays_one_when_people_log_out(mail: Mail) -> None:
    with _device(mail) as device:
        device.post("/kiosk", data={"code": kiosks.invite(mail.facility, "B-2 left", RUTH)})
        assert _enters(device)
        answer = device.post_form("/logout", {}, seen_on="/mail")
        assert "cookies" not in answer.headers["clear-site-data"]
        assert "B-2 left" in device.get("/kiosk").text


def test_a_revoked_kiosk_is_a_device_like_any_other(mail: Mail, ruth: Visitor) -> None:
    device = _device(mail)
    device.post("/kiosk", data={"code": kiosks.invite(mail.facility, "B-2 left", RUTH)})
    _fail(device)
    ruth.post_form("/staff/kiosks/revoke", {"name": "B-2 left"}, seen_on="/staff/kiosks")
    assert "B-2 left" not in device.get("/kiosk").text
    assert kiosks.kiosks(mail.facility, RUTH) == ()
    _fail(device)
    assert not _enters(_device(mail))


def test_a_code_is_good_for_an_hour(mail: Mail) -> None:
    code = kiosks.invite(mail.facility, "B-2 left", RUTH)
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.update(kiosk).values(code_until=now()))
    assert _device(mail).post("/kiosk", data={"code": code}).status_code == 403


def test_guessing_codes_locks_the_device(mail: Mail) -> None:
    device = _device(mail)
    for number in range(25):
        device.post("/kiosk", data={"code": f"guess{number}"})
    code = kiosks.invite(mail.facility, "B-2 left", RUTH)
    assert device.post("/kiosk", data={"code": code}).status_code == 403


def test_only_hashes_of_codes_and_tokens_are_kept(mail: Mail) -> None:
    device = _device(mail)
    code = kiosks.invite(mail.facility, "B-2 left", RUTH).replace("-", "")
    with reading(mail.facility.engine) as tx:
        assert code not in str(tx.execute(sa.select(kiosk)).all())
    device.post("/kiosk", data={"code": code})
    token = device.cookies["kiosk"]
    with reading(mail.facility.engine) as tx:
        assert token not in str(tx.execute(sa.select(kiosk)).all())


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 4000])
def test_a_nonsense_token_is_no_kiosk(mail: Mail, token: str) -> None:
    answer = _device(mail).get("/kiosk", headers={b"Cookie": f"kiosk={token}".encode()})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x07b"])
def test_a_name_that_cannot_be_used_is_refused(ruth: Visitor, name: str) -> None:
    answer = ruth.post_form("/staff/kiosks", {"name": name}, seen_on="/staff/kiosks")
    assert answer.status_code == 400


def test_a_supervisor_sees_what_is_locked_and_unlocks_it(mail: Mail, ruth: Visitor) -> None:
    device = _device(mail)
    _fail(device)
    page = ruth.get("/staff").text
    assert "Locked after failed logins" in page
    assert NUMBER in page
    ruth.post_form("/staff/unlock", {"kind": "inmate", "name": NUMBER}, seen_on="/staff")
    assert _enters(device)
    assert "Locked after" not in ruth.get("/staff").text
    assert ("unlock", f"inmate:{NUMBER}", "Ruth Harrow") in _verbs(mail)


def test_a_clerk_does_not_see_it(mail: Mail, ana: Visitor) -> None:
    _fail(_device(mail))
    assert "Locked after" not in ana.get("/staff").text


def test_an_operator_unlocks_a_supervisor_and_a_terminal(mail: Mail) -> None:
    device, home = _device(mail), ["--home", str(mail.facility.home)]
    for number in range(25):
        _fail(device, 1, f"guess-{number}")
    for _ in range(5):
        _device(mail, "10.1.1.2").post(
            "/staff/login", data={"name": "Ruth Harrow", "password": "wrong"}
        )
    run = CliRunner().invoke
    listed = run(command_line, [*home, "unlock", "--json"]).stdout
    assert '"kind": "terminal", "name": "10.1.1.1", "at": null' in listed
    assert '"kind": "staff", "name": "Ruth Harrow", "at": "10.1.1.2"' in listed
    assert run(command_line, [*home, "unlock", "--terminal", "10.1.1.1"]).exit_code == 0
    assert run(command_line, [*home, "unlock", "--staff", "Ruth Harrow"]).exit_code == 0
    assert locks.locks(mail.facility, OPERATOR) == ()
    assert _enters(device)
    assert ("unlock", "staff:Ruth Harrow", "command line") in _verbs(mail)
    assert run(command_line, [*home, "unlock"]).stdout == ""


def test_kiosks_by_command(mail: Mail) -> None:
    home, run = ["--home", str(mail.facility.home)], CliRunner().invoke
    code = run(command_line, [*home, "kiosk", "enrol", "B-2 left"]).stdout.strip()
    assert '"enrolled": null' in run(command_line, [*home, "kiosk", "list", "--json"]).stdout
    assert "B-2 left" in _device(mail).post("/kiosk", data={"code": code}).text
    assert "B-2 left: enrolled" in run(command_line, [*home, "kiosk", "list"]).stdout
    assert run(command_line, [*home, "kiosk", "revoke", "B-2 left"]).exit_code == 0
    assert run(command_line, [*home, "kiosk", "list"]).stdout == ""
