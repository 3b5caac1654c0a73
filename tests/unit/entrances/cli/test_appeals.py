"""The commands of appeals: list, of, enter, grant, withhold, notices."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, NeedsProof, UsageError
from digitizer.screening import decisions
from tests.support.appealing import appealed, told_letter
from tests.support.made_mail import CLERK
from tests.support.screened_mail import waiting_letter


def _run(facility: Facility, *words: object) -> str:
    arguments = ["--home", str(facility.home), "appeals", *map(str, words)]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, DigitizerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def _error(facility: Facility, *words: object) -> DigitizerError:
    try:
        _run(facility, *words)
    except DigitizerError as error:
        return error
    raise AssertionError("it was done")


def test_the_verbs_by_command(facility: Facility, tmp_path: Path) -> None:
    of = told_letter(facility)
    text = tmp_path / "appeal.txt"
    text.write_text("It is a drawing.")
    enter = ("enter", of.number, "--by", "Clara Clerk", "--text-file", text)
    assert _run(facility, *enter) == "Appeal 1 is entered.\n"
    wrong = _error(facility, *enter, "--came", "yesterday")
    assert isinstance(wrong, UsageError)
    (listed,) = map(json.loads, _run(facility, "list", "--json").splitlines())
    assert (listed["appeal"], listed["item"], listed["overdue"]) == (1, of.item, False)
    assert f"rejected by {CLERK.name}" in _run(facility, "list")
    (known,) = map(json.loads, _run(facility, "of", of.item, "--json").splitlines())
    assert (known["rejection"], known["may_appeal"], known["over"]) == (of.number, {}, False)
    assert "nobody now" in _run(facility, "of", of.item)
    assert _run(facility, "notices").startswith("no notices given, no appeals overdue")


def test_a_name_alone_decides_nothing(facility: Facility) -> None:
    number = appealed(facility, told_letter(facility)).number
    for decision in ("grant", "deny"):
        asked = (decision, number, "--by", "Wanda Warden", "--reason", "why")
        assert isinstance(_error(facility, *asked), NeedsProof)
    letter = waiting_letter(facility, b"evidence")
    decisions.reject(facility, letter, CLERK, "a plan")
    kept = ("withhold", letter, "--until", "2030-01-01", "--by", "Wanda Warden", "--reason", "why")
    assert isinstance(_error(facility, *kept), NeedsProof)
