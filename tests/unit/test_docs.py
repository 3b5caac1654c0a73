"""The documents know every setting, command and metric, and no setting that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from digitizer.access.permissions import RULES, Act
from digitizer.entrances.cli.main import app
from digitizer.entrances.web.probes import exposition
from digitizer.facility import Facility
from digitizer.model.people import StaffRole
from digitizer.model.settings import Settings
from digitizer.operations.health import health
from tests.support.made_mail import OPERATOR
from trials.break_in.__main__ import THEMES

ROOT = Path(__file__).resolve().parents[2]
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
DOCS = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
)


def _settings(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{before}{name}.")
        else:
            yield before + name


def _commands() -> Iterator[str]:
    for each in _named(typer.main.get_command(app)):
        yield " ".join(each)


def _named(command: object, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something, with the groups it is in."""
    inside: dict[str, object] | None = getattr(command, "commands", None)
    if inside is None:
        yield before
    else:
        for name, each in inside.items():
            yield from _named(each, (*before, name))


SETTINGS = tuple(_settings(Settings))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(setting: str) -> None:
    assert f"| `{setting}` |" in OPERATING, f"document `{setting}` in docs/operating.md"


def test_no_setting_is_documented_that_is_not_there() -> None:
    told = re.findall(r"^\| `([a-z]+|[a-z_]+(?:\.[a-z_]+)+)` \|", OPERATING, re.MULTILINE)
    assert set(told) == set(SETTINGS)


@pytest.mark.parametrize("command", tuple(_commands()))
def test_every_command_is_documented(command: str) -> None:
    said = rf"digitizer (--home \S+ )?{re.escape(command)}(?![\w-])"
    assert re.search(said, DOCS), f"document `digitizer {command}` in docs/operating.md"


def test_every_metric_is_documented(facility: Facility) -> None:
    names = re.findall(r"^# TYPE (\w+)", exposition(health(facility, OPERATOR)), re.MULTILINE)
    assert names
    assert [name for name in names if f"`{name}`" not in OPERATING] == []


@pytest.mark.parametrize("act", Act)
def test_who_may_do_what_is_documented(act: Act) -> None:
    rule = RULES[act]
    said = f"{act}, with a reason" if rule.reason else str(act)
    may = ["yes" if role in rule.roles else "" for role in StaffRole]
    scope = f"`{rule.scope}`" if rule.scope else ""
    theirs = ["own" if each else "" for each in (rule.own, rule.outside)]
    cells = [said, *may, "yes" if rule.machine else "", *theirs, scope]
    assert f"| {' | '.join(cells)} |\n" in OPERATING


def test_the_units_run_commands_that_there_are() -> None:
    commands = set(_commands())
    units = sorted((ROOT / "scripts" / "systemd").glob("*.service"))
    text = "\n".join(unit.read_text() for unit in units)
    started = re.findall(r"^ExecStart=\S+/digitizer (\w+)", text, re.MULTILINE)
    assert sorted(started) == ["serve", "watch", "web", "worker"]
    assert set(started) <= commands


def test_every_theme_of_the_attacks_is_played_and_every_one_that_is_played_stands_there() -> None:
    attacks = (ROOT / "docs" / "security.md").read_text("utf-8")
    cells = [
        line.rstrip(" |").rpartition("|")[2] for line in re.findall(r"^\|.*\|$", attacks, re.M)
    ]
    named = {theme for cell in cells for theme in re.findall(r"`([\w ]+)`", cell)}
    assert named == {theme.name for theme in THEMES}


def test_every_test_that_the_attacks_name_is_there() -> None:
    attacks = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = re.findall(r"`((?:unit|integration)/[\w/]+(?:\.py)?)`", attacks)
    assert len(named) > 10
    assert [each for each in named if not (ROOT / "tests" / each).exists()] == []
