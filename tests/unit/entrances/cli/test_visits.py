"""The commands of visits: from a room to an outcome."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, DigitizerError, UsageError
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR, ORSON
from tests.support.visiting import let_time_pass, make_visitor, next_monday


@pytest.fixture
def here(facility: Facility) -> Facility:
    people.add_staff(facility, "Sue", StaffRole.SUPERVISOR, OPERATOR)
    return facility


def run(facility: Facility, *words: object) -> list[dict[str, Any]]:
    arguments = ["--home", str(facility.home), "visit", *map(str, words), "--by", "Sue", "--json"]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, DigitizerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def made(facility: Facility) -> list[dict[str, Any]]:
    """A room with a session; returns the open times of next Monday."""
    (room,) = run(facility, "room", "Hall", "--places", 3)
    words = ("--days", "mon tue", "--begins", "09:00", "--ends", "11:00", "--minutes", 60)
    run(facility, "session", room["room"], *words)
    return run(facility, "times", ORSON, "--day", next_monday(), "--days", 1)


def test_from_a_room_to_an_outcome(here: Facility, tmp_path: Path) -> None:
    times, guest = made(here), make_visitor(here)
    assert len(times) == 2
    (booked,) = run(
        here, "book", ORSON, "--time", times[0]["time"], "--contact", guest.correspondent,
        "--guest", "Tom Marlow 2020-05-01",
    )  # fmt: skip
    (seen,) = run(here, "list", "--day", next_monday())
    assert (seen["visit"], seen["state"]) == (booked["visit"], "booked")
    assert seen["visitors"] == ["Ida Marlow", "Tom Marlow"]
    file = tmp_path / "movement.pdf"
    for more in ([], ["--passes"]):
        run(here, "movement", "--day", next_monday(), "--out", file, *more)
        assert file.read_bytes().startswith(b"%PDF")
    assert run(here, "review") == []
    let_time_pass(here, booked["visit"], 24 * 30)
    assert run(here, "outcome", booked["visit"], "completed")[0]["outcome"] == "completed"


def test_what_is_refused(here: Facility) -> None:
    times, guest = made(here), make_visitor(here)
    words = ("--time", times[0]["time"], "--contact", guest.correspondent)
    (booked,) = run(here, "book", ORSON, *words)
    with pytest.raises(Conflict):
        run(here, "book", ORSON, *words)
    with pytest.raises(Conflict):
        run(here, "approve", booked["visit"])
    with pytest.raises(UsageError):
        run(here, "cancel", booked["visit"])
    assert run(here, "cancel", booked["visit"], "--reason", "storm")[0]["state"] == "cancelled"
    for wrong in (
        ("list", "--day", "soon"),
        ("times", ORSON, "--kind", "secret"),
        ("outcome", booked["visit"], "magic"),
        ("room", "Chapel", "--medium", "air"),
    ):
        with pytest.raises(UsageError):
            run(here, *wrong)
