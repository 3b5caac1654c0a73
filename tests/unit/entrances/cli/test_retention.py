"""The commands of retention: due, run, runs, hold, lift, holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import Conflict, DigitizerError, NeedsProof, UsageError
from digitizer.model.mail import LetterState
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from tests.support.kept_mail import old_stack, words_left
from tests.support.made_mail import OPERATOR, ORSON, PETRA, stored_letter

SCHEDULE = """
[retention.letters]
keep = "7 years"
source = "Utah GRS-2269"
"""


def _run(facility: Facility, *words: object) -> str:
    arguments = ["--home", str(facility.home), "retention", *map(str, words)]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, DigitizerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def _lines(facility: Facility, *words: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in _run(facility, *words, "--json").splitlines()]


def test_two_people_destroy_by_command(facility: Facility, tmp_path: Path) -> None:
    config = facility.home / "config.toml"
    config.write_text(config.read_text() + SCHEDULE)
    here = open_facility(facility.home)
    signs = {}
    for name, role in (("Ruth", StaffRole.SUPERVISOR), ("Ada", StaffRole.ADMINISTRATOR)):
        file = tmp_path / name
        file.write_text(people.add_staff(here, name, role, OPERATOR))
        file.chmod(0o600)
        signs[name] = ("--by", name, "--password-file", file, "--reason", "yearly")
    orsons, petras = old_stack(here, [ORSON, PETRA], 0)

    _run(here, "hold", "inmate", PETRA, "--by", "Ruth", "--reason", "a claim", "--case", "26-1")
    due = {each["id"]: each["waits"] for each in _lines(here, "due")}
    assert due == {orsons.id: [], petras.id: ["legal hold"]}
    assert _lines(here, "due", "--month", "2001-01") == []
    with pytest.raises(NeedsProof):
        _run(here, "run", "--kind", "letters", "--by", "Ruth", "--reason", "yearly")
    (run,) = _lines(here, "run", "--kind", "letters", *signs["Ruth"])
    assert (run["state"], run["waiting"]) == ("proposed", 1)
    with pytest.raises(Conflict):
        _run(here, "run", "--confirm", run["run"], *signs["Ruth"])
    assert stored_letter(here, orsons.id).state is LetterState.DELIVERED
    (done,) = _lines(here, "run", "--confirm", run["run"], *signs["Ada"])
    assert (done["state"], done["destroyed"], done["waiting"]) == ("done", 1, 0)
    assert list(words_left(here.home, orsons.words)) == []
    assert _lines(here, "run", "--resume") == [{"destroyed": 0}]
    assert [each["state"] for each in _lines(here, "runs")] == ["done"]

    (hold,) = _lines(here, "holds")
    assert (hold["case"], hold["lifted"]) == ("26-1", None)
    _run(here, "lift", hold["hold"], "--by", "Ruth", "--reason", "settled")
    (lifted,) = _lines(here, "holds")
    assert (lifted["lifted_by"], lifted["lifted_why"]) == ("Ruth", "settled")
    (again,) = _lines(here, "run", "--kind", "letters", *signs["Ada"])
    (given_up,) = _lines(here, "run", "--withdraw", again["run"], *signs["Ada"])
    assert given_up["state"] == "withdrawn"


@pytest.mark.parametrize(
    "wrong",
    [("run",), ("run", "--resume", "--confirm", "1"), ("due", "--month", "May")],
)
def test_wrong_usage(facility: Facility, wrong: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        _run(facility, *wrong)
