"""The commands of transfer: send, accept, withdraw, list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.agencies import another_facility
from tests.support.command_line import Run
from tests.support.made_mail import OPERATOR, ORSON, ROSTER, deliver


@pytest.fixture
def north(facility: Facility) -> Facility:
    """Beside the first one; each has a supervisor."""
    made = another_facility(facility, ROSTER[0])
    people.add_staff(facility, "Ruth Harrow", StaffRole.SUPERVISOR, OPERATOR)
    return made


def test_somebody_is_sent_and_accepted(
    facility: Facility, north: Facility, run: Run, tmp_path: Path
) -> None:
    letter = deliver(facility, ORSON, "a garden", b"1")
    secret = tmp_path / "password"
    secret.write_text(people.add_staff(north, "Ivy Tern", StaffRole.SUPERVISOR, OPERATOR))
    secret.chmod(0o600)
    said = ("--by", "Ruth Harrow", "--reason", "court order", "--json")
    done = run("--facility", "main", "transfer", "send", ORSON, "--to", "north", *said)
    sent = json.loads(done.out)
    assert (done.code, sent["state"], sent["incoming"], sent["taken"]) == (
        0,
        "waiting",
        False,
        None,
    )
    (listed,) = run("--facility", "north", "transfer", "list", "--json").out.splitlines()
    assert json.loads(listed)["incoming"] is True
    accept = ("--facility", "north", "transfer", "accept", sent["transfer"], "--as", "N-1")
    assert run(*accept, "--by", "Ivy Tern", "--reason", "prints").code == 1  # not proven
    proof = ("--by", "Ivy Tern", "--password-file", secret)
    done = run(*accept, *proof, "--reason", "prints", "--json")
    assert json.loads(done.out) == {
        "transfer": sent["transfer"],
        "booking_number": "N-1",
        "letters": 1,
        "messages": 0,
        "contacts": 0,
        "restrictions": 0,
    }
    assert letter in run("--facility", "north", "mailbox", "N-1", "--json").out
    done = run(*accept, *proof, "--reason", "prints")
    assert (done.code, "took them over already" in done.err) == (1, True)
    assert "taken as N-1 by Ivy Tern" in run("--facility", "main", "transfer", "list").out
    done = run("--facility", "main", "transfer", "withdraw", sent["transfer"], *said)
    assert done.code == 1


def test_one_that_waits_is_withdrawn(north: Facility, run: Run) -> None:
    said = ("--by", "Ruth Harrow", "--reason", "stays")
    main = ("--facility", "main", "transfer")
    assert run(*main, "send", ORSON, "--to", "east", *said).code == 2
    sent = run(*main, "send", ORSON, "--to", "north", *said, "--json")
    number = json.loads(sent.out)["transfer"]
    assert run(*main, "withdraw", number, *said).code == 0
    assert "withdrawn" in run("--facility", "north", "transfer", "list").out
