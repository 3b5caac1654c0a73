"""What every command needs: its home, its facility, its actor, and ways to print results.

The rooms below are imported inside functions, here and in the commands: a command that reads no
page must start within half a second.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.model.errors import NeedsProof, UsageError
from digitizer.model.people import Actor, ActorKind
from digitizer.support.visible import visible, visible_json

if TYPE_CHECKING:
    from digitizer.agency import Member
    from digitizer.facility import Facility

_NO_LOGIN = 2**32 - 1  # what Linux says of a process that nobody's login began


def _shell_user() -> str:
    """Who runs this command, as the system knows them: the user, and who logged in and became
    that user, which the kernel keeps through su and sudo."""
    user = _named(os.getuid())
    try:
        login = int(Path("/proc/self/loginuid").read_text("ascii"))
    except (OSError, ValueError):
        return user
    return user if login in (os.getuid(), _NO_LOGIN) else f"{user}, logged in as {_named(login)}"


def _named(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"


SHELL_USER = _shell_user()
#: Whoever runs commands in the home is its operator.
OPERATOR = Actor(ActorKind.MACHINE, "command line", shell=SHELL_USER)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per line to stdout.")]
By = Annotated[str, typer.Option("--by", help="Who decides: a name, for the record.")]
ByFor = Annotated[str, typer.Option("--by", help="Who does it: a name on the staff list.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="A file with the password of who does it; with the code of their second step, if they "
        "have one, in its second line.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


@dataclass(frozen=True, slots=True)
class Place:
    """What --home and --facility name; each None where it was not given."""

    home: Path | None
    facility: str | None


def given_home(context: typer.Context) -> Path | None:
    """The folder of --home or DIGITIZER_HOME, in an agency of several that of the facility; None:
    neither was given. Raises UsageError for an unknown facility, and where it must be named."""
    from digitizer.agency import home_of as home_in_agency

    place = _place(context)
    return place.home and home_in_agency(place.home, place.facility)


def all_of(context: typer.Context) -> tuple[Member, ...]:
    """The facilities of an agency of several, where none of them is named; else none."""
    from digitizer.agency import FOLDER, members

    place = _place(context)
    if place.home is None or place.facility or not (place.home / FOLDER).is_dir():
        return ()
    found = members(place.home)
    return found if len(found) > 1 else ()


def agency_of(context: typer.Context) -> Path:
    """The folder of --home as it is, for what is about all facilities. Raises UsageError."""
    home = _place(context).home
    if home is None:
        raise UsageError(_NO_HOME)
    return home


def _place(context: typer.Context) -> Place:
    place = context.obj
    assert isinstance(place, Place)
    return place


_NO_HOME = "Give the home folder: digitizer --home DIR COMMAND, or set DIGITIZER_HOME."


def home_of(context: typer.Context) -> Path:
    """Raises UsageError if no home was given."""
    home = given_home(context)
    if home is None:
        raise UsageError(_NO_HOME)
    return home


def facility_of(context: typer.Context, *, outpost: bool = False) -> Facility:
    """The facility of the given home. ``outpost``: the command runs at one, too. Raises UsageError
    if no home was given."""
    from digitizer.facility import open_facility

    return open_facility(home_of(context), outpost=outpost)


def facilities_of(context: typer.Context, *, outpost: bool = True) -> list[Facility]:
    """All facilities of an agency of several where none is named, else the one. ``outpost``: also
    of an outpost. Raises UsageError if no home was given."""
    from digitizer.facility import open_facility

    found = all_of(context)
    homes = [each.home for each in found] or [home_of(context)]
    return [open_facility(home, outpost=outpost) for home in homes]


def signed(context: typer.Context, by: str) -> tuple[Facility, Actor]:
    """The facility, and the actor whom --by names. Raises UsageError if either is not given."""
    from digitizer.people.actions import named_staff

    facility = facility_of(context)
    return facility, named_staff(facility, by, SHELL_USER)


def proven(context: typer.Context, by: str, password_file: Path | None) -> tuple[Facility, Actor]:
    """The facility, and the actor whom --by names and whose password stands in the file: for acts
    that cannot be undone. Raises NeedsProof if either is not given, and Refused."""
    facility = facility_of(context)
    return facility, proven_at(facility, by, password_file)


def proven_at(facility: Facility, by: str, password_file: Path | None) -> Actor:
    """As ``proven``, where the facility is at hand."""
    from digitizer.access.login import prove_in_shell

    if not by.strip() or password_file is None:
        raise NeedsProof
    password, code, *_ = (*read_text(password_file).splitlines(), "", "")
    if password_file.stat().st_mode & 0o077:
        note(f"digitizer: others can read {password_file}. Run: chmod 600 {password_file}")
    return prove_in_shell(facility, by, password, code, SHELL_USER)


def say(record: Mapping[str, Any], as_json: bool, *lines: str) -> None:
    """Prints one result: as JSON for programs, as a sentence or several lines for people."""
    if as_json:
        print(visible_json(json.dumps(record, ensure_ascii=False, default=str)), flush=True)
    else:
        tell(*lines)


def tell(*lines: str) -> None:
    """Prints to stdout, for people. All that commands print goes through here, ``say`` or
    ``note``: names of files and people must not act on a terminal, or look like another line."""
    for line in lines:
        print(visible(line), flush=True)


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


def note(*lines: str) -> None:
    """Prints to stderr, for people, so that stdout holds results alone."""
    for line in lines:
        print(visible(line), file=sys.stderr, flush=True)
