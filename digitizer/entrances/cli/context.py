"""What every command needs: the home, lazily opened, and how to speak.

Imports of the rooms below stand inside functions here and in the commands: a command that
reads no page must start in half a second.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.model.errors import UsageError
from digitizer.model.people import Actor, ActorKind

if TYPE_CHECKING:
    from digitizer.facility import House

#: Whoever runs commands in the home is its operator.
OPERATOR = Actor(ActorKind.MACHINE, "command line")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
By = Annotated[str, typer.Option("--by", help="Who decides: a name, for the record.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command stands: its home, if one was named."""

    home: Path | None

    def need_home(self) -> Path:
        if self.home is None:
            raise UsageError(
                "Say where the home is: digitizer --home DIR COMMAND, or set DIGITIZER_HOME."
            )
        return self.home

    def house(self) -> House:
        from digitizer.facility import open_house

        return open_house(self.need_home())

    def signer(self, house: House, name: str) -> Actor:
        from digitizer.people.actions import named_staff

        return named_staff(house, name)


def desk_of(context: typer.Context) -> Desk:
    found = context.obj
    assert isinstance(found, Desk)
    return found


def say(record: Mapping[str, Any], as_json: bool, line: str) -> None:
    """One thing told: as JSON for programs, as a sentence for people."""
    if as_json:
        print(json.dumps(record, ensure_ascii=False, default=str), flush=True)
    else:
        print(line, flush=True)


def write(path: Path, content: bytes) -> None:
    """Writes a file that was asked for; an existing one is overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}.") from None


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None


def read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None


def note(text: str) -> None:
    """For people, beside the result."""
    print(text, file=sys.stderr, flush=True)
