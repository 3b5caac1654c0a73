"""token add, list and revoke."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from digitizer.access.bearers import bearer_of
from digitizer.entrances.cli.main import app
from digitizer.facility import open_facility


def _run(home: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["--home", str(home), "token", *words])
    return done.exit_code, done.stdout, done.stderr


def test_a_token_is_shown_once(home: Path) -> None:
    scopes = ("--scope", "roster:read", "--scope", "held:read")
    code, out, err = _run(home, "add", "JMS", *scopes, "--json")
    made = json.loads(out)
    assert (code, made["name"]) == (0, "JMS")
    assert made["scopes"] == ["held:read", "roster:read"]
    assert datetime.fromisoformat(made["until"]) > datetime.now().astimezone() + timedelta(364)
    assert "not shown again" in err
    facility = open_facility(home)
    assert bearer_of(facility, made["token"], "10.0.0.1") is not None
    facility.engine.dispose()
    _, listed, _ = _run(home, "list", "--json")
    assert made["token"] not in listed
    assert json.loads(listed) == {
        **json.loads(listed),
        "name": "JMS",
        "scopes": ["held:read", "roster:read"],
        "made_by": "command line",
        "revoked": None,
        "used_from": "10.0.0.1",
    }


def test_a_day_may_be_given(home: Path) -> None:
    day = (datetime.now() + timedelta(days=30)).date()
    code, out, _ = _run(home, "add", "JMS", "--scope", "roster:read", "--until", str(day))
    assert code == 0
    assert out.startswith("dgz_")
    code, _, _ = _run(home, "add", "x", "--scope", "roster:read", "--until", "soon")
    assert code == 2


def test_a_revoked_token_says_so(home: Path) -> None:
    _run(home, "add", "JMS", "--scope", "roster:read")
    assert _run(home, "revoke", "JMS")[0] == 0
    assert "revoked" in _run(home, "list")[1]


def test_a_scope_that_is_none_is_wrong_usage(home: Path) -> None:
    assert _run(home, "add", "JMS", "--scope", "everything")[0] == 2
    assert _run(home, "add", "JMS")[0] == 2
