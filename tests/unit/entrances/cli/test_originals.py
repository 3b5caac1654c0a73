"""The commands of originals, from a new box to the certificate."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from digitizer.access.login import Refused
from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, NeedsProof, UsageError
from digitizer.model.people import StaffRole
from digitizer.operations import paper_destruction
from digitizer.people import actions as people
from tests.support.boxed_paper import boxed
from tests.support.made_mail import CLERK, INVESTIGATOR, OPERATOR, SUPERVISOR

BY = ("--by", CLERK.name)


def _run(facility: Facility, *words: object) -> str:
    result = CliRunner().invoke(app, ["--home", str(facility.home), "originals", *map(str, words)])
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


def _json(facility: Facility, *words: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in _run(facility, *words, "--json").splitlines()]


def test_boxes_and_requests_by_command(facility: Facility, tmp_path: Path) -> None:
    at = boxed(facility)
    scan, letter = at.add()
    label = tmp_path / "label.pdf"
    (made,) = _json(facility, "new-box", *BY, "--shelf", "Attic", "--out", label)
    assert label.read_bytes().startswith(b"%PDF")
    _run(facility, "use", made["box"], "--profile", "default", *BY)
    assert [each["in_use_at"] for each in _json(facility, "boxes")] == [["default"], []]
    _run(facility, "put", letter, "--box", made["box"], *BY)
    (where,) = _json(facility, "where", scan)
    assert (where["place"], where["box"], where["obstacle"]) == ("box", made["box"], None)
    _run(facility, "ask", letter, "--for", "his mother", *BY)
    (asked,) = _json(facility, "asked")
    assert (asked["letter"], asked["for"]) == (letter, "his mother")
    assert "his mother" in _run(facility, "asked")
    _run(facility, "answer", 1, "--to", "refused", "--why", "evidence", *BY)
    assert _run(facility, "asked") == ""
    hold = ("hold", letter, "--by", INVESTIGATOR.name, "--reason", "a case", "--until")
    assert isinstance(_error(facility, *hold, "soon"), UsageError)
    _run(facility, *hold, "2030-01-31")
    assert "stays: hold" in _run(facility, "where", letter)
    _run(facility, "end-hold", 1, "--by", INVESTIGATOR.name, "--reason", "closed")
    _run(facility, "give", scan, "--to", "sender", *BY)
    assert "given out to sender" in _run(facility, "where", letter)
    _run(facility, "close", made["box"], *BY)


def test_destruction_by_command(facility: Facility, tmp_path: Path) -> None:
    at = boxed(facility)
    scan, _ = at.add()
    assert [each["scan"] for each in _json(facility, "due", "--box", at.code)] == [scan]
    password = tmp_path / "password"
    password.write_text(people.add_staff(facility, "Cleo", StaffRole.CLERK, OPERATOR))
    password.chmod(0o600)
    cleo = ("--by", "Cleo", "--password-file", password)
    for unproven in (BY, cleo[:2], (*BY, *cleo[2:])):
        assert isinstance(_error(facility, "propose", scan, *unproven), NeedsProof | Refused)
    assert _json(facility, "propose", "--box", at.code, *cleo) == [{"list": 1}]
    _run(facility, "withdraw", 1, *BY)
    assert _run(facility, "propose", scan, *cleo).startswith("List 2 waits")
    alone = ("confirm", 2, "--by", SUPERVISOR.name)
    assert isinstance(_error(facility, *alone), NeedsProof)
    paper_destruction.confirm(facility, 2, SUPERVISOR)
    out = tmp_path / "certificate.pdf"
    _run(facility, "certificate", 2, "--out", out)
    assert out.read_bytes().startswith(b"%PDF")
    assert "destroyed by list 2" in _run(facility, "where", scan)
