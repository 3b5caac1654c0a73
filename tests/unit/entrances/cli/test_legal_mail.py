"""legal-mail: its senders, codes and log, by commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from digitizer.entrances.cli.main import app
from digitizer.facility import Facility
from tests.support.made_mail import ORSON

RUTH = ("--by", "Ruth Harrow")


def _run(home: Path, *words: str) -> tuple[int, list[Any], str]:
    done = CliRunner().invoke(app, ["--home", str(home), "legal-mail", *words, *RUTH])
    lines = [json.loads(line) for line in done.stdout.splitlines()] if "--json" in words else []
    return done.exit_code, lines, done.stdout + done.stderr


def test_from_a_list_of_senders_to_the_log(facility: Facility, tmp_path: Path) -> None:
    CliRunner().invoke(
        app, ["--home", str(facility.home), "staff", "add", "Ruth Harrow", "--role", "supervisor"]
    )
    home, listed, out = facility.home, tmp_path / "senders.csv", tmp_path / "code.png"
    listed.write_text("kind,name,reference\nattorney,Harold Finch,W1\nlawyer,B,2\n")
    code, (shown,), _ = _run(home, "import-senders", str(listed), "--preview", "--json")
    assert (code, shown["added"], shown["wrong"][0]["line"]) == (1, 1, 3)
    assert _run(home, "import-senders", str(listed))[0] != 0
    listed.write_text("kind,name,reference\nattorney,Harold Finch,W1\n")
    assert _run(home, "import-senders", str(listed))[0] == 0
    added = _run(home, "add-sender", "--kind", "court", "--organisation", "Court of Lake County")
    assert added[0] == 0
    _, found, _ = _run(home, "senders", "--find", "finch", "--json")
    assert [(each["sender"], each["state"]) for each in found] == [(1, "active")]
    changed = _run(home, "change-sender", "2", "--kind", "court", "--organisation", "Court")
    assert changed[0] == 0
    code, (made,), _ = _run(home, "code", "1", ORSON, "--out", str(out), "--json")
    assert (code, out.read_bytes()[:4]) == (0, b"\x89PNG")
    assert _run(home, "code", "1", ORSON, "--out", str(tmp_path / "x.txt"))[0] != 0
    _, (first,), _ = _run(home, "scan", made["number"], "--json")
    assert first["answer"] in ("pass", "check")
    _, (again,), _ = _run(home, "scan", made["number"], "--json")
    assert (again["answer"], again["item"]["number"]) == ("duplicate", made["number"])
    assert "unreadable (mistyped)" in _run(home, "scan", "0000-0000-1")[2]
    _, waiting, _ = _run(home, "waiting", "--json")
    assert [each["booking_number"] for each in waiting] == [ORSON]
    _, (counts,), _ = _run(home, "log", "--reason", "a review", "--json")
    assert (counts["arrived"], counts["duplicates"], counts["stands_out"]) == (1, 1, True)
    assert _run(home, "revoke-sender", "1", "--reason", "disbarred")[0] == 0
    assert "revoked" in _run(home, "scan", made["number"])[2]
    assert _run(home, "reactivate-sender", "1", "--reason", "an error")[0] == 0
