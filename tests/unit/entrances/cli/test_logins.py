"""The commands for kiosks and locks."""

from __future__ import annotations

from tests.support.command_line import Run


def test_a_kiosk_is_invited_listed_and_revoked(run: Run) -> None:
    made = run("kiosk", "enrol", " Day  room", "--json")
    assert made.code == 0
    assert set(made.lines[0]) == {"name", "code"}
    (listed,) = run("kiosk", "list", "--json").lines
    assert (listed["name"], listed["enrolled"], listed["seen"]) == ("Day room", None, None)
    assert run("kiosk", "list").out == "Day room: waits for its code\n"
    assert run("kiosk", "revoke", "Day room").code == 0
    assert run("kiosk", "list", "--json").lines == []
    assert run("kiosk", "revoke", "Day room").code == 1


def test_without_locks_none_is_listed_and_none_can_be_lifted(run: Run) -> None:
    assert (run("unlock", "--json").code, run("unlock", "--json").lines) == (0, [])
    assert run("unlock", "--inmate", "A-100").code == 1


def test_one_is_unlocked_at_a_time(run: Run) -> None:
    assert run("unlock", "--inmate", "A-100", "--terminal", "10.0.0.7").code == 2
